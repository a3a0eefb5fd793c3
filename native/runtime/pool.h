// Memory for storages, in size classes. What is freed is kept and handed out again: the first touch of a fresh page costs
// more than the work most ops do on it.
#pragma once
#include <stdint.h>

#include <mutex>
#include <vector>

#include "runtime/budget.h"

namespace hebb {

class Pool {
 public:
  struct Block {
    void* data = nullptr;  // 64-byte aligned, contents undefined
    int64_t capacity = 0;
  };

  explicit Pool(Budget& budget);
  ~Pool() { trim(); }
  Block take(int64_t bytes);  // data is null when neither budget nor system allow it
  void give(Block block);
  bool trim();  // returns every kept page to the system; false if there was none

  int64_t in_use() const;
  int64_t pooled() const;

 private:
  static constexpr int STEPS = 8;  // size classes between two powers of two: at most an eighth is wasted
  static constexpr int64_t PAGES_FROM = 64 << 10;

  static int64_t capacity_for(int64_t bytes);
  static int class_of(int64_t capacity);
  static void* allocate(int64_t capacity);
  static void release(Block block);
  bool trim_locked();

  Budget& budget_;
  mutable std::mutex mutex_;
  std::vector<std::vector<void*>> kept_;  // by class
  int64_t in_use_ = 0, pooled_ = 0;
};

}  // namespace hebb
