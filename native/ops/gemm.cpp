// Which task takes which block of C, and in which order it goes through k.
#include "ops/gemm.h"

#include <algorithm>

#include "ops/run.h"

namespace hebb {

namespace {

// One product while it runs: what every task reads.
struct Product {
  const GemmShape& shape;
  const GemmPlan& plan;
  const Run& run;
  const GemmKernels& kernels;
  const float *a, *b;
  float* c;
  const Chain* epilogue;

  void task(int64_t block, int worker) const;

 private:
  void columns(int64_t batch, int64_t i0, int64_t i1, int64_t j0, int64_t j1, int worker) const;
  void dots(int64_t batch, int64_t i0, int64_t i1, int64_t j0, int64_t j1) const;
  void finish(int64_t batch, int64_t i0, int64_t i1, int64_t j0, int64_t j1, int worker) const;
};

// Applies the epilogue to a block of C, in runs that are as long as a Chain takes.
void Product::finish(int64_t batch, int64_t i0, int64_t i1, int64_t j0, int64_t j1, int worker) const {
  if (!epilogue) return;
  void* scratch = run.thread_scratch(worker);
  const auto segment = [&](int64_t start, int64_t end) {
    for (; start < end; start += CHAIN_BLOCK) epilogue->block(run, start, std::min(CHAIN_BLOCK, end - start), c + start, scratch);
  };
  const int64_t n = shape.n, first = batch * shape.m * n;
  if (j1 - j0 == n) return segment(first + i0 * n, first + i1 * n);
  for (int64_t i = i0; i < i1; i++) segment(first + i * n + j0, first + i * n + j1);
}

void Product::columns(int64_t batch, int64_t i0, int64_t i1, int64_t j0, int64_t j1, int worker) const {
  const int64_t m = shape.m, n = shape.n, k = shape.k, columns = j1 - j0;
  const float* a_block = a + (shape.batched_a ? batch * m * k : 0);
  const float* b_block = b + (shape.batched_b ? batch * k * n : 0);
  GemmBlock g{};
  g.columns = columns;
  g.a_row = shape.trans_a ? 1 : k;
  g.a_depth = shape.trans_a ? m : 1;
  g.a_strip = g.a_row * plan.strip;
  g.c_row = n;
  g.strip = plan.strip;
  g.vectors = plan.vectors;
  float* panels = reinterpret_cast<float*>(static_cast<char*>(run.thread_scratch(worker)) + Chain::SCRATCH);
  int64_t k0 = 0;
  do {
    g.depth = std::min(plan.depth, k - k0);
    if (plan.path == GemmPlan::Path::packed) {
      const int64_t row = shape.trans_b ? k : n;
      const GemmPack pack{g.depth, columns, plan.width, b_block + (shape.trans_b ? j0 * k + k0 : k0 * n + j0), row, panels};
      (shape.trans_b ? kernels.pack_transposed : kernels.pack)(pack);
      g.b = panels;
      g.b_depth = plan.width;
      g.b_panel = plan.width * g.depth;
    } else {
      g.b = b_block + k0 * n + j0;
      g.b_depth = n;
      g.b_panel = plan.width;
    }
    g.accumulate = k0 > 0;
    k0 += g.depth;
    for (int64_t i = i0; i < i1; i += plan.group) {
      g.rows = std::min(plan.group, i1 - i);
      g.a = a_block + i * g.a_row + (k0 - g.depth) * g.a_depth;
      g.c = c + (batch * m + i) * n + j0;
      kernels.block(g);
      if (k0 >= k) finish(batch, i, i + g.rows, j0, j1, worker);
    }
  } while (k0 < k);
}

void Product::dots(int64_t batch, int64_t i0, int64_t i1, int64_t j0, int64_t j1) const {
  const int64_t m = shape.m, n = shape.n, k = shape.k;
  const float* a_block = a + (shape.batched_a ? batch * m * k : 0);
  const float* b_block = b + (shape.batched_b ? batch * k * n : 0);
  for (int64_t k0 = 0; k0 == 0 || k0 < k; k0 += plan.depth) {
    kernels.dots({i1 - i0, j1 - j0, std::min(plan.depth, k - k0), a_block + i0 * k + k0, k, b_block + j0 * k + k0, k, c + (batch * m + i0) * n + j0, n, k0 > 0});
  }
}

void Product::task(int64_t block, int worker) const {
  const int64_t row = block % plan.row_tasks, rest = block / plan.row_tasks;
  const int64_t column = rest % plan.column_tasks, batch = rest / plan.column_tasks;
  const int64_t i0 = row * plan.rows, i1 = std::min(i0 + plan.rows, shape.m);
  const int64_t j0 = column * plan.columns, j1 = std::min(j0 + plan.columns, shape.n);
  if (plan.path != GemmPlan::Path::dots) return columns(batch, i0, i1, j0, j1, worker);
  dots(batch, i0, i1, j0, j1);
  finish(batch, i0, i1, j0, j1, worker);
}

}  // namespace

void Gemm::run(Run& run, const float* a, const float* b, float* c, const Chain* epilogue) const {
  if (shape_.batch == 0 || shape_.m == 0 || shape_.n == 0) return;
  const KernelTable& table = run.kernels();
  if (planned_for_ != &table) {
    plan_ = plan_gemm(shape_, table.gemm, table.lanes, CacheSizes{});
    planned_for_ = &table;
  }
  const Product product{shape_, plan_, run, table.gemm, a, b, c, epilogue};
  const int64_t tasks = shape_.batch * plan_.row_tasks * plan_.column_tasks;
  if (tasks == 1) return product.task(0, 0);
  run.parallel(tasks, nanoseconds(), [&](int64_t block, int worker) { product.task(block, worker); });
}

double Gemm::nanoseconds() const {
  const double c = double(shape_.batch) * double(shape_.m) * double(shape_.n);
  return 20 + c * (double(shape_.k) * 0.015 + 0.05);
}

}  // namespace hebb
