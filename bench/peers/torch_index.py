"""PyTorch's side of the `index` rows: each with preallocated results where the op takes them, and compiled."""
import torch
from torch.nn import functional as F

SIDE = 4096


def repeated(step):
    def run(n):
        for _ in range(n):
            step()
    return run


def places(dtype):
    return torch.randint(0, SIDE, (SIDE, SIDE), dtype=dtype)


def gather(dtype):
    def build():
        x, index, out = torch.randn(SIDE, SIDE), places(dtype), torch.empty(SIDE, SIDE)
        return repeated(lambda: torch.gather(x, 1, index, out=out))
    return build


def gather_compiled():
    x, index, out = torch.randn(SIDE, SIDE), places(torch.int64), torch.empty(SIDE, SIDE)
    f = torch.compile(lambda: out.copy_(torch.gather(x, 1, index)))
    return repeated(f)


def scatter_add(dtype):
    def build():
        x, index, src, out = torch.randn(SIDE, SIDE), places(dtype), torch.randn(SIDE, SIDE), torch.empty(SIDE, SIDE)
        return repeated(lambda: torch.scatter_add(x, 1, index, src, out=out))
    return build


def embedding(compiled):
    def build():
        table = torch.randn(50_000, 256, requires_grad=True)
        ids, dy = torch.randint(0, 50_000, (8192,)), torch.randn(8192, 256)
        forward = torch.compile(F.embedding) if compiled else F.embedding

        def step():
            rows = forward(ids, table)
            return rows, torch.autograd.grad(rows, table, dy)
        return repeated(step)
    return build


def permuted(shape, order):
    def copied():
        x = torch.randn(shape)
        out = torch.empty([shape[axis] for axis in order])
        return repeated(lambda: out.copy_(x.permute(order)))

    def compiled():
        x = torch.randn(shape)
        out = torch.empty([shape[axis] for axis in order])
        return repeated(torch.compile(lambda: out.copy_(x.permute(order))))
    return {"copy_": copied, "compile": compiled}


def concat():
    parts, out = [torch.randn(SIDE, SIDE // 4) for _ in range(4)], torch.empty(SIDE, SIDE)
    return repeated(lambda: torch.cat(parts, 1, out=out))


def concat_compiled():
    parts, out = [torch.randn(SIDE, SIDE // 4) for _ in range(4)], torch.empty(SIDE, SIDE)
    return repeated(torch.compile(lambda: out.copy_(torch.cat(parts, 1))))


workloads = {
    "index.gather": {"out=": gather(torch.int64), "out=, int32": gather(torch.int32), "compile": gather_compiled},
    "index.scatterAdd": {"out=": scatter_add(torch.int64), "out=, int32": scatter_add(torch.int32)},
    "index.embedding": {"eager": embedding(False), "compile": embedding(True)},
    "index.transpose.2d": permuted([SIDE, SIDE], [1, 0]),
    "index.transpose.nhwc": permuted([64, 64, 56, 56], [0, 2, 3, 1]),
    "index.transpose.heads": permuted([16, 1024, 16, 64], [0, 2, 1, 3]),
    "index.concat": {"out=": concat, "compile": concat_compiled},
}
