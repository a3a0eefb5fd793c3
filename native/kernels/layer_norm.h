// Kernels of layer and RMS normalisation over the last axis of (rows, cols). A row stays in L1 between the passes.
#pragma once
#include "base/types.h"

namespace hebb {

// x, dy and dx are (rows, cols), mean and rstd (rows), all else (cols). dweight and dbias grow by what the rows add.
struct LayerNormGrad {
  const float *x, *dy;
  const float *mean, *rstd, *weight;  // mean and weight null: none
  float *dx, *dweight, *dbias;        // dx may be x or dy; dweight and dbias null: not wanted
};

struct LayerNormKernels {
  // y = (x - mean) · rstd · weight + bias with rstd = 1 / sqrt(variance + eps). x and y are (rows, cols), and may be one; mean and rstd
  // (rows) are written, weight and bias (cols) may be null. Without a mean nothing is subtracted: rstd = 1 / sqrt(mean of x² + eps).
  // `stream`: y goes around the caches.
  void (*forward)(const float* x, const float* weight, const float* bias, float* y, float* mean, float* rstd, int64_t rows, int64_t cols,
                  double eps, bool stream);
  void (*backward)(const LayerNormGrad& arrays, int64_t rows, int64_t cols, bool stream);
};

}  // namespace hebb
