// The loops behind the benchmark's percentages.
#include "kernels/peak.h"

#include "simd/simd.h"

namespace ISA {
namespace {

float peak_fma_loop(int64_t rounds) {
  Vec sum[hebb::FMA_CHAINS];
  const Vec x = set1(0.999f), y = set1(0.001f);
  for (int i = 0; i < hebb::FMA_CHAINS; i++) sum[i] = set1(float(i));
  for (int64_t r = 0; r < rounds; r++) {
    for (int i = 0; i < hebb::FMA_CHAINS; i++) sum[i] = fma(sum[i], x, y);
  }
  float total = 0;
  for (const Vec& v : sum) total += hsum(v);
  return total;
}

void peak_stream_copy(float* target, const float* source, int64_t count) {
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) stream(target + i, load(source + i));
  for (; i < count; i++) target[i] = source[i];
  stream_fence();
}

constexpr hebb::PeakKernels peak_kernels = {peak_fma_loop, peak_stream_copy};

}  // namespace
}  // namespace ISA
