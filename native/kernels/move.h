// Kernels that bring values and whole rows from where an index says.
#pragma once
#include "base/types.h"

namespace hebb {

struct MoveKernels {
  // dst = src, around the caches but for the ends of dst that are not aligned.
  void (*stream)(void* dst, const void* src, int64_t bytes);
  // dst[i] = src[index[i]], values of 4 bytes; returns the first i whose position is not in 0 … limit-1, or count.
  int64_t (*gather)(void* dst, const void* src, const int32_t* index, int64_t count, int64_t limit);
  // dst (width) = the sum, in order, of the n listed rows of src (?, width). `stream`: around the caches where dst is aligned.
  void (*sum_rows)(float* dst, const float* src, const int32_t* rows, int64_t n, int64_t width, bool stream);
  void (*fence)();  // orders streamed values before what other threads are told
};

}  // namespace hebb
