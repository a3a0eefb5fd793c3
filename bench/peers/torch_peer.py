"""PyTorch: training steps, elementwise passes, reductions, ordering, a pass over shuffled batches. Eager with its fused optimizers, and compiled by
Inductor: the caller keeps the faster."""
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

import torch_lstm
import torch_conv
import torch_optim
from serve import serve, thread_count
from torch_attention import workloads as attention_workloads
from torch_index import workloads as index_workloads
from torch_norm import workloads as norm_workloads

N = 1 << 20
CHAIN = 1 << 24
IMAGES, BATCH = 60_000, 32


def passes(step):
    def run(n):
        for _ in range(n):
            step()
    return run


def element(op):
    """op(x, out) over 1 Mi values."""
    def build():
        x, out = torch.randn(N), torch.empty(N)
        return passes(lambda: op(x, out))
    return build


def compiled(op):
    def build():
        x, out = torch.randn(N), torch.empty(N)
        f = torch.compile(lambda: out.copy_(op(x)))
        return passes(f)
    return build


def chain_compiled():
    x, out = torch.randn(CHAIN), torch.empty(CHAIN)
    f = torch.compile(lambda: out.copy_(torch.relu(x * 1.5 + 0.25) * 0.75 - 0.5))
    return passes(f)


def chain_in_place():
    x, out = torch.randn(CHAIN), torch.empty(CHAIN)

    def step():
        torch.mul(x, 1.5, out=out)
        out.add_(0.25).relu_().mul_(0.75).sub_(0.5)
    return passes(step)


def xor_data():
    return torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]]), torch.tensor([[0.0], [1], [1], [0]])


def xor_eager():
    x, y = xor_data()
    model = nn.Sequential(nn.Linear(2, 4), nn.Sigmoid(), nn.Linear(4, 1), nn.Sigmoid())
    opt = torch.optim.SGD(model.parameters(), lr=1.0, fused=True)

    def step():
        opt.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        opt.step()
        loss.item()
    return passes(step)


def xor_compiled():
    x, y = xor_data()
    p = parameters(nn.Linear(2, 4), nn.Linear(4, 1))

    def loss_of(p):
        hidden = torch.sigmoid(F.linear(x, p[0], p[1]))
        return F.mse_loss(torch.sigmoid(F.linear(hidden, p[2], p[3])), y)

    @torch.compile(fullgraph=True)
    def step(p):
        gradients, loss = torch.func.grad_and_value(loss_of)(p)
        for value, gradient in zip(p, gradients):
            value.sub_(gradient)
        return loss
    return passes(lambda: step(p).item())


def parameters(*layers):
    return [p.detach() for layer in layers for p in layer.parameters()]


def mlp_eager():
    """step(x, y) -> loss of the 784-128-10 net under Adam."""
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    opt = torch.optim.Adam(model.parameters(), fused=True)

    def step(x, y):
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        return loss
    return step


def mlp_compiled():
    """The same as one compiled function: Inductor fuses a whole step only where the gradient is taken functionally."""
    p = parameters(nn.Linear(784, 128), nn.Linear(128, 10))
    m, v = [torch.zeros_like(a) for a in p], [torch.zeros_like(a) for a in p]
    t = torch.zeros(())

    def loss_of(p, x, y):
        return F.cross_entropy(F.linear(F.relu(F.linear(x, p[0], p[1])), p[2], p[3]), y)

    @torch.compile(fullgraph=True)
    def step(p, m, v, t, x, y):
        gradients, loss = torch.func.grad_and_value(loss_of)(p, x, y)
        t.add_(1)
        rate = 1e-3 * torch.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t)
        for value, gradient, mean, square in zip(p, gradients, m, v):
            mean.mul_(0.9).add_(gradient * 0.1)
            square.mul_(0.999).add_(gradient * gradient * 0.001)
            value.sub_(rate * mean / (square.sqrt() + 1e-8))
        return loss
    return lambda x, y: step(p, m, v, t, x, y)


def mlp(make, batch):
    def build():
        step, x, y = make(), torch.rand(batch, 784), torch.randint(0, 10, (batch,))

        def run(n):
            for i in range(n):
                loss = step(x, y)
                if i % 100 == 0:
                    loss.item()
        return run
    return build


def epoch(make):
    def build():
        step, images, labels = make(), torch.rand(IMAGES, 784), torch.randint(0, 10, (IMAGES,))

        def run(n):
            for _ in range(n):
                for i, rows in enumerate(torch.randperm(IMAGES).split(BATCH)):
                    loss = step(images.index_select(0, rows), labels.index_select(0, rows))
                    if i % 100 == 0:
                        loss.item()
        return run
    return build


