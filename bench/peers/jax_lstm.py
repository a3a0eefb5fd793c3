"""JAX: a training step of a small LSTM classifier: the products with the inputs at once, the recurrence as a scan, unrolled or not."""
import jax
import jax.numpy as jnp
import numpy

random = numpy.random.default_rng(1)


def uniform(bound, *shape):
    return jnp.asarray(random.uniform(-bound, bound, shape), jnp.float32)


def loss_of(p, x, y, unroll):
    def step(state, gates):
        h, c = state
        i, f, g, o = jnp.split(gates + h @ p["hh"], 4, 1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    inputs = jnp.swapaxes(x @ p["ih"] + p["b"], 0, 1)
    zeros = jnp.zeros((x.shape[0], 128))
    (h, _), _ = jax.lax.scan(step, (zeros, zeros), inputs, unroll=unroll)
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(h @ p["w"] + p["wb"]), y[:, None], 1))


def lstm(unroll):
    def build():
        bound = 128 ** -0.5
        p = {"ih": uniform(bound, 64, 512), "hh": uniform(bound, 128, 512), "b": uniform(bound, 512), "w": uniform(bound, 128, 10),
             "wb": uniform(bound, 10)}
        x, y = jnp.asarray(random.standard_normal((32, 50, 64)), jnp.float32), jnp.asarray(random.integers(0, 10, 32), jnp.int32)
        state = (p, jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p), jnp.zeros(()))

        def step(state):
            p, m, v, t = state
            loss, g = jax.value_and_grad(loss_of)(p, x, y, unroll)
            t = t + 1
            m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
            rate = 1e-3 * jnp.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t)
            p = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), p, m, v)
            return (p, m, v, t), loss

        fast = jax.jit(step, donate_argnums=0)

        def run(n):
            nonlocal state
            for i in range(n):
                state, loss = fast(state)
                if i % 100 == 0:
                    float(loss)
            float(loss)
        return run
    return build


workloads = {"train.lstm": {f"jit, donated, scan unrolled {unroll}": lstm(unroll) for unroll in (1, 10)}}
