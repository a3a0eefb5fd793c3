// A · Bᵀ where both are contiguous along k: accumulators along k, summed across their lanes at the end.
#pragma once
#include "kernels/gemm.h"
#include "kernels/gemm_tiles.inc.h"
#include "simd/simd.h"

namespace ISA {
namespace {
namespace gemm {

constexpr int DOT_ROWS = 4, DOT_COLUMNS = REGISTERS == 32 ? 4 : 2;

template <int ROWS, int COLUMNS> void dot_tile(const hebb::GemmDots& g, const float* a, const float* b, float* c) {
  static_assert(ROWS * COLUMNS + COLUMNS + 1 <= REGISTERS, "a tile must not spill");
  const int64_t a_row = g.a_row, b_row = g.b_row, depth = g.depth;
  Vec sum[ROWS][COLUMNS];
  each<ROWS>([&](int i) GEMM_INLINE { each<COLUMNS>([&](int j) GEMM_INLINE { sum[i][j] = zero(); }); });
  const auto step = [&](int64_t k, auto get) GEMM_INLINE {
    Vec column[COLUMNS];
    each<COLUMNS>([&](int j) GEMM_INLINE { column[j] = get(b + j * b_row + k); });
    each<ROWS>([&](int i) GEMM_INLINE {
      const Vec x = get(a + i * a_row + k);
      each<COLUMNS>([&](int j) GEMM_INLINE { sum[i][j] = fma(x, column[j], sum[i][j]); });
    });
  };
  int64_t k = 0;
  for (; k + LANES <= depth; k += LANES) step(k, [](const float* p) GEMM_INLINE { return load(p); });
  const int tail = int(depth - k);
  if (tail) step(k, [tail](const float* p) GEMM_INLINE { return load_n(p, tail); });
  each<ROWS>([&](int i) GEMM_INLINE {
    each<COLUMNS>([&](int j) GEMM_INLINE { c[j] = (g.accumulate ? c[j] : 0.0f) + hsum(sum[i][j]); });
    c += g.c_row;
  });
}

template <int ROWS> void dot_rows(const hebb::GemmDots& g, int64_t i) {
  const float* a = g.a + i * g.a_row;
  float* c = g.c + i * g.c_row;
  int64_t j = 0;
  for (; j + DOT_COLUMNS <= g.columns; j += DOT_COLUMNS) dot_tile<ROWS, DOT_COLUMNS>(g, a, g.b + j * g.b_row, c + j);
  for (; j < g.columns; j++) dot_tile<ROWS, 1>(g, a, g.b + j * g.b_row, c + j);
}

void dots(const hebb::GemmDots& g) {
  int64_t i = 0;
  for (; i + DOT_ROWS <= g.rows; i += DOT_ROWS) dot_rows<DOT_ROWS>(g, i);
  for (; i < g.rows; i++) dot_rows<1>(g, i);
}

}  // namespace gemm
}  // namespace
}  // namespace ISA
