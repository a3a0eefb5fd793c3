// Size classes and their lists of kept blocks.
#include "runtime/pool.h"

#include <stdlib.h>

#include <algorithm>

#include "base/types.h"
#include "runtime/os.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace hebb {

// Under AddressSanitizer only the first bytes of a block may be touched: neither what its size class adds nor what was given back.
static void allow(const Pool::Block& block, int64_t bytes) {
#if defined(__SANITIZE_ADDRESS__)
  char* const data = static_cast<char*>(block.data);
  ASAN_UNPOISON_MEMORY_REGION(data, size_t(bytes));
  ASAN_POISON_MEMORY_REGION(data + bytes, size_t(block.capacity - bytes));
#endif
}

static int log2_floor(int64_t value) { return 63 - __builtin_clzll(uint64_t(value)); }

Pool::Pool(Budget& budget) : budget_(budget), kept_(64 * STEPS) {}

int64_t Pool::capacity_for(int64_t bytes) {
  if (bytes <= ALIGN) return ALIGN;
  const int64_t power = INT64_C(1) << log2_floor(bytes);
  return round_up(bytes, std::max(ALIGN, power / STEPS));
}

int Pool::class_of(int64_t capacity) {
  const int log = log2_floor(capacity);
  const int64_t power = INT64_C(1) << log;
  return log * STEPS + int((capacity - power) * STEPS / power);
}

void* Pool::allocate(int64_t capacity) {
  if (capacity >= PAGES_FROM) return os::reserve(capacity);
#if defined(_WIN32)
  return _aligned_malloc(size_t(capacity), ALIGN);
#else
  return aligned_alloc(ALIGN, size_t(capacity));
#endif
}

void Pool::release(Block block) {
  allow(block, block.capacity);
  if (block.capacity >= PAGES_FROM) return os::release(block.data, block.capacity);
#if defined(_WIN32)
  _aligned_free(block.data);
#else
  free(block.data);
#endif
}

Pool::Block Pool::take(int64_t bytes) {
  if (bytes < 0 || bytes > budget_.limit()) return {};
  Block block;
  block.capacity = capacity_for(bytes);
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<void*>& kept = kept_[size_t(class_of(block.capacity))];
  if (!kept.empty()) {
    block.data = kept.back();
    kept.pop_back();
    pooled_ -= block.capacity;
  } else {
    if (!budget_.take(block.capacity) && !(trim_locked() && budget_.take(block.capacity))) return {};
    block.data = allocate(block.capacity);
    if (block.data == nullptr) {
      budget_.give(block.capacity);
      return {};
    }
  }
  in_use_ += block.capacity;
  allow(block, bytes);
  return block;
}

void Pool::give(Block block) {
  if (block.data == nullptr) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  in_use_ -= block.capacity;
  // As much as is in use may lie ready, so that a step's results find the pages of the step before.
  const int64_t most = std::min(std::max(INT64_C(256) << 20, in_use_), budget_.limit() / 4);
  if (pooled_ + block.capacity > most) {
    release(block);
    budget_.give(block.capacity);
  } else {
    allow(block, 0);
    kept_[size_t(class_of(block.capacity))].push_back(block.data);
    pooled_ += block.capacity;
  }
}

bool Pool::trim() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return trim_locked();
}

bool Pool::trim_locked() {
  if (pooled_ == 0) return false;
  for (int c = 0; c < int(kept_.size()); c++) {
    if (kept_[size_t(c)].empty()) continue;
    const int64_t power = INT64_C(1) << (c / STEPS);
    const int64_t capacity = power + power / STEPS * (c % STEPS);
    for (void* data : kept_[size_t(c)]) release({data, capacity});
    kept_[size_t(c)].clear();
  }
  budget_.give(pooled_);
  pooled_ = 0;
  return true;
}

int64_t Pool::in_use() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return in_use_;
}

int64_t Pool::pooled() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return pooled_;
}

}  // namespace hebb
