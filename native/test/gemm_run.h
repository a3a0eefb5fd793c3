// A stand-in for the executor in gemm_test and gemm_bench.
#pragma once
#include <thread>
#include <vector>

#include "ops/gemm.h"
#include "ops/run.h"
#include "test/gemm_isa.h"

struct Threads {  // workers for Run::parallel; one such object at a time
  explicit Threads(int n);
  ~Threads();
  int count;
  std::vector<std::thread> pool;
};

void prepare(hebb::Run& run, const GemmIsa& isa, int threads);

extern float* epilogue_out;  // where the stand-in of a Chain writes max(C, 0) + 1
