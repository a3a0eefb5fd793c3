// Kernels of normalisation by channels: each column of x has coefficients of its own. What they are, and what is summed of the columns'
// moments, is the op's to say.
#pragma once
#include "base/types.h"

namespace hebb {

// x, y, dy and dx are (length, n) with `stride` values from row to row, everything else is (n). `stream`: the result goes around the
// caches.
struct GroupNormKernels {
  // y = (x - center) · scale + shift; y may be x.
  void (*apply)(const float* x, const float* center, const float* scale, const float* shift, float* y, int64_t length, int64_t n,
                int64_t stride, bool stream);
  // sums (2, n): grow by the columns' Σ dy and Σ dy · (x - center).
  void (*sums)(const float* x, const float* dy, const float* center, double* sums, int64_t length, int64_t n, int64_t stride);
  // dx = dy · scale + (x - center) · slope + shift; dx may be x or dy.
  void (*backward)(const float* x, const float* dy, const float* center, const float* scale, const float* slope, const float* shift,
                   float* dx, int64_t length, int64_t n, int64_t stride, bool stream);
};

}  // namespace hebb
