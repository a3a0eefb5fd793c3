// A · Bᵀ where both are contiguous along k: accumulators along k, summed across their lanes at the end.
#pragma once
#include "kernels/gemm.h"
#include "simd/simd.h"

namespace ISA {
namespace {
namespace gemm {

constexpr int DOT_ROWS = 4, DOT_COLUMNS = LANES >= 8 ? 4 : 2;

template <int ROWS, int COLUMNS>
void dot_tile(const hebb::GemmDots& g, int64_t i0, int64_t j0) {
  const float *a = g.a + i0 * g.a_row, *b = g.b + j0 * g.b_row;
  Vec sum[ROWS][COLUMNS];
  for (auto& row : sum) {
    for (Vec& x : row) x = zero();
  }
  const auto step = [&](int64_t k, auto get) {
    Vec column[COLUMNS];
    for (int j = 0; j < COLUMNS; j++) column[j] = get(b + j * g.b_row + k);
    for (int i = 0; i < ROWS; i++) {
      const Vec x = get(a + i * g.a_row + k);
      for (int j = 0; j < COLUMNS; j++) sum[i][j] = fma(x, column[j], sum[i][j]);
    }
  };
  int64_t k = 0;
  for (; k + LANES <= g.depth; k += LANES) step(k, [](const float* p) { return load(p); });
  const int tail = int(g.depth - k);
  if (tail) step(k, [=](const float* p) { return load_n(p, tail); });
  for (int i = 0; i < ROWS; i++) {
    float* c = g.c + (i0 + i) * g.c_row + j0;
    for (int j = 0; j < COLUMNS; j++) c[j] = (g.accumulate ? c[j] : 0.0f) + hsum(sum[i][j]);
  }
}

template <int ROWS>
void dot_rows(const hebb::GemmDots& g, int64_t i) {
  int64_t j = 0;
  for (; j + DOT_COLUMNS <= g.columns; j += DOT_COLUMNS) dot_tile<ROWS, DOT_COLUMNS>(g, i, j);
  for (; j < g.columns; j++) dot_tile<ROWS, 1>(g, i, j);
}

void dots(const hebb::GemmDots& g) {
  int64_t i = 0;
  for (; i + DOT_ROWS <= g.rows; i += DOT_ROWS) dot_rows<DOT_ROWS>(g, i);
  for (; i < g.rows; i++) dot_rows<1>(g, i);
}

}  // namespace gemm
}  // namespace
}  // namespace ISA
