// Sharing a command's blocks out, and keeping its first fault.
#include "ops/run.h"

#include "runtime/os.h"

namespace hebb {

constexpr double WORTH_SHARING = 3'000;  // ns of work; a fork and join costs a tenth of it

void Run::parallel(int64_t blocks, double nanoseconds, BlockFn fn, const void* context) {
  if (threads_ > 1 && blocks > 1 && nanoseconds >= WORTH_SHARING) return workers_->run(blocks, nanoseconds, fn, context, stop_);
  for (int64_t block = 0; block < blocks && !stopped(); block++) fn(context, block, 0);
}

void Run::fail(Fault::Code code, int64_t row, int64_t value, int64_t limit) {
  while (fault_lock_.exchange(true, std::memory_order_acquire)) os::pause();
  if (fault_.code == Fault::none || row < fault_.row) {
    fault_.code = code;
    fault_.command = command_;
    fault_.row = row;
    fault_.value = value;
    fault_.limit = limit;
  }
  fault_lock_.store(false, std::memory_order_release);
}

}  // namespace hebb
