// Slots, generations and the life of the memory behind them.
#include "runtime/storage.h"

namespace hebb {

constexpr int32_t LAST_GENERATION = (1 << 20) - 1;  // a handle must fit a double: slot + generation * 2^32; then the slot retires

Storage* StorageTable::create(int64_t bytes) {
  const Pool::Block block = pool_.take(bytes);
  if (block.data == nullptr) return nullptr;
  if (free_.empty()) {
    free_.push_back(int32_t(slots_.size()));
    slots_.emplace_back();
    slots_.back().slot = free_.back();
  }
  Storage* const storage = &slots_[size_t(free_.back())];
  free_.pop_back();
  storage->data = block.data;
  storage->capacity = block.capacity;
  storage->bytes = bytes;
  storage->failure = storage->failed_run = 0;
  storage->freed = false;
  bytes_ += bytes;
  return storage;
}

Storage* StorageTable::find(int32_t slot, int32_t generation) {
  if (slot < 0 || slot >= int64_t(slots_.size())) return nullptr;
  Storage* const storage = &slots_[size_t(slot)];
  return storage->data == nullptr || storage->freed || storage->generation != generation ? nullptr : storage;
}

bool StorageTable::free(int32_t slot, int32_t generation) {
  Storage* const storage = find(slot, generation);
  if (storage == nullptr) return false;
  storage->freed = true;
  if (storage->uses == 0) recycle(storage);
  return true;
}

void StorageTable::leave(Storage* storage) {
  if (--storage->uses == 0 && storage->freed) recycle(storage);
}

void StorageTable::recycle(Storage* storage) {
  pool_.give({storage->data, storage->capacity});
  bytes_ -= storage->bytes;
  storage->data = nullptr;
  if (storage->generation++ < LAST_GENERATION) free_.push_back(storage->slot);
}

void StorageTable::clear() {
  for (Storage& storage : slots_) {
    if (storage.data != nullptr) recycle(&storage);
  }
}

}  // namespace hebb
