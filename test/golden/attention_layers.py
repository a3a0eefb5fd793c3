"""MultiheadAttention and its gradients in float64 as PyTorch defines it, with every form of mask.

Rerun: `python test/golden/attention_layers.py`, with the versions of bench/peers/requirements.txt. Writes attention_layers.safetensors:

  query, key, value      [3, 5, 8], [3, 7, 8], [3, 7, 8]
  narrow.key, .value     [3, 7, 6], [3, 7, 10]       for the layer whose keys and values have other sizes
  padding, hidden        [3, 7] I32, [5, 7] I32      masks of bools, true hides
  bias                   [12, 5, 7]                  a mask of floats for each sequence and head
  P.KEY                  the parameters of layer P (packed, unbiased, narrow), by their state dict's keys
  NAME.y, NAME.dy        the result and the gradient that comes back
  NAME.dquery, .dkey, .dvalue, .d.KEY    the gradients
"""
import torch
from torch import nn

from golden import exact, write

SEED = 20241123
F64 = {"dtype": torch.float64}


def main():
    torch.manual_seed(SEED)
    shared = {name: exact(torch.randn(shape, **F64)) for name, shape in
              {"query": (3, 5, 8), "key": (3, 7, 8), "value": (3, 7, 8), "narrow.key": (3, 7, 6), "narrow.value": (3, 7, 10),
               "bias": (12, 5, 7)}.items()}
    padding, hidden = torch.rand(3, 7) < 0.3, torch.rand(5, 7) < 0.3
    padding[:, 2], hidden[:, 2] = False, False
    tensors = {**shared, "padding": padding.to(torch.int32), "hidden": hidden.to(torch.int32)}
    layers = {"packed": nn.MultiheadAttention(8, 4, batch_first=True), "unbiased": nn.MultiheadAttention(8, 2, bias=False, batch_first=True),
              "narrow": nn.MultiheadAttention(8, 1, kdim=6, vdim=10, batch_first=True)}
    for name, layer in layers.items():
        layer.to(torch.float64)
        with torch.no_grad():
            for key, parameter in layer.named_parameters():
                parameter.copy_(exact(torch.randn(parameter.shape, **F64) * 0.4))
                tensors[f"{name}.{key}"] = parameter.detach().clone()

    def add(name, layer, inputs, **masks):
        leaves = [tensors[key].clone().requires_grad_(True) for key in inputs]
        q, k, v = leaves if len(leaves) == 3 else leaves * 3
        y, _ = layers[layer](q, k, v, need_weights=False, **masks)
        dy = exact(torch.randn(y.shape, **F64))
        parameters = dict(layers[layer].named_parameters())
        gradients = torch.autograd.grad(y, [*leaves, *parameters.values()], dy)
        names = [*(f"d{key.split('.')[-1]}" for key in inputs), *(f"d.{key}" for key in parameters)]
        tensors.update({f"{name}.y": y, f"{name}.dy": dy, **{f"{name}.{key}": g for key, g in zip(names, gradients, strict=True)}})

    three = ["query", "key", "value"]
    add("cross", "packed", three)
    add("self", "packed", ["query"])
    add("self.causal", "packed", ["query"], attn_mask=nn.Transformer.generate_square_subsequent_mask(5, **F64), is_causal=True)
    add("padding", "packed", three, key_padding_mask=padding)
    add("hidden", "packed", three, key_padding_mask=padding, attn_mask=hidden)
    add("bias", "packed", three, attn_mask=shared["bias"])
    add("unbiased", "unbiased", three)
    add("narrow", "narrow", ["query", "narrow.key", "narrow.value"])
    write(__file__, tensors, SEED)


main()
