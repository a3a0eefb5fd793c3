// Moves values and rows: copies around the caches, values by an index, sums of listed rows.
#include "kernels/move.h"

#include "simd/simd.h"

namespace ISA {
namespace {
namespace moving {

constexpr int64_t LINE = 64;
constexpr int64_t AHEAD = 4096;  // bytes: the CPU's own prefetching ends with the page

void stream_bytes(void* dst, const void* src, int64_t bytes) {
  char* to = static_cast<char*>(dst);
  const char* from = static_cast<const char*>(src);
  if ((reinterpret_cast<uintptr_t>(to) ^ reinterpret_cast<uintptr_t>(from)) % 4 != 0) {
    memcpy(to, from, size_t(bytes));
    return;
  }
  const int64_t ahead = int64_t(-reinterpret_cast<uintptr_t>(to) & (LINE - 1)), head = ahead < bytes ? ahead : bytes;
  memcpy(to, from, size_t(head));
  int64_t at = head;
  for (; at + LINE <= bytes; at += LINE) {
    Vec line[LINE / 4 / LANES];
    __builtin_prefetch(from + at + AHEAD);
    for (int k = 0; k < int(LINE / 4 / LANES); k++) line[k] = load(reinterpret_cast<const float*>(from + at) + k * LANES);
    for (int k = 0; k < int(LINE / 4 / LANES); k++) stream(reinterpret_cast<float*>(to + at) + k * LANES, line[k]);
  }
  memcpy(to + at, from + at, size_t(bytes - at));
}

int64_t gather(void* dst, const void* src, const int32_t* index, int64_t count, int64_t limit) {
  int32_t* const to = static_cast<int32_t*>(dst);
  const int32_t* const from = static_cast<const int32_t*>(src);
  const VecI below = set1i(int32_t(limit)), none = set1i(0);
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    const VecI places = loadi(index + i);
    __builtin_prefetch(reinterpret_cast<const char*>(index + i) + AHEAD);
    if (mask_any(mask_or(lti(places, none), mask_not(lti(places, below))))) break;
    for (int k = 0; k < LANES; k++) to[i + k] = from[index[i + k]];
  }
  for (; i < count && index[i] >= 0 && index[i] < limit; i++) to[i] = from[index[i]];
  return i;
}

// Four vectors of columns at a time, so that the additions of one hide behind the others'.
template <bool STREAM> int64_t sum_columns(float* dst, const float* src, const int32_t* rows, int64_t n, int64_t width) {
  int64_t j = 0;
  for (; j + 4 * LANES <= width; j += 4 * LANES) {
    Vec sum[4] = {zero(), zero(), zero(), zero()};
    for (int64_t i = 0; i < n; i++) {
      const float* const row = src + rows[i] * width + j;
      for (int k = 0; k < 4; k++) sum[k] = add(sum[k], load(row + k * LANES));
    }
    for (int k = 0; k < 4; k++) STREAM ? stream(dst + j + k * LANES, sum[k]) : store(dst + j + k * LANES, sum[k]);
  }
  return j;
}

void sum_rows(float* dst, const float* src, const int32_t* rows, int64_t n, int64_t width, bool stream) {
  const bool aligned = reinterpret_cast<uintptr_t>(dst) % (LANES * 4) == 0;
  int64_t j = (stream && aligned ? sum_columns<true> : sum_columns<false>)(dst, src, rows, n, width);
  for (; j < width; j += LANES) {
    const int count = width - j < LANES ? int(width - j) : LANES;
    Vec sum = zero();
    for (int64_t i = 0; i < n; i++) sum = add(sum, load_n(src + rows[i] * width + j, count));
    store_n(dst + j, sum, count);
  }
}

}  // namespace moving

constexpr hebb::MoveKernels move_kernels = {moving::stream_bytes, moving::gather, moving::sum_rows, stream_fence};

}  // namespace
}  // namespace ISA
