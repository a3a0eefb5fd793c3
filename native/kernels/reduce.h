// Kernels of reductions. A reduction is done in pieces: each piece takes values into a state of at most 8 bytes a result, and
// states are merged in an order that the caller fixes. So one kernel serves rows, columns and everything at once, on any number of threads.
#pragma once
#include "base/types.h"

namespace hebb {

constexpr int64_t REDUCE_STATE = 8;  // bytes of state for each result

struct ReduceKernel {
  // The state of n results that have taken nothing yet.
  void (*start)(void* state, int64_t n);
  // x is (n, length), row-major: result i takes row i, whose first value stands at position `first` of the reduced axis.
  void (*rows)(void* state, const void* x, int64_t n, int64_t length, int64_t first);
  // x is (length, n) with `stride` values from row to row: result j takes column j.
  void (*columns)(void* state, const void* x, int64_t length, int64_t n, int64_t stride, int64_t first);
  // Takes the state of values that stand after those taken so far.
  void (*merge)(void* state, const void* later, int64_t n);
  // out = scale · result, in the type of the result; only f32 sums heed the scale.
  void (*finish)(const void* state, int64_t n, double scale, void* out);
};

struct ReduceKernels {
  ReduceKernel kinds[9];  // numbered as docs/program.md numbers them: sum mean max min argmax, then sum max min argmax of i32
};

}  // namespace hebb
