// Layer and RMS normalisation, row by row. Forward reads a row three times (mean, deviations, result), backward twice; all but the first
// reading come from L1.
#include "kernels/layer_norm.h"

#include "kernels/rowwise.inc.h"

namespace ISA {
namespace {
namespace rowwise {

SIMD_INLINE float reciprocal_root(double x) {
  float y;
  store_n(&y, div(set1(1), sqrt(set1(float(x)))), 1);
  return y;
}

void layer_norm(const float* x, const float* weight, const float* bias, float* y, float* mean, float* rstd, int64_t rows, int64_t cols,
                double eps, bool streamed) {
  const double part = 1.0 / double(cols);
  for (int64_t r = 0; r < rows; r++, x += cols, y += cols) {
    // Deviations from a mean that f32 has rounded; their own mean is what it lost.
    const float rounded = mean ? float(part * row_sum(cols, [=](auto lanes, int64_t i) { return lanes.get(x + i); })) : 0;
    const Vec center = set1(rounded);
    double sum, squares;
    row_sums(cols, &sum, &squares, [=](auto lanes, int64_t i, Vec& a, Vec& b) {
      ask_to_read(x + cols, i);
      const Vec d = lanes.only(sub(lanes.get(x + i), center));
      a = add(a, d), b = fma(d, d, b);
    });
    const double lost = mean ? part * sum : 0;
    rstd[r] = reciprocal_root(part * squares - lost * lost + eps);
    const Vec scale = set1(rstd[r]), shift = set1(float(-lost * double(rstd[r])));
    if (mean) mean[r] = float(double(rounded) + lost);
    row_write(y, cols, streamed, [=](auto lanes, int64_t i) {
      Vec v = fma(sub(lanes.get(x + i), center), scale, shift);
      if (weight) v = mul(v, lanes.get(weight + i));
      return bias ? add(v, lanes.get(bias + i)) : v;
    });
  }
  stream_fence();
}

// With g = dy · weight and n = (x - mean) · rstd: dx = rstd · (g - mean of g - n · mean of g · n), for RMS without the mean of g.
void layer_norm_grad(const hebb::LayerNormGrad& arrays, int64_t rows, int64_t cols, bool streamed) {
  const float *x = arrays.x, *dy = arrays.dy, *const weight = arrays.weight;
  float *dx = arrays.dx, *const dweight = arrays.dweight, *const dbias = arrays.dbias;
  const double part = 1.0 / double(cols);
  for (int64_t r = 0; r < rows; r++, x += cols, dy += cols, dx += cols) {
    const double root = double(arrays.rstd[r]);
    const Vec center = set1(arrays.mean ? arrays.mean[r] : 0), scale = set1(float(root));
    double sum, product;
    row_sums(cols, &sum, &product, [=](auto lanes, int64_t i, Vec& a, Vec& b) {
      const Vec d = lanes.only(sub(lanes.get(x + i), center)), g = lanes.get(dy + i);
      const Vec weighted = weight ? mul(g, lanes.get(weight + i)) : g;
      a = add(a, weighted), b = fma(weighted, d, b);
      if (dweight) lanes.put(dweight + i, fma(mul(g, scale), d, lanes.get(dweight + i)));
      if (dbias) lanes.put(dbias + i, add(lanes.get(dbias + i), g));
    });
    const Vec along = set1(float(-root * root * root * product * part)), shift = set1(arrays.mean ? float(-root * sum * part) : 0);
    row_write(dx, cols, streamed, [=](auto lanes, int64_t i) {
      ask_to_read(x + cols, i), ask_to_read(dy + cols, i);
      const Vec g = lanes.get(dy + i);
      const Vec weighted = weight ? mul(g, lanes.get(weight + i)) : g;
      return fma(weighted, scale, fma(sub(lanes.get(x + i), center), along, shift));
    });
  }
  stream_fence();
}

}  // namespace rowwise

constexpr hebb::LayerNormKernels layer_norm_kernels = {rowwise::layer_norm, rowwise::layer_norm_grad};

}  // namespace
}  // namespace ISA
