// Picks the tile, the path and the blocks of a matrix product.
#include "ops/gemm_plan.h"

#include <algorithm>

namespace hebb {

namespace {

constexpr int64_t DEPTH = 512;          // of a block of k: sums of blocks go through C, which keeps rounding errors small, too
constexpr int64_t TASK_MACS = 1 << 17;  // multiply-adds that are worth another thread's attention
constexpr int64_t TASKS = 8;

// Cycles of one step of k in a tile: two FMAs, two loads a cycle, 24 bytes a cycle of B from L2, and the latency of an FMA.
double step_cycles(int64_t rows, int64_t vectors, int lanes) {
  return std::max({double(rows * vectors) / 2, double(rows + vectors) / 2, double(vectors * lanes) / 6, 4.0});
}

double cycles(const GemmShape& s, int lanes, int64_t vectors, int64_t strip) {
  const int64_t across = ceil_div(s.n, lanes), full = across / vectors, rest = across % vectors;
  const auto column = [&](int64_t v) {
    const int64_t last = s.m % strip;
    const auto tile = [&](int64_t rows) { return step_cycles(rows, v, lanes) * double(s.k) + 10 + double(rows * v); };
    return double(s.m / strip) * tile(strip) + (last ? tile(last) : 0);
  };
  return double(full) * column(vectors) + (rest ? column(rest) : 0);
}

// `most_rows`: what L1 holds of A beside the stream of B.
void choose_tile(GemmPlan& plan, const GemmShape& s, const GemmKernels& kernels, int lanes, int64_t most_rows) {
  const int64_t across = ceil_div(s.n, lanes);
  double best = -1;
  for (int vectors = 1; vectors <= GEMM_VECTORS && vectors <= std::max<int64_t>(across, 1); vectors++) {
    const int64_t most = std::min<int64_t>(kernels.tile_rows[vectors], most_rows), strip = std::max<int64_t>(ceil_div(s.m, ceil_div(s.m, most)), 1);
    const double c = cycles(s, lanes, vectors, strip);
    if (best >= 0 && c >= best) continue;
    best = c;
    plan.vectors = vectors;
    plan.strip = int(strip);
  }
  plan.width = int64_t(plan.vectors) * lanes;
}

}  // namespace

GemmPlan plan_gemm(const GemmShape& s, const GemmKernels& kernels, int lanes, const CacheSizes& caches) {
  GemmPlan plan;
  plan.rows = s.m;
  plan.columns = s.n;
  plan.depth = s.k;
  plan.row_tasks = plan.column_tasks = 1;
  plan.group = s.m;
  if (s.m == 0 || s.n == 0) return plan;

  const int64_t bytes_b = s.k * s.n * 4;
  if (s.trans_b) plan.path = !s.trans_a && s.k >= 256 && s.m <= 64 ? GemmPlan::Path::dots : GemmPlan::Path::packed;
  else if (bytes_b > caches.l2 / 2) plan.path = GemmPlan::Path::packed;
  const bool packed = plan.path == GemmPlan::Path::packed;

  const int64_t most_depth = packed ? DEPTH : 2 * DEPTH;
  plan.depth = std::max<int64_t>(ceil_div(s.k, std::max<int64_t>(ceil_div(s.k, most_depth), 1)), 1);
  choose_tile(plan, s, kernels, lanes, std::max<int64_t>(caches.l1 / 4 * 2 / 5 / plan.depth, 4));
  if (packed) {
    const int64_t most = std::max(caches.l2 / 2 / 4 / plan.depth, plan.width);
    plan.columns = std::min(round_up(ceil_div(s.n, ceil_div(s.n, most)), plan.width), s.n);
  }
  plan.column_tasks = ceil_div(s.n, plan.columns);

  const int64_t macs = s.m * s.n * std::max<int64_t>(s.k, 1);
  const int64_t useful = std::min(TASKS, s.batch * macs / TASK_MACS), have = s.batch * plan.column_tasks;
  const int64_t least = packed ? 256 : plan.strip;  // every row task packs B anew
  plan.rows = std::min(s.m, std::max(round_up(ceil_div(s.m, std::max<int64_t>(ceil_div(useful, have), 1)), plan.strip), least));
  plan.row_tasks = ceil_div(s.m, plan.rows);
  plan.group = std::min(plan.rows, round_up(std::max<int64_t>(caches.l2 / 8 / 4 / plan.columns, 1), plan.strip));
  return plan;
}

}  // namespace hebb
