// One gemm at a time in gemm_test and gemm_bench: a Run without a Program, on the real workers and kernels.
#pragma once
#include "kernels/table.h"
#include "ops/gemm.h"
#include "ops/run.h"

namespace hebb {

class Program {  // stands in for the real one, whose right it is to fill in a Run
 public:
  static void prepare(Run& run, const KernelTable& table, Workers& workers);
};

Workers& workers_of(int threads);  // a crew that lives as long as the process

extern float* epilogue_out;  // where the stand-in of a Chain writes max(C, 0) + 1

}  // namespace hebb
