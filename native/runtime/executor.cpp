// The loop that runs tasks, and what a failure does to the tasks behind it.
#include "runtime/executor.h"

#include <algorithm>

#include "runtime/os.h"
#include "runtime/workers.h"

namespace hebb {

constexpr int64_t SPIN = 20'000;    // nanoseconds; then the core is given away at each step
constexpr int64_t AWAKE = 100'000;  // and after so long without a task the thread sleeps

void Executor::enter(Lane& lane) {
  const std::lock_guard<std::mutex> lock(mutex_);
  lanes_.push_back(&lane);
}

bool Executor::leave(Lane& lane, int64_t patience) {
  lane.stop_.store(true);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    lanes_.erase(std::remove(lanes_.begin(), lanes_.end(), &lane), lanes_.end());
    waiting_.fetch_sub(int64_t(lane.waiting_.size()));
    lane.waiting_.clear();
  }
  for (const int64_t end = os::now() + patience;; os::sleep(20'000)) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (running_ != &lane) return true;
    }
    if (os::now() > end) return false;
  }
}

bool Executor::submit(Lane& lane, Task& task) {
  lane.cpu_.store(os::cpu(), std::memory_order_relaxed);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!started_) started_ = os::start_thread([](void* executor) { static_cast<Executor*>(executor)->loop(); }, this);
    if (!started_) return false;
    lane.waiting_.push_back(&task);
    waiting_.fetch_add(1);
  }
  if (asleep_.load()) {
    bell_.fetch_add(1);
    os::wake_all(bell_);
  }
  return true;
}

bool Executor::try_run(Lane& lane, Task& task) {
  // A waiting task of another environment goes first: a thread that keeps making calls must not keep the lock from it.
  if (waiting_.load(std::memory_order_relaxed) > 0 || busy_.exchange(true, std::memory_order_acquire)) return false;
  perform(lane, task, 1);
  unlock();
  return true;
}

void Executor::lock() {
  os::Backoff backoff(SPIN);
  while (busy_.exchange(true, std::memory_order_acquire)) backoff.step();
}

// A task that needs what a failed one should have written fails too, unless its caller knew of the failure when it was made.
void Executor::perform(Lane& lane, Task& task, int threads) {
  task.fault = Fault();
  for (const Use& use : task.uses) {
    if (use.storage->failure > task.failures_seen && task.fault.code == Fault::none) {
      task.fault.code = Fault::cause;
      task.fault.cause_run = use.storage->failed_run;
    }
  }
  if (task.fault.code == Fault::none) task.fault = task.execute({threads, &lane.stop_});
  if (task.fault.code == Fault::none) return;
  lane.failures_++;
  for (const Use& use : task.uses) {
    if (!use.writes) continue;
    use.storage->failure = lane.failures_;
    use.storage->failed_run = task.number;
  }
}

Task* Executor::wait_for_task(Lane*& lane) {
  os::Backoff backoff(SPIN);
  for (const int64_t since = os::now(); waiting_.load() == 0;) {
    backoff.step();
    if (os::now() - since < AWAKE) continue;
    const uint32_t bell = bell_.load();
    asleep_.store(true);
    while (waiting_.load() == 0 && bell_.load() == bell) os::wait(bell_, bell);
    asleep_.store(false);
  }
  const std::lock_guard<std::mutex> guard(mutex_);
  for (size_t i = 0; i < lanes_.size(); i++) {
    const size_t place = (turn_ + i) % lanes_.size();
    if (lanes_[place]->waiting_.empty()) continue;
    turn_ = place + 1;
    lane = running_ = lanes_[place];
    return lane->take();
  }
  return nullptr;  // what was waiting has just been dropped
}

void Executor::loop() {
  const int self = os::thread();
  for (;;) {
    Lane* lane = nullptr;
    Task* const task = wait_for_task(lane);
    if (task == nullptr) continue;
    // Where the environment's thread wakes, it takes the processor for a while: rather a worker's, whose blocks others can do.
    if (const int cpu = lane->cpu_.load(std::memory_order_relaxed); cpu >= 0 && cpu == os::cpu()) os::keep_off(self, cpu);
    lock();
    waiting_.fetch_sub(1);  // only now: until then try_run leaves the lock to us
    const int64_t start = os::now();
    workers_.begin(task->estimate);
    perform(*lane, *task, workers_.crew());
    workers_.end();
    task->nanoseconds = os::now() - start;
    unlock();
    size_t waiting;
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      waiting = lane->waiting_.size();
    }
    lane->finish(task, waiting);
    const std::lock_guard<std::mutex> guard(mutex_);
    running_ = nullptr;
  }
}

}  // namespace hebb
