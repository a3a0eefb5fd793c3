// Normalisation by channels: passes over rows with coefficients for each column, and the columns' sums that gradients are made of.
#include "kernels/group_norm.h"

#include "kernels/rowwise.inc.h"

namespace ISA {
namespace {
namespace columnwise {

using namespace rowwise;

constexpr int64_t DOWN = 32;     // rows whose sum f32 holds
constexpr int64_t AHEAD = 1024;  // values that are asked for before their turn; beyond the end in vain, which does no harm

void apply(const float* x, const float* center, const float* scale, const float* shift, float* y, int64_t length, int64_t n, int64_t stride,
           bool streamed) {
  for (int64_t r = 0; r < length; r++, x += stride, y += stride) {
    row_write(y, n, streamed, [=](auto lanes, int64_t i) {
      ask_to_read(x + AHEAD, i);
      return fma(sub(lanes.get(x + i), lanes.get(center + i)), lanes.get(scale + i), lanes.get(shift + i));
    });
  }
  stream_fence();
}

// W vectors of columns, of one perhaps only a part, down `length` <= DOWN rows.
template <int W, class Lanes>
SIMD_INLINE void sums_tile(const Lanes& lanes, const float* x, const float* dy, const float* center, double* first, double* second,
                           int64_t length, int64_t stride, int count) {
  Vec a[W], b[W], c[W];
  float down[2 * W * LANES];
  for (int k = 0; k < W; k++) a[k] = b[k] = zero(), c[k] = lanes.get(center + k * LANES);
  for (int64_t r = 0; r < length; r++, x += stride, dy += stride) {
    for (int k = 0; k < W; k++) {
      ask_to_read(x + AHEAD, k * LANES), ask_to_read(dy + AHEAD, k * LANES);
      const Vec g = lanes.get(dy + k * LANES);
      a[k] = add(a[k], g), b[k] = fma(g, sub(lanes.get(x + k * LANES), c[k]), b[k]);
    }
  }
  for (int k = 0; k < W; k++) store(down + k * LANES, a[k]), store(down + (W + k) * LANES, b[k]);
  for (int j = 0; j < count; j++) first[j] += double(down[j]), second[j] += double(down[W * LANES + j]);
}

void sums(const float* x, const float* dy, const float* center, double* sums, int64_t length, int64_t n, int64_t stride) {
  for (int64_t r = 0; r < length; r += DOWN, x += DOWN * stride, dy += DOWN * stride) {
    const int64_t down = length - r < DOWN ? length - r : DOWN;
    int64_t i = 0;
    for (; i + 4 * LANES <= n; i += 4 * LANES)
      sums_tile<4>(Whole{}, x + i, dy + i, center + i, sums + i, sums + n + i, down, stride, 4 * LANES);
    for (; i + LANES <= n; i += LANES) sums_tile<1>(Whole{}, x + i, dy + i, center + i, sums + i, sums + n + i, down, stride, LANES);
    if (i < n) sums_tile<1>(Part{int(n - i)}, x + i, dy + i, center + i, sums + i, sums + n + i, down, stride, int(n - i));
  }
}

void backward(const float* x, const float* dy, const float* center, const float* scale, const float* slope, const float* shift, float* dx,
              int64_t length, int64_t n, int64_t stride, bool streamed) {
  for (int64_t r = 0; r < length; r++, x += stride, dy += stride, dx += stride) {
    row_write(dx, n, streamed, [=](auto lanes, int64_t i) {
      ask_to_read(x + AHEAD, i), ask_to_read(dy + AHEAD, i);
      const Vec rest = fma(sub(lanes.get(x + i), lanes.get(center + i)), lanes.get(slope + i), lanes.get(shift + i));
      return fma(lanes.get(dy + i), lanes.get(scale + i), rest);
    });
  }
  stream_fence();
}

}  // namespace columnwise

constexpr hebb::GroupNormKernels group_norm_kernels = {columnwise::apply, columnwise::sums, columnwise::backward};

}  // namespace
}  // namespace ISA
