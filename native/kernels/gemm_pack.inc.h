// Copies a block of B into panels, so that a tile reads it as one stream.
#pragma once
#include "kernels/gemm.h"
#include "kernels/gemm_tiles.inc.h"
#include "simd/simd.h"

namespace ISA {
namespace {
namespace gemm {

void pack(const hebb::GemmPack& g) {
  for (int64_t k = 0; k < g.depth; k++) {
    const float* row = g.b + k * g.b_row;
    float* to = g.panels + k * g.width;
    for (int64_t j = 0; j < g.columns; j += LINE) __builtin_prefetch(row + 2 * g.b_row + j);  // rows lie too far apart for the CPU to guess
    for (int64_t j = 0; j < g.columns; j += g.width, to += g.depth * g.width) {
      const int64_t columns = g.columns - j < g.width ? g.columns - j : g.width;
      int64_t n = 0;
      for (; n + LANES <= columns; n += LANES) store(to + n, load(row + j + n));
      if (n < columns) store_n(to + n, load_n(row + j + n, int(columns - n)), int(columns - n));
    }
  }
}

// Rows j … of B lie along k: a square of LANES rows and LANES steps of k at a time.
void pack_transposed(const hebb::GemmPack& g) {
  for (int64_t j = 0; j < g.columns; j += LANES) {
    const int columns = int(g.columns - j < LANES ? g.columns - j : LANES);
    const float* from = g.b + j * g.b_row;
    float* to = g.panels + j / g.width * g.width * g.depth + j % g.width;
    for (int64_t k = 0; k < g.depth; k += LANES) {
      const int depth = int(g.depth - k < LANES ? g.depth - k : LANES);
      Vec square[LANES];
      if (depth == LANES && columns == LANES) {
        each<LANES>([&](int i) GEMM_INLINE { square[i] = load(from + i * g.b_row + k); });
        transpose(square);
        each<LANES>([&](int i) GEMM_INLINE { store(to + (k + i) * g.width, square[i]); });
      } else {
        for (int i = 0; i < LANES; i++) square[i] = i < columns ? load_n(from + i * g.b_row + k, depth) : zero();
        transpose(square);
        for (int i = 0; i < depth; i++) store_n(to + (k + i) * g.width, square[i], columns);
      }
    }
  }
}

}  // namespace gemm
}  // namespace
}  // namespace ISA
