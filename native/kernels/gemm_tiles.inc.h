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

constexpr int LINE = 16;               // floats of a cache line
constexpr int64_t FAR_DEPTH = 128;  // from here on a tile takes longer than memory

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

// f(0) … f(N - 1), each with a constant: g++ keeps an array in registers only where no loop is left when it looks.
#define GEMM_INLINE __attribute__((always_inline))
template <int N, class F> SIMD_INLINE void each(const F& f) {
  if constexpr (N > 0) {
    each<N - 1>(f);
    f(N - 1);
  }
}

// c is (ROWS, VECTORS * LANES), of the last vector only `tail` columns where TAIL.
template <int ROWS, int VECTORS, bool TAIL> void tile(const Tile& t) {
  static_assert(ROWS * VECTORS + VECTORS + 1 <= REGISTERS, "a tile must not spill");
  const int tail = t.tail;
  const auto get = [=](const float* p, int j)
                       GEMM_INLINE { return TAIL && j == VECTORS - 1 ? load_n(p + j * LANES, tail) : load(p + j * LANES); };
  const auto put = [=](float* p, int j, Vec x) GEMM_INLINE {
    if (TAIL && j == VECTORS - 1) store_n(p + j * LANES, x, tail);
    else store(p + j * LANES, x);
  };
  if (t.depth >= FAR_DEPTH) {  // C has left the caches since the last block of k
    const float* c = t.c;
    for (int i = 0; i < ROWS; i++, c += t.c_row) {
      for (int j = 0; j < VECTORS * LANES; j += LINE) __builtin_prefetch(c + j, 1);
    }
  }
  Vec sum[ROWS][VECTORS];
  each<ROWS>([&](int i) GEMM_INLINE { each<VECTORS>([&](int j) GEMM_INLINE { sum[i][j] = zero(); }); });
  const float *a = t.a, *b = t.b;
  const int64_t a_row = t.a_row, a_depth = t.a_depth, b_depth = t.b_depth;
  for (int64_t k = t.depth; k > 0; k--, a += a_depth, b += b_depth) {
    Vec row[VECTORS];
    each<VECTORS>([&](int j) GEMM_INLINE { row[j] = get(b, j); });
    each<ROWS>([&](int i) GEMM_INLINE {
      const Vec x = set1(a[i * a_row]);
      each<VECTORS>([&](int j) GEMM_INLINE { sum[i][j] = fma(x, row[j], sum[i][j]); });
    });
  }
  const int64_t c_row = t.c_row;
  if (t.accumulate) {
    const float* c = t.c;
    each<ROWS>([&](int i) GEMM_INLINE {
      each<VECTORS>([&](int j) GEMM_INLINE { sum[i][j] = add(get(c, j), sum[i][j]); });
      c += c_row;
    });
  }
  float* c = t.c;
  each<ROWS>([&](int i) GEMM_INLINE {
    each<VECTORS>([&](int j) GEMM_INLINE { put(c, j, sum[i][j]); });
    c += c_row;
  });
}

using TileFn = void (*)(const Tile&);

template <int ROWS, int VECTORS, bool TAIL> constexpr TileFn tile_or_null() {
  if constexpr (ROWS <= tile_rows(VECTORS)) return tile<ROWS, VECTORS, TAIL>;
  else return nullptr;
}

#define GEMM_TILES(V, T) \
  {tile_or_null<1, V, T>(),  tile_or_null<2, V, T>(),  tile_or_null<3, V, T>(),  tile_or_null<4, V, T>(), tile_or_null<5, V, T>(), \
   tile_or_null<6, V, T>(),  tile_or_null<7, V, T>(),  tile_or_null<8, V, T>(),  tile_or_null<9, V, T>(), tile_or_null<10, V, T>(), \
   tile_or_null<11, V, T>(), tile_or_null<12, V, T>(), tile_or_null<13, V, T>(), tile_or_null<14, V, T>()}

constexpr TileFn TILES[2][hebb::GEMM_VECTORS][TILE_ROWS] = {
    {GEMM_TILES(1, false), GEMM_TILES(2, false), GEMM_TILES(3, false), GEMM_TILES(4, false)},
    {GEMM_TILES(1, true), GEMM_TILES(2, true), GEMM_TILES(3, true), GEMM_TILES(4, true)}};
#undef GEMM_TILES

}  // namespace gemm
}  // namespace
}  // namespace ISA
