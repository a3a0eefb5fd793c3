"""Losses and their gradients in float64, as PyTorch defines them; those that it lacks from their papers' formulas.

Rerun: `python test/golden/losses.py`, with the versions of bench/peers/requirements.txt. Writes losses.safetensors:

  x, y           [6, 5]      outputs and real targets; some equal, some far apart
  p, q           [6, 5]      probabilities within (0, 1); q's rows sum to 1
  variance       [6, 1]      positive, one below the eps of 1e-6 … 0.3 that a case asks for
  counts         [6, 5]      0 … 6
  sides          [6, 5] I32  -1 or 1
  truths         [6, 5] I32  0 or 1
  labels         [6] I32     classes 0 … 4; labelsIgnoring: two of them at -100
  classWeight    [5], rowWeight [6, 1], posWeight [5]
  far            [6, 5]      a third point for triplets
  area, mask     [2, 4, 3]   (samples, area, classes)
  logits         [7, 3, 4]   (time, samples, classes) of ctc; targets [3, 3] I32, lengths [3] and targetLengths [3] I32
  NAME.loss, NAME.dx         the value of each case below, and the gradient to its first input of the sum of its values
"""
import torch
from torch.nn import functional as F

from golden import exact, write

SEED = 20240611
F64 = {"dtype": torch.float64}


def inputs():
    x, y = exact(torch.randn(6, 5, **F64) * 2), exact(torch.randn(6, 5, **F64) * 2)
    y[0, :3] = x[0, :3] + torch.tensor([0.0, 1e-3, 20.0], **F64)
    labels = torch.randint(0, 5, (6,))
    ignoring = labels.clone()
    ignoring[[1, 4]] = -100
    return {
        "x": x, "y": exact(y), "p": exact(torch.rand(6, 5, **F64) * 0.98 + 0.01), "q": exact(torch.randn(6, 5, **F64).softmax(-1)),
        "variance": exact(torch.tensor([[1.0], [0.1], [2.0], [0.5], [0.75], [4.0]], **F64)),
        "counts": torch.randint(0, 7, (6, 5)).to(torch.float64), "sides": torch.randint(0, 2, (6, 5)) * 2 - 1,
        "truths": torch.randint(0, 2, (6, 5)), "labels": labels, "labelsIgnoring": ignoring,
        "classWeight": exact(torch.rand(5, **F64) + 0.5), "rowWeight": exact(torch.rand(6, 1, **F64) + 0.5),
        "posWeight": exact(torch.rand(5, **F64) * 3), "far": exact(torch.randn(6, 5, **F64)),
        "area": exact(torch.rand(2, 4, 3, **F64)), "mask": torch.randint(0, 2, (2, 4, 3)).to(torch.float64),
        "logits": exact(torch.randn(7, 3, 4, **F64) * 2), "targets": torch.tensor([[1, 2, 2], [3, 1, 0], [2, 0, 0]]),
        "lengths": torch.tensor([7, 5, 6]), "targetLengths": torch.tensor([3, 2, 1]),
    }


def focal(x, y, alpha=0.25, gamma=2.0):
    p = torch.sigmoid(x)
    truth = p * y + (1 - p) * (1 - y)
    share = alpha * y + (1 - alpha) * (1 - y)
    return (share * F.binary_cross_entropy_with_logits(x, y.to(x), reduction="none") * (1 - truth) ** gamma).mean()


def dice(p, y, smooth=1.0):
    return 1 - (2 * (p * y).sum(1) + smooth) / (p.sum(1) + y.sum(1) + smooth)


