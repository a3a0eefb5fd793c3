// The softmax between attention's two products, forward and backward, and its masks: down the keys, a query a lane.
#include "kernels/attention.h"

#include "kernels/gemm_tiles.inc.h"
#include "simd/math.h"

namespace ISA {
namespace {
namespace attention {

using gemm::each;

constexpr int64_t WIDTH = hebb::ATTENTION_QUERIES;
constexpr int GROUP = 4;  // vectors of queries that go down the keys side by side
static_assert(WIDTH % LANES == 0);

// x is never above 0 but by rounding; NaN passes.
SIMD_INLINE Vec exp_below(Vec x) { return exp_between(max(set1(-104.0f), x)); }

// f(column, constant count of vectors) for all columns that hold queries.
template <class F> SIMD_INLINE void columns_of(int64_t queries, const F& f) {
  int64_t j = 0;
  for (; j + (GROUP - 1) * LANES < queries; j += GROUP * LANES) f.template operator()<GROUP>(j);
  for (; j < queries; j += LANES) f.template operator()<1>(j);
}

// The scaled and biased scores of key k in the columns from j on; -inf where a query doesn't see the key.
SIMD_INLINE Vec score(const hebb::AttentionBlock& b, int64_t k, int64_t j) {
  const int64_t at = k * WIDTH + j;
  const Vec scale = set1(b.scale), product = load(b.scores + at);
  const Vec s = b.bias ? fma(product, scale, load(b.bias + at)) : mul(product, scale);
  if (k <= b.reach + j) return s;
  const int64_t first = k - b.reach - j;  // the first lane that sees the key
  return first >= LANES ? set1(-__builtin_inff()) : select(mask_n(int(first)), set1(-__builtin_inff()), s);
}

// x where the weight at `at` is kept, grown; else 0.
SIMD_INLINE Vec keep(const hebb::AttentionBlock& b, int64_t at, Vec x) {
  return select(lt(load(b.draws + at), set1(b.drop)), zero(), mul(x, set1(b.grown)));
}

void weigh(const hebb::AttentionBlock& b, float* top, float* sum, float* factor) {
  columns_of(b.queries, [&]<int N>(int64_t j) GEMM_INLINE {
    Vec most[N], total[N], shift[N];
    each<N>([&](int v) GEMM_INLINE { most[v] = load(top + j + v * LANES); });
    for (int64_t k = 0; k < b.keys; k++) {
      each<N>([&](int v) GEMM_INLINE {
        const Vec s = score(b, k, j + v * LANES);
        store(b.scores + k * WIDTH + j + v * LANES, s);
        most[v] = max(s, most[v]);  // a NaN may get lost here; the sum brings it back
      });
    }
    each<N>([&](int v) GEMM_INLINE {
      const int64_t at = j + v * LANES;
      shift[v] = select(eq(most[v], set1(-__builtin_inff())), zero(), most[v]);
      store(factor + at, exp_below(sub(load(top + at), shift[v])));
      store(top + at, most[v]);
      total[v] = zero();
    });
    for (int64_t k = 0; k < b.keys; k++) {
      float* const row = b.scores + k * WIDTH + j;
      each<N>([&](int v) GEMM_INLINE {
        const Vec e = exp_below(sub(load(row + v * LANES), shift[v]));
        store(row + v * LANES, b.draws ? keep(b, k * WIDTH + j + v * LANES, e) : e);
        total[v] = add(total[v], e);
      });
    }
    each<N>([&](int v) GEMM_INLINE {
      const int64_t at = j + v * LANES;
      store(sum + at, fma(load(sum + at), load(factor + at), total[v]));
    });
  });
}

void close(const float* top, const float* sum, float* factor, float* lse, int64_t queries) {
  for (int64_t j = 0; j < queries; j += LANES) {
    const Vec total = load(sum + j);
    const Mask nothing = eq(total, zero());
    store(factor + j, select(nothing, zero(), div(set1(1.0f), total)));
    store(lse + j, select(nothing, set1(__builtin_inff()), add(load(top + j), log(total))));
  }
}

void slope(const hebb::AttentionBlock& b, const float* lse, const float* delta, float* slopes) {
  columns_of(b.queries, [&]<int N>(int64_t j) GEMM_INLINE {
    Vec shift[N], mean[N];
    each<N>([&](int v) GEMM_INLINE {
      shift[v] = load(lse + j + v * LANES);
      mean[v] = load(delta + j + v * LANES);
    });
    for (int64_t k = 0; k < b.keys; k++) {
      const int64_t at = k * WIDTH + j;
      each<N>([&](int v) GEMM_INLINE {
        const Vec p = exp(sub(score(b, k, j + v * LANES), shift[v]));
        const Vec s = load(slopes + at + v * LANES);
        store(b.scores + at + v * LANES, b.draws ? keep(b, at + v * LANES, p) : p);
        store(slopes + at + v * LANES, mul(p, sub(b.draws ? keep(b, at + v * LANES, s) : s, mean[v])));
      });
    }
  });
}

// The values of query i for the keys k … k + n - 1, as what is added to a score.
SIMD_INLINE Vec mask_line(const hebb::AttentionMask& m, int64_t i, int64_t k, int n) {
  const int64_t from = i * m.query_step + k * m.key_step;
  const Vec hidden = set1(-__builtin_inff());
  if (m.boolean) {
    const uint8_t* const seen = static_cast<const uint8_t*>(m.values) + from;
    uint8_t some[LANES] = {};
    if (n == LANES && m.key_step == 1) return select(eqi(load_u8(seen), set1i(0)), hidden, zero());
    for (int l = 0; l < n; l++) some[l] = seen[l * m.key_step];
    return select(eqi(load_u8(some), set1i(0)), hidden, zero());
  }
  const float* const added = static_cast<const float*>(m.values) + from;
  if (m.key_step == 1) return load_n(added, n);
  float some[LANES] = {};
  for (int l = 0; l < n; l++) some[l] = added[l * m.key_step];
  return load(some);
}

bool bias(const hebb::AttentionMask& m, float* to) {
  const Vec hidden = set1(-__builtin_inff());
  bool any = false;
  for (int64_t k = 0; k < m.keys; k += LANES) {
    const int n = int(m.keys - k < LANES ? m.keys - k : LANES);
    for (int64_t j = 0; j < m.queries; j += LANES) {
      const int64_t queries = m.queries - j < LANES ? m.queries - j : LANES;
      Vec square[LANES];
      for (int i = 0; i < LANES; i++) {
        if (i >= queries || (i > 0 && m.query_step == 0)) {
          square[i] = square[0];
          continue;
        }
        square[i] = mask_line(m, j + i, k, n);
        any = any || mask_any(mask_and(mask_n(n), mask_not(eq(square[i], hidden))));
      }
      transpose(square);
      for (int i = 0; i < n; i++) store(to + (k + i) * WIDTH + j, square[i]);
    }
  }
  return any;
}

void scale_rows(float* x, const float* factor, int64_t factor_step, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++, x += columns) {
    const Vec f = set1(factor[r * factor_step]);
    int64_t j = 0;
    for (; j + LANES <= columns; j += LANES) store(x + j, mul(load(x + j), f));
    if (j < columns) store_n(x + j, mul(load_n(x + j, int(columns - j)), f), int(columns - j));
  }
}

void row_dots(const float* a, const float* b, float* out, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++, a += columns, b += columns) {
    Vec sum = zero();
    int64_t j = 0;
    for (; j + LANES <= columns; j += LANES) sum = fma(load(a + j), load(b + j), sum);
    if (j < columns) sum = fma(load_n(a + j, int(columns - j)), load_n(b + j, int(columns - j)), sum);
    out[r] = hsum(sum);
  }
}

}  // namespace attention

constexpr hebb::AttentionKernels attention_kernels = {attention::weigh, attention::close,      attention::slope,
                                                      attention::bias,  attention::scale_rows, attention::row_dots};

}  // namespace
}  // namespace ISA
