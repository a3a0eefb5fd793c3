// Kernels of sorting. A value becomes a key, a uint32_t whose order is that of the values: -0 before 0, NaN after all; with all its bits
// flipped the order is the opposite. A key may carry its position in the low half of a uint64_t, a pair: equal values then keep their
// order.
#pragma once
#include "base/types.h"

namespace hebb {

constexpr int SORT_DIGITS = 3, SORT_BUCKETS = 1 << 11;  // a key's digits, lowest first

// [0] takes f32, [1] i32; `flip` is 0 or ~0.
struct SortKernels {
  void (*keys[2])(uint32_t* to, const void* x, int64_t n, uint32_t flip);
  void (*pairs[2])(uint64_t* to, const void* x, int64_t first, int64_t n, uint32_t flip);
  // The values of keys; the values and positions of pairs, each where it is wanted.
  void (*values[2])(void* y, const uint32_t* keys, int64_t n, uint32_t flip);
  void (*split[2])(void* y, int32_t* positions, const uint64_t* pairs, int64_t n, uint32_t flip);
  // Pairs of the values whose keys are less than `limit`, in order; returns how many.
  int64_t (*below[2])(uint64_t* to, const void* x, int64_t first, int64_t n, uint32_t flip, uint32_t limit);
  // [0] takes keys, [1] pairs. Adds how often each value of a digit occurs; moves each to its digit's next place.
  void (*count[2])(uint32_t* counts, const void* from, int64_t n, int digit);
  void (*scatter[2])(void* to, uint32_t* places, const void* from, int64_t n, int digit);
};

}  // namespace hebb
