"""Attention and its gradients in float64 as PyTorch defines them, two heads of queries sharing one of keys.

Rerun: `python test/golden/attention.py`, with the versions of bench/peers/requirements.txt. Writes attention.safetensors:

  q, k, v        [2, 4, 9, 6], [2, 2, 11, 6], [2, 2, 11, 5]
  seen           [2, 1, 9, 11] I32   the mask of bools; query 3 of the first batch sees nothing
  bias           [4, 9, 11]          the mask of floats
  dy             [2, 4, 9, 5]        the gradient that comes back
  NAME.y, .dq, .dk, .dv, .dbias      the result and the gradients
"""
import torch
from torch.nn.functional import scaled_dot_product_attention

from golden import exact, write

SEED = 20241122
F64 = {"dtype": torch.float64}


def main():
    torch.manual_seed(SEED)
    q, k, v = (exact(torch.randn(shape, **F64)) for shape in ((2, 4, 9, 6), (2, 2, 11, 6), (2, 2, 11, 5)))
    bias, dy = exact(torch.randn(4, 9, 11, **F64)), exact(torch.randn(2, 4, 9, 5, **F64))
    seen = torch.rand(2, 1, 9, 11) < 0.7
    seen[0, 0, 3] = False
    tensors = {"q": q, "k": k, "v": v, "bias": bias, "dy": dy, "seen": seen.to(torch.int32)}
    cases = {"plain": {}, "causal": {"is_causal": True}, "scaled": {"scale": 0.7}, "boolean": {"attn_mask": seen}, "added": {"attn_mask": bias}}
    for name, options in cases.items():
        leaves = {"dq": q, "dk": k, "dv": v} | ({"dbias": bias} if name == "added" else {})
        leaves = {key: t.clone().requires_grad_(True) for key, t in leaves.items()}
        if "dbias" in leaves:
            options = {"attn_mask": leaves["dbias"]}
        y = scaled_dot_product_attention(leaves["dq"], leaves["dk"], leaves["dv"], enable_gqa=True, **options)
        gradients = torch.autograd.grad(y, list(leaves.values()), dy)
        tensors[f"{name}.y"] = y
        tensors.update({f"{name}.{key}": g for key, g in zip(leaves, gradients, strict=True)})
    write(__file__, tensors, SEED)


main()
