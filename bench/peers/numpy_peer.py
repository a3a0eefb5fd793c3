"""NumPy: matrix products by its wheel's OpenBLAS, where a stack whose stride is 0 repeats one product inside one call, so that
OpenBLAS is timed and not Python; reductions and ordering, which know one thread only; reading a file."""
import atexit
import os
import tempfile

import numpy
from numpy.lib.stride_tricks import as_strided
from threadpoolctl import threadpool_info, threadpool_limits

from numpy_index import workloads as index_workloads
from serve import serve, thread_count

SIZES = (64, 128, 256, 512, 1024, 2048)
random = numpy.random.default_rng(1)


def normal(*shape):
    return random.standard_normal(shape, dtype=numpy.float32)


def repeated(a, b):
    def build():
        out = numpy.empty((a.shape[0], b.shape[1]), numpy.float32)

        def run(n):
            stack = [as_strided(m, (n, *m.shape), (0, *m.strides)) for m in (a, b, out)]
            numpy.matmul(stack[0], stack[1], out=stack[2])
        return run
    return build


def square(size):
    return repeated(normal(size, size), normal(size, size))


def passes(make, op):
    """op(x) again and again."""
    def build():
        x = make()

        def run(n):
            for _ in range(n):
                op(x)
        return run
    return build


def reductions():
    ops = {"sum": numpy.sum, "mean": numpy.mean, "max": numpy.max, "argmax": numpy.argmax, "var": lambda x, axis: numpy.var(x, axis, ddof=1)}
    axes = {"rows": 1, "columns": 0, "all": None}
    square = lambda: normal(4096, 4096)
    return {f"reduce.{name}.{over}": {"eager": passes(square, lambda x, op=op, axis=axis: op(x, axis=axis))}
            for name, op in ops.items() for over, axis in axes.items()}


def rows_of_classes():
    return normal(4096, 1000), normal(4096, 1000), random.integers(0, 1000, 4096)


def softmax(both):
    x, dy, _ = both
    y = numpy.exp(x - x.max(1, keepdims=True))
    y /= y.sum(1, keepdims=True)
    return y * (dy - (y * dy).sum(1, keepdims=True))


def cross_entropy(both):
    x, _, labels = both
    y = numpy.exp(x - x.max(1, keepdims=True))
    y /= y.sum(1, keepdims=True)
    y[numpy.arange(4096), labels] -= 1
    y /= 4096
    return y


def ordering():
    line = lambda: normal(1 << 20)
    return {
        "softmax": {"eager": passes(rows_of_classes, softmax)},
        "loss.crossEntropy": {"eager": passes(rows_of_classes, cross_entropy)},
        "sort.sort": {"values": passes(line, numpy.sort)},
        "sort.topK": {"partition, values": passes(line, lambda x: numpy.sort(numpy.partition(x, x.size - 100)[-100:])[::-1])},
        "sort.cumsum": {"eager": passes(line, numpy.cumsum)},
    }


def read_file():
    """100 MB, in the system's cache like ours."""
    path = os.path.join(tempfile.gettempdir(), f"hebb-bench-{os.getpid()}.npy")
    numpy.save(path, normal(25_000, 1000))
    atexit.register(os.remove, path)

    def run(n):
        for _ in range(n):
            numpy.load(path)
    return run


threads = thread_count()
threadpool_limits(threads)
blas = next(pool for pool in threadpool_info() if pool["user_api"] == "blas")
config = f"OpenBLAS {blas['version']} {blas['architecture']}"
x, w, dy = normal(32, 784), normal(784, 128), normal(32, 128)
if threads == 1:
    workloads = {f"gemm.{size}": {config: square(size)} for size in SIZES}
    workloads |= {
        "gemm.mlp.nn": {config: repeated(x, w)},
        "gemm.mlp.nt": {config: repeated(x, numpy.ascontiguousarray(w.T).T)},
        "gemm.mlp.tn": {config: repeated(x.T, dy)},
        "io.npy": {"numpy.load": read_file},
    } | reductions() | ordering()
else:
    workloads = {f"gemm.{size}.mt": {config: square(size)} for size in SIZES}
serve("numpy", numpy.__version__, workloads | (index_workloads if threads == 1 else {}), threads)
