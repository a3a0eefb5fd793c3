// What gemm_isa.cpp, compiled once per ISA, hands to the test and the benchmark.
#pragma once
#include "kernels/gemm.h"

struct GemmIsa {
  const char* name;
  int lanes;
  const hebb::GemmKernels* kernels;
  float (*fma_loop)(int64_t rounds);
  double flops_a_round;
};

const GemmIsa** gemm_isas();
int& gemm_isa_count();
