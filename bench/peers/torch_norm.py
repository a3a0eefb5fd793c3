"""PyTorch's normalisations, forward and backward: eager and compiled by Inductor, which compiles the backward pass of what it compiled forward."""
import torch
from torch.nn import functional as F


def workload(shape, op):
    def ready(wrap):
        def build():
            x, weight, bias = (torch.randn(s).requires_grad_() for s in (shape, shape[-1:], shape[-1:]))
            dy, f = torch.randn(shape), wrap(op)

            def run(n):
                for _ in range(n):
                    torch.autograd.grad(f(x, weight, bias), (x, weight, bias), dy)
            return run
        return build
    return {"eager": ready(lambda f: f), "compile": ready(torch.compile)}


workloads = {
    "norm.layer": workload((4096, 768), lambda x, weight, bias: F.layer_norm(x, (768,), weight, bias)),
}
