// Picks the path, the tile and the blocks of a matrix product by a model of what they cost. The constants are cycles on a core with
// two FMAs and two loads a cycle; their proportions hold elsewhere.
#include "ops/gemm_plan.h"

#include <algorithm>

namespace hebb {

namespace {

constexpr int64_t DEPTH = 512;          // of a block of k: sums of blocks go through C, which keeps rounding errors small, too; the same
                                // for every path that adds in order of k, so that no bit depends on where the operands lie
constexpr double TASK_MACS = 1 << 17;  // multiply-adds that are worth another thread's attention
constexpr int64_t TASKS = 8;  // as many are enough for the threads of a desktop, and a power of two suits most
constexpr int64_t FEW = 8;  // rows or columns that are not worth packing the other operand for
constexpr int64_t SOME = 128;  // rows that are worth it only where it lies far away

constexpr double READ_A = 0.25, READ_B = 0.1, COPY_B = 0.3, TRANSPOSE_B = 0.5, TRANSPOSE_C = 0.5;  // an element

struct Planner {
  GemmPlan p;
  const GemmKernels& kernels;
  int lanes;
  const os::Caches& caches;

  // One step of k in a tile: FMAs, loads, 24 bytes a cycle of B from L2, the latency of an FMA; and the loop.
  double step(int64_t rows, int64_t vectors) const {
    return 0.5 + std::max({double(rows * vectors) / 2, double(rows + vectors) / 2, double(vectors * lanes) / 6, 4.0});
  }

  double tiles(int64_t rows, int64_t columns, int64_t vectors, int64_t strip) const {
    const int64_t across = ceil_div(columns, lanes), rest = across % vectors, last = rows % strip;
    const auto tile = [&](int64_t r, int64_t v) { return step(r, v) * double(p.k) + 10 + double(r * v); };
    const auto panel = [&](int64_t v) { return double(rows / strip) * tile(strip, v) + (last ? tile(last, v) : 0); };
    return double(across / vectors) * panel(vectors) + (rest ? panel(rest) : 0);
  }

  double task(int64_t rows, int64_t columns) const {
    const bool packed = p.path == GemmPlan::Path::packed;
    const double b = packed ? (p.trans_b ? TRANSPOSE_B : COPY_B) : READ_B;
    const double c = p.swapped ? TRANSPOSE_C * double(rows * columns) : 0;
    return tiles(rows, columns, p.vectors, p.strip) + double(p.k) * (double(rows) * READ_A + double(columns) * b) + c + 100;
  }

  void choose_path(const GemmShape& s) {
    const auto swap = [&] {
      p.swapped = !p.swapped;
      std::swap(p.m, p.n);
      std::swap(p.trans_a, p.trans_b);
      p.trans_a = !p.trans_a;
      p.trans_b = !p.trans_b;
    };
    p.m = s.m;
    p.n = s.n;
    p.k = s.k;
    p.trans_a = s.trans_a;
    p.trans_b = s.trans_b;
    if (p.n == 1) swap();
    if (p.m == 1) p.trans_a = false;  // a vector lies the same either way
    if (p.trans_b && !p.trans_a && (p.m <= FEW || p.n <= FEW)) p.path = GemmPlan::Path::dots;
    else if (p.trans_b && p.m < p.n && p.m > 1) swap();  // the smaller operand is transposed, and C
    if (p.path == GemmPlan::Path::dots) return;
    const int64_t in_reach = p.m <= FEW ? INT64_MAX : p.m <= SOME ? caches.l2 * 5 / 2 : caches.l2 / 2;
    if (p.trans_b || p.k * p.n * 4 > in_reach) p.path = GemmPlan::Path::packed;
  }

  // The tile for tasks of so many rows and columns. L1 holds the strip of A while B streams by; where B streams from afar, in place,
  // half as many rows leave the registers to a wider panel.
  void choose_tile(int64_t rows, int64_t columns) {
    const bool far = p.path == GemmPlan::Path::in_place && p.k > p.depth && p.k * p.n * 4 > caches.l2;
    const int64_t fit = std::max<int64_t>(caches.l1 / 10 / (far ? 2 * p.depth : p.depth), 4);
    double best = -1;
    for (int vectors = int(std::clamp<int64_t>(ceil_div(columns, lanes), 1, GEMM_VECTORS)); vectors > 0; vectors--) {
      const int64_t most = std::min<int64_t>(kernels.tile_rows[vectors], fit), strip = ceil_div(rows, ceil_div(rows, most));
      const double cost = tiles(rows, columns, vectors, strip);
      if (best >= 0 && cost >= best) continue;
      best = cost;
      p.vectors = vectors;
      p.strip = int(strip);
    }
    p.width = int64_t(p.vectors) * lanes;
  }

  // Cuts C into about `wanted` tasks, in the way that costs least.
  void choose_tasks(int64_t wanted) {
    const bool turned = p.swapped && p.m > 1;  // Cᵀ goes through scratch
    int64_t most = p.n;
    if (p.path == GemmPlan::Path::packed)
      most = std::max(std::min(caches.l2 / 2, PANEL_BYTES) / 4 / p.depth, GEMM_VECTORS * int64_t(lanes));
    if (turned) most = std::min(most, TURNED_BYTES / 4 / 64);
    GemmPlan best;
    double least = -1;
    for (int64_t across = ceil_div(p.n, most), times = 1; times <= wanted; times *= 2, across *= 2) {
      const int64_t down = ceil_div(wanted, across);
      choose_tile(ceil_div(p.m, down), ceil_div(p.n, across));
      p.columns = std::min(p.n, round_up(ceil_div(p.n, across), p.width));
      const int64_t rows = turned ? std::min(ceil_div(p.m, down), TURNED_BYTES / 4 / p.columns) : ceil_div(p.m, down);
      p.rows = std::min(p.m, round_up(rows, p.strip));
      p.row_tasks = ceil_div(p.m, p.rows);
      p.column_tasks = ceil_div(p.n, p.columns);
      const double cost = double(p.row_tasks * p.column_tasks) * task(p.rows, p.columns);
      if (least >= 0 && cost >= least) continue;
      least = cost;
      best = p;
    }
    p = best;
  }
};

}  // namespace

GemmPlan plan_gemm(const GemmShape& s, const GemmKernels& kernels, int lanes, const os::Caches& caches) {
  Planner planner{{}, kernels, lanes, caches};
  GemmPlan& p = planner.p;
  planner.choose_path(s);
  const int64_t most_depth = p.path == GemmPlan::Path::dots ? 2 * DEPTH : DEPTH;
  p.depth = std::max<int64_t>(ceil_div(p.k, std::max<int64_t>(ceil_div(p.k, most_depth), 1)), 1);
  const double worthwhile = std::min(double(TASKS), double(s.batch) * double(p.m) * double(p.n) * double(p.k) / TASK_MACS);
  int64_t wanted = 1;
  while (double(wanted * s.batch * 2) <= worthwhile) wanted *= 2;
  planner.choose_tasks(wanted);
  p.group = std::min(p.rows, round_up(std::max<int64_t>(caches.l2 / 8 / 4 / p.columns, 1), p.strip));
  return p;
}

}  // namespace hebb
