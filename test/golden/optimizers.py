"""Fifty steps of every optimizer in float64: last parameters and states. PyTorch's, and Lion by the paper's update in NumPy.

Rerun: `python test/golden/optimizers.py`, with the versions of bench/peers/requirements.txt. Writes optimizers.safetensors:

  init        [17]      first parameters: one of shape [4, 3], then one of shape [5]
  noise       [50, 17]  the loss of step t is sum(p * noise[t]) + 0.5 * sum(p * p * curve)
  curve       [17]
  VARIANT.p           [17]     parameters after the last step
  VARIANT.s.STATE     [17]     states of both parameters, by PyTorch's names

VARIANT is a key of VARIANTS below. Options that PyTorch's optimizers lack are written out: `l1` adds l1·sign(p) to the gradient;
`clip_norm` and `clip_value` cut it before decay, by PyTorch's functions.
"""
import numpy
import torch
from torch import optim

from golden import exact, write

SEED, STEPS, SIZES, SHAPES = 20261122, 50, (12, 5), ((4, 3), (5,))
MARGIN = 1e-5  # a sign that depends on less could turn in float32: then another seed is needed


class Lion:
    """Chen et al., 2023, algorithm 2, in NumPy."""

    def __init__(self, params, lr, betas, weight_decay):
        self.param_groups = [{"params": list(params)}]
        self.lr, self.betas, self.decay = lr, betas, weight_decay
        self.state = {p: {"exp_avg": torch.zeros_like(p)} for p in self.param_groups[0]["params"]}

    def step(self):
        for p, state in self.state.items():
            theta, g, m = p.detach().numpy(), p.grad.numpy(), state["exp_avg"].numpy()
            c = self.betas[0] * m + (1 - self.betas[0]) * g
            assert abs(c).min() > MARGIN
            theta -= self.lr * (numpy.sign(c) + self.decay * theta)
            m[...] = self.betas[1] * m + (1 - self.betas[1]) * g


VARIANTS = {
    "sgd": (optim.SGD, {"lr": 0.1}),
    "sgd.decay": (optim.SGD, {"lr": 0.1, "weight_decay": 0.1}),
    "sgd.momentum": (optim.SGD, {"lr": 0.05, "momentum": 0.9}),
    "sgd.dampening": (optim.SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1}),
    "sgd.nesterov": (optim.SGD, {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    "sgd.l1": (optim.SGD, {"lr": 0.05, "momentum": 0.5, "l1": 0.3}),
    "adagrad": (optim.Adagrad, {"lr": 0.3}),
    "adagrad.decay": (optim.Adagrad, {"lr": 0.3, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5}),
    "rmsprop": (optim.RMSprop, {"lr": 0.02}),
    "rmsprop.clip": (optim.RMSprop, {"lr": 0.02, "alpha": 0.9, "weight_decay": 0.1, "clip_value": 0.7}),
    "rmsprop.momentum": (optim.RMSprop, {"lr": 0.01, "momentum": 0.8}),
    "rmsprop.centered": (optim.RMSprop, {"lr": 0.02, "alpha": 0.95, "centered": True, "eps": 1e-4}),
    "rmsprop.both": (optim.RMSprop, {"lr": 0.01, "momentum": 0.8, "centered": True}),
    "adam": (optim.Adam, {"lr": 0.05}),
    "adam.amsgrad": (optim.Adam, {"lr": 0.05, "betas": (0.8, 0.9), "amsgrad": True}),
    "adam.decay": (optim.Adam, {"lr": 0.05, "weight_decay": 0.2, "clip_norm": 2.0}),
    "adam.groups": (optim.Adam, {"lr": 0.05, "groups": ({"betas": (0.7, 0.99)}, {"lr": 0.01, "weight_decay": 0.3})}),
    "adamw": (optim.AdamW, {"lr": 0.05}),
    "adamw.amsgrad": (optim.AdamW, {"lr": 0.05, "weight_decay": 0.3, "amsgrad": True, "l1": 0.2}),
    "adadelta": (optim.Adadelta, {"lr": 1.0}),
    "adadelta.decay": (optim.Adadelta, {"lr": 3.0, "rho": 0.8, "eps": 1e-4, "weight_decay": 0.1}),
    "adamax": (optim.Adamax, {"lr": 0.05, "betas": (0.9, 0.95), "weight_decay": 0.1}),
    "nadam": (optim.NAdam, {"lr": 0.05}),
    "nadam.decoupled": (optim.NAdam, {"lr": 0.05, "momentum_decay": 0.1, "weight_decay": 0.3, "decoupled_weight_decay": True}),
    "radam": (optim.RAdam, {"lr": 0.05}),
    "radam.decoupled": (optim.RAdam, {"lr": 0.1, "betas": (0.9, 0.95), "weight_decay": 0.3, "decoupled_weight_decay": True}),
    "radam.decay": (optim.RAdam, {"lr": 0.1, "betas": (0.8, 0.9), "weight_decay": 0.3}),
    "lion": (Lion, {"lr": 0.02, "betas": (0.9, 0.99), "weight_decay": 0.0}),
    "lion.decay": (Lion, {"lr": 0.02, "betas": (0.8, 0.95), "weight_decay": 0.5}),
}


def parted(flat):
    return [part.reshape(shape) for part, shape in zip(flat.split(SIZES), SHAPES)]


def train(init, noise, curve, make, options):
    own = {name: options[name] for name in options if name not in ("groups", "l1", "clip_norm", "clip_value")}
    params = [p.clone().requires_grad_() for p in parted(init)]
    groups = [{"params": [p], **more} for p, more in zip(params, options["groups"])] if "groups" in options else params
    opt = make(groups, **own)
    l1 = options.get("l1", 0)
    for t in range(STEPS):
        for p, g, c in zip(params, parted(noise[t]), parted(curve)):
            assert not l1 or p.abs().min() > MARGIN
            p.grad = (g + c * p).detach()
        if "clip_norm" in options:
            assert torch.nn.utils.clip_grad_norm_(params, options["clip_norm"]) > options["clip_norm"] / 2
        if "clip_value" in options:
            torch.nn.utils.clip_grad_value_(params, options["clip_value"])
        for p in params:
            p.grad += l1 * p.detach().sign()
        opt.step()
    found = {"p": torch.cat([p.detach().flatten() for p in params])}
    states = [opt.state[p] for p in params]
    for name in states[0]:
        if name != "step" and states[0][name] is not None:
            found[f"s.{name}"] = torch.cat([state[name].flatten() for state in states])
    return found


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(SEED)
    size = sum(SIZES)
    init, noise, curve = exact(torch.randn(size)), exact(torch.randn(STEPS, size)), exact(torch.rand(size))
    tensors = {"init": init, "noise": noise, "curve": curve}
    for name, (make, options) in VARIANTS.items():
        found = train(init, noise, curve, make, options)
        print(f"{name}: moved by {(found['p'] - init).abs().mean():.3f}; {', '.join(found)}")
        tensors |= {f"{name}.{key}": value for key, value in found.items()}
    about = {name: {"optimizer": make.__name__, **options} for name, (make, options) in VARIANTS.items()}
    write(__file__, tensors, SEED, variants=about)


main()
