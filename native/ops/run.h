// One execution of a Program as its commands see it: pointers, scalars, scratch, threads, and a place for the first fault.
#pragma once
#include <stdint.h>

#include <atomic>

#include "base/types.h"
#include "kernels/table.h"
#include "runtime/fault.h"
#include "runtime/workers.h"

namespace hebb {

class Run {
 public:
  template <class T> T* ptr(int32_t buffer) const { return static_cast<T*>(pointers_[buffer]); }  // null for -1: don't ask
  double scalar(int32_t index) const { return scalars_[index]; }
  void* scratch() const { return scratch_; }               // the command's shared scratch
  void* thread_scratch(int worker) const { return workers_->scratch(worker); }  // THREAD_SCRATCH bytes of this worker alone
  const KernelTable& kernels() const { return *kernels_; }
  int threads() const { return threads_; }                 // 1 where the run is inline; never shapes a result

  // Calls body(block, worker) for every block in 0 … blocks-1, in any order and on any thread; returns when all are done.
  // Blocks must be cut by shape alone. `nanoseconds` is the estimate for all blocks: little work stays on one thread.
  template <class Body> void parallel(int64_t blocks, double nanoseconds, const Body& body) {
    parallel(
        blocks, nanoseconds, [](const void* context, int64_t block, int worker) { (*static_cast<const Body*>(context))(block, worker); },
        &body);
  }
  using BlockFn = void (*)(const void* context, int64_t block, int worker);
  void parallel(int64_t blocks, double nanoseconds, BlockFn fn, const void* context);

  void fail(Fault::Code code, int64_t row, int64_t value, int64_t limit);  // thread-safe; the smallest row wins

  static constexpr int64_t THREAD_SCRATCH = Workers::SCRATCH;

 private:
  friend class Program;
  bool stopped() const { return stop_ != nullptr && stop_->load(std::memory_order_relaxed); }

  void* const* pointers_ = nullptr;
  const double* scalars_ = nullptr;
  void* scratch_ = nullptr;
  const KernelTable* kernels_ = nullptr;
  Workers* workers_ = nullptr;
  const std::atomic<bool>* stop_ = nullptr;  // null from the first write to a variable on
  int threads_ = 1;
  int32_t command_ = 0;
  Fault fault_;
  std::atomic<bool> fault_lock_{false};
};

}  // namespace hebb
