"""PyTorch's normalisations, forward and backward: eager and compiled by Inductor, which compiles the backward pass of what it compiled forward."""
import torch
from torch.nn import functional as F


def workload(shape, channels, op, layout=torch.contiguous_format):
    def ready(wrap):
        def build():
            x = torch.randn(shape).contiguous(memory_format=layout).requires_grad_()
            dy = torch.randn(shape).contiguous(memory_format=layout)
            weight, bias = (torch.randn(channels).requires_grad_() for _ in range(2))
            f = wrap(op)

            def run(n):
                for _ in range(n):
                    torch.autograd.grad(f(x, weight, bias), (x, weight, bias), dy)
            return run
        return build
    return {"eager": ready(lambda f: f), "compile": ready(torch.compile)}


def batch(layout):
    return workload((64, 64, 56, 56), 64, lambda x, weight, bias: F.batch_norm(x, None, None, weight, bias, training=True), layout)


workloads = {
    "norm.layer": workload((4096, 768), 768, lambda x, weight, bias: F.layer_norm(x, (768,), weight, bias)),
    "norm.batch": {f"{name}, {layout}": run for layout, format in (("channels last", torch.channels_last), ("channels first", torch.contiguous_format))
                   for name, run in batch(format).items()},
}
