// The order within one environment, and the way back to it.
#include "runtime/executor.h"

namespace hebb {

constexpr int MOST_OVERTAKES = 4;
constexpr double SHORT = 300'000;  // ns; a task so short is told of together with the next one, while a third keeps the executor busy
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

void Lane::finish(Task* task, size_t waiting) {
  bool tell;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    finished_.push_back(task);
    const bool later = waiting > 1 && finished_.size() == 1 && task->estimate < SHORT && task->fault.code == Fault::none;
    tell = !told_ && !later;
    told_ |= tell;
  }
  if (tell) notify_(context_);
}

Task* Lane::next_finished() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (finished_.empty()) {
    told_ = false;
    return nullptr;
  }
  Task* const task = finished_.front();
  finished_.pop_front();
  return task;
}

}  // namespace hebb