def cases(t):
    x, y, p, q, labels = t["x"], t["y"], t["p"], t["q"], t["labels"]
    weight, row, pos, some = t["classWeight"], t["rowWeight"], t["posWeight"], t["labelsIgnoring"]
    rank, sides, truths = t["sides"][:, 0], t["sides"].to(torch.float64), t["truths"].to(torch.float64)
    ctc = (t["targets"], t["lengths"], t["targetLengths"])
    log = lambda z: F.log_softmax(z, -1)
    return {
        "mse.sum": (x, lambda z: F.mse_loss(z, y, reduction="sum")),
        "l1": (x, lambda z: F.l1_loss(z, y)),
        "huber": (x, lambda z: F.huber_loss(z, y)),
        "huber.delta": (x, lambda z: F.huber_loss(z, y, delta=0.5, reduction="none")),
        "smoothL1": (x, lambda z: F.smooth_l1_loss(z, y)),
        "smoothL1.beta": (x, lambda z: F.smooth_l1_loss(z, y, beta=2.5, reduction="sum")),
        "logCosh": (x, lambda z: torch.log(torch.cosh(z - y)).mean()),
        "bce": (p, lambda z: F.binary_cross_entropy(z, q)),
        "bce.weight": (p, lambda z: F.binary_cross_entropy(z, q, weight=row.expand(6, 5), reduction="none")),
        "bceWithLogits.weights": (x, lambda z: F.binary_cross_entropy_with_logits(z, q, weight=row, pos_weight=pos)),
        "focal": (x, lambda z: focal(z, truths)),
        "focal.options": (x, lambda z: focal(z, truths, 0.6, 0.5)),
        "dice": (t["area"], lambda z: dice(z, t["mask"]).mean()),
        "dice.none": (t["area"], lambda z: dice(z, t["mask"], 0.1)),
        "crossEntropy.weight": (x, lambda z: F.cross_entropy(z, labels, weight=weight)),
        "crossEntropy.all": (x, lambda z: F.cross_entropy(z, some, weight=weight, label_smoothing=0.1)),
        "crossEntropy.none": (x, lambda z: F.cross_entropy(z, some, weight=weight, label_smoothing=0.1, reduction="none")),
        "crossEntropy.soft": (x, lambda z: F.cross_entropy(z, q, weight=weight, label_smoothing=0.1)),
        "nll": (x, lambda z: F.nll_loss(z, labels)),
        "nll.all": (x, lambda z: F.nll_loss(log(z), some, weight=weight)),
        "nll.none": (x, lambda z: F.nll_loss(z, some, weight=weight, reduction="none")),
        "klDiv": (x, lambda z: F.kl_div(log(z), q)),
        "klDiv.batchMean": (x, lambda z: F.kl_div(log(z), q, reduction="batchmean")),
        "klDiv.logTarget": (x, lambda z: F.kl_div(log(z), log(y), reduction="sum", log_target=True)),
        "poissonNll": (x, lambda z: F.poisson_nll_loss(z, t["counts"])),
        "poissonNll.full": (p, lambda z: F.poisson_nll_loss(z, t["counts"], log_input=False, full=True, eps=1e-3, reduction="none")),
        "gaussianNll": (x, lambda z: F.gaussian_nll_loss(z, y, t["variance"])),
        "gaussianNll.variance": (t["variance"], lambda v: F.gaussian_nll_loss(x, y, v, full=True, eps=0.3, reduction="sum")),
        "hinge": (x, lambda z: F.relu(1 - sides * z).mean()),
        "hingeEmbedding": (x, lambda z: F.hinge_embedding_loss(z, sides, margin=1.5)),
        "marginRanking": (x, lambda z: F.margin_ranking_loss(z, y, sides, margin=0.5)),
        "multiMargin": (x, lambda z: F.multi_margin_loss(z, labels)),
        "multiMargin.all": (x, lambda z: F.multi_margin_loss(z, labels, p=2, margin=0.5, weight=weight, reduction="none")),
        "triplet": (x, lambda z: F.triplet_margin_loss(z, y, t["far"])),
        "triplet.p1": (x, lambda z: F.triplet_margin_loss(z, y, t["far"], p=1, margin=2.0, reduction="none")),
        "triplet.p3": (x, lambda z: F.triplet_margin_loss(z, y, t["far"], p=3, margin=2.0)),
        "triplet.swap": (x, lambda z: F.triplet_margin_loss(z, y, t["far"], swap=True, reduction="sum")),
        "cosineEmbedding": (x, lambda z: F.cosine_embedding_loss(z, y, rank, margin=0.1)),
        "ctc": (t["logits"], lambda z: F.ctc_loss(log(z), *ctc)),
        "ctc.none": (t["logits"], lambda z: F.ctc_loss(log(z), *ctc, reduction="none")),
    }


def evaluate(at, of):
    leaf = at.clone().requires_grad_()
    value = of(leaf)
    return {"loss": value, "dx": torch.autograd.grad(value.sum(), leaf)[0]}


torch.manual_seed(SEED)
given = inputs()
found = {f"{name}.{part}": value for name, case in cases(given).items() for part, value in evaluate(*case).items()}
write(__file__, given | found, SEED)
