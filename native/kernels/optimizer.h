// Kernels of the optimizers: one pass over a piece of a parameter does scaling, clipping, decay, moments, update and the sum of
// the raw gradient's squares.
#pragma once
#include "base/types.h"

namespace hebb {

// The coefficients of one step: a rule takes those that it needs. `first` and `second` are its averages of gradients and of squares.
struct UpdateStep {
  float scale, clip;  // gradient · scale, clipped to ±clip,
  float l1, decay;    // + l1 · sign(parameter) + decay · parameter
  float keep;         // parameter · keep before the update: decoupled decay
  float size;         // the learning rate, with the first average's correction for bias
  float ahead;        // the part of the step that the gradient itself takes: Nesterov's look ahead
  float old1, new1;   // first = old1 · first + new1 · gradient
  float old2, new2;   // second = old2 · second + new2 · gradient²
  float root, eps;    // the step is divided by sqrt(second) · root + eps
};

struct UpdateArrays {
  const float* grad;
  float* param;
  float* state[3];  // in the order of the rule's states
};

// Updates n values; returns the sum of grad², before scaling.
using UpdateKernel = double (*)(const UpdateStep& step, const UpdateArrays& arrays, int64_t n);

struct OptimizerKernels {
  double (*sum_squares)(const float* grad, int64_t n);
  UpdateKernel sgd, momentum, nesterov;  // states: velocity
  UpdateKernel rmsprop, rmsprop_momentum, rmsprop_centered, rmsprop_centered_momentum;  // second, then first, then velocity
  UpdateKernel adam, amsgrad, nadam;  // first, second, the largest second
  UpdateKernel adadelta, adamax, lion;  // second and updates²; first and largest; first
};

}  // namespace hebb
