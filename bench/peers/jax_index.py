"""JAX's side of the `index` rows: one jit-compiled call each."""
import jax
import jax.numpy as jnp
import numpy

SIDE = 4096
random = numpy.random.default_rng(1)


def normal(*shape):
    return random.standard_normal(shape, dtype=numpy.float32)


def places():
    return random.integers(0, SIDE, (SIDE, SIDE)).astype(numpy.int32)


def jitted(make, op):
    def build():
        inputs, f = [jnp.asarray(x) for x in make()], jax.jit(op)

        def run(n):
            for _ in range(n):
                jax.block_until_ready(f(*inputs))
        return run
    return {"jit": build}


def scatter_add(x, index, src):
    return x.at[jnp.arange(SIDE)[:, None], index].add(src, mode="promise_in_bounds")


def embedding(table, ids, dy):
    rows, backward = jax.vjp(lambda table: table.at[ids].get(mode="promise_in_bounds"), table)
    return rows, backward(dy)[0]


workloads = {
    "index.gather": jitted(lambda: [normal(SIDE, SIDE), places()],
                           lambda x, index: jnp.take_along_axis(x, index, 1, mode="promise_in_bounds")),
    "index.scatterAdd": jitted(lambda: [normal(SIDE, SIDE), places(), normal(SIDE, SIDE)], scatter_add),
    "index.embedding": jitted(
        lambda: [normal(50_000, 256), random.integers(0, 50_000, 8192).astype(numpy.int32), normal(8192, 256)], embedding),
    "index.transpose.2d": jitted(lambda: [normal(SIDE, SIDE)], lambda x: x.T),
    "index.transpose.nhwc": jitted(lambda: [normal(64, 64, 56, 56)], lambda x: x.transpose(0, 2, 3, 1)),
    "index.transpose.heads": jitted(lambda: [normal(16, 1024, 16, 64)], lambda x: x.transpose(0, 2, 1, 3)),
    "index.concat": jitted(lambda: [normal(SIDE, SIDE // 4) for _ in range(4)], lambda *parts: jnp.concatenate(parts, 1)),
}
