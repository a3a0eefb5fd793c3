// A Runtime for tests, without Node: three threads, whatever the machine has.
#pragma once
#include "runtime/runtime.h"

namespace hebb::test {

Runtime& test_runtime();

// Runs a task through a queue on `threads` threads and waits for it.
void perform(Task& task, int threads);

// A lane whose finished tasks are waited for.
class WaitingLane {
 public:
  explicit WaitingLane(Executor& executor);
  Task* wait();  // for the next finished task
  Lane lane;
};

}  // namespace hebb::test
