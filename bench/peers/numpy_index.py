"""NumPy's side of the `index` rows, with preallocated results: one thread, whatever is asked for."""
import numpy

SIDE = 4096
random = numpy.random.default_rng(1)


def normal(*shape):
    return random.standard_normal(shape, dtype=numpy.float32)


def places():
    return random.integers(0, SIDE, (SIDE, SIDE))


def repeated(make, step):
    """step(out, *inputs) again and again; make() gives the result's shape and the inputs."""
    def build():
        shape, *inputs = make()
        out = numpy.empty(shape, numpy.float32)

        def run(n):
            for _ in range(n):
                step(out, *inputs)
        return run
    return build


def scatter_add(out, x, index, src):
    numpy.copyto(out, x)
    numpy.add.at(out, (numpy.arange(SIDE)[:, None], index), src)


def embedding(out, table, ids, dy):
    rows = numpy.take(table, ids, 0, mode="clip")
    out[:] = 0
    numpy.add.at(out, ids, dy)
    return rows


def permuted(shape, order):
    return {"copyto": repeated(lambda: [[shape[axis] for axis in order], normal(*shape)],
                               lambda out, x: numpy.copyto(out, x.transpose(order)))}


whole = [SIDE, SIDE]
workloads = {
    "index.gather": {"take_along_axis": repeated(lambda: [whole, normal(SIDE, SIDE), places()],
                                                 lambda out, x, index: numpy.take_along_axis(x, index, 1))},
    "index.scatterAdd": {"add.at": repeated(lambda: [whole, normal(SIDE, SIDE), places(), normal(SIDE, SIDE)], scatter_add)},
    "index.embedding": {"take, add.at": repeated(
        lambda: [[50_000, 256], normal(50_000, 256), random.integers(0, 50_000, 8192), normal(8192, 256)], embedding)},
    "index.transpose.2d": permuted([SIDE, SIDE], [1, 0]),
    "index.transpose.nhwc": permuted([64, 64, 56, 56], [0, 2, 3, 1]),
    "index.transpose.heads": permuted([16, 1024, 16, 64], [0, 2, 1, 3]),
    "index.concat": {"out=": repeated(lambda: [whole, *(normal(SIDE, SIDE // 4) for _ in range(4))],
                                      lambda out, *parts: numpy.concatenate(parts, 1, out=out))},
}
