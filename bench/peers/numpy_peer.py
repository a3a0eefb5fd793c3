"""NumPy with its wheel's OpenBLAS: matrix products. A stack whose stride is 0 repeats one product inside one call,
so that OpenBLAS is timed and not Python."""
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
    }
else:
    workloads = {f"gemm.{size}.mt": {config: square(size)} for size in SIZES}
serve("numpy", numpy.__version__, workloads | (index_workloads if threads == 1 else {}), threads)
