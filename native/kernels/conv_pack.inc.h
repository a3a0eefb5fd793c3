// Weights between the layout that users see, (outputs, channels, taps), and those that the tiles read and write.
#pragma once
#include "kernels/conv.h"
#include "kernels/gemm_tiles.inc.h"
#include "simd/simd.h"

namespace ISA {
namespace {
namespace conv {

// Loads a square of up to LANES x LANES, `row` elements from row to row, and transposes it.
SIMD_INLINE void load_square(Vec* square, const float* from, int64_t row, int rows, int columns) {
  if (rows == LANES && columns == LANES) gemm::each<LANES>([&](int i) GEMM_INLINE { square[i] = load(from + i * row); });
  else
    for (int i = 0; i < LANES; i++) square[i] = i < rows ? load_n(from + i * row, columns) : zero();
  transpose(square);
}

SIMD_INLINE int at_most_lanes(int64_t n) { return int(n < LANES ? n : LANES); }

// A row of weights is (channels, taps), so a square's columns go to rows of the panel that lie apart.
void pack(const hebb::ConvPack& p) {
  const int64_t length = p.channels * p.taps;
  for (int64_t j = 0; j < p.columns; j += LANES) {
    const int columns = at_most_lanes(p.columns - j);
    int64_t c = 0, tap = 0;
    for (int64_t q = 0; q < length; q += LANES) {
      const int n = at_most_lanes(length - q);
      Vec square[LANES];
      load_square(square, p.weights + j * length + q, length, columns, n);
      for (int i = 0; i < n; i++) {
        store_n(p.panel + (p.place[tap] * p.channels + c) * p.width + j, square[i], columns);
        if (++tap == p.taps) tap = 0, c++;
      }
    }
  }
}

void pack_turned(const hebb::ConvPackTurned& p) {
  for (int64_t o = 0; o < p.outputs; o++) {
    const float* from = p.weights + o * p.channels * p.taps;
    for (int64_t j = 0; j < p.columns; j += LANES) {
      const int columns = at_most_lanes(p.columns - j);
      if (p.taps == 1) {
        store_n(p.panel + o * p.width + j, load_n(from + j, columns), columns);
        continue;
      }
      for (int64_t tap = 0; tap < p.taps; tap += LANES) {
        const int n = at_most_lanes(p.taps - tap);
        Vec square[LANES];
        load_square(square, from + j * p.taps + tap, p.taps, columns, n);
        for (int i = 0; i < n; i++) store_n(p.panel + (p.place[tap + i] * p.outputs + o) * p.width + j, square[i], columns);
      }
    }
  }
}

void unpack(const hebb::ConvUnpack& u) {
  const int64_t length = u.channels * u.taps;
  for (int64_t o = u.begin; o < u.end; o += LANES) {
    const int rows = at_most_lanes(u.end - o);
    int64_t c = 0, tap = 0;
    for (int64_t q = 0; q < length; q += LANES) {
      const int n = at_most_lanes(length - q);
      Vec square[LANES];
      for (int i = 0; i < LANES; i++) {
        square[i] = zero();
        if (i >= n) continue;
        const float* from = u.from + tap * u.tap + c * u.outputs + o;
        for (int64_t part = 0; part < u.parts; part++) square[i] = add(square[i], load_n(from + part * u.part, rows));
        if (++tap == u.taps) tap = 0, c++;
      }
      transpose(square);
      for (int i = 0; i < rows; i++) store_n(u.weights + (o + i) * length + q, square[i], n);
    }
  }
}

}  // namespace conv
}  // namespace
}  // namespace ISA
