// Which task takes which block of C, and in which order it goes through k.
#include "ops/gemm.h"

#include <algorithm>

#include "ops/run.h"
#include "runtime/os.h"

namespace hebb {

namespace {

// One product while it runs: what every task reads. Rows, columns, A and B are those of the plan, which may have swapped them.
struct Product {
  const GemmPlan& plan;
  const Run& run;
  const KernelTable& table;
  const float *a, *b;
  float* c;
  int64_t a_batch, b_batch;  // elements from matrix to matrix
  const Chain* epilogue;
  int64_t first = 0;  // row of C that c begins with

  struct Area {  // of C[batch]
    int64_t batch, i0, i1, j0, j1;
  };
  void task(int64_t block, int worker) const;
  void tiles(const Area& area, int worker) const;

 private:
  void dots(const Area& area) const;
  void turn(const Area& area, const float* c_transposed, int64_t row) const;
  void finish(const Area& area, int worker) const;
};

// Applies the epilogue to an area of C as it is stored, in runs that are as long as a Chain takes.
void Product::finish(const Area& area, int worker) const {
  if (!epilogue) return;
  void* scratch = run.thread_scratch(worker);
  const auto segment = [&](int64_t start, int64_t end) {
    for (; start < end; start += CHAIN_BLOCK) epilogue->block(run, start, std::min(CHAIN_BLOCK, end - start), c + start, scratch);
  };
  const Area stored = plan.swapped ? Area{area.batch, area.j0, area.j1, area.i0, area.i1} : area;
  const int64_t n = plan.swapped ? plan.m : plan.n, first = area.batch * plan.m * plan.n;
  if (stored.j1 - stored.j0 == n) return segment(first + stored.i0 * n, first + stored.i1 * n);
  for (int64_t i = stored.i0; i < stored.i1; i++) segment(first + i * n + stored.j0, first + i * n + stored.j1);
}

// Writes an area of a swapped product, whose rows are C's columns.
void Product::turn(const Area& area, const float* c_transposed, int64_t row) const {
  float* to = c + area.batch * plan.m * plan.n + area.j0 * plan.m + area.i0;
  table.transpose.transpose(c_transposed, row * 4, to, plan.m * 4, area.i1 - area.i0, area.j1 - area.j0, false);
}

void Product::tiles(const Area& area, int worker) const {
  const int64_t m = plan.m, n = plan.n, k = plan.k, columns = area.j1 - area.j0;
  const bool packed = plan.path == GemmPlan::Path::packed, turned = plan.swapped && m > 1;
  const float* a_matrix = a + area.batch * a_batch;
  const float* b_matrix = b + area.batch * b_batch;
  float* panels = reinterpret_cast<float*>(static_cast<char*>(run.thread_scratch(worker)) + Chain::SCRATCH);
  float* c_block = c + (area.batch * m + area.i0 - first) * n + area.j0;
  GemmBlock g{};
  g.columns = columns;
  g.a_row = plan.trans_a ? 1 : k;
  g.a_depth = plan.trans_a ? m : 1;
  g.a_strip = g.a_row * plan.strip;
  g.c_row = turned ? columns : n;
  g.strip = plan.strip;
  g.vectors = plan.vectors;
  if (turned) c_block = panels + (packed ? plan.depth * round_up(columns, plan.width) : 0);
  int64_t k0 = 0;
  do {
    g.depth = std::min(plan.depth, k - k0);
    if (packed) {
      const float* from = plan.trans_b ? b_matrix + area.j0 * k + k0 : b_matrix + k0 * n + area.j0;
      const GemmPack pack{g.depth, columns, plan.width, from, plan.trans_b ? k : n, panels};
      (plan.trans_b ? table.gemm.pack_transposed : table.gemm.pack)(pack);
      g.b = panels;
      g.b_depth = plan.width;
      g.b_panel = plan.width * g.depth;
    } else {
      g.b = b_matrix + k0 * n + area.j0;
      g.b_depth = n;
      g.b_panel = plan.width;
    }
    g.accumulate = k0 > 0;
    const bool last = k0 + g.depth >= k;
    for (int64_t i = area.i0; i < area.i1; i += plan.group) {
      g.rows = std::min(plan.group, area.i1 - i);
      g.a = a_matrix + i * g.a_row + k0 * g.a_depth;
      g.c = c_block + (i - area.i0) * g.c_row;
      table.gemm.block(g);
      if (last && !turned) finish({area.batch, i, i + g.rows, area.j0, area.j1}, worker);
    }
    k0 += g.depth;
  } while (k0 < k);
  if (!turned) return;
  turn(area, c_block, columns);
  finish(area, worker);
}

void Product::dots(const Area& area) const {
  const int64_t n = plan.n, k = plan.k;
  const float* a_block = a + area.batch * a_batch + area.i0 * k;
  const float* b_block = b + area.batch * b_batch + area.j0 * k;
  float* c_block = c + (area.batch * plan.m + area.i0) * n + area.j0;
  for (int64_t k0 = 0; k0 == 0 || k0 < k; k0 += plan.depth) {
    table.gemm.dots(
        {area.i1 - area.i0, area.j1 - area.j0, std::min(plan.depth, k - k0), a_block + k0, k, b_block + k0, k, c_block, n, k0 > 0});
  }
}

void Product::task(int64_t block, int worker) const {
  // Rows change slowest: a thread gets the same rows of a weight's gradient as the optimizer's pass will give it.
  const int64_t column = block % plan.column_tasks, rest = block / plan.column_tasks;
  const int64_t row = rest % plan.row_tasks, i0 = row * plan.rows, j0 = column * plan.columns;
  const Area area{rest / plan.row_tasks, i0, std::min(i0 + plan.rows, plan.m), j0, std::min(j0 + plan.columns, plan.n)};
  if (plan.path != GemmPlan::Path::dots) return tiles(area, worker);
  dots(area);
  finish(area, worker);
}

static_assert(Chain::SCRATCH + GEMM_SCRATCH <= Run::THREAD_SCRATCH);

constexpr int64_t FEW_ROWS = 16;  // for which rows() plans its tiles
constexpr int64_t LANES_AT_MOST = 16;

const os::Caches& caches() {
  static const os::Caches known = os::caches();
  return known;
}

}  // namespace

void Gemm::run(Run& run, const float* a, const float* b, float* c, const Chain* epilogue) const {
  if (shape_.batch == 0 || shape_.m == 0 || shape_.n == 0) return;
  const KernelTable& table = run.kernels();
  if (planned_for_ != &table) {
    plan_ = plan_gemm(shape_, table.gemm, table.lanes, caches());
    planned_for_ = &table;
  }
  const int64_t a_batch = shape_.batched_a ? shape_.m * shape_.k : 0, b_batch = shape_.batched_b ? shape_.k * shape_.n : 0;
  GemmPlan plan = plan_;
  if (run.threads() == 1 && plan.path == GemmPlan::Path::packed &&
      !plan.swapped) {  // alone, B is packed once; where rows are cut changes no bit
    plan.rows = plan.m;
    plan.row_tasks = 1;
  }
  Product product{plan, run, table, a, b, c, a_batch, b_batch, epilogue, 0};
  if (plan.swapped) {
    std::swap(product.a, product.b);
    std::swap(product.a_batch, product.b_batch);
  }
  const int64_t tasks = shape_.batch * plan.row_tasks * plan.column_tasks;
  if (tasks == 1) return product.task(0, 0);
  run.parallel(tasks, nanoseconds(), [&](int64_t block, int worker) { product.task(block, worker); });
}

bool Gemm::has_rows(int64_t count) const {
  return shape_.batch == 1 && !shape_.trans_b && shape_.n >= LANES_AT_MOST && count * shape_.n * 4 <= GEMM_SCRATCH - PANEL_BYTES;
}

void Gemm::plan_rows(const Run& run) const {
  const KernelTable& table = run.kernels();
  if (planned_for_ == &table) return;
  GemmShape few = shape_;
  few.m = std::min(shape_.m, FEW_ROWS);
  plan_ = plan_gemm(few, table.gemm, table.lanes, caches());
  plan_.m = shape_.m;
  planned_for_ = &table;
}

const float* Gemm::rows(const Run& run, int worker, const float* a, const float* b, int64_t first, int64_t last) const {
  float* const c = reinterpret_cast<float*>(static_cast<char*>(run.thread_scratch(worker)) + Chain::SCRATCH + PANEL_BYTES);
  const Product product{plan_, run, run.kernels(), a, b, c, 0, 0, nullptr, first};
  for (int64_t j = 0; j < plan_.n; j += plan_.columns) product.tiles({0, first, last, j, std::min(j + plan_.columns, plan_.n)}, worker);
  return c;
}

double Gemm::nanoseconds() const {
  const double m = double(shape_.m), n = double(shape_.n), k = double(shape_.k);
  return 20 + double(shape_.batch) * (m * n * k * 0.01 + (m * k + k * n + m * n) * 0.05);
}

}  // namespace hebb
