"""Ten training steps of a small MLP in float64, for each optimizer with and without clipping: losses, gradient norms, last weights.

Rerun: `python test/golden/mlp_steps.py`, with the versions of bench/peers/requirements.txt. Writes mlp_steps.safetensors:

  x                        [11, 12]  the batch, the same at every step
  y                        [11] I32  its labels, 0 … 4
  init.KEY                           weights before the first step
  VARIANT.losses           [10]      mean cross-entropy, each before its step
  VARIANT.gradNorms        [10]      2-norm over all gradients, before clipping
  VARIANT.final.KEY                  weights after the tenth step

KEY is the state dict's: Sequential(Linear(12, 9), Tanh, Linear(9, 7), ReLU, Linear(7, 5)), so 0.weight [9, 12], 0.bias [9],
2.weight, 2.bias, 4.weight, 4.bias. VARIANT is a key of VARIANTS below, or that key + `.clip`: gradients scaled by
min(1, 0.1 / (norm + 1e-6)), PyTorch's clip_grad_norm_; the norm is above 0.1 at every step, so each one clips.
"""
import torch
from torch import nn, optim

from golden import exact, write

SEED, STEPS, CLIP = 20240607, 10, 0.1
VARIANTS = {
    "sgd": (optim.SGD, {"lr": 0.3}),
    "sgd.momentum": (optim.SGD, {"lr": 0.3, "momentum": 0.9}),
    "sgd.nesterov": (optim.SGD, {"lr": 0.3, "momentum": 0.9, "nesterov": True}),
    "sgd.decay": (optim.SGD, {"lr": 0.3, "momentum": 0.9, "weight_decay": 0.01}),
    "adam": (optim.Adam, {"lr": 0.01, "betas": (0.9, 0.999), "eps": 1e-8}),
    "adam.decay": (optim.Adam, {"lr": 0.01, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01}),
    "adamw": (optim.AdamW, {"lr": 0.01, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01}),
}


def mlp():
    return nn.Sequential(nn.Linear(12, 9), nn.Tanh(), nn.Linear(9, 7), nn.ReLU(), nn.Linear(7, 5)).double()


def train(init, x, y, make, options, clip):
    model = mlp()
    model.load_state_dict(init)
    opt = make(model.parameters(), **options)
    losses, norms = [], []
    for _ in range(STEPS):
        # A pre-activation this near 0 could land on relu's other side in float32: then another seed is needed.
        assert model[:3](x).abs().min() > 1e-5
        loss = nn.functional.cross_entropy(model(x), y.long())
        opt.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), CLIP if clip else float("inf"))
        assert not clip or norm > CLIP
        opt.step()
        losses.append(loss.detach())
        norms.append(norm.detach())
    return torch.stack(losses), torch.stack(norms), model.state_dict()


def main():
    torch.manual_seed(SEED)
    init = {key: exact(value) for key, value in mlp().state_dict().items()}
    x = exact(torch.randn(11, 12, dtype=torch.float64))
    y = torch.randint(0, 5, (11,), dtype=torch.int32)
    tensors = {"x": x, "y": y, **{f"init.{key}": value for key, value in init.items()}}
    for name, (make, options) in VARIANTS.items():
        for variant, clip in ((name, False), (f"{name}.clip", True)):
            losses, norms, final = train(init, x, y, make, options, clip)
            print(f"{variant}: loss {losses[0]:.6f} -> {losses[-1]:.6f}, gradient norm {norms.min():.4f} … {norms.max():.4f}")
            tensors |= {f"{variant}.losses": losses, f"{variant}.gradNorms": norms}
            tensors |= {f"{variant}.final.{key}": value for key, value in final.items()}
    about = {name: {"optimizer": make.__name__, **options} for name, (make, options) in VARIANTS.items()}
    write(__file__, tensors, SEED, variants=about, clipNorm=CLIP)


main()
