// Matrix multiplication as other ops and the `gemm` command use it: loops, packing and threads over the kernels of one ISA.
#pragma once
#include "ops/chain.h"
#include "ops/gemm_plan.h"
#include "ops/op.h"

namespace hebb {

class Gemm {
 public:
  explicit Gemm(const GemmShape& shape) : shape_(shape) {}

  // C = op(A) · op(B), then, block by block while it is hot, the epilogue, whose host input is C.
  void run(Run& run, const float* a, const float* b, float* c, const Chain* epilogue = nullptr) const;

  // Rows first … last-1 of A · B, computed by one thread in its own scratch, where they stay until it computes something else. Only for
  // counts of rows that has_rows() knows, and after plan_rows().
  const float* rows(const Run& run, int worker, const float* a, const float* b, int64_t first, int64_t last) const;
  bool has_rows(int64_t count) const;
  void plan_rows(const Run& run) const;

  double nanoseconds() const;

 private:
  GemmShape shape_;
  mutable GemmPlan plan_;  // made by the first run, which knows the kernels; one run at a time
  mutable const KernelTable* planned_for_ = nullptr;
};

std::unique_ptr<Command> decode_gemm(Reader& reader);

}  // namespace hebb
