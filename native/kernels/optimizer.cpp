// PyTorch's SGD and Adam(W), one piece of a parameter at a time. Sums of squares go to f64 every 512 values.
#include "kernels/optimizer.h"

#include "simd/simd.h"

namespace ISA {
namespace {
namespace optimizer {

constexpr int64_t RUN = 512;

// A full vector, or the last few values of a piece: then the other lanes read as 0 and are not written.
struct Full {
  SIMD_INLINE Vec get(const float* p) { return load(p); }
  SIMD_INLINE void put(float* p, Vec a) { store(p, a); }
};
struct Rest {
  int n;
  Vec get(const float* p) const { return load_n(p, n); }
  void put(float* p, Vec a) const { store_n(p, a, n); }
};

// Calls f(lanes, i) for the vectors of n values; returns the sum of the squares of what it gives.
template <class F> SIMD_INLINE double sweep(int64_t n, const F& f) {
  double total = 0;
  for (int64_t i = 0; i < n;) {
    const int64_t end = n - i < RUN ? n : i + RUN;
    Vec a = zero(), b = zero();
    for (; i + 2 * LANES <= end; i += 2 * LANES) {
      const Vec g = f(Full{}, i), h = f(Full{}, i + LANES);
      a = fma(g, g, a);
      b = fma(h, h, b);
    }
    for (; i < end; i += LANES) {
      const Vec g = end - i < LANES ? f(Rest{int(end - i)}, i) : f(Full{}, i);
      a = fma(g, g, a);
    }
    i = end;
    total += hsum(add(a, b));
  }
  return total;
}

double sum_squares(const float* grad, int64_t n) {
  return sweep(n, [=](auto lanes, int64_t i) { return lanes.get(grad + i); });
}

// The gradient that the update sees; min and max pass a NaN in their second operand.
template <class Step> SIMD_INLINE Vec prepared(const Step& step, Vec grad, Vec param) {
  const Vec g = min(set1(step.clip), max(set1(-step.clip), mul(grad, set1(step.scale))));
  return fma(set1(step.decay), param, g);
}

enum class Velocity { none, first, later };

template <Velocity KIND> double sgd_pass(const hebb::SgdStep& step, const float* grad, float* param, float* velocity, int64_t n) {
  const Vec momentum = set1(step.momentum), taken = set1(step.taken), lr = set1(step.lr);
  const Vec ahead = set1(step.nesterov ? step.momentum : 0.0f);
  return sweep(n, [=](auto lanes, int64_t i) {
    const Vec raw = lanes.get(grad + i), p = lanes.get(param + i);
    Vec g = prepared(step, raw, p);
    if (KIND != Velocity::none) {
      const Vec v = KIND == Velocity::first ? g : fma(momentum, lanes.get(velocity + i), mul(taken, g));
      lanes.put(velocity + i, v);
      g = step.nesterov ? fma(ahead, v, g) : v;
    }
    lanes.put(param + i, fnma(lr, g, p));
    return raw;
  });
}

double sgd(const hebb::SgdStep& step, const float* grad, float* param, float* velocity, int64_t n) {
  if (!velocity) return sgd_pass<Velocity::none>(step, grad, param, velocity, n);
  if (step.first) return sgd_pass<Velocity::first>(step, grad, param, velocity, n);
  return sgd_pass<Velocity::later>(step, grad, param, velocity, n);
}

double adam(const hebb::AdamStep& step, const float* grad, float* param, float* m, float* v, int64_t n) {
  const Vec keep = set1(step.keep), taken1 = set1(step.taken1), beta2 = set1(step.beta2), taken2 = set1(step.taken2);
  const Vec size = set1(step.size), root = set1(step.root), eps = set1(step.eps);
  return sweep(n, [=](auto lanes, int64_t i) {
    const Vec raw = lanes.get(grad + i), p = lanes.get(param + i), old = lanes.get(m + i);
    const Vec g = prepared(step, raw, p);
    const Vec mean = fma(taken1, sub(g, old), old);
    const Vec square = fma(mul(taken2, g), g, mul(beta2, lanes.get(v + i)));
    lanes.put(m + i, mean);
    lanes.put(v + i, square);
    lanes.put(param + i, fnma(size, divide_near(mean, fma(sqrt_near(square), root, eps)), mul(keep, p)));
    return raw;
  });
}

}  // namespace optimizer

constexpr hebb::OptimizerKernels optimizer_kernels = {optimizer::sum_squares, optimizer::sgd, optimizer::adam};

}  // namespace
}  // namespace ISA
