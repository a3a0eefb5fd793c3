// Kernels of the optimizers: one pass over a piece of a parameter does scaling, clipping, decay, moments, update and the sum of
// the raw gradient's squares.
#pragma once
#include "base/types.h"

namespace hebb {

struct SgdStep {
  float scale, clip, decay;  // gradient · scale, clipped to ±clip, + decay · parameter
  float momentum, taken;     // velocity = momentum · velocity + taken · gradient
  float lr;
  bool first, nesterov;      // first: velocity = gradient, and the old one is not read
};

struct AdamStep {
  float scale, clip, decay;  // gradient · scale, clipped to ±clip, + decay · parameter
  float keep;                // parameter · keep before the update: decoupled decay
  float taken1;              // m += taken1 · (gradient - m)
  float beta2, taken2;       // v = beta2 · v + taken2 · gradient²
  float size;                // lr / (1 - beta1^t)
  float root, eps;           // parameter -= size · m / (sqrt(v) · root + eps), root = 1 / sqrt(1 - beta2^t)
};

struct OptimizerKernels {
  // Each array has n values; all return the sum of grad², before scaling. velocity is null where there is no momentum.
  double (*sum_squares)(const float* grad, int64_t n);
  double (*sgd)(const SgdStep& step, const float* grad, float* param, float* velocity, int64_t n);
  double (*adam)(const AdamStep& step, const float* grad, float* param, float* m, float* v, int64_t n);
};

}  // namespace hebb
