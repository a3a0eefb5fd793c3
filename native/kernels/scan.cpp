// Running sums, products and recurrences y = b + a · y: one column in a register, many side by side.
#include "kernels/scan.h"

#include "simd/simd.h"

namespace ISA {
namespace {
namespace scanning {

struct FloatSum {
  using T = float;
  using S = double;
  SIMD_INLINE S step(S s, T x) { return s + double(x); }
};
struct FloatProd {
  using T = float;
  using S = double;
  SIMD_INLINE S step(S s, T x) { return s * double(x); }
};
struct IntSum {
  using T = int32_t;
  using S = int32_t;
  SIMD_INLINE S step(S s, T x) { return int32_t(uint32_t(s) + uint32_t(x)); }
};
struct IntProd {
  using T = int32_t;
  using S = int32_t;
  SIMD_INLINE S step(S s, T x) { return int32_t(uint32_t(s) * uint32_t(x)); }
};

template <class R> void scan(void* state, const void* values, void* results, int64_t length, int64_t n, int64_t stride) {
  using T = typename R::T;
  auto s = static_cast<typename R::S*>(state);
  auto x = static_cast<const T*>(values);
  auto y = static_cast<T*>(results);
  if (n == 1) {
    typename R::S one = *s;
    for (int64_t i = 0; i < length; i++, x += stride, y += stride) *y = T(one = R::step(one, *x));
    *s = one;
    return;
  }
  for (int64_t i = 0; i < length; i++, x += stride, y += stride) {
    for (int64_t j = 0; j < n; j++) y[j] = T(s[j] = R::step(s[j], x[j]));
  }
}

void linear(double* state, const float* a, const float* b, float* y, int64_t length, int64_t n, int64_t stride) {
  for (int64_t i = 0; i < length; i++, a += stride, b += stride, y += stride) {
    for (int64_t j = 0; j < n; j++) y[j] = float(state[j] = double(b[j]) + double(a[j]) * state[j]);
  }
}

}  // namespace scanning

constexpr hebb::ScanKernels scan_kernels = {
    {scanning::scan<scanning::FloatSum>, scanning::scan<scanning::FloatProd>, scanning::scan<scanning::IntSum>,
     scanning::scan<scanning::IntProd>},
    scanning::linear,
};

}  // namespace
}  // namespace ISA
