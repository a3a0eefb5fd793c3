// Maxima and means of windows, a vector of channels at a time, and what their gradients need.
#include "kernels/pool.h"

#include "simd/simd.h"

namespace ISA {
namespace {
namespace pool {

// f(offset of a tap) for all taps of a window, then `row_done` after each row of them.
template <class F, class G> SIMD_INLINE void taps(const hebb::PoolWindow& w, const F& f, const G& row_done) {
  for (int64_t i = 0; i < w.counts[0]; i++) {
    for (int64_t j = 0; j < w.counts[1]; j++) {
      const int64_t row = i * w.strides[0] + j * w.strides[1];
      for (int64_t k = 0; k < w.counts[2]; k++) f(row + k * w.strides[2]);
      row_done();
    }
  }
}
template <class F> SIMD_INLINE void taps(const hebb::PoolWindow& w, const F& f) {
  taps(w, f, [] {});
}

// body(c, n) for each vector of channels, of which n count.
template <class F> SIMD_INLINE void vectors(const hebb::PoolWindow& w, const F& body) {
  for (int64_t c = 0; c < w.channels; c += LANES) body(c, int(w.channels - c < LANES ? w.channels - c : LANES));
}

SIMD_INLINE Vec get(const float* p, int n) { return n == LANES ? load(p) : load_n(p, n); }
SIMD_INLINE void put(float* p, Vec x, int n) { n == LANES ? store(p, x) : store_n(p, x, n); }

void max(const hebb::PoolWindow& w, const float* x, float* y) {
  vectors(w, [&](int64_t c, int n) {
    Vec most = set1(-__builtin_inff());
    taps(w, [&](int64_t at) {
      const Vec value = get(x + at + c, n);
      most = select(mask_or(gt(value, most), is_nan(value)), value, most);
    });
    put(y + c, most, n);
  });
}

void mean(const hebb::PoolWindow& w, const float* x, float factor, float* y) {
  vectors(w, [&](int64_t c, int n) {
    Vec sum = zero(), row = zero();  // sums of rows keep rounding errors small
    taps(
        w, [&](int64_t at) { row = add(row, get(x + at + c, n)); },
        [&] {
          sum = add(sum, row);
          row = zero();
        });
    put(y + c, mul(sum, set1(factor)), n);
  });
}

// Which lanes of a tap are the window's maximum and haven't been met before.
SIMD_INLINE Mask first_match(Vec value, Vec most, Mask* open) {
  const Mask same = mask_or(eq(value, most), mask_and(is_nan(value), is_nan(most)));
  const Mask hit = mask_and(same, *open);
  *open = mask_and(*open, mask_not(same));
  return hit;
}

void max_grad(const hebb::PoolWindow& w, const float* x, const float* y, const float* dy, float* dx) {
  vectors(w, [&](int64_t c, int n) {
    const Vec most = get(y + c, n), slope = get(dy + c, n);
    Mask open = mask_n(n);
    taps(w, [&](int64_t at) {
      const Mask hit = first_match(get(x + at + c, n), most, &open);
      float* to = dx + at + c;
      put(to, add(get(to, n), select(hit, slope, zero())), n);
    });
  });
}

void mean_grad(const hebb::PoolWindow& w, const float* dy, float factor, float* dx) {
  vectors(w, [&](int64_t c, int n) {
    const Vec slope = mul(get(dy + c, n), set1(factor));
    taps(w, [&](int64_t at) {
      float* to = dx + at + c;
      put(to, add(get(to, n), slope), n);
    });
  });
}

void pick(const hebb::PoolWindow& w, const float* x, const float* y, const float* v, float* out) {
  vectors(w, [&](int64_t c, int n) {
    const Vec most = get(y + c, n);
    Vec found = zero();
    Mask open = mask_n(n);
    taps(w, [&](int64_t at) { found = select(first_match(get(x + at + c, n), most, &open), get(v + at + c, n), found); });
    put(out + c, found, n);
  });
}

}  // namespace pool

constexpr hebb::PoolKernels pool_kernels = {pool::max, pool::mean, pool::max_grad, pool::mean_grad, pool::pick};

}  // namespace
}  // namespace ISA
