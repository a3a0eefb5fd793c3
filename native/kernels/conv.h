// Convolution as pure arithmetic: sums of small matrix products over a window's taps, and the layouts that they read. ops/conv.cpp cuts
// the work.
#pragma once
#include "base/types.h"
#include "kernels/gemm.h"

namespace hebb {

// C (rows, columns) = or += Σ over terms t of A_t (rows, depth) · B_t (depth, columns); columns <= vectors * LANES. C's rows are
// contiguous.
struct ConvTiles {
  int64_t rows, columns, depth, terms;
  const float* const* a;  // element (i, k) of term t is a[t][a_shift + i * a_row + k * a_depth]
  int64_t a_shift, a_row, a_depth;
  const float* const* b;  // element (k, j) of term t is b[t][b_shift + k * b_depth + j]
  int64_t b_shift, b_depth;
  float* c;
  int64_t c_row;
  int strip;  // rows of a tile, <= GemmKernels::tile_rows[vectors]
  bool accumulate;
};

// Weights (outputs, channels, taps) to panels (taps, channels, width) of `columns` outputs each: element (tap, c, o) comes from
// weights[o * channels * taps + c * taps + tap], and tap goes to place[tap].
struct ConvPack {
  int64_t columns, channels, taps, width;
  const float* weights;
  const int32_t* place;
  float* panel;
};

// The same, but a panel is (taps, outputs, width) of `columns` channels; weights begin at the first of these, of `channels`.
struct ConvPackTurned {
  int64_t columns, outputs, channels, taps, width;
  const float* weights;
  const int32_t* place;
  float* panel;
};

// Weights (outputs, channels, taps) of outputs begin … end-1 from the sum of `parts` arrays (taps, channels, outputs); `part` elements
// lie between these, `tap` elements between one tap and the next.
struct ConvUnpack {
  int64_t begin, end, outputs, channels, taps, parts;
  const float* from;
  int64_t part, tap;
  float* weights;
};

struct ConvKernels {
  void (*tiles)(const ConvTiles&);
  // The same for channels by themselves: C[i, j] = or += Σ over terms t and k < depth of A_t[k, i, j] · B_t[k, j], where element (i, j) of
  // A is a[t][a_shift + i * a_row + k * a_depth + j].
  void (*channels)(const ConvTiles&);
  void (*pack)(const ConvPack&);
  void (*pack_turned)(const ConvPackTurned&);
  void (*unpack)(const ConvUnpack&);
};

}  // namespace hebb
