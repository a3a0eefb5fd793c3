// softmax, log softmax and cross-entropy, row by row: the row's max is subtracted before exp, so no logit is too large; a row
// that holds NaN or +inf, or nothing but -inf, gives NaN.
#include "kernels/softmax.h"

#include "kernels/rowwise.inc.h"
#include "simd/math.h"

namespace ISA {
namespace {
namespace rowwise {

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
