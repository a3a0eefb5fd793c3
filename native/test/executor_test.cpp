// Order between environments and within one, failures and what follows from them, and the end of an environment.
#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "runtime/os.h"
#include "test/check.h"
#include "test/test_runtime.h"

namespace hebb {

using test::WaitingLane;

namespace {
constexpr int64_t LONG = INT64_C(10'000'000'000);

std::string order;  // names of tasks as they ran

class Step : public Task {
 public:
  Step(char name, std::vector<Use> touched, bool steady_step = false) : name_(name) {
    uses = touched;
    steady = steady_step;
  }
  Fault execute(const Site&) override {
    order += name_;
    return outcome;
  }
  Fault outcome;

 private:
  char name_;
};

// Holds the executor until it is opened.
class Gate : public Task {
 public:
  Fault execute(const Site& site) override {
    entered = true;
    while (!open && !site.stop->load()) os::yield();
    Fault fault;
    fault.code = site.stop->load() ? Fault::stopped : Fault::none;
    return fault;
  }
  std::atomic<bool> entered{false}, open{false};
};

void submit(WaitingLane& lane, Task& task) { CHECK(test::test_runtime().executor.submit(lane.lane, task)); }

// Runs them behind a closed gate, so that all are in the queue before the first starts; returns the order.
std::string queue_all(std::vector<std::pair<WaitingLane*, Task*>> tasks) {
  Gate gate;
  order.clear();
  submit(*tasks[0].first, gate);
  while (!gate.entered) os::yield();
  for (auto& [lane, task] : tasks) submit(*lane, *task);
  gate.open = true;
  tasks[0].first->wait();
  for (auto& entry : tasks) entry.first->wait();
  return order;
}

void leave(WaitingLane& lane) { CHECK(test::test_runtime().executor.leave(lane.lane, LONG)); }
// Adds up on the workers, block by block, until it is done or its environment ends.
class Forks : public Task {
 public:
  Forks() { estimate = 1e6; }
  Fault execute(const Site& site) override {
    for (int i = 0; i < ROUNDS; i++) test::test_runtime().workers.run(BLOCKS, 1e6, add, this, site.stop);
    Fault fault;
    fault.code = site.stop->load() ? Fault::stopped : Fault::none;
    return fault;
  }
  bool all(int times) const {
    return std::all_of(sums_, sums_ + BLOCKS, [=](int sum) { return sum == times; });
  }
  static constexpr int ROUNDS = 40, BLOCKS = 50;

 private:
  static void add(const void* context, int64_t block, int) { const_cast<Forks*>(static_cast<const Forks*>(context))->sums_[block]++; }
  int sums_[BLOCKS] = {};
};
}  // namespace

TEST(environments_take_turns) {
  Executor& executor = test::test_runtime().executor;
  WaitingLane a(executor), b(executor);
  Step a1('1', {}), a2('2', {}), a3('3', {}), b1('x', {}), b2('y', {});
  const std::string ran = queue_all({{&a, &a1}, {&a, &a2}, {&a, &a3}, {&b, &b1}, {&b, &b2}});
  CHECK(ran == "x1y23");
  leave(a);
  leave(b);
}

TEST(a_reader_overtakes_writers_of_other_storages) {
  WaitingLane lane(test::test_runtime().executor);
  Storage p, q;
  Step write('w', {{&p, true}}), again('v', {{&p, true}}), reads_p('p', {{&p, false}}, true), reads_q('q', {{&q, false}}, true);
  CHECK(queue_all({{&lane, &write}, {&lane, &again}, {&lane, &reads_p}, {&lane, &reads_q}}) == "qwvp");
  leave(lane);
}

TEST(a_reader_waits_for_what_an_earlier_reader_makes) {
  WaitingLane lane(test::test_runtime().executor);
  Storage p, q, r;
  Step write('w', {{&p, true}}), makes_q('m', {{&p, false}, {&q, true}}, true), reads_q('q', {{&q, false}, {&r, true}}, true);
  CHECK(queue_all({{&lane, &write}, {&lane, &makes_q}, {&lane, &reads_q}}) == "wmq");
  leave(lane);
}

TEST(at_most_four_overtake_in_a_row) {
  WaitingLane lane(test::test_runtime().executor);
  Storage p;
  Step write('w', {{&p, true}}), a('a', {}, true), b('b', {}, true), c('c', {}, true), d('d', {}, true), e('e', {}, true);
  CHECK(queue_all({{&lane, &write}, {&lane, &a}, {&lane, &b}, {&lane, &c}, {&lane, &d}, {&lane, &e}}) == "abcdwe");
  leave(lane);
}

TEST(a_failure_fails_what_needs_it) {
  WaitingLane lane(test::test_runtime().executor);
  Storage p, q, other;
  Step bad('x', {{&p, true}, {&other, false}}), needs('n', {{&p, false}, {&q, true}}), next('m', {{&q, false}}),
      fine('f', {{&other, true}});
  bad.outcome.code = Fault::index_range;
  bad.number = 7;
  needs.number = 8;
  CHECK(queue_all({{&lane, &bad}, {&lane, &needs}, {&lane, &next}, {&lane, &fine}}) == "xf");
  CHECK(bad.fault.code == Fault::index_range && fine.fault.code == Fault::none);
  CHECK(needs.fault.code == Fault::cause && needs.fault.cause_run == 7);
  CHECK(next.fault.code == Fault::cause && next.fault.cause_run == 8);
  // Who has been told of two failures may use p and q again; who knew of one may use p alone.
  Step knows('k', {{&p, true}}), knows_all('a', {{&q, true}}), too_early('e', {{&q, false}});
  knows.failures_seen = 1;
  too_early.failures_seen = 1;
  knows_all.failures_seen = 2;
  CHECK(queue_all({{&lane, &knows}, {&lane, &too_early}, {&lane, &knows_all}}) == "ka");
  CHECK(too_early.fault.code == Fault::cause);
  leave(lane);
}

TEST(an_environment_that_ends_takes_its_tasks_along) {
  Executor& executor = test::test_runtime().executor;
  WaitingLane ending(executor), staying(executor);
  Gate gate;
  Step dropped('d', {}), kept('k', {});
  order.clear();
  submit(ending, gate);
  while (!gate.entered) os::yield();
  submit(ending, dropped);
  submit(staying, kept);
  leave(ending);  // stops the gate
  CHECK(staying.wait() == &kept && order == "k");
  CHECK(gate.fault.code == Fault::stopped);
  leave(staying);
}

TEST(patience_has_an_end) {
  class Stubborn : public Gate {
    Fault execute(const Site&) override {
      entered = true;
      while (!open) os::yield();
      return {};
    }
  } stubborn;
  Executor& executor = test::test_runtime().executor;
  WaitingLane lane(executor);
  submit(lane, stubborn);
  while (!stubborn.entered) os::yield();
  CHECK(!executor.leave(lane.lane, 5'000'000));
  stubborn.open = true;
  CHECK(executor.leave(lane.lane, LONG));
}

TEST(environments_end_in_mid_run) {
  Runtime& runtime = test::test_runtime();
  std::vector<std::thread> threads;
  std::atomic<int> left{3};
  for (int t = 0; t < 3; t++) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 60; i++) {
        WaitingLane lane(runtime.executor);
        Forks tasks[3];  // gone as soon as the environment has left: no worker may still know of them
        for (Forks& task : tasks) submit(lane, task);
        if ((i + t) % 2 == 0) CHECK(lane.wait() == &tasks[0] && tasks[0].all(Forks::ROUNDS));
        os::sleep((i * 7 + t) % 20 * 10'000);
        leave(lane);
      }
      left--;
    });
  }
  for (int n = 1; left > 0; n = n % 4 + 1) {
    runtime.workers.set_threads(n);
    os::sleep(50'000);
  }
  for (std::thread& thread : threads) thread.join();
  runtime.workers.set_threads(3);
}

TEST(calls_and_queues_of_many_environments_mix) {
  Executor& executor = test::test_runtime().executor;
  static int64_t shared = 0;  // only ever touched by the task that runs
  constexpr int THREADS = 6, ROUNDS = 2000;
  class Add : public Task {
    Fault execute(const Site&) override { return shared++, Fault(); }
  };
  std::vector<std::thread> threads;
  std::atomic<int> in_call{0};
  shared = 0;
  for (int t = 0; t < THREADS; t++) {
    threads.emplace_back([&executor, &in_call, t] {
      WaitingLane lane(executor);
      for (int i = 0; i < ROUNDS; i++) {
        Add task;
        if ((i + t) % 3 != 0 && executor.try_run(lane.lane, task)) {
          in_call++;
          continue;
        }
        CHECK(executor.submit(lane.lane, task));
        CHECK(lane.wait() == &task);
        if (i % 500 == 0) os::sleep(300'000);
      }
      CHECK(executor.leave(lane.lane, LONG));
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(shared == THREADS * ROUNDS && in_call > 0);
}

}  // namespace hebb
