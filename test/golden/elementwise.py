"""Values and gradients of the element ops that PyTorch has too, in float64, at the kinks as well.

Rerun: `python test/golden/elementwise.py`, with the versions of bench/peers/requirements.txt. Writes elementwise.safetensors:

  x, dy            [3, 40]   moderate values, small ones, and every whole and half number from -6 to 6 with both zeros; the gradient that comes back
  inside, above    [3, 40]   x where asin, acos and atanh are defined, and acosh, log and the like
  b                [3, 40]   the second operand: clear of 0, both signs
  NAME.y, NAME.dx  [3, 40]   of each op below, and NAME.db where there is a second operand
"""
import torch
from torch.nn import functional as F

from golden import exact, write

SEED = 20251122
OF_X = {
    "expm1": torch.expm1, "exp2": torch.exp2, "sin": torch.sin, "cos": torch.cos, "atan": torch.atan, "sinh": torch.sinh, "cosh": torch.cosh,
    "asinh": torch.asinh, "floor": torch.floor, "ceil": torch.ceil, "round": torch.round, "trunc": torch.trunc, "frac": torch.frac,
    "elu": lambda x: F.elu(x, 0.7), "selu": F.selu, "celu": lambda x: F.celu(x, 0.7), "geluTanh": lambda x: F.gelu(x, approximate="tanh"),
    "softplus": lambda x: F.softplus(x, 2, 3), "logSigmoid": F.logsigmoid, "mish": F.mish, "softsign": F.softsign,
    "hardTanh": lambda x: F.hardtanh(x, -2, 0.5), "relu6": F.relu6, "hardSigmoid": F.hardsigmoid, "hardSwish": F.hardswish,
    "tanhshrink": F.tanhshrink, "softshrink": lambda x: F.softshrink(x, 0.5), "hardshrink": lambda x: F.hardshrink(x, 0.5),
    "threshold": lambda x: F.threshold(x, 0.5, 20),
}
OF_INSIDE = {"asin": torch.asin, "acos": torch.acos, "atanh": torch.atanh, "tan": torch.tan, "log1p": torch.log1p}
OF_ABOVE = {"acosh": torch.acosh, "log2": torch.log2, "log10": torch.log10}
PAIRS = {
    "atan2": torch.atan2, "fmod": torch.fmod, "remainder": torch.remainder, "maximum": torch.maximum, "minimum": torch.minimum,
    "lerp": lambda x, b: torch.lerp(x, b, 0.3),
}


def gradients(name, op, leaves, dy):
    leaves = [leaf.clone().requires_grad_() for leaf in leaves]
    y = op(*leaves)
    found = torch.autograd.grad(y, leaves, dy)
    return {f"{name}.y": y, **{f"{name}.{part}": g for part, g in zip(("dx", "db"), found)}}


def tensors():
    x = exact(torch.randn(3, 40, dtype=torch.float64) * torch.tensor([[2.0], [1e-3], [1.0]], dtype=torch.float64))
    x[2, :26] = torch.cat([torch.arange(-6, 6.5, 0.5, dtype=torch.float64), torch.tensor([-0.0], dtype=torch.float64)])
    dy = exact(torch.randn(3, 40, dtype=torch.float64))
    inside = exact(torch.rand(3, 40, dtype=torch.float64) * 1.6 - 0.8)
    above = exact(torch.rand(3, 40, dtype=torch.float64) * 4 + 1.5)
    b = exact((torch.rand(3, 40, dtype=torch.float64) + 0.5) * torch.tensor([1.0, -1.0], dtype=torch.float64).repeat(20))
    result = {"x": x, "dy": dy, "inside": inside, "above": above, "b": b}
    for ops, leaf in ((OF_X, x), (OF_INSIDE, inside), (OF_ABOVE, above)):
        for name, op in ops.items():
            result |= gradients(name, op, [leaf], dy)
    for name, op in PAIRS.items():
        result |= gradients(name, op, [x, b], dy)
    return result | gradients("pow", torch.pow, [above, b], dy)


torch.manual_seed(SEED)
write(__file__, tensors(), SEED)
