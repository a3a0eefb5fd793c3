// Kernels of reductions. A reduction is done in pieces: each piece takes values into a state of a few bytes a result, and
// states are merged in an order that the caller fixes. So one kernel serves rows, columns and everything at once, on any number of threads.
#pragma once
#include "base/types.h"

namespace hebb {

// Numbered as docs/program.md numbers them; _i takes i32.
enum ReduceKind { SUM, MEAN, MAX, MIN, ARGMAX, ARGMIN, PROD, DEVIATIONS, SUM_I, MAX_I, MIN_I, ARGMAX_I, ARGMIN_I, PROD_I, REDUCE_KINDS };

// Those that need a value.
constexpr bool is_extreme(int32_t kind) { return (kind >= MAX && kind <= ARGMIN) || (kind >= MAX_I && kind <= ARGMIN_I); }

// Bytes of state for each result.
constexpr int64_t reduce_state(int32_t kind) { return kind == DEVIATIONS ? 24 : 8; }

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
  ReduceKernel kinds[REDUCE_KINDS];
};

}  // namespace hebb
