"""The normalising layers, their gradients and their running statistics, in float64 as PyTorch defines them; channels last.

Rerun: `python test/golden/norms.py`, with the versions of bench/peers/requirements.txt. Writes norms.safetensors:

  NAME.x, .dy, .y             input, the gradient that comes back, and the result; (samples, …, channels) where there are channels
  NAME.KEY                    its parameters, by their state dict's keys, random
  NAME.dx, NAME.d.KEY         the gradients of input and parameters
  NAME.next, NAME.s.KEY       a second batch, and the running statistics after both
  NAME.eval, .e.dx, .e.d.KEY  result and gradients of x in eval mode after that
"""
import torch
from torch import nn

from golden import exact, write

SEED = 20241122
F64 = {"dtype": torch.float64}


def main():
    torch.manual_seed(SEED)
    tensors = {}

    def last(t):
        return t.movedim(1, -1)

    def first(t):
        return t.movedim(-1, 1)

    def gradients(name, layer, x, y, dy):
        parameters = dict(layer.named_parameters())
        dx, *others = torch.autograd.grad(y, [x, *parameters.values()], dy)
        tensors.update({f"{name}dx": dx, **{f"{name}d.{key}": g for key, g in zip(parameters, others, strict=True)}})

    def add(name, layer, shape, channels=False):
        layer.to(torch.float64)
        with torch.no_grad():
            for key, parameter in layer.named_parameters():
                parameter.copy_(exact(torch.randn(parameter.shape, **F64)))
                tensors[f"{name}.{key}"] = parameter.detach().clone()
        x = exact(torch.randn(shape, **F64) * 1.5 + 0.7).requires_grad_()
        forward = (lambda x: last(layer(first(x)))) if channels else layer
        y = forward(x)
        dy = exact(torch.randn(y.shape, **F64))
        tensors.update({f"{name}.x": x, f"{name}.y": y, f"{name}.dy": dy})
        gradients(f"{name}.", layer, x, y, dy)
        if not list(layer.buffers()):
            return
        tensors[f"{name}.next"] = exact(torch.randn(shape, **F64) * 0.6 - 0.4)
        forward(tensors[f"{name}.next"])
        tensors.update({f"{name}.s.{key}": buffer.detach().clone() for key, buffer in layer.named_buffers()})
        layer.eval()
        tensors[f"{name}.eval"] = forward(x)
        gradients(f"{name}.e.", layer, x, tensors[f"{name}.eval"], dy)

    add("layer", nn.LayerNorm(7), (5, 7))
    add("layer.axes", nn.LayerNorm((3, 5), eps=1e-2), (2, 4, 3, 5))
    add("layer.weight", nn.LayerNorm(6, bias=False), (3, 2, 6))
    add("layer.plain", nn.LayerNorm(6, elementwise_affine=False), (4, 6))
    add("rms", nn.RMSNorm(7), (5, 7))
    add("rms.axes", nn.RMSNorm((3, 5), eps=1e-2), (2, 4, 3, 5))
    add("rms.plain", nn.RMSNorm(6, elementwise_affine=False), (4, 6))
    add("batch.1d", nn.BatchNorm1d(5), (7, 5), True)
    add("batch.1d.length", nn.BatchNorm1d(3, momentum=0.3, eps=1e-2), (4, 5, 3), True)
    add("batch.2d", nn.BatchNorm2d(5), (3, 4, 2, 5), True)
    add("batch.2d.average", nn.BatchNorm2d(3, momentum=None), (2, 3, 2, 3), True)
    add("batch.2d.plain", nn.BatchNorm2d(3, affine=False), (2, 3, 2, 3), True)
    add("batch.2d.untracked", nn.BatchNorm2d(3, track_running_stats=False), (2, 3, 2, 3), True)
    add("batch.3d", nn.BatchNorm3d(3), (2, 2, 3, 2, 3), True)
    add("instance.1d", nn.InstanceNorm1d(3, affine=True), (2, 5, 3), True)
    add("instance.2d", nn.InstanceNorm2d(3), (2, 3, 4, 3), True)
    add("instance.2d.tracked", nn.InstanceNorm2d(5, affine=True, track_running_stats=True), (3, 2, 4, 5), True)
    add("instance.3d", nn.InstanceNorm3d(2, affine=True, eps=1e-2), (2, 2, 3, 2, 2), True)
    add("group", nn.GroupNorm(2, 6), (3, 4, 5, 6), True)
    add("group.one", nn.GroupNorm(1, 4, eps=1e-2), (3, 4), True)
    add("group.plain", nn.GroupNorm(3, 6, affine=False), (2, 5, 6), True)
    write(__file__, tensors, SEED)


main()
