// Threads that read files into storages, so that neither JavaScript nor the executor ever waits for a disk. They start when they are first
// needed, and sleep when there is nothing to read.
#pragma once
#include <stdint.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "runtime/executor.h"

namespace hebb {

// Reads `bytes` of an open file from `position` on; fails where the file ends before or the system refuses.
class FileRead final : public Task {
 public:
  Fault execute(const Site& site) override;

  int file = -1;
  int64_t position = 0, bytes = 0;
  char* to = nullptr;
};

class Readers {
 public:
  static constexpr int THREADS = 2;

  bool submit(Lane& lane, FileRead& read);  // false when no thread can be started
  // The environment ends: as Executor::leave, which goes before it.
  bool leave(Lane& lane, int64_t patience);

 private:
  struct Order {
    Lane* lane;
    FileRead* read;
  };
  void loop();

  std::mutex mutex_;  // guards all that follows
  std::condition_variable ready_;
  std::deque<Order> waiting_;
  std::vector<Lane*> running_;  // of each read under way
  int threads_ = 0, idle_ = 0;
};

}  // namespace hebb
