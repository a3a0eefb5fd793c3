// Matrix multiplication as pure arithmetic: one block at a time, no allocation, no threads. ops/gemm.cpp cuts the blocks.
#pragma once
#include "base/types.h"

namespace hebb {

// C (rows, columns) = or += A (rows, depth) · B (depth, columns). C's rows are contiguous. A and B lie in tiles: strips of `strip` rows
// of A, panels of `vectors` vectors of columns of B, each at a fixed distance from the last, whether packed or in place.
struct GemmBlock {
  int64_t rows, columns, depth;
  const float* a;  // element (i, k) of strip s is a[s * a_strip + i * a_row + k * a_depth]
  int64_t a_row, a_depth, a_strip;
  const float* b;  // element (k, j) of panel p is b[p * b_panel + k * b_depth + j]
  int64_t b_depth, b_panel;
  float* c;
  int64_t c_row;
  int strip, vectors;  // strip <= GemmKernels::tile_rows[vectors]
  bool accumulate;
};

// C (rows, columns) = or += A (rows, depth) · B (columns, depth)ᵀ: all three have contiguous rows.
struct GemmDots {
  int64_t rows, columns, depth;
  const float* a;
  int64_t a_row;
  const float* b;
  int64_t b_row;
  float* c;
  int64_t c_row;
  bool accumulate;
};

// Copies B (depth, columns) into panels of `width` columns, each (depth, width) and contiguous; the last is as long, but
// only its first columns % width are written.
struct GemmPack {
  int64_t depth, columns, width;
  const float* b;
  int64_t b_row;
  float* panels;
};

constexpr int GEMM_VECTORS = 4;  // a tile is at most so many vectors wide

struct GemmKernels {
  int tile_rows[GEMM_VECTORS + 1];     // the most rows of a tile that is so many vectors wide
  void (*block)(const GemmBlock&);
  void (*dots)(const GemmDots&);
  void (*pack)(const GemmPack&);             // b[k * b_row + j]
  void (*pack_transposed)(const GemmPack&);  // b[j * b_row + k]
};

}  // namespace hebb
