// Sums, products, extremes, their positions and squared deviations over rows and columns. f32 sums add at most 512 values in f32 (in
// lanes, or 32 down a column) and then in f64, so that 16 Mi values lose no more than a block does. NaN wins an extreme; ties go to the
// first.
#include "kernels/reduce.h"

#include "simd/simd.h"

namespace ISA {
namespace {
namespace reduction {

constexpr int64_t RUN = 512;        // values of a row that are summed in f32
constexpr int64_t DOWN = 32;        // values of a column that are summed in f32
constexpr int64_t WIDE = 128;                // columns that a few columns are widened to
constexpr float INF = __builtin_inff();

SIMD_INLINE Vec fetch(const float* p) { return load(p); }
SIMD_INLINE VecI fetch(const int32_t* p) { return loadi(p); }
SIMD_INLINE Vec fetch_n(const float* p, int n) { return load_n(p, n); }
SIMD_INLINE VecI fetch_n(const int32_t* p, int n) { return loadi_n(p, n); }
SIMD_INLINE void put(float* p, Vec a) { store(p, a); }
SIMD_INLINE void put(int32_t* p, VecI a) { storei(p, a); }
SIMD_INLINE void put_n(float* p, Vec a, int n) { store_n(p, a, n); }
SIMD_INLINE void put_n(int32_t* p, VecI a, int n) { storei_n(p, a, n); }
SIMD_INLINE Vec choose(Mask m, Vec yes, Vec no) { return select(m, yes, no); }
SIMD_INLINE VecI choose(Mask m, VecI yes, VecI no) { return selecti(m, yes, no); }

// What the kinds are made of: T the value, V its vector, S the state of one result.
struct Sum {
  using T = float;
  using V = Vec;
  using S = double;
  static constexpr S START = 0;
  SIMD_INLINE V start() { return zero(); }
  SIMD_INLINE V step(V a, V x) { return add(a, x); }
  SIMD_INLINE T fold(V a) { return hsum(a); }
  SIMD_INLINE S merge(S a, S x) { return a + x; }
};
struct Prod {
  using T = float;
  using V = Vec;
  using S = double;
  static constexpr S START = 1;
  SIMD_INLINE V start() { return set1(1); }
  SIMD_INLINE V step(V a, V x) { return mul(a, x); }
  SIMD_INLINE T fold(V a) {
    float lane[LANES];
    store(lane, a);
    for (int width = LANES / 2; width > 0; width /= 2) {
      for (int i = 0; i < width; i++) lane[i] *= lane[i + width];
    }
    return lane[0];
  }
  SIMD_INLINE S merge(S a, S x) { return a * x; }
};
struct Max {
  using T = float;
  using V = Vec;
  using S = float;
  static constexpr S START = -INF;
  SIMD_INLINE V start() { return set1(START); }
  SIMD_INLINE V step(V a, V x) { return select(is_nan(x), x, max(x, a)); }  // max keeps a NaN in its second operand
  SIMD_INLINE T fold(V a) { return mask_any(is_nan(a)) ? __builtin_nanf("") : hmax(a); }
  SIMD_INLINE S merge(S a, S x) { return better(x, a) ? x : a; }
  SIMD_INLINE bool better(T x, T best) { return !(x <= best) && best == best; }
  SIMD_INLINE Mask better(V x, V best) { return mask_not(mask_or(le(x, best), is_nan(best))); }
};
struct Min {
  using T = float;
  using V = Vec;
  using S = float;
  static constexpr S START = INF;
  SIMD_INLINE V start() { return set1(START); }
  SIMD_INLINE V step(V a, V x) { return select(is_nan(x), x, min(x, a)); }
  SIMD_INLINE T fold(V a) { return mask_any(is_nan(a)) ? __builtin_nanf("") : hmin(a); }
  SIMD_INLINE S merge(S a, S x) { return better(x, a) ? x : a; }
  SIMD_INLINE bool better(T x, T best) { return !(x >= best) && best == best; }
  SIMD_INLINE Mask better(V x, V best) { return mask_not(mask_or(ge(x, best), is_nan(best))); }
};

template <class R> SIMD_INLINE int32_t fold_int(VecI a) {
  int32_t lane[LANES];
  storei(lane, a);
  for (int i = 1; i < LANES; i++) lane[0] = R::merge(lane[0], lane[i]);
  return lane[0];
}
struct SumInt {
  using T = int32_t;
  using V = VecI;
  using S = int32_t;
  static constexpr S START = 0;
  SIMD_INLINE V start() { return set1i(START); }
  SIMD_INLINE V step(V a, V x) { return addi(a, x); }
  SIMD_INLINE T fold(V a) { return fold_int<SumInt>(a); }
  SIMD_INLINE S merge(S a, S x) { return int32_t(uint32_t(a) + uint32_t(x)); }
};
struct ProdInt {
  using T = int32_t;
  using V = VecI;
  using S = int32_t;
  static constexpr S START = 1;
  SIMD_INLINE V start() { return set1i(START); }
  SIMD_INLINE V step(V a, V x) { return muli(a, x); }
  SIMD_INLINE T fold(V a) { return fold_int<ProdInt>(a); }
  SIMD_INLINE S merge(S a, S x) { return int32_t(uint32_t(a) * uint32_t(x)); }
};
struct MaxInt {
  using T = int32_t;
  using V = VecI;
  using S = int32_t;
  static constexpr S START = INT32_MIN;
  SIMD_INLINE V start() { return set1i(START); }
  SIMD_INLINE V step(V a, V x) { return maxi(a, x); }
  SIMD_INLINE T fold(V a) { return fold_int<MaxInt>(a); }
  SIMD_INLINE S merge(S a, S x) { return x > a ? x : a; }
  SIMD_INLINE bool better(T x, T best) { return x > best; }
  SIMD_INLINE Mask better(V x, V best) { return lti(best, x); }
};
struct MinInt {
  using T = int32_t;
  using V = VecI;
  using S = int32_t;
  static constexpr S START = INT32_MAX;
  SIMD_INLINE V start() { return set1i(START); }
  SIMD_INLINE V step(V a, V x) { return mini(a, x); }
  SIMD_INLINE T fold(V a) { return fold_int<MinInt>(a); }
  SIMD_INLINE S merge(S a, S x) { return x < a ? x : a; }
  SIMD_INLINE bool better(T x, T best) { return x < best; }
  SIMD_INLINE Mask better(V x, V best) { return lti(x, best); }
};

// All n values of x taken into one vector.
template <class R> SIMD_INLINE typename R::V run(const typename R::T* x, int64_t n) {
  typename R::V all = R::start();
  int64_t i = 0;
  if (n >= 8 * LANES) {
    typename R::V a[8];
    for (int k = 0; k < 8; k++) a[k] = fetch(x + k * LANES);
    for (i = 8 * LANES; i + 8 * LANES <= n; i += 8 * LANES) {
      for (int k = 0; k < 8; k++) a[k] = R::step(a[k], fetch(x + i + k * LANES));
    }
    for (int width = 4; width > 0; width /= 2) {
      for (int k = 0; k < width; k++) a[k] = R::step(a[k], a[k + width]);
    }
    all = R::step(all, a[0]);
  }
  for (; i + LANES <= n; i += LANES) all = R::step(all, fetch(x + i));
  if (i < n) all = choose(mask_n(int(n - i)), R::step(all, fetch_n(x + i, int(n - i))), all);
  return all;
}

template <class R> void start(void* state, int64_t n) {
  auto s = static_cast<typename R::S*>(state);
  for (int64_t i = 0; i < n; i++) s[i] = R::START;
}

template <class R> void rows(void* state, const void* values, int64_t n, int64_t length, int64_t) {
  auto s = static_cast<typename R::S*>(state);
  auto x = static_cast<const typename R::T*>(values);
  for (int64_t r = 0; r < n; r++, x += length) {
    for (int64_t i = 0; i < length; i += RUN) { s[r] = R::merge(s[r], R::fold(run<R>(x + i, length - i < RUN ? length - i : RUN))); }
  }
}

// W vectors of neighbouring columns, down at most DOWN rows.
template <class R, int W> SIMD_INLINE void tile(typename R::S* s, const typename R::T* x, int64_t length, int64_t stride) {
  typename R::V a[W];
  typename R::T down[W * LANES];
  for (int k = 0; k < W; k++) a[k] = fetch(x + k * LANES);
  for (int64_t i = 1; i < length; i++) {
    for (int k = 0; k < W; k++) a[k] = R::step(a[k], fetch(x + i * stride + k * LANES));
  }
  for (int k = 0; k < W; k++) put(down + k * LANES, a[k]);
  for (int j = 0; j < W * LANES; j++) s[j] = R::merge(s[j], down[j]);
}

template <class R> SIMD_INLINE void last_tile(typename R::S* s, const typename R::T* x, int64_t length, int64_t stride, int n) {
  typename R::V a = R::start();
  typename R::T down[LANES];
  for (int64_t i = 0; i < length; i++) a = R::step(a, fetch_n(x + i * stride, n));
  put(down, a);
  for (int j = 0; j < n; j++) s[j] = R::merge(s[j], down[j]);
}

template <class R> void columns(void* state, const void* values, int64_t length, int64_t n, int64_t stride, int64_t) {
  auto s = static_cast<typename R::S*>(state);
  auto x = static_cast<const typename R::T*>(values);
  if (n == stride && n <= WIDE / 4 && length * n >= 4 * WIDE) {
    // A few columns: as many rows side by side as fill the vectors, merged at the end.
    typename R::S wide[WIDE];
    const int64_t beside = WIDE / n, rows = length / beside;
    start<R>(wide, beside * n);
    columns<R>(wide, x, rows, beside * n, beside * n, 0);
    for (int64_t k = 0; k < beside * n; k += n) {
      for (int64_t j = 0; j < n; j++) s[j] = R::merge(s[j], wide[k + j]);
    }
    x += rows * beside * n;
    length -= rows * beside;
  }
  for (int64_t i = 0; i < length; i += DOWN, x += DOWN * stride) {
    const int64_t down = length - i < DOWN ? length - i : DOWN;
    int64_t j = 0;
    for (; j + 8 * LANES <= n; j += 8 * LANES) tile<R, 8>(s + j, x + j, down, stride);
    for (; j + 4 * LANES <= n; j += 4 * LANES) tile<R, 4>(s + j, x + j, down, stride);
    for (; j + LANES <= n; j += LANES) tile<R, 1>(s + j, x + j, down, stride);
    if (j < n) last_tile<R>(s + j, x + j, down, stride, int(n - j));
  }
}

template <class R> void merge(void* state, const void* later, int64_t n) {
  auto s = static_cast<typename R::S*>(state);
  auto x = static_cast<const typename R::S*>(later);
  for (int64_t i = 0; i < n; i++) s[i] = R::merge(s[i], x[i]);
}

void finish_sum(const void* state, int64_t n, double scale, void* out) {
  auto s = static_cast<const double*>(state);
  auto y = static_cast<float*>(out);
  for (int64_t i = 0; i < n; i++) y[i] = float(s[i] * scale);
}
void finish(const void* state, int64_t n, double, void* out) { memcpy(out, state, size_t(n) * 4); }

#include "kernels/reduce_deviations.inc.h"
#include "kernels/reduce_position.inc.h"

template <class R> constexpr hebb::ReduceKernel values(void (*end)(const void*, int64_t, double, void*) = finish) {
  return {start<R>, rows<R>, columns<R>, merge<R>, end};
}
template <class R> constexpr hebb::ReduceKernel positions() {
  return {position_start<R>, position_rows<R>, position_columns<R>, position_merge<R>, position_finish};
}
constexpr hebb::ReduceKernel deviations = {deviations_start, deviations_rows, deviations_columns, deviations_merge, deviations_finish};

}  // namespace reduction

constexpr hebb::ReduceKernels reduce_kernels = {
    {reduction::values<reduction::Sum>(reduction::finish_sum), reduction::values<reduction::Sum>(reduction::finish_sum),
     reduction::values<reduction::Max>(), reduction::values<reduction::Min>(), reduction::positions<reduction::Max>(),
     reduction::positions<reduction::Min>(), reduction::values<reduction::Prod>(reduction::finish_sum), reduction::deviations,
     reduction::values<reduction::SumInt>(), reduction::values<reduction::MaxInt>(), reduction::values<reduction::MinInt>(),
     reduction::positions<reduction::MaxInt>(), reduction::positions<reduction::MinInt>(), reduction::values<reduction::ProdInt>()}};

}  // namespace
}  // namespace ISA
