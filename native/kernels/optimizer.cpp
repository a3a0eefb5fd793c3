// The optimizers' pass over one piece of a parameter, around the rules of optimizer_rules.inc.h. Sums of squares go to f64 every 512
// values.
#include "kernels/optimizer.h"

#include "kernels/optimizer_rules.inc.h"
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

// The gradient that the rule sees; min and max pass a NaN in their second operand.
SIMD_INLINE Vec prepared(const UpdateStep& step, Vec grad, Vec param) {
  const Vec g = min(set1(step.clip), max(set1(-step.clip), mul(grad, set1(step.scale))));
  return fma(set1(step.decay), param, add(g, signed_size(param, step.l1)));
}

template <class Rule> double pass(const UpdateStep& of, const hebb::UpdateArrays& where, int64_t n) {
  const UpdateStep step = of;  // copies, which no store to an array can change
  const hebb::UpdateArrays arrays = where;
  return sweep(n, [=](auto lanes, int64_t i) {
    const Vec raw = lanes.get(arrays.grad + i), p = lanes.get(arrays.param + i);
    lanes.put(arrays.param + i, Rule::next(step, lanes, arrays.state, i, prepared(step, raw, p), mul(set1(step.keep), p)));
    return raw;
  });
}

}  // namespace optimizer

constexpr hebb::OptimizerKernels optimizer_kernels = {
    optimizer::sum_squares,
    optimizer::pass<optimizer::Sgd>,
    optimizer::pass<optimizer::Momentum<false>>,
    optimizer::pass<optimizer::Momentum<true>>,
    optimizer::pass<optimizer::RmsProp<false, false>>,
    optimizer::pass<optimizer::RmsProp<false, true>>,
    optimizer::pass<optimizer::RmsProp<true, false>>,
    optimizer::pass<optimizer::RmsProp<true, true>>,
    optimizer::pass<optimizer::Adam<false>>,
    optimizer::pass<optimizer::Adam<true>>,
    optimizer::pass<optimizer::NAdam>,
    optimizer::pass<optimizer::Adadelta>,
    optimizer::pass<optimizer::Adamax>,
    optimizer::pass<optimizer::Lion>,
};

}  // namespace
}  // namespace ISA
