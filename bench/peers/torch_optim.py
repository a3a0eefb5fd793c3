"""PyTorch's optimizers over 25 million parameters with ready gradients: fused where there is such a form, foreach, and one tensor after
the other. Lion, which PyTorch lacks, is written in its foreach operations."""
import torch
from torch import optim

SHAPES = [(4096, 1024)] * 5 + [(3072, 1024), (768, 1024), (1024,), (4096,)]  # as in bench/optim.ts
FORMS = {"foreach": {"foreach": True}, "for loop": {"foreach": False}}
FUSED = {"fused": {"fused": True}}


def update(make, options):
    def build():
        params = [torch.randn(shape, requires_grad=True) for shape in SHAPES]
        for p in params:
            p.grad = torch.randn_like(p)
        opt = make(params, **options)

        def run(n):
            for _ in range(n):
                opt.step()
        return run
    return build


def lion(lr=1e-4, beta1=0.9, beta2=0.99):
    params, grads, means = ([make(shape) for shape in SHAPES] for make in (torch.randn, torch.randn, torch.zeros))

    def run(n):
        for _ in range(n):
            steps = torch._foreach_lerp(means, grads, 1 - beta1)
            torch._foreach_sign_(steps)
            torch._foreach_add_(params, steps, alpha=-lr)
            torch._foreach_lerp_(means, grads, 1 - beta2)
    return run


def rows(make, fused=False, **options):
    return {name: update(make, {**options, **form}) for name, form in {**(FUSED if fused else {}), **FORMS}.items()}


workloads = {
    "optim.sgd": rows(optim.SGD, fused=True),
    "optim.momentum": rows(optim.SGD, fused=True, momentum=0.9),
    "optim.adagrad": rows(optim.Adagrad, fused=True),
    "optim.rmsprop": rows(optim.RMSprop),
    "optim.adadelta": rows(optim.Adadelta),
    "optim.adam": rows(optim.Adam, fused=True),
    "optim.adamw": rows(optim.AdamW, fused=True),
    "optim.adamax": rows(optim.Adamax),
    "optim.nadam": rows(optim.NAdam),
    "optim.radam": rows(optim.RAdam),
    "optim.lion": {"foreach": lion},
}
