// How much memory the library may hold: storages, pooled pages and the workspace together. Checked before memory is taken,
// because an overcommitting system hands out pages that it doesn't have and kills the process later.
#pragma once
#include <stdint.h>

#include <atomic>
#include <string>

namespace hebb {

class Budget {
 public:
  explicit Budget(int64_t bytes) : limit_(bytes) {}

  bool take(int64_t bytes) {
    int64_t used = used_.load(std::memory_order_relaxed);
    do {
      if (bytes > limit_ - used) return false;
    } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    return true;
  }
  void give(int64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }

  int64_t limit() const { return limit_; }
  int64_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const int64_t limit_;
  std::atomic<int64_t> used_{0};
};

// "4G", "512M", "65536": bytes; -1 for anything else.
int64_t parse_bytes(const std::string& text);

}  // namespace hebb
