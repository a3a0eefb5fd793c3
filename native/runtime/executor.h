// One queue discipline for the whole process: tasks of each Node environment wait in its Lane, lanes take turns, and one thread
// runs one task at a time, with the workers' help. What a task does is not known here; which storages it touches is.
#pragma once
#include <stdint.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "runtime/fault.h"
#include "runtime/storage.h"

namespace hebb {

class Executor;
class Workers;

// Where a task runs: the executor's thread with its workers, or the environment's own thread, alone.
struct Site {
  int threads;
  const std::atomic<bool>* stop;  // set when the environment ends
};

struct Use {
  Storage* storage;
  bool writes;
};

class Task {
 public:
  virtual ~Task() = default;
  virtual Fault execute(const Site& site) = 0;

  std::vector<Use> uses;
  double estimate = 0;        // nanoseconds on one thread
  bool steady = false;        // overwrites nothing that outlives it: may go before those that do
  int64_t number = 0;         // of the run, counted by its environment; 0 where it runs in the call
  int64_t label = 0;          // the owner's own mark
  void* keeper = nullptr;     // and what it keeps alive for the task
  int64_t failures_seen = 0;  // how many failures the caller knew of
  Fault fault;                // the outcome
  int64_t nanoseconds = 0;
};

// One environment's place in the executor.
class Lane {
 public:
  using Notify = void (*)(void* context);
  Lane(Notify notify, void* context) : notify_(notify), context_(context) {}

  Task* next_finished();  // in the order they finished; null when there is none

 private:
  friend class Executor;
  friend class Readers;
  bool conflicts(const Task& task, size_t before) const;
  Task* take();
  void finish(Task* task, size_t waiting);  // `waiting`: how many of the lane's tasks are still to run

  Notify notify_;  // called on the executor's thread when finished tasks are waiting to be fetched
  void* context_;
  std::deque<Task*> waiting_;       // guarded by the executor's mutex
  int overtakes_ = 0;               // in a row
  std::atomic<int> cpu_{-1};        // where the environment's thread last was
  std::mutex mutex_;                // guards finished_ and told_
  std::deque<Task*> finished_;
  bool told_ = false;               // that something has finished, and it hasn't all been fetched yet
  int64_t failures_ = 0;            // whoever runs a task of this lane; one at a time
  std::atomic<bool> stop_{false};
};

class Executor {
 public:
  explicit Executor(Workers& workers) : workers_(workers) {}

  void enter(Lane& lane);
  // The environment ends: drops what waits, stops what runs and waits for it to leave. False if that took longer than `patience`
  // nanoseconds: the task then still uses its memory, and nothing that it holds may be freed.
  bool leave(Lane& lane, int64_t patience);

  bool submit(Lane& lane, Task& task);    // false when no thread can be started
  bool try_run(Lane& lane, Task& task);   // in the call, alone; false when the executor has work

  void lock();    // keeps tasks out, for measurements
  void unlock() { busy_.store(false, std::memory_order_release); }

 private:
  void loop();
  Task* wait_for_task(Lane*& lane);
  static void perform(Lane& lane, Task& task, int threads);

  Workers& workers_;
  std::mutex mutex_;                    // guards the queues and lanes_
  std::vector<Lane*> lanes_;
  size_t turn_ = 0;
  Lane* running_ = nullptr;
  bool started_ = false;
  std::atomic<int64_t> waiting_{0};     // tasks in all queues
  std::atomic<bool> busy_{false};       // someone runs a task
  std::atomic<uint32_t> bell_{0};
  std::atomic<bool> asleep_{false};
};

}  // namespace hebb
