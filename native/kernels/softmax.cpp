// softmax, log softmax and cross-entropy, row by row: the row's max is subtracted before exp, so no logit is too large; a row
// that holds NaN or +inf, or nothing but -inf, gives NaN. Sums of a row go to f64 every 512 values.
#include "kernels/softmax.h"

#include "simd/math.h"

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

// A NaN may get lost here; the row's sum of exp brings it back.
SIMD_INLINE float row_max(const float* x, int64_t n) {
  const Vec low = set1(-__builtin_inff());
  Vec a[4] = {low, low, low, low};
  int64_t i = 0;
  for (; i + 4 * LANES <= n; i += 4 * LANES) {
    for (int k = 0; k < 4; k++) a[k] = max(load(x + i + k * LANES), a[k]);
  }
  for (; i + LANES <= n; i += LANES) a[0] = max(load(x + i), a[0]);
  if (i < n) a[1] = max(select(mask_n(int(n - i)), load_n(x + i, int(n - i)), low), a[1]);
  return hmax(max(max(a[0], a[1]), max(a[2], a[3])));
}

// While one row is worked on, the next comes from memory. At the end of the last row this asks in vain, which does no harm.
SIMD_INLINE void ask_to_read(const float* p, int64_t i) {
  if (LANES >= 8 || i % 16 == 0) __builtin_prefetch(p + i);
}
SIMD_INLINE void ask_to_write(float* p, int64_t i) {
  if (LANES >= 8 || i % 16 == 0) __builtin_prefetch(p + i, 1);
}

SIMD_INLINE double sum_exp(const float* x, int64_t n, float top) {
  const Vec t = set1(top);
  return row_sum(n, [=](auto lanes, int64_t i) {
    ask_to_read(x + n, i);
    return lanes.only(exp(sub(lanes.get(x + i), t)));
  });
}

SIMD_INLINE float log_of(float x) {
  float y;
  store_n(&y, log(set1(x)), 1);
  return y;
}

void softmax(const float* x, float* y, int64_t rows, int64_t cols) {
  for (int64_t r = 0; r < rows; r++, x += cols, y += cols) {
    const Vec top = set1(row_max(x, cols));
    const double total = row_sum(cols, [=](auto lanes, int64_t i) {
      ask_to_read(x + cols, i);
      const Vec e = lanes.only(exp(sub(lanes.get(x + i), top)));
      lanes.put(y + i, e);
      return e;
    });
    const Vec scale = set1(float(1.0 / total));
    row_map(cols, [=](auto lanes, int64_t i) {
      ask_to_write(y + cols, i);
      lanes.put(y + i, mul(lanes.get(y + i), scale));
    });
  }
}

void log_softmax(const float* x, float* y, int64_t rows, int64_t cols) {
  for (int64_t r = 0; r < rows; r++, x += cols, y += cols) {
    const float top = row_max(x, cols);
    const Vec t = set1(top), rest = set1(log_of(float(sum_exp(x, cols, top))));
    row_map(cols, [=](auto lanes, int64_t i) {
      ask_to_write(y + cols, i);
      lanes.put(y + i, sub(sub(lanes.get(x + i), t), rest));
    });
  }
}

void softmax_grad(const float* y, const float* dy, float* dx, int64_t rows, int64_t cols, bool streamed) {
  for (int64_t r = 0; r < rows; r++, y += cols, dy += cols, dx += cols) {
    const Vec total = set1(float(row_sum(cols, [=](auto lanes, int64_t i) { return mul(lanes.get(y + i), lanes.get(dy + i)); })));
    row_write(dx, cols, streamed, [=](auto lanes, int64_t i) {
      ask_to_read(y + cols, i), ask_to_read(dy + cols, i);
      return mul(lanes.get(y + i), sub(lanes.get(dy + i), total));
    });
  }
  stream_fence();
}

void log_softmax_grad(const float* y, const float* dy, float* dx, int64_t rows, int64_t cols, bool streamed) {
  for (int64_t r = 0; r < rows; r++, y += cols, dy += cols, dx += cols) {
    const Vec total = set1(float(row_sum(cols, [=](auto lanes, int64_t i) { return lanes.get(dy + i); })));
    row_write(dx, cols, streamed, [=](auto lanes, int64_t i) {
      ask_to_read(y + cols, i), ask_to_read(dy + cols, i);
      return fnma(exp(lanes.get(y + i)), total, lanes.get(dy + i));
    });
  }
  stream_fence();
}

void cross_entropy(const float* logits, const int32_t* labels, float* loss, float* lse, int64_t rows, int64_t classes) {
  for (int64_t r = 0; r < rows; r++) {
    lse[r] = row_max(logits + r * classes, classes);
    loss[r] = float(sum_exp(logits + r * classes, classes, lse[r]));
  }
  row_map(rows, [=](auto lanes, int64_t r) { lanes.put(loss + r, log(lanes.get(loss + r))); });
  for (int64_t r = 0; r < rows; r++) {
    const float top = lse[r], rest = loss[r];
    lse[r] = top + rest;
    loss[r] = rest + (top - logits[r * classes + labels[r]]);  // more exact than lse - logit where logits are large
  }
}

void cross_entropy_grad(const float* logits, const int32_t* labels, const float* lse, const float* dy, int64_t dy_step, float* dx,
                        int64_t rows, int64_t classes, bool streamed) {
  for (int64_t r = 0; r < rows; r++) {
    const float* const x = logits + r * classes;
    const Vec shift = set1(lse[r]), scale = set1(dy[r * dy_step]);
    row_write(dx + r * classes, classes, streamed, [=](auto lanes, int64_t i) {
      ask_to_read(x + classes, i);
      return mul(exp(sub(lanes.get(x + i), shift)), scale);
    });
  }
  stream_fence();
  for (int64_t r = 0; r < rows; r++) {
    if (uint32_t(labels[r]) < uint64_t(classes)) dx[r * classes + labels[r]] -= dy[r * dy_step];
  }
}

}  // namespace rowwise

constexpr hebb::SoftmaxKernels softmax_kernels = {
    {rowwise::softmax, rowwise::log_softmax},
    {rowwise::softmax_grad, rowwise::log_softmax_grad},
    rowwise::cross_entropy,
    rowwise::cross_entropy_grad,
};

}  // namespace
}  // namespace ISA
