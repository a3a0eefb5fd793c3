// The storages of one Node environment, named by slot and generation: a handle that was freed is refused, never followed.
// Only the environment's own thread calls the table; a queued task holds the Storages that it uses.
#pragma once
#include <stdint.h>

#include <deque>
#include <vector>

#include "runtime/pool.h"

namespace hebb {

struct Storage {
  void* data = nullptr;
  int64_t bytes = 0;
  int64_t failure = 0;     // number of the failed run that should have written this, else 0
  int64_t failed_run = 0;  // and the number that the run had
  int32_t uses = 0;        // tasks that are queued, running or undelivered
  bool freed = false;      // the memory goes back when the last use ends
  int32_t slot = 0, generation = 0;
  int64_t capacity = 0;
};

class StorageTable {
 public:
  explicit StorageTable(Pool& pool) : pool_(pool) {}

  Storage* create(int64_t bytes);  // null when the budget doesn't allow it
  Storage* find(int32_t slot, int32_t generation);
  bool free(int32_t slot, int32_t generation);  // false for a handle that names nothing
  void use(Storage* storage) { storage->uses++; }
  void leave(Storage* storage);
  void clear();  // gives everything back; nothing may be in use

  int64_t bytes() const { return bytes_; }

 private:
  void recycle(Storage* storage);

  Pool& pool_;
  std::deque<Storage> slots_;  // a Storage never moves
  std::vector<int32_t> free_;
  int64_t bytes_ = 0;  // of storages that hold memory, as asked for
};

}  // namespace hebb
