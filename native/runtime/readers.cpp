// The loop of a reading thread, and the end of an environment for which it reads.
#include "runtime/readers.h"

#include <algorithm>

#include "runtime/os.h"

namespace hebb {

Fault FileRead::execute(const Site& site) {
  constexpr int64_t PIECE = 1 << 20;
  Fault fault;
  for (int64_t done = 0; done < bytes && fault.code == Fault::none;) {
    const int64_t got = os::read_at(file, to + done, std::min(PIECE, bytes - done), position + done);
    if (site.stop->load(std::memory_order_relaxed)) fault.code = Fault::stopped;
    else if (got <= 0) fault.code = Fault::file;
    done += got;
  }
  return fault;
}

bool Readers::submit(Lane& lane, FileRead& read) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (int(waiting_.size()) >= idle_ && threads_ < THREADS &&
        os::start_thread([](void* readers) { static_cast<Readers*>(readers)->loop(); }, this))
      threads_++;
    if (threads_ == 0) return false;
    waiting_.push_back({&lane, &read});
  }
  ready_.notify_one();
  return true;
}

bool Readers::leave(Lane& lane, int64_t patience) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::erase_if(waiting_, [&](const Order& order) { return order.lane == &lane; });
  }
  for (const int64_t end = os::now() + patience;; os::sleep(20'000)) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (std::find(running_.begin(), running_.end(), &lane) == running_.end()) return true;
    }
    if (os::now() > end) return false;
  }
}

void Readers::loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    idle_++;
    ready_.wait(lock, [this] { return !waiting_.empty(); });
    idle_--;
    const auto [lane, read] = waiting_.front();
    waiting_.pop_front();
    running_.push_back(lane);
    lock.unlock();
    const int64_t start = os::now();
    read->fault = read->execute({1, &lane->stop_});
    read->nanoseconds = os::now() - start;
    lane->finish(read, 0);
    lock.lock();
    running_.erase(std::find(running_.begin(), running_.end(), lane));
  }
}

}  // namespace hebb
