// The gemm kernels of one ISA, and its peak, for gemm_test and gemm_bench, which need no other family of kernels.
#include "kernels/gemm.cpp"
#include "test/gemm_isa.h"

namespace ISA {
namespace {

// 2 · ACCUMULATORS · LANES floating-point operations a round, enough of them in flight to hide their latency.
constexpr int ACCUMULATORS = 12;

__attribute__((noinline)) float fma_loop(int64_t rounds) {
  Vec sum[ACCUMULATORS];
  const Vec x = set1(0.999f), y = set1(0.001f);
  for (int i = 0; i < ACCUMULATORS; i++) sum[i] = set1(float(i));
  for (int64_t r = 0; r < rounds; r++) {
    for (int i = 0; i < ACCUMULATORS; i++) sum[i] = fma(sum[i], x, y);
  }
  float total = 0;
  for (const Vec& v : sum) total += hsum(v);
  return total;
}

#define NAME_OF(x) #x
#define NAME(x) NAME_OF(x)
const GemmIsa isa = {NAME(ISA), LANES, &gemm_kernels, fma_loop, 2.0 * ACCUMULATORS * LANES};

}  // namespace

__attribute__((constructor)) static void enlist() { gemm_isas()[gemm_isa_count()++] = &isa; }

}  // namespace ISA
