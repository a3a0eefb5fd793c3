// C = A · B by register tiles: each step of k broadcasts a column of A's strip against a row of B's panel.
#include "kernels/gemm.h"

#include "kernels/gemm_dots.inc.h"
#include "kernels/gemm_pack.inc.h"
#include "kernels/gemm_tiles.inc.h"

namespace ISA {
namespace {
namespace gemm {

void block(const hebb::GemmBlock& g) {
  const int64_t width = int64_t(g.vectors) * LANES;
  for (int64_t i = 0, s = 0; i < g.rows; i += g.strip, s++) {
    const int rows = int(g.rows - i < g.strip ? g.rows - i : g.strip);
    for (int64_t j = 0, p = 0; j < g.columns; j += width, p++) {
      const int64_t columns = g.columns - j < width ? g.columns - j : width;
      const int vectors = int((columns + LANES - 1) / LANES), tail = int(columns % LANES);
      const Tile tile{g.a + s * g.a_strip,   g.a_row, g.a_depth, g.b + p * g.b_panel, g.b_depth,
                      g.c + i * g.c_row + j, g.c_row, g.depth,   g.accumulate,        tail};
      TILES[tail != 0][vectors - 1][rows - 1](tile);
    }
  }
}

}  // namespace gemm

constexpr hebb::GemmKernels gemm_kernels = {{0, gemm::tile_rows(1), gemm::tile_rows(2), gemm::tile_rows(3), gemm::tile_rows(4)},
                                            gemm::block,
                                            gemm::dots,
                                            gemm::pack,
                                            gemm::pack_transposed};

}  // namespace
}  // namespace ISA
