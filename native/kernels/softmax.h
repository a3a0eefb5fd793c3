// Kernels over the last axis of (rows, cols): softmax and cross-entropy with their gradients. A row stays in L1 between the passes.
#pragma once
#include "base/types.h"

namespace hebb {

struct SoftmaxKernels {
  // x, y, dy and dx are (rows, cols); the output may be an input. [1] is the logarithm: log softmax.
  void (*softmax[2])(const float* x, float* y, int64_t rows, int64_t cols);
  // `stream`: dx goes around the caches.
  void (*softmax_grad[2])(const float* y, const float* dy, float* dx, int64_t rows, int64_t cols, bool stream);
  // logits is (rows, classes); labels, loss and lse are (rows). The labels are in range.
  void (*cross_entropy)(const float* logits, const int32_t* labels, float* loss, float* lse, int64_t rows, int64_t classes);
  // dx = (exp(logit - lse) - onehot) · dy[row · dy_step]; dx may be logits. A label out of range is no class.
  void (*cross_entropy_grad)(const float* logits, const int32_t* labels, const float* lse, const float* dy, int64_t dy_step, float* dx,
                             int64_t rows, int64_t classes, bool stream);
};

}  // namespace hebb
