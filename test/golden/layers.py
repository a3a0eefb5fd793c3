"""Layers without kernels of their own, and their gradients, in float64 as PyTorch defines them.

Rerun: `python test/golden/layers.py`, with the versions of bench/peers/requirements.txt. Writes layers.safetensors:

  ids            [3, 5] I32   indices 0 … 6; index 2 is the padding, and row 1 has nothing else
  flat, offsets  [8] I32, [4] I32    the same for bags in one row; the third bag is empty, the last one all padding
  x              [4, 6]       input of the layers of one
  weights        [3, 5]       how much each index of ids counts; flatWeights [8] the same for flat
  a, b           [4, 3], [4, 2]      inputs of bilinear
  table          [7, 4]       weight of the embeddings
  NAME.KEY                    its other parameters, by their state dict's keys
  NAME.y                      the result
  NAME.dy                     the gradient that comes back
  NAME.d.KEY, NAME.dx, .da, .db      the gradients of parameters and inputs
  NAME.after     the table after a forward with max_norm
"""
import torch
from torch import nn
from torch.nn import functional as F

from golden import exact, write

SEED = 20240613
F64 = {"dtype": torch.float64}
PADDING = 2


class Swiglu(nn.Module):
    def forward(self, x):
        a, b = x.chunk(2, -1)
        return F.silu(a) * b


def main():
    torch.manual_seed(SEED)
    ids = torch.tensor([[0, 2, 6, 1, 0], [2, 2, 2, 2, 2], [3, 4, 5, 6, 2]])
    flat, offsets = torch.tensor([1, 2, 3, 3, 0, 6, 2, 2]), torch.tensor([0, 3, 6, 6])
    tensors = {
        "ids": ids, "flat": flat, "offsets": offsets, "x": exact(torch.randn(4, 6, **F64)), "a": exact(torch.randn(4, 3, **F64)),
        "b": exact(torch.randn(4, 2, **F64)), "table": exact(torch.randn(7, 4, **F64)),
    }

    def add(name, layer, inputs, by=()):
        layer.to(torch.float64)
        with torch.no_grad():
            for key, parameter in layer.named_parameters():
                if parameter.shape == tensors["table"].shape:
                    parameter.copy_(tensors["table"])
                else:
                    parameter.copy_(exact(parameter))
                    tensors[f"{name}.{key}"] = parameter.detach().clone()
        leaves = [t if t is None else t.clone().requires_grad_(t.is_floating_point()) for t in inputs]
        y = layer(*leaves)
        dy = exact(torch.randn(y.shape, **F64))
        parameters = dict(layer.named_parameters())
        wanted = [*parameters.values(), *(t for t in leaves if t is not None and t.requires_grad)]
        gradients = torch.autograd.grad(y, wanted, dy)
        names = [*(f"d.{key}" for key in parameters), *by]
        tensors.update({f"{name}.y": y, f"{name}.dy": dy, **{f"{name}.{key}": g for key, g in zip(names, gradients, strict=True)}})

    add("embedding", nn.Embedding(7, 4), [ids])
    add("embedding.padding", nn.Embedding(7, 4, padding_idx=PADDING), [ids])
    for mode in ("sum", "mean", "max"):
        add(f"bag.{mode}", nn.EmbeddingBag(7, 4, mode=mode), [ids])
        add(f"bag.{mode}.padding", nn.EmbeddingBag(7, 4, mode=mode, padding_idx=PADDING), [ids])
        if mode != "max":
            add(f"bag.{mode}.offsets", nn.EmbeddingBag(7, 4, mode=mode), [flat, offsets])
            add(f"bag.{mode}.offsets.padding", nn.EmbeddingBag(7, 4, mode=mode, padding_idx=PADDING), [flat, offsets])
    add("bilinear", nn.Bilinear(3, 2, 5), [tensors["a"], tensors["b"]], ["da", "db"])
    add("bilinear.plain", nn.Bilinear(3, 2, 5, bias=False), [tensors["a"], tensors["b"]], ["da", "db"])
    add("prelu", nn.PReLU(), [tensors["x"]], ["dx"])
    channels = nn.PReLU(6)
    nn.init.uniform_(channels.weight, -0.5, 0.5)
    add("prelu.channels", channels, [tensors["x"]], ["dx"])
    add("glu", nn.GLU(), [tensors["x"]], ["dx"])
    add("glu.rows", nn.GLU(0), [tensors["x"]], ["dx"])
    add("swiglu", Swiglu(), [tensors["x"]], ["dx"])
    for name, layer in {
        "elu": nn.ELU(), "elu.alpha": nn.ELU(0.7), "celu": nn.CELU(), "celu.alpha": nn.CELU(0.7), "selu": nn.SELU(), "gelu": nn.GELU(),
        "gelu.tanh": nn.GELU(approximate="tanh"), "silu": nn.SiLU(), "mish": nn.Mish(), "softplus": nn.Softplus(),
        "softplus.beta": nn.Softplus(2, 1), "softsign": nn.Softsign(), "logsigmoid": nn.LogSigmoid(), "leakyrelu": nn.LeakyReLU(),
        "softmax": nn.Softmax(-1), "softmax.rows": nn.Softmax(0), "logsoftmax": nn.LogSoftmax(-1), "softmin": nn.Softmin(-1),
        "hardtanh": nn.Hardtanh(), "hardtanh.range": nn.Hardtanh(-0.3, 0.6), "relu6": nn.ReLU6(), "hardsigmoid": nn.Hardsigmoid(),
        "hardswish": nn.Hardswish(), "hardshrink": nn.Hardshrink(), "hardshrink.lambda": nn.Hardshrink(0.2), "softshrink": nn.Softshrink(),
        "softshrink.lambda": nn.Softshrink(0.2), "tanhshrink": nn.Tanhshrink(), "threshold": nn.Threshold(0.1, -2),
    }.items():
        add(name, layer, [tensors["x"]], ["dx"])
    tensors |= {"weights": exact(torch.randn(3, 5, **F64)), "flatWeights": exact(torch.randn(8, **F64))}
    weights, flat_weights = tensors["weights"], tensors["flatWeights"]
    for name, options in {"weights": {}, "weights.padding": {"padding_idx": PADDING}}.items():
        add(f"bag.sum.{name}", nn.EmbeddingBag(7, 4, mode="sum", **options), [ids, None, weights], ["dweights"])
        add(f"bag.sum.offsets.{name}", nn.EmbeddingBag(7, 4, mode="sum", **options), [flat, offsets, flat_weights], ["dflatWeights"])
    for name, layer in {
        "embedding.norm": nn.Embedding(7, 4, max_norm=1.5, norm_type=1), "bag.mean.norm": nn.EmbeddingBag(7, 4, max_norm=1.2),
    }.items():
        add(name, layer, [ids])
        tensors[f"{name}.after"] = layer.weight.detach().clone()
    write(__file__, tensors, SEED)


main()
