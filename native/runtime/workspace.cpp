// Growing the workspace: the old region goes before the new one comes, so that both never count at once.
#include "runtime/workspace.h"

#include <algorithm>

#include "base/types.h"
#include "runtime/os.h"

namespace hebb {

void* Workspace::ensure(int64_t bytes) {
  const int64_t held = bytes_.load(std::memory_order_relaxed);
  if (bytes <= held && data_ != nullptr) return data_;
  const int64_t wanted = round_up(std::max<int64_t>(bytes, 1), bytes >= os::HUGE_PAGE ? os::HUGE_PAGE : 64 << 10);
  if (data_ != nullptr) {
    os::release(data_, held);
    budget_.give(held);
    data_ = nullptr;
    bytes_.store(0, std::memory_order_relaxed);
  }
  if (!budget_.take(wanted) && !(pool_.trim() && budget_.take(wanted))) return nullptr;
  data_ = os::reserve(wanted);
  if (data_ == nullptr) {
    budget_.give(wanted);
    return nullptr;
  }
  bytes_.store(wanted, std::memory_order_relaxed);
  return data_;
}

}  // namespace hebb
