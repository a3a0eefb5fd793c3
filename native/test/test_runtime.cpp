// The runtime that all native tests share.
#include "test/test_runtime.h"

#include "runtime/dispatch.h"
#include "runtime/os.h"
#include "test/check.h"

namespace hebb::test {

Runtime& test_runtime() {
  static Runtime& runtime = *[] {
    std::string error;
    Runtime::Options options;
    const bool read = read_options(options, error);
    if (!read) printf("%s\n", error.c_str());
    options.threads = 3;
    options.memory = INT64_C(4) << 30;
    Runtime* const made = new Runtime(options);
    CHECK(read && made->workers.prepare());
    return made;
  }();
  return runtime;
}

WaitingLane::WaitingLane(Executor& executor) : lane([](void*) {}, nullptr) { executor.enter(lane); }

Task* WaitingLane::wait() {
  for (os::Backoff backoff(20'000);; backoff.step()) {
    if (Task* task = lane.next_finished()) return task;
  }
}

void perform(Task& task, int threads) {
  Runtime& runtime = test_runtime();
  WaitingLane waiting(runtime.executor);
  runtime.workers.set_threads(threads);
  CHECK(runtime.executor.submit(waiting.lane, task));
  CHECK(waiting.wait() == &task);
  CHECK(runtime.executor.leave(waiting.lane, INT64_C(10'000'000'000)));
}

}  // namespace hebb::test
