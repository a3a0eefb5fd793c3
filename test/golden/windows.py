"""Layers with sliding windows, and their gradients, in float64 as PyTorch defines them; sizes are odd and unequal.

Rerun: `python test/golden/windows.py`, with the versions of bench/peers/requirements.txt. Writes windows.safetensors; data are
channels-last, weights as PyTorch has them:

  NAME.x            the input
  NAME.KEY          parameters, by their state dict's keys
  NAME.y, NAME.dy   the result, and the gradient that comes back
  NAME.dx, .d.KEY   the gradients of the input and of the parameters
"""
import torch
from torch import nn

from golden import exact, write

SEED = 20240619
F64 = {"dtype": torch.float64}


def first(x):
    return x.movedim(-1, 1)


def last(y):
    return y.movedim(1, -1)


def main():
    torch.manual_seed(SEED)
    tensors = {}

    def add(name, layer, shape):
        layer.to(torch.float64)
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter.copy_(exact(torch.randn(parameter.shape, **F64)))
        x = exact(torch.randn(shape, **F64)).requires_grad_()
        y = last(layer(first(x)))
        dy = exact(torch.randn(y.shape, **F64))
        parameters = dict(layer.named_parameters())
        gradients = torch.autograd.grad(y, [x, *parameters.values()], dy)
        tensors.update({f"{name}.{key}": value for key, value in parameters.items()})
        names = ["dx", *(f"d.{key}" for key in parameters)]
        tensors.update({f"{name}.x": x, f"{name}.y": y, f"{name}.dy": dy})
        tensors.update({f"{name}.{key}": g for key, g in zip(names, gradients, strict=True)})

    add("conv1d", nn.Conv1d(3, 5, 4, stride=2, padding=3, dilation=2), (2, 11, 3))
    add("conv2d", nn.Conv2d(3, 5, 3), (2, 6, 7, 3))
    add("conv2d.same", nn.Conv2d(2, 3, (4, 3), padding="same", bias=False), (2, 5, 7, 2))
    add("conv2d.strided", nn.Conv2d(3, 7, (3, 2), stride=(2, 3), padding=(2, 1), dilation=(2, 1)), (2, 7, 8, 3))
    add("conv2d.groups", nn.Conv2d(6, 9, 3, padding=1, groups=3), (1, 5, 4, 6))
    add("conv2d.depthwise", nn.Conv2d(5, 5, (3, 5), padding=(1, 2), stride=2, groups=5), (2, 7, 6, 5))
    add("conv2d.point", nn.Conv2d(5, 3, 1, stride=2), (2, 5, 4, 5))
    add("conv3d", nn.Conv3d(2, 3, (2, 3, 2), stride=(1, 2, 1), padding=(1, 0, 1)), (1, 3, 5, 4, 2))
    add("convtranspose1d", nn.ConvTranspose1d(3, 4, 5, stride=3, padding=2, output_padding=1), (2, 5, 3))
    add("convtranspose2d", nn.ConvTranspose2d(4, 6, (3, 2), stride=(2, 1), padding=1, output_padding=(1, 0), groups=2), (2, 3, 4, 4))
    add("convtranspose2d.dilated", nn.ConvTranspose2d(2, 3, 2, dilation=3, output_padding=2, stride=2, bias=False), (1, 3, 2, 2))
    add("maxpool1d", nn.MaxPool1d(3, stride=2, padding=1, dilation=2, ceil_mode=True), (1, 10, 3))
    add("maxpool2d", nn.MaxPool2d(2), (1, 7, 6, 3))
    add("maxpool2d.overlapping", nn.MaxPool2d((3, 2), stride=(2, 1), padding=1, ceil_mode=True), (1, 6, 5, 3))
    add("maxpool3d", nn.MaxPool3d(2, stride=1), (1, 3, 4, 3, 2))
    add("avgpool1d", nn.AvgPool1d(4, stride=3, padding=2, ceil_mode=True), (1, 12, 3))
    add("avgpool2d", nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True), (1, 6, 7, 3))
    add("avgpool2d.inside", nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False), (1, 6, 7, 3))
    add("avgpool2d.divided", nn.AvgPool2d((2, 3), divisor_override=5), (1, 6, 7, 3))
    add("avgpool3d", nn.AvgPool3d((2, 1, 3), stride=(1, 2, 2), padding=(1, 0, 1)), (1, 3, 4, 5, 2))
    add("adaptiveavgpool1d", nn.AdaptiveAvgPool1d(4), (1, 7, 3))
    add("adaptiveavgpool2d", nn.AdaptiveAvgPool2d((3, 5)), (1, 7, 6, 3))
    add("adaptivemaxpool1d", nn.AdaptiveMaxPool1d(3), (1, 8, 3))
    add("adaptivemaxpool2d", nn.AdaptiveMaxPool2d((2, 3)), (1, 5, 7, 3))
    write(__file__, tensors, SEED)


main()
