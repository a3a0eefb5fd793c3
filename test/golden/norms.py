"""The normalising layers, their gradients and their running statistics, in float64 as PyTorch defines them; channels last.

Rerun: `python test/golden/norms.py`, with the versions of bench/peers/requirements.txt. Writes norms.safetensors:

  NAME.x, .dy, .y             input, the gradient that comes back, and the result; (samples, …, channels) where there are channels
  NAME.KEY                    its parameters, by their state dict's keys, random
  NAME.dx, NAME.d.KEY         the gradients of input and parameters
"""
import torch
from torch import nn

from golden import exact, write

SEED = 20241122
F64 = {"dtype": torch.float64}


def main():
    torch.manual_seed(SEED)
    tensors = {}

    def add(name, layer, shape):
        layer.to(torch.float64)
        with torch.no_grad():
            for key, parameter in layer.named_parameters():
                parameter.copy_(exact(torch.randn(parameter.shape, **F64)))
                tensors[f"{name}.{key}"] = parameter.detach().clone()
        x = exact(torch.randn(shape, **F64) * 1.5 + 0.7).requires_grad_()
        y = layer(x)
        dy = exact(torch.randn(y.shape, **F64))
        parameters = dict(layer.named_parameters())
        dx, *gradients = torch.autograd.grad(y, [x, *parameters.values()], dy)
        tensors.update({f"{name}.x": x, f"{name}.y": y, f"{name}.dy": dy, f"{name}.dx": dx})
        tensors.update({f"{name}.d.{key}": g for key, g in zip(parameters, gradients, strict=True)})

    add("layer", nn.LayerNorm(7), (5, 7))
    add("layer.axes", nn.LayerNorm((3, 5), eps=1e-2), (2, 4, 3, 5))
    add("layer.weight", nn.LayerNorm(6, bias=False), (3, 2, 6))
    add("layer.plain", nn.LayerNorm(6, elementwise_affine=False), (4, 6))
    add("rms", nn.RMSNorm(7), (5, 7))
    add("rms.axes", nn.RMSNorm((3, 5), eps=1e-2), (2, 4, 3, 5))
    add("rms.plain", nn.RMSNorm(6, elementwise_affine=False), (4, 6))
    write(__file__, tensors, SEED)


main()
