// Passes over one row: what softmax and the normalisations are written with. Sums of a row go to f64 every 512 values.
#pragma once
#include "simd/simd.h"

namespace ISA {
namespace {
namespace rowwise {

constexpr int64_t RUN = 512;

// A full vector of a row, or its last few values: then the other lanes read as 0 and are not written.
struct Whole {
  SIMD_INLINE Vec get(const float* p) { return load(p); }
  SIMD_INLINE void put(float* p, Vec a) { store(p, a); }
  SIMD_INLINE Vec only(Vec a) { return a; }
};
struct Part {
  int n;
  Vec get(const float* p) const { return load_n(p, n); }
  void put(float* p, Vec a) const { store_n(p, a, n); }
  Vec only(Vec a) const { return select(mask_n(n), a, zero()); }
};

template <class F> SIMD_INLINE void row_map(int64_t n, const F& f) {
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES) f(Whole{}, i);
  if (i < n) f(Part{int(n - i)}, i);
}

// Writes what f(lanes, i) gives; around the caches where that is asked for, once the row has come to a vector's boundary.
template <class F> SIMD_INLINE void row_write(float* to, int64_t n, bool streamed, const F& f) {
  int64_t i = 0;
  if (streamed) {
    const int64_t past = int64_t(reinterpret_cast<uintptr_t>(to) / sizeof(float)) % LANES, head = past ? LANES - past : 0;
    if (head > 0 && head <= n) {
      const Part part{int(head)};
      part.put(to, f(part, 0));
      i = head;
    }
    for (; i + LANES <= n && head <= n; i += LANES) stream(to + i, f(Whole{}, i));
  }
  for (; i + LANES <= n; i += LANES) store(to + i, f(Whole{}, i));
  if (i < n) {
    const Part part{int(n - i)};
    part.put(to + i, f(part, i));
  }
}

// The sum over the row of what f(lanes, i) gives; f leaves 0 in lanes beyond the end.
template <class F> SIMD_INLINE double row_sum(int64_t n, const F& f) {
  double total = 0;
  for (int64_t i = 0; i < n;) {
    const int64_t end = n - i < RUN ? n : i + RUN;
    Vec a[4] = {zero(), zero(), zero(), zero()};
    for (; i + 4 * LANES <= end; i += 4 * LANES) {
      for (int k = 0; k < 4; k++) a[k] = add(a[k], f(Whole{}, i + k * LANES));
    }
    for (; i + LANES <= end; i += LANES) a[0] = add(a[0], f(Whole{}, i));
    if (i < end) a[1] = add(a[1], f(Part{int(end - i)}, i));
    i = end;
    total += hsum(add(add(a[0], a[1]), add(a[2], a[3])));
  }
  return total;
}

// The same for two sums: f(lanes, i, a, b) adds to both.
template <class F> SIMD_INLINE void row_sums(int64_t n, double* first, double* second, const F& f) {
  *first = *second = 0;
  for (int64_t i = 0; i < n;) {
    const int64_t end = n - i < RUN ? n : i + RUN;
    Vec a[4] = {zero(), zero(), zero(), zero()}, b[4] = {zero(), zero(), zero(), zero()};
    for (; i + 4 * LANES <= end; i += 4 * LANES) {
      for (int k = 0; k < 4; k++) f(Whole{}, i + k * LANES, a[k], b[k]);
    }
    for (; i + LANES <= end; i += LANES) f(Whole{}, i, a[0], b[0]);
    if (i < end) f(Part{int(end - i)}, i, a[1], b[1]);
    i = end;
    *first += hsum(add(add(a[0], a[1]), add(a[2], a[3])));
    *second += hsum(add(add(b[0], b[1]), add(b[2], b[3])));
  }
}

// While one row is worked on, the next comes from memory. At the end of the last row this asks in vain, which does no harm.
SIMD_INLINE void ask_to_read(const float* p, int64_t i) {
  if (LANES >= 8 || i % 16 == 0) __builtin_prefetch(p + i);
}
SIMD_INLINE void ask_to_write(float* p, int64_t i) {
  if (LANES >= 8 || i % 16 == 0) __builtin_prefetch(p + i, 1);
}

}  // namespace rowwise
}  // namespace
}  // namespace ISA
