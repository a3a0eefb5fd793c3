// The order within one environment, and the way back to it.
#include "runtime/executor.h"

namespace hebb {

constexpr int MOST_OVERTAKES = 4;
constexpr size_t LOOK_AHEAD = 32;  // tasks looked at for one that may go first

// Whether a task must stay behind one of the first `before` in the queue: one writes what the other touches.
bool Lane::conflicts(const Task& task, size_t before) const {
  for (size_t i = 0; i < before; i++) {
    for (const Use& theirs : waiting_[i]->uses) {
      for (const Use& ours : task.uses) {
        if (ours.storage == theirs.storage && (ours.writes || theirs.writes)) return true;
      }
    }
  }
  return false;
}

Task* Lane::take() {
  size_t place = 0;
  if (!waiting_.front()->steady && overtakes_ < MOST_OVERTAKES) {
    const size_t last = waiting_.size() < LOOK_AHEAD ? waiting_.size() : LOOK_AHEAD;
    for (size_t i = 1; i < last && place == 0; i++) {
      if (waiting_[i]->steady && !conflicts(*waiting_[i], i)) place = i;
    }
  }
  overtakes_ = place == 0 ? 0 : overtakes_ + 1;
  Task* const task = waiting_[place];
  waiting_.erase(waiting_.begin() + int64_t(place));
  return task;
}

void Lane::finish(Task* task) {
  bool first;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    first = finished_.empty();
    finished_.push_back(task);
  }
  if (first) notify_(context_);
}

Task* Lane::next_finished() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (finished_.empty()) return nullptr;
  Task* const task = finished_.front();
  finished_.pop_front();
  return task;
}

}  // namespace hebb
