// What tells the optimizers apart: kernel, states, and the coefficients of one step as functions of the hyper-parameters and the
// step's number, done in double. The definitions are PyTorch's; lib/optim has the formulas and their sources.
#include <math.h>

#include "ops/decoders.h"
#include "ops/update.h"

namespace hebb {
namespace {

using Variant = UpdateRule::Variant;
using Kernels = OptimizerKernels;

constexpr int32_t MOMENTUM = 2, NESTEROV = 4, CENTERED = 4, AMSGRAD = 2;  // flags beside DECOUPLED

Variant sgd_variant(int32_t flags) {
  if (flags & NESTEROV) return {&Kernels::nesterov, 1};
  return flags & MOMENTUM ? Variant{&Kernels::momentum, 1} : Variant{&Kernels::sgd, 0};
}
// momentum, dampening
void sgd(const Hyper& hyper, double taken, float*, UpdateStep& step) {
  step.size = float(hyper[LR]);
  step.old1 = step.ahead = float(hyper[OWN]);
  step.new1 = taken == 1 ? 1.0f : float(1 - hyper[OWN + 1]);  // the first velocity is the gradient
}

Variant adagrad_variant(int32_t) { return {&Kernels::rmsprop, 1}; }
// lrDecay, eps
void adagrad(const Hyper& hyper, double taken, float*, UpdateStep& step) {
  step.size = float(hyper[LR] / (1 + (taken - 1) * hyper[OWN]));
  step.old2 = step.new2 = step.root = 1;
  step.eps = float(hyper[OWN + 1]);
}

Variant rmsprop_variant(int32_t flags) {
  if (flags & CENTERED) return flags & MOMENTUM ? Variant{&Kernels::rmsprop_centered_momentum, 3} : Variant{&Kernels::rmsprop_centered, 2};
  return flags & MOMENTUM ? Variant{&Kernels::rmsprop_momentum, 2} : Variant{&Kernels::rmsprop, 1};
}
// alpha, eps, momentum
void rmsprop(const Hyper& hyper, double, float*, UpdateStep& step) {
  step.size = float(hyper[LR]);
  step.old2 = float(hyper[OWN]);
  step.new1 = step.new2 = float(1 - hyper[OWN]);
  step.root = 1;
  step.eps = float(hyper[OWN + 1]);
  step.old1 = float(hyper[OWN + 2]);
}

// beta1, beta2 of the moments that Adam and its kin average
void moments(const Hyper& hyper, UpdateStep& step) {
  step.new1 = float(1 - hyper[OWN]);
  step.old2 = float(hyper[OWN + 1]);
  step.new2 = float(1 - hyper[OWN + 1]);
}

Variant adam_variant(int32_t flags) { return flags & AMSGRAD ? Variant{&Kernels::amsgrad, 3} : Variant{&Kernels::adam, 2}; }
// beta1, beta2, eps
void adam(const Hyper& hyper, double taken, float*, UpdateStep& step) {
  moments(hyper, step);
  step.size = float(hyper[LR] / (1 - pow(hyper[OWN], taken)));
  step.root = float(1 / sqrt(1 - pow(hyper[OWN + 1], taken)));
  step.eps = float(hyper[OWN + 2]);
}

Variant adadelta_variant(int32_t) { return {&Kernels::adadelta, 2}; }
// rho, eps
void adadelta(const Hyper& hyper, double, float*, UpdateStep& step) {
  step.size = float(hyper[LR]);
  step.old2 = float(hyper[OWN]);
  step.new2 = float(1 - hyper[OWN]);
  step.eps = float(hyper[OWN + 1]);
}

Variant adamax_variant(int32_t) { return {&Kernels::adamax, 2}; }
// beta1, beta2, eps
void adamax(const Hyper& hyper, double taken, float*, UpdateStep& step) {
  moments(hyper, step);
  step.size = float(hyper[LR] / (1 - pow(hyper[OWN], taken)));
  step.eps = float(hyper[OWN + 2]);
}

Variant nadam_variant(int32_t) { return {&Kernels::nadam, 2}; }
// beta1, beta2, eps, momentumDecay; the number is the product of the momenta so far
void nadam(const Hyper& hyper, double taken, float* product, UpdateStep& step) {
  moments(hyper, step);
  const double now = hyper[OWN] * (1 - 0.5 * pow(0.96, taken * hyper[OWN + 3]));
  const double next = hyper[OWN] * (1 - 0.5 * pow(0.96, (taken + 1) * hyper[OWN + 3]));
  *product = float(double(*product) * now);
  step.ahead = float(hyper[LR] * (1 - now) / (1 - double(*product)));
  step.size = float(hyper[LR] * next / (1 - double(*product) * next));
  step.root = float(1 / sqrt(1 - pow(hyper[OWN + 1], taken)));
  step.eps = float(hyper[OWN + 2]);
}

Variant radam_variant(int32_t) { return {&Kernels::adam, 2}; }
// beta1, beta2, eps
void radam(const Hyper& hyper, double taken, float*, UpdateStep& step) {
  moments(hyper, step);
  const double beta2 = hyper[OWN + 1], kept = pow(beta2, taken), correction = 1 - kept;
  const double most = 2 / (1 - beta2) - 1, length = most - 2 * taken * kept / correction;
  const double size = hyper[LR] / (1 - pow(hyper[OWN], taken));
  const bool divides = length > 5;  // before, too few steps tell of the variance
  const double rectified = sqrt((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length) * correction);
  step.size = float(divides ? size * rectified : size);
  step.root = divides ? 1.0f : 0.0f;
  step.eps = divides ? float(hyper[OWN + 2]) : 1.0f;
}

Variant lion_variant(int32_t) { return {&Kernels::lion, 1}; }
// beta1, beta2
void lion(const Hyper& hyper, double, float*, UpdateStep& step) {
  step.size = float(hyper[LR]);
  step.new1 = float(1 - hyper[OWN]);
  step.new2 = float(1 - hyper[OWN + 1]);
}

constexpr UpdateRule SGD = {2, 7, false, sgd_variant, sgd};
constexpr UpdateRule ADAGRAD = {2, 1, false, adagrad_variant, adagrad};
constexpr UpdateRule RMSPROP = {3, 7, false, rmsprop_variant, rmsprop};
constexpr UpdateRule ADAM = {3, 3, false, adam_variant, adam};
constexpr UpdateRule ADADELTA = {2, 1, false, adadelta_variant, adadelta};
constexpr UpdateRule ADAMAX = {3, 1, false, adamax_variant, adamax};
constexpr UpdateRule NADAM = {4, 1, true, nadam_variant, nadam};
constexpr UpdateRule RADAM = {3, 1, false, radam_variant, radam};
constexpr UpdateRule LION = {2, 1, false, lion_variant, lion};

}  // namespace

std::unique_ptr<Command> decode_sgd(Reader& reader) { return decode_update(reader, SGD); }
std::unique_ptr<Command> decode_adagrad(Reader& reader) { return decode_update(reader, ADAGRAD); }
std::unique_ptr<Command> decode_rmsprop(Reader& reader) { return decode_update(reader, RMSPROP); }
std::unique_ptr<Command> decode_adam(Reader& reader) { return decode_update(reader, ADAM); }
std::unique_ptr<Command> decode_adadelta(Reader& reader) { return decode_update(reader, ADADELTA); }
std::unique_ptr<Command> decode_adamax(Reader& reader) { return decode_update(reader, ADAMAX); }
std::unique_ptr<Command> decode_nadam(Reader& reader) { return decode_update(reader, NADAM); }
std::unique_ptr<Command> decode_radam(Reader& reader) { return decode_update(reader, RADAM); }
std::unique_ptr<Command> decode_lion(Reader& reader) { return decode_update(reader, LION); }

}  // namespace hebb
