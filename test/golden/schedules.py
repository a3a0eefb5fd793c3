"""Learning rates of PyTorch's schedules, in float64, for two groups whose base rates are 0.1 and 0.02.

Rerun: `python test/golden/schedules.py`, with the versions of bench/peers/requirements.txt. Writes schedules.safetensors, doubles as the bits
of two I32 each:

  VARIANT.lr        [STEPS, 2, 2]  rates of both groups before each step of the schedule, and so from its construction on
  VARIANT.momentum  [STEPS, 2, 2]  where the schedule sets it: SGD's momentum, or Adam's first beta
  metric            [STEPS, 1, 2]  what ReduceLROnPlateau is told at each step

VARIANT is a key of VARIANTS below.
"""
import torch
from torch import optim
from torch.optim import lr_scheduler as schedules

from golden import write

SEED, STEPS = 7, 40
CYCLE = {"max_lr": [0.5, 0.1], "total_steps": STEPS}


def sequence(opt):
    warm, flat = schedules.LinearLR(opt, start_factor=0.01, total_iters=8), schedules.ExponentialLR(opt, gamma=0.9)
    cosine = schedules.CosineAnnealingLR(opt, T_max=15, eta_min=0.001)
    return schedules.SequentialLR(opt, [warm, flat, cosine], milestones=[10, 20])


VARIANTS = {
    "step": lambda opt: schedules.StepLR(opt, step_size=7, gamma=0.3),
    "multiStep": lambda opt: schedules.MultiStepLR(opt, milestones=[3, 10, 10, 25], gamma=0.5),
    "exponential": lambda opt: schedules.ExponentialLR(opt, gamma=0.93),
    "cosine": lambda opt: schedules.CosineAnnealingLR(opt, T_max=12, eta_min=0.001),
    "linear": lambda opt: schedules.LinearLR(opt),
    "linear.down": lambda opt: schedules.LinearLR(opt, start_factor=1.0, end_factor=0.1, total_iters=30),
    "lambda": lambda opt: schedules.LambdaLR(opt, [lambda t: 1 / (t + 1), lambda t: 0.5 ** t]),
    "sequential": sequence,
    "oneCycle": lambda opt: schedules.OneCycleLR(opt, **CYCLE),
    "oneCycle.linear": lambda opt: schedules.OneCycleLR(opt, **CYCLE, pct_start=0.4, anneal_strategy="linear", div_factor=10),
    "oneCycle.three": lambda opt: schedules.OneCycleLR(opt, **CYCLE, three_phase=True, final_div_factor=100, base_momentum=0.8, max_momentum=0.9),
    "plateau": lambda opt: schedules.ReduceLROnPlateau(opt, patience=2, factor=0.5, cooldown=3, min_lr=[0.01, 0.0]),
    "plateau.max": lambda opt: schedules.ReduceLROnPlateau(opt, mode="max", patience=1, factor=0.3, threshold=0.2, threshold_mode="abs"),
}


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(SEED)
    metric = torch.rand(STEPS) + 3 / (1 + torch.arange(STEPS))
    found = {"metric": metric[:, None]}
    for name, make in VARIANTS.items():
        a, b = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
        groups = [{"params": [a], "lr": 0.1}, {"params": [b], "lr": 0.02}]
        adam = name == "oneCycle.linear"
        opt = optim.Adam(groups) if adam else optim.SGD(groups, momentum=0.9)
        schedule = make(opt)
        rates, momenta = [], []
        for t in range(STEPS):
            rates.append([group["lr"] for group in opt.param_groups])
            momenta.append([group["betas"][0] if adam else group["momentum"] for group in opt.param_groups])
            opt.step()
            if t + 1 < STEPS:
                schedule.step(metric[t].item()) if "plateau" in name else schedule.step()
        found[f"{name}.lr"] = torch.tensor(rates)
        if "Cycle" in name:
            found[f"{name}.momentum"] = torch.tensor(momenta)
        print(f"{name}: {rates[0]} … {rates[-1]}")
    write(__file__, {name: t.contiguous().view(torch.int32).reshape(*t.shape, 2) for name, t in found.items()}, SEED)


main()
