// Kernels that measure the machine rather than compute: the benchmark's yardsticks.
#pragma once
#include "base/types.h"

namespace hebb {

constexpr int FMA_CHAINS = 12;  // independent multiply-adds in flight: more than latency times units asks for

struct PeakKernels {
  float (*fma_loop)(int64_t rounds);                                     // 2 · FMA_CHAINS · lanes operations a round, in registers
  void (*stream_copy)(float* target, const float* source, int64_t count);  // around the caches; target is aligned to 64 bytes
};

}  // namespace hebb
