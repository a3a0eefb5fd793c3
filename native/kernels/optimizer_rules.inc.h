// The optimizers' update rules on one vector. next() gives the parameter's new value, from the gradient `g` as the user's options
// prepared it and from the parameter `p` after decoupled decay; `at` loads and stores the states, which begin at s[k] + i.
#pragma once
#include "kernels/optimizer.h"
#include "simd/simd.h"

namespace ISA {
namespace {
namespace optimizer {

using hebb::UpdateStep;

struct Sgd {
  template <class At> SIMD_INLINE Vec next(const UpdateStep& step, const At&, float* const*, int64_t, Vec g, Vec p) {
    return fnma(set1(step.size), g, p);
  }
};

template <bool NESTEROV> struct Momentum {
  template <class At> SIMD_INLINE Vec next(const UpdateStep& step, const At& at, float* const* s, int64_t i, Vec g, Vec p) {
    const Vec v = fma(set1(step.old1), at.get(s[0] + i), mul(set1(step.new1), g));
    at.put(s[0] + i, v);
    return fnma(set1(step.size), NESTEROV ? fma(set1(step.ahead), v, g) : v, p);
  }
};

template <class At> SIMD_INLINE Vec average_squares(const UpdateStep& step, const At& at, float* second, Vec g) {
  const Vec square = fma(mul(set1(step.new2), g), g, mul(set1(step.old2), at.get(second)));
  at.put(second, square);
  return square;
}

template <class At> SIMD_INLINE Vec average(const UpdateStep& step, const At& at, float* first, Vec g) {
  const Vec old = at.get(first), mean = fma(set1(step.new1), sub(g, old), old);
  at.put(first, mean);
  return mean;
}

SIMD_INLINE Vec denominator(const UpdateStep& step, Vec square) { return fma(sqrt_near(square), set1(step.root), set1(step.eps)); }

template <bool CENTERED, bool MOMENTUM> struct RmsProp {
  template <class At> SIMD_INLINE Vec next(const UpdateStep& step, const At& at, float* const* s, int64_t i, Vec g, Vec p) {
    Vec square = average_squares(step, at, s[0] + i, g);
    if (CENTERED) {
      const Vec mean = average(step, at, s[1] + i, g);
      square = max(zero(), fnma(mean, mean, square));  // rounding may leave less than nothing
    }
    const Vec scaled = divide_near(g, denominator(step, square));
    if (!MOMENTUM) return fnma(set1(step.size), scaled, p);
    float* const velocity = s[CENTERED ? 2 : 1] + i;
    const Vec v = fma(set1(step.old1), at.get(velocity), scaled);
    at.put(velocity, v);
    return fnma(set1(step.size), v, p);
  }
};

template <bool AMSGRAD> struct Adam {
  template <class At> SIMD_INLINE Vec next(const UpdateStep& step, const At& at, float* const* s, int64_t i, Vec g, Vec p) {
    const Vec mean = average(step, at, s[0] + i, g);
    Vec square = average_squares(step, at, s[1] + i, g);
    if (AMSGRAD) {
      square = max(at.get(s[2] + i), square);
      at.put(s[2] + i, square);
    }
    return fnma(set1(step.size), divide_near(mean, denominator(step, square)), p);
  }
};

struct NAdam {
  template <class At> SIMD_INLINE Vec next(const UpdateStep& step, const At& at, float* const* s, int64_t i, Vec g, Vec p) {
    const Vec mean = average(step, at, s[0] + i, g), square = average_squares(step, at, s[1] + i, g);
    return sub(p, divide_near(fma(set1(step.size), mean, mul(set1(step.ahead), g)), denominator(step, square)));
  }
};

struct Adadelta {
  template <class At> SIMD_INLINE Vec next(const UpdateStep& step, const At& at, float* const* s, int64_t i, Vec g, Vec p) {
    const Vec square = average_squares(step, at, s[0] + i, g), eps = set1(step.eps);
    const Vec delta = mul(sqrt(div(add(at.get(s[1] + i), eps), add(square, eps))), g);
    average_squares(step, at, s[1] + i, delta);
    return fnma(set1(step.size), delta, p);
  }
};

struct Adamax {
  template <class At> SIMD_INLINE Vec next(const UpdateStep& step, const At& at, float* const* s, int64_t i, Vec g, Vec p) {
    const Vec mean = average(step, at, s[0] + i, g);
    const Vec largest = max(mul(set1(step.old2), at.get(s[1] + i)), add(abs(g), set1(step.eps)));
    at.put(s[1] + i, largest);
    return fnma(set1(step.size), div(mean, largest), p);
  }
};

// sign(x) · size; 0 where x is 0, NaN where it is NaN.
SIMD_INLINE Vec signed_size(Vec x, float size) { return select(eq(x, zero()), zero(), select(is_nan(x), x, copysign(set1(size), x))); }

struct Lion {
  template <class At> SIMD_INLINE Vec next(const UpdateStep& step, const At& at, float* const* s, int64_t i, Vec g, Vec p) {
    const Vec old = at.get(s[0] + i), change = sub(g, old);
    at.put(s[0] + i, fma(set1(step.new2), change, old));
    return sub(p, signed_size(fma(set1(step.new1), change, old), step.size));
  }
};

}  // namespace optimizer
}  // namespace
}  // namespace ISA
