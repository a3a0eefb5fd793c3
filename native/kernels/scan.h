// Kernels of running sums and products and of first-order recurrences along an axis. A line's state is carried from piece to piece, in
// f64 for f32 values.
#pragma once
#include "base/types.h"

namespace hebb {

// Numbered as docs/program.md numbers them; _I takes i32.
enum ScanKind { CUMSUM, CUMPROD, CUMSUM_I, CUMPROD_I, SCAN_KINDS };

struct ScanKernels {
  // x and y are (length, n), `stride` values from row to row, which is negative where the last row comes first. The state of n columns
  // is what stands before the first row: 8 bytes each, double or int32_t.
  void (*scan[SCAN_KINDS])(void* state, const void* x, void* y, int64_t length, int64_t n, int64_t stride);
  // y[i] = b[i] + a[i] · y[i - 1] in f64, where y[-1] is the state.
  void (*linear)(double* state, const float* a, const float* b, float* y, int64_t length, int64_t n, int64_t stride);
};

}  // namespace hebb
