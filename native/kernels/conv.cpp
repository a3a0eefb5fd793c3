// Convolution by the register tiles of a matrix product, whose accumulators stay in place over all of a window's taps.
#include "kernels/conv.h"

#include "kernels/conv_pack.inc.h"
#include "kernels/gemm_tiles.inc.h"

namespace ISA {
namespace {
namespace conv {

using gemm::each;

// The tile at row `row` of t.c; of the last vector only `tail` columns where TAIL.
template <int ROWS, int VECTORS, bool TAIL> void tile(const hebb::ConvTiles& t, int64_t row, int tail) {
  static_assert(ROWS * VECTORS + VECTORS + 1 <= gemm::REGISTERS, "a tile must not spill");
  const auto get = [=](const float* p, int j)
                       GEMM_INLINE { return TAIL && j == VECTORS - 1 ? load_n(p + j * LANES, tail) : load(p + j * LANES); };
  const auto put = [=](float* p, int j, Vec x) GEMM_INLINE {
    if (TAIL && j == VECTORS - 1) store_n(p + j * LANES, x, tail);
    else store(p + j * LANES, x);
  };
  if (t.terms * t.depth >= gemm::FAR_DEPTH) {  // memory brings C meanwhile
    const float* c = t.c + row * t.c_row;
    for (int i = 0; i < ROWS; i++, c += t.c_row) {
      for (int j = 0; j < VECTORS * LANES; j += gemm::LINE) __builtin_prefetch(c + j, 1);
    }
  }
  Vec sum[ROWS][VECTORS];
  each<ROWS>([&](int i) GEMM_INLINE { each<VECTORS>([&](int j) GEMM_INLINE { sum[i][j] = zero(); }); });
  const int64_t a_shift = t.a_shift + row * t.a_row, a_row = t.a_row, a_depth = t.a_depth, b_depth = t.b_depth;
  for (int64_t term = 0; term < t.terms; term++) {
    const float *a = t.a[term] + a_shift, *b = t.b[term] + t.b_shift;
    for (int64_t k = t.depth; k > 0; k--, a += a_depth, b += b_depth) {
      Vec line[VECTORS];
      each<VECTORS>([&](int j) GEMM_INLINE { line[j] = get(b, j); });
      each<ROWS>([&](int i) GEMM_INLINE {
        const Vec x = set1(a[i * a_row]);
        each<VECTORS>([&](int j) GEMM_INLINE { sum[i][j] = fma(x, line[j], sum[i][j]); });
      });
    }
  }
  float* c = t.c + row * t.c_row;
  each<ROWS>([&](int i) GEMM_INLINE {
    each<VECTORS>([&](int j) GEMM_INLINE { put(c, j, t.accumulate ? add(get(c, j), sum[i][j]) : sum[i][j]); });
    c += t.c_row;
  });
}

using TileFn = void (*)(const hebb::ConvTiles&, int64_t row, int tail);

template <int ROWS, int VECTORS, bool TAIL> constexpr TileFn tile_or_null() {
  if constexpr (ROWS <= gemm::tile_rows(VECTORS)) return tile<ROWS, VECTORS, TAIL>;
  else return nullptr;
}

#define CONV_TILES(V, T) \
  {tile_or_null<1, V, T>(),  tile_or_null<2, V, T>(),  tile_or_null<3, V, T>(),  tile_or_null<4, V, T>(), tile_or_null<5, V, T>(), \
   tile_or_null<6, V, T>(),  tile_or_null<7, V, T>(),  tile_or_null<8, V, T>(),  tile_or_null<9, V, T>(), tile_or_null<10, V, T>(), \
   tile_or_null<11, V, T>(), tile_or_null<12, V, T>(), tile_or_null<13, V, T>(), tile_or_null<14, V, T>()}

constexpr TileFn TILES[2][hebb::GEMM_VECTORS][gemm::TILE_ROWS] = {
    {CONV_TILES(1, false), CONV_TILES(2, false), CONV_TILES(3, false), CONV_TILES(4, false)},
    {CONV_TILES(1, true), CONV_TILES(2, true), CONV_TILES(3, true), CONV_TILES(4, true)}};
#undef CONV_TILES

void tiles(const hebb::ConvTiles& t) {
  const int vectors = int((t.columns + LANES - 1) / LANES), tail = int(t.columns % LANES);
  const auto* of = TILES[tail != 0][vectors - 1];
  for (int64_t i = 0; i < t.rows; i += t.strip) of[(t.rows - i < t.strip ? t.rows - i : t.strip) - 1](t, i, tail);
}

// ROWS rows of one vector, of which only `n` lanes count where PART.
template <int ROWS, bool PART> SIMD_INLINE void channel_rows(const hebb::ConvTiles& t, int64_t i, int64_t j, int n) {
  const auto get = [=](const float* p) GEMM_INLINE { return PART ? load_n(p, n) : load(p); };
  Vec sum[ROWS];
  each<ROWS>([&](int r) GEMM_INLINE { sum[r] = zero(); });
  const int64_t a_row = t.a_row;
  for (int64_t term = 0; term < t.terms; term++) {
    const float *a = t.a[term] + t.a_shift + i * a_row + j, *b = t.b[term] + t.b_shift + j;
    for (int64_t k = 0; k < t.depth; k++, a += t.a_depth, b += t.b_depth) {
      const Vec w = get(b);
      each<ROWS>([&](int r) GEMM_INLINE { sum[r] = fma(get(a + r * a_row), w, sum[r]); });
    }
  }
  float* c = t.c + i * t.c_row + j;
  each<ROWS>([&](int r) GEMM_INLINE {
    const Vec y = t.accumulate ? add(get(c), sum[r]) : sum[r];
    PART ? store_n(c, y, n) : store(c, y);
    c += t.c_row;
  });
}

void channels(const hebb::ConvTiles& t) {
  constexpr int ROWS = 8;  // as many sums hide the latency of each
  int64_t i = 0;
  for (; i + ROWS <= t.rows; i += ROWS) {
    int64_t j = 0;
    for (; j + LANES <= t.columns; j += LANES) channel_rows<ROWS, false>(t, i, j, LANES);
    if (j < t.columns) channel_rows<ROWS, true>(t, i, j, int(t.columns - j));
  }
  for (; i < t.rows; i++) {
    int64_t j = 0;
    for (; j + LANES <= t.columns; j += LANES) channel_rows<1, false>(t, i, j, LANES);
    if (j < t.columns) channel_rows<1, true>(t, i, j, int(t.columns - j));
  }
}

}  // namespace conv

constexpr hebb::ConvKernels conv_kernels = {conv::tiles, conv::channels, conv::pack, conv::pack_turned, conv::unpack};

}  // namespace
}  // namespace ISA
