// Pooling as pure arithmetic: one window over images of contiguous channels at a time.
#pragma once
#include "base/types.h"

namespace hebb {

// Taps lie at x + i * strides[0] + j * strides[1] + k * strides[2]; each is `channels` values.
struct PoolWindow {
  int64_t channels;
  int64_t counts[3], strides[3];
};

struct PoolKernels {
  void (*max)(const PoolWindow&, const float* x, float* y);               // NaN wins; -inf of no taps
  void (*mean)(const PoolWindow&, const float* x, float factor, float* y);  // the sum times factor
  // dx[tap] += dy at the first tap whose x is y.
  void (*max_grad)(const PoolWindow&, const float* x, const float* y, const float* dy, float* dx);
  void (*mean_grad)(const PoolWindow&, const float* dy, float factor, float* dx);
  // out = v[tap] at the first tap whose x is y.
  void (*pick)(const PoolWindow&, const float* x, const float* y, const float* v, float* out);
};

}  // namespace hebb
