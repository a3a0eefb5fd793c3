// The one region in which every Program keeps its intermediates. It grows to the largest need and stays.
// Only the holder of the executor's lock touches it.
#pragma once
#include <stdint.h>

#include <atomic>

#include "runtime/pool.h"

namespace hebb {

class Workspace {
 public:
  Workspace(Budget& budget, Pool& pool) : budget_(budget), pool_(pool) {}
  void* ensure(int64_t bytes);  // null when the budget doesn't allow it; contents don't outlive the next call
  int64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  Budget& budget_;
  Pool& pool_;
  void* data_ = nullptr;
  std::atomic<int64_t> bytes_{0};
};

}  // namespace hebb
