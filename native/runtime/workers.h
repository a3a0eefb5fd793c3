// The threads that help with a Program. The caller takes part as worker 0. Blocks are parted into ranges, one a worker where there are
// few; each worker claims from its own first, so that equal commands of later runs find their memory in its cache, then from the others',
// so that a preempted thread holds up nothing but the blocks it has claimed.
#pragma once
#include <stdint.h>

#include <atomic>

namespace hebb {

class Workers {
 public:
  using BlockFn = void (*)(const void* context, int64_t block, int worker);
  static constexpr int MAX_THREADS = 256;
  static constexpr int64_t SCRATCH = 2 << 20;  // bytes that each worker has for itself

  explicit Workers(int threads) : wanted_(threads) {}

  int set_threads(int threads);  // from the next Program on; returns what is in force: 1 … MAX_THREADS
  int threads() const { return wanted_.load(std::memory_order_relaxed); }
  bool prepare();                // scratch for worker 0; false when there is no memory

  // The rest is for the holder of the executor's lock.
  void begin(double nanoseconds);  // a Program with that much work starts: workers are woken where it pays, and stay awake
  void end();
  int crew() const { return crew_.load(std::memory_order_relaxed); }
  void run(int64_t blocks, double nanoseconds, BlockFn fn, const void* context, const std::atomic<bool>* stop);
  void* scratch(int worker) const { return members_[worker].scratch; }

 private:
  struct Member {
    Workers* workers = nullptr;
    int index = 0;
    void* scratch = nullptr;
    std::atomic<int> thread{-1};  // known once it runs
    int off_cpu = -1;             // the processor that it was last told to keep off
  };
  // What is being done. Fields are atomic because a late worker may read them while the next job is written; it then fails to
  // claim, since the ticket has moved on.
  struct Job {
    std::atomic<BlockFn> fn{nullptr};
    std::atomic<const void*> context{nullptr};
    std::atomic<const std::atomic<bool>*> stop{nullptr};
    std::atomic<uint32_t> blocks{0}, ranges{1}, claim{1};
  };
  struct alignas(64) Range {
    std::atomic<uint64_t> ticket{UINT32_MAX};  // job number << 32 | next block to claim
  };
  static constexpr uint32_t RANGES = 8;

  bool recruit(int index);
  bool help(int worker);
  bool claim_from(uint32_t range, int worker);
  void work(int index);
  void wake();
  void spread();

  Range ranges_[RANGES];
  alignas(64) Job job_;
  alignas(64) std::atomic<int64_t> done_{0};              // blocks of the job that are finished
  alignas(64) std::atomic<uint32_t> bell_{0};             // sleepers wait for it to change
  std::atomic<int> sleepers_{0};
  std::atomic<bool> busy_{false};                         // a Program is running
  std::atomic<int> crew_{1};                              // how many take part in this Program, the caller included
  std::atomic<int> wanted_;
  int recruited_ = 1;
  Member members_[MAX_THREADS];
};

}  // namespace hebb