def eager_and_compiled(make, op):
    """op(inputs) as it is and compiled; make() gives the inputs."""
    def build(wrap):
        def ready():
            inputs, f = make(), wrap(op)
            return passes(lambda: f(inputs))
        return ready
    return {"eager": build(lambda f: f), "compile": build(torch.compile)}


def reductions():
    ops = {
        "sum": lambda x, *dim: torch.sum(x, *dim),
        "mean": lambda x, *dim: torch.mean(x, *dim),
        "max": lambda x, *dim: torch.amax(x, *dim),
        "argmax": lambda x, *dim: torch.argmax(x, *dim),
        "var": lambda x, *dim: torch.var(x, *dim, correction=1),
    }
    axes = {"rows": (1,), "columns": (0,), "all": ()}
    return {f"reduce.{name}.{over}": eager_and_compiled(lambda: torch.randn(4096, 4096), lambda x, op=op, dim=dim: op(x, *dim))
            for name, op in ops.items() for over, dim in axes.items()}


def softmax():
    return torch.randn(4096, 1000, requires_grad=True), torch.randn(4096, 1000)


def softmax_backward(inputs):
    x, dy = inputs
    return torch.autograd.grad(torch.softmax(x, 1), x, dy)


def cross_entropy():
    return torch.randn(4096, 1000, requires_grad=True), torch.randint(0, 1000, (4096,))


def cross_entropy_backward(inputs):
    x, labels = inputs
    return torch.autograd.grad(F.cross_entropy(x, labels), x)


def compiled_forward(make, op):
    """Inductor compiles the backward pass of what it compiled forward."""
    def build():
        x, other = make()
        f = torch.compile(op)
        return passes(lambda: torch.autograd.grad(f(x, other).sum(), x))
    return build


def loader(workers):
    """A pass over shuffled batches of 128."""
    def build():
        dataset = TensorDataset(torch.rand(IMAGES, 784), torch.ones(IMAGES, dtype=torch.int64))
        batches = DataLoader(dataset, batch_size=128, shuffle=True, num_workers=workers, persistent_workers=workers > 0)

        def run(n):
            for _ in range(n):
                for _batch in batches:
                    pass
        return run
    return build


threads = thread_count()
torch.set_num_threads(threads)
torch.manual_seed(1)
makers = {"eager, fused Adam": mlp_eager, "compile": mlp_compiled}
workloads = {
    "ops.exp": {"out=": element(lambda x, out: torch.exp(x, out=out)), "compile": compiled(torch.exp)},
    "ops.tanh": {"out=": element(lambda x, out: torch.tanh(x, out=out)), "compile": compiled(torch.tanh)},
    "ops.sigmoid": {"out=": element(lambda x, out: torch.sigmoid(x, out=out)), "compile": compiled(torch.sigmoid)},
    "ops.gelu": {"out=": element(lambda x, out: torch.ops.aten.gelu.out(x, out=out)), "compile": compiled(F.gelu)},
    "ops.chain": {"in place": chain_in_place, "compile": chain_compiled},
    "train.xor": {"eager": xor_eager, "compile": xor_compiled},
    "train.mlp.32": {name: mlp(make, 32) for name, make in makers.items()},
    "train.mlp.128": {name: mlp(make, 128) for name, make in makers.items()},
    "data.loader": {f"{workers} workers": loader(workers) for workers in (0, 1, 2)},
    "train.mnist.epoch": {name: epoch(make) for name, make in makers.items()},
    "softmax": {"eager": lambda: passes(lambda both=softmax(): softmax_backward(both)),
                "compile": compiled_forward(softmax, lambda x, dy: torch.softmax(x, 1) * dy)},
    "loss.crossEntropy": {"eager": lambda: passes(lambda both=cross_entropy(): cross_entropy_backward(both)),
                          "compile": compiled_forward(cross_entropy, F.cross_entropy)},
    "sort.sort": eager_and_compiled(lambda: torch.randn(N), torch.sort),
    "sort.topK": eager_and_compiled(lambda: torch.randn(N), lambda x: torch.topk(x, 100)),
    "sort.cumsum": eager_and_compiled(lambda: torch.randn(N), lambda x: torch.cumsum(x, 0)),
    **reductions(),
    **torch_lstm.workloads,
    **torch_conv.workloads,
    **torch_optim.workloads,
}
serve("torch", torch.__version__, workloads | index_workloads | norm_workloads | attention_workloads, threads)
