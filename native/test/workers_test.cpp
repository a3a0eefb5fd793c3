// Fork and join: every block once, whatever the number of threads, at any pace.
#include "runtime/workers.h"

#include <atomic>
#include <vector>

#include "runtime/os.h"
#include "test/check.h"
#include "test/test_runtime.h"

namespace hebb {

namespace {
struct Counts {
  explicit Counts(int64_t blocks) : times(size_t(blocks)) {}
  std::vector<std::atomic<int>> times;
  static void add(const void* context, int64_t block, int) {
    const_cast<Counts*>(static_cast<const Counts*>(context))->times[size_t(block)]++;
  }
  bool all(int expected) const {
    for (const auto& n : times) {
      if (n != expected) return false;
    }
    return true;
  }
};
}  // namespace

TEST(every_block_runs_once) {
  Runtime& runtime = test::test_runtime();
  runtime.executor.lock();
  for (const int threads : {1, 2, 3, 7}) {
    runtime.workers.set_threads(threads);
    runtime.workers.begin(1e9);
    for (const int64_t blocks : {1, 2, 3, 8, 100, 5000}) {
      Counts counts(blocks);
      for (int i = 0; i < 50; i++) runtime.workers.run(blocks, i % 2 == 0 ? 1e6 : double(blocks), Counts::add, &counts, nullptr);
      CHECK(counts.all(50));
    }
    runtime.workers.end();
  }
  runtime.executor.unlock();
}

TEST(forks_follow_each_other_closely) {
  Runtime& runtime = test::test_runtime();
  runtime.executor.lock();
  runtime.workers.set_threads(3);
  for (int program = 0; program < 20; program++) {
    runtime.workers.begin(1e9);
    for (int i = 0; i < 500; i++) {
      Counts counts(1 + i % 9);  // on the stack, and gone at once
      runtime.workers.run(int64_t(counts.times.size()), 1e4, Counts::add, &counts, nullptr);
      CHECK(counts.all(1));
    }
    runtime.workers.end();
    if (program % 5 == 0) os::sleep(300'000);  // long enough for workers to fall asleep
  }
  runtime.executor.unlock();
}

TEST(a_stop_skips_what_is_left) {
  Runtime& runtime = test::test_runtime();
  runtime.executor.lock();
  runtime.workers.set_threads(3);
  runtime.workers.begin(1e9);
  const std::atomic<bool> stop{true};
  Counts counts(1000);
  runtime.workers.run(1000, 1e9, Counts::add, &counts, &stop);
  CHECK(counts.all(0));
  runtime.workers.end();
  runtime.executor.unlock();
}

TEST(threads_are_clamped) {
  Workers& workers = test::test_runtime().workers;
  CHECK(workers.set_threads(-1) == 1 && workers.set_threads(1'000'000) == Workers::MAX_THREADS && workers.set_threads(3) == 3);
}

}  // namespace hebb
