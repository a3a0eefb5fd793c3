// The register tiles of gemm.cpp: one function for every number of rows and vectors that the ISA's registers hold.
#pragma once
#include "kernels/gemm.h"
#include "simd/simd.h"

namespace ISA {
namespace {
namespace gemm {

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int REGISTERS = 32;
#else
constexpr int REGISTERS = 16;
#endif
constexpr int TILE_ROWS = 14;  // beyond, a step of k needs more loads than it saves

// Accumulators, a row of B and one broadcast element of A must fit the registers.
constexpr int tile_rows(int vectors) {
  const int rows = (REGISTERS - 1 - vectors) / vectors;
  return rows < TILE_ROWS ? rows : TILE_ROWS;
}

struct Tile {
  const float* a;
  int64_t a_row, a_depth;
  const float* b;
  int64_t b_depth;
  float* c;
  int64_t c_row, depth;
  bool accumulate;
  int tail;  // columns of the last vector, where it is not full
};

// c is (ROWS, VECTORS * LANES), of the last vector only `tail` columns where TAIL.
template <int ROWS, int VECTORS, bool TAIL>
void tile(const Tile& t) {
  static_assert(ROWS * VECTORS + VECTORS + 1 <= REGISTERS, "a tile must not spill");
  const auto get = [&](const float* p, int j) { return TAIL && j == VECTORS - 1 ? load_n(p + j * LANES, t.tail) : load(p + j * LANES); };
  Vec sum[ROWS][VECTORS];
  for (auto& row : sum) {
    for (Vec& x : row) x = zero();
  }
  const float *a = t.a, *b = t.b;
  for (int64_t k = 0; k < t.depth; k++, a += t.a_depth, b += t.b_depth) {
    Vec row[VECTORS];
    for (int j = 0; j < VECTORS; j++) row[j] = get(b, j);
    for (int i = 0; i < ROWS; i++) {
      const Vec x = set1(a[i * t.a_row]);
      for (int j = 0; j < VECTORS; j++) sum[i][j] = fma(x, row[j], sum[i][j]);
    }
  }
  for (int i = 0; i < ROWS; i++) {
    float* c = t.c + i * t.c_row;
    for (int j = 0; j < VECTORS; j++) {
      if (t.accumulate) sum[i][j] = add(get(c, j), sum[i][j]);
      if (TAIL && j == VECTORS - 1) store_n(c + j * LANES, sum[i][j], t.tail);
      else store(c + j * LANES, sum[i][j]);
    }
  }
}

using TileFn = void (*)(const Tile&);

template <int ROWS, int VECTORS, bool TAIL>
constexpr TileFn tile_or_null() {
  if constexpr (ROWS <= tile_rows(VECTORS)) return tile<ROWS, VECTORS, TAIL>;
  else return nullptr;
}

#define GEMM_TILES(V, T)                                                                                                          \
  {                                                                                                                               \
    tile_or_null<1, V, T>(), tile_or_null<2, V, T>(), tile_or_null<3, V, T>(), tile_or_null<4, V, T>(), tile_or_null<5, V, T>(),  \
    tile_or_null<6, V, T>(), tile_or_null<7, V, T>(), tile_or_null<8, V, T>(), tile_or_null<9, V, T>(), tile_or_null<10, V, T>(), \
    tile_or_null<11, V, T>(), tile_or_null<12, V, T>(), tile_or_null<13, V, T>(), tile_or_null<14, V, T>()                        \
  }

constexpr TileFn TILES[2][hebb::GEMM_VECTORS][TILE_ROWS] = {
    {GEMM_TILES(1, false), GEMM_TILES(2, false), GEMM_TILES(3, false), GEMM_TILES(4, false)},
    {GEMM_TILES(1, true), GEMM_TILES(2, true), GEMM_TILES(3, true), GEMM_TILES(4, true)}};
#undef GEMM_TILES

}  // namespace gemm
}  // namespace
}  // namespace ISA
