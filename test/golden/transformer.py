"""Transformer layers and their gradients in float64 as PyTorch defines them, norms after and before.

Rerun: `python test/golden/transformer.py`, with the versions of bench/peers/requirements.txt. Writes transformer.safetensors:

  src, tgt       [2, 5, 6], [2, 4, 6]
  hidden         [2, 5] I32          the source's padding, true hides
  M.KEY          the parameters of model M, by their state dict's keys
  M.y, M.dy      the result and the gradient that comes back
  M.dsrc, .dtgt, M.d.KEY     the gradients

Models: encoder (gelu, norms first, causal), decoder (relu, norms after, padded memory), whole (one layer each, causal target).
"""
import torch
from torch import nn

from golden import exact, write

SEED = 20241124
F64 = {"dtype": torch.float64}


def main():
    torch.manual_seed(SEED)
    src, tgt = exact(torch.randn(2, 5, 6, **F64)), exact(torch.randn(2, 4, 6, **F64))
    hidden = torch.tensor([[False, True, False, False, True], [False] * 4 + [True]])
    tensors = {"src": src, "tgt": tgt, "hidden": hidden.to(torch.int32)}
    rest = {"dim_feedforward": 7, "dropout": 0.0, "batch_first": True}
    causal = lambda n: nn.Transformer.generate_square_subsequent_mask(n, **F64)
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(6, 2, activation="gelu", norm_first=True, **rest), 2, norm=nn.LayerNorm(6),
                                    enable_nested_tensor=False)
    decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(6, 3, **rest), 1)
    whole = nn.Transformer(6, 2, 1, 1, **rest)
    runs = {
        "encoder": (encoder, {"src": src}, lambda src: encoder(src, mask=causal(5), is_causal=True)),
        "decoder": (decoder, {"tgt": tgt, "src": src}, lambda tgt, src: decoder(tgt, src, memory_key_padding_mask=hidden)),
        "whole": (whole, {"src": src, "tgt": tgt}, lambda src, tgt: whole(src, tgt, tgt_mask=causal(4), tgt_is_causal=True)),
    }
    for name, (model, inputs, forward) in runs.items():
        model.to(torch.float64)
        with torch.no_grad():
            for key, parameter in model.named_parameters():
                parameter.copy_(exact(torch.randn(parameter.shape, **F64) * 0.5))
                tensors[f"{name}.{key}"] = parameter.detach().clone()
        leaves = {key: t.clone().requires_grad_(True) for key, t in inputs.items()}
        y = forward(*leaves.values())
        dy = exact(torch.randn(y.shape, **F64))
        parameters = dict(model.named_parameters())
        gradients = torch.autograd.grad(y, [*leaves.values(), *parameters.values()], dy)
        names = [*(f"d{key}" for key in leaves), *(f"d.{key}" for key in parameters)]
        tensors.update({f"{name}.y": y, f"{name}.dy": dy, **{f"{name}.{key}": g for key, g in zip(names, gradients, strict=True)}})
    write(__file__, tensors, SEED)


main()
