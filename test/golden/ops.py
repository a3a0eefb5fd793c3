"""Values and gradients of activations and losses in float64.

Rerun: `python test/golden/ops.py`, with the versions of bench/peers/requirements.txt. Writes ops.safetensors:

  x, dy                    [4, 33]   input of every activation (moderate, large and tiny values, ±0), and the gradient that comes back
  NAME.y, NAME.dx          [4, 33]   relu, leakyRelu (slope 0.01), gelu (erf), silu, sigmoid, tanh, softmax (last axis), logSoftmax
  logits, labels           [7, 13]   of crossEntropy; row 0 reaches ±60, row 1 is constant; labels [7] I32
  labelsIgnoring           [7] I32   the same, rows 2 and 5 at -100
  crossEntropy.NAME.loss   []        plain, smooth (labelSmoothing 0.1), ignoring (labelsIgnoring, ignoreIndex -100), rowSum (reduction sum)
  crossEntropy.NAME.dx     [7, 13]   its gradient to the logits
  scores, truth            [5, 9]    of bceWithLogits (scores reach ±80, truth in 0 … 1) and mseLoss
  bceWithLogits.loss, .dx, mseLoss.loss, .dx   the mean, and its gradient to the scores
"""
import torch
from torch.nn import functional as F

from golden import exact, write

SEED = 20240608
ACTIVATIONS = {
    "relu": F.relu,
    "leakyRelu": lambda x: F.leaky_relu(x, 0.01),
    "gelu": F.gelu,
    "silu": F.silu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda x: F.softmax(x, -1),
    "logSoftmax": lambda x: F.log_softmax(x, -1),
}


def activations():
    x = exact(torch.randn(4, 33, dtype=torch.float64) * torch.tensor([[1.0], [3.0], [12.0], [1e-4]], dtype=torch.float64))
    x[1, :4] = torch.tensor([0.0, -0.0, 5.5, -5.5], dtype=torch.float64)
    x[2, :4] = torch.tensor([88.0, -88.0, 30.0, -30.0], dtype=torch.float64)
    dy = exact(torch.randn(4, 33, dtype=torch.float64))
    tensors = {"x": x, "dy": dy}
    for name, op in ACTIVATIONS.items():
        leaf = x.clone().requires_grad_()
        y = op(leaf)
        tensors |= {f"{name}.y": y, f"{name}.dx": torch.autograd.grad(y, leaf, dy)[0]}
    return tensors


def loss(of, inputs):
    leaf = inputs.clone().requires_grad_()
    value = of(leaf)
    return {"loss": value, "dx": torch.autograd.grad(value, leaf)[0]}


def losses():
    logits = exact(torch.randn(7, 13, dtype=torch.float64) * 3)
    logits[0] = torch.linspace(-60, 60, 13, dtype=torch.float64)
    logits[1] = 0.5
    labels = torch.randint(0, 13, (7,))
    ignoring = labels.clone()
    ignoring[[2, 5]] = -100
    scores = exact(torch.randn(5, 9, dtype=torch.float64) * 4)
    scores[0, :4] = torch.tensor([80.0, -80.0, 0.0, 2.0**-17], dtype=torch.float64)
    truth = exact(torch.rand(5, 9, dtype=torch.float64).round(decimals=2))
    cases = {
        "crossEntropy.plain": loss(lambda x: F.cross_entropy(x, labels), logits),
        "crossEntropy.smooth": loss(lambda x: F.cross_entropy(x, labels, label_smoothing=0.1), logits),
        "crossEntropy.ignoring": loss(lambda x: F.cross_entropy(x, ignoring), logits),
        "crossEntropy.rowSum": loss(lambda x: F.cross_entropy(x, labels, reduction="sum"), logits),
        "bceWithLogits": loss(lambda x: F.binary_cross_entropy_with_logits(x, truth), scores),
        "mseLoss": loss(lambda x: F.mse_loss(x, truth), scores),
    }
    inputs = {"logits": logits, "labels": labels, "labelsIgnoring": ignoring, "scores": scores, "truth": truth}
    return inputs | {f"{name}.{part}": value for name, case in cases.items() for part, value in case.items()}


torch.manual_seed(SEED)
write(__file__, activations() | losses(), SEED)
