"""JAX: training steps as one jit-compiled call each, with the old state donated; reductions and ordering."""
import os

from serve import serve, thread_count

threads = thread_count()
if threads == 1:  # XLA sizes its pool by the cores that the process may use, when it loads
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
import jax
import jax.numpy as jnp
import numpy

import jax_lstm
from jax_index import workloads as index_workloads

IMAGES, BATCH = 60_000, 32
random = numpy.random.default_rng(1)


def dense(inputs, outputs):
    limit = inputs ** -0.5
    return {"w": jnp.asarray(random.uniform(-limit, limit, (inputs, outputs)), jnp.float32), "b": jnp.zeros(outputs)}


def xor():
    x, y = jnp.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), jnp.array([[0.0], [1], [1], [0]])

    def loss_of(p):
        hidden = jax.nn.sigmoid(x @ p[0]["w"] + p[0]["b"])
        return jnp.mean((jax.nn.sigmoid(hidden @ p[1]["w"] + p[1]["b"]) - y) ** 2)

    def step(p):
        loss, g = jax.value_and_grad(loss_of)(p)
        return jax.tree.map(lambda a, b: a - b, p, g), loss

    fast, state = jax.jit(step, donate_argnums=0), [dense(2, 4), dense(4, 1)]

    def run(n):
        nonlocal state
        for _ in range(n):
            state, loss = fast(state)
            float(loss)
    return run


def mlp_state():
    p = [dense(784, 128), dense(128, 10)]
    zeros = lambda: jax.tree.map(jnp.zeros_like, p)
    return p, zeros(), zeros(), jnp.zeros(())


def mlp_step(state, x, y):
    """One step of the 784-128-10 net under Adam."""
    p, m, v, t = state

    def loss_of(p):
        logits = jax.nn.relu(x @ p[0]["w"] + p[0]["b"]) @ p[1]["w"] + p[1]["b"]
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1))

    loss, g = jax.value_and_grad(loss_of)(p)
    t = t + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
    rate = 1e-3 * jnp.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t)
    p = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), p, m, v)
    return (p, m, v, t), loss


def mlp(batch):
    def build():
        x = jnp.asarray(random.random((batch, 784)), jnp.float32)
        y = jnp.asarray(random.integers(0, 10, batch), jnp.int32)
        step, state = jax.jit(mlp_step, donate_argnums=0), mlp_state()

        def run(n):
            nonlocal state
            for i in range(n):
                state, loss = step(state, x, y)
                if i % 100 == 0:
                    float(loss)
            float(loss)
        return run
    return build


def epoch():
    images = jnp.asarray(random.random((IMAGES, 784), numpy.float32))
    labels = jnp.asarray(random.integers(0, 10, IMAGES), jnp.int32)

    def gathered(state, images, labels, rows):
        return mlp_step(state, images[rows], labels[rows])

    step, state = jax.jit(gathered, donate_argnums=0), mlp_state()

    def run(n):
        nonlocal state
        for _ in range(n):
            for i, rows in enumerate(random.permutation(IMAGES).astype(numpy.int32).reshape(-1, BATCH)):
                state, loss = step(state, images, labels, rows)
                if i % 100 == 0:
                    float(loss)
            float(loss)
    return run


def jitted(make, op):
    """The compiled op(*inputs); all results but the newest are dropped."""
    def build():
        inputs, f = [jnp.asarray(x) for x in make()], jax.jit(op)

        def run(n):
            for _ in range(n):
                f(*inputs).block_until_ready()
        return run
    return {"jit": build}


def normal(*shape):
    return random.standard_normal(shape, dtype=numpy.float32)


def reductions():
    ops = {"sum": jnp.sum, "mean": jnp.mean, "max": jnp.max, "argmax": jnp.argmax, "var": lambda x, axis: jnp.var(x, axis, ddof=1)}
    axes = {"rows": 1, "columns": 0, "all": None}
    return {f"reduce.{name}.{over}": jitted(lambda: [normal(4096, 4096)], lambda x, op=op, axis=axis: op(x, axis=axis))
            for name, op in ops.items() for over, axis in axes.items()}


def softmax_backward(x, dy):
    return jax.vjp(jax.nn.softmax, x)[1](dy)[0]


def cross_entropy_backward(x, labels):
    return jax.grad(lambda x: -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(x), labels[:, None], 1)))(x)


config = "jit, donated"
workloads = {
    "train.xor": {config: xor},
    "train.mlp.32": {config: mlp(32)},
    "train.mlp.128": {config: mlp(128)},
    "train.mnist.epoch": {config: epoch},
    "softmax": jitted(lambda: [normal(4096, 1000), normal(4096, 1000)], softmax_backward),
    "loss.crossEntropy": jitted(lambda: [normal(4096, 1000), random.integers(0, 1000, 4096).astype(numpy.int32)], cross_entropy_backward),
    "sort.sort": jitted(lambda: [normal(1 << 20)], jnp.sort),
    "sort.topK": jitted(lambda: [normal(1 << 20)], lambda x: jax.lax.top_k(x, 100)[0]),
    "sort.cumsum": jitted(lambda: [normal(1 << 20)], jnp.cumsum),
} | reductions() | index_workloads | jax_lstm.workloads
serve("jax", jax.__version__, workloads, threads)
