// Budget, pool, storages and their handles.
#include <string.h>

#include <vector>

#include "runtime/storage.h"
#include "runtime/workspace.h"
#include "test/check.h"

namespace hebb {

TEST(sizes_are_read_as_people_write_them) {
  CHECK(parse_bytes("65536") == 65536);
  CHECK(parse_bytes("4G") == INT64_C(4) << 30);
  CHECK(parse_bytes("512m") == 512 << 20);
  CHECK(parse_bytes("1K") == 1024);
  for (const char* wrong : {"", "G", "0", "-1", "1.5G", "4GB", "4 G", "99999999999999999999", "1125899906842625", "2097152G"})
    CHECK(parse_bytes(wrong) == -1);
}

TEST(the_pool_hands_out_what_was_freed) {
  Budget budget(INT64_C(1) << 30);
  Pool pool(budget);
  for (const int64_t bytes : {0, 1, 64, 65, 1000, 4096, 65536, 70000, 1 << 20, (2 << 20) + 1, 5'000'000}) {
    const Pool::Block block = pool.take(bytes);
    CHECK(block.data != nullptr && block.capacity >= bytes && block.capacity <= bytes + bytes / 8 + 64);
    CHECK(reinterpret_cast<uintptr_t>(block.data) % 64 == 0);
    memset(block.data, 7, size_t(bytes));
    pool.give(block);
    CHECK(pool.pooled() >= block.capacity);
    const Pool::Block again = pool.take(bytes);
    CHECK(again.data == block.data);
    pool.give(again);
  }
  CHECK(pool.in_use() == 0 && budget.used() == pool.pooled());
  CHECK(pool.trim() && pool.pooled() == 0 && budget.used() == 0);
}

TEST(the_budget_is_kept) {
  Budget budget(1 << 20);
  Pool pool(budget);
  CHECK(pool.take((1 << 20) + 1).data == nullptr);
  CHECK(pool.take(INT64_C(1) << 60).data == nullptr);
  const Pool::Block most = pool.take(1 << 20);
  CHECK(most.data != nullptr && pool.take(1).data == nullptr);
  pool.give(most);
  // What was pooled gives way to what is wanted.
  const Pool::Block small = pool.take(300'000);
  CHECK(small.data != nullptr && budget.used() <= 1 << 20);
  Workspace workspace(budget, pool);
  pool.give(small);
  CHECK(workspace.ensure(1 << 20) != nullptr && pool.pooled() == 0);
  CHECK(workspace.ensure(2 << 20) == nullptr && workspace.bytes() == 0);
  CHECK(workspace.ensure(1) != nullptr);
}

TEST(a_stale_handle_names_nothing) {
  Budget budget(INT64_C(1) << 30);
  Pool pool(budget);
  StorageTable storages(pool);
  Storage* const storage = storages.create(100);
  const int32_t slot = storage->slot, generation = storage->generation;
  CHECK(storages.find(slot, generation) == storage && storages.bytes() == 100);
  CHECK(storages.find(slot, generation + 1) == nullptr && storages.find(-1, 0) == nullptr && storages.find(slot + 1, 0) == nullptr);
  CHECK(storages.free(slot, generation) && !storages.free(slot, generation));
  Storage* const next = storages.create(50);
  CHECK(next->slot == slot && next->generation == generation + 1);
  CHECK(storages.find(slot, generation) == nullptr);
  storages.clear();
  CHECK(storages.bytes() == 0 && pool.in_use() == 0);
}

TEST(freed_memory_lives_while_it_is_used) {
  Budget budget(INT64_C(1) << 30);
  Pool pool(budget);
  StorageTable storages(pool);
  Storage* const storage = storages.create(100);
  storages.use(storage);
  storages.use(storage);
  CHECK(storages.free(storage->slot, storage->generation));
  CHECK(storages.find(storage->slot, storage->generation) == nullptr && storage->data != nullptr);
  storages.leave(storage);
  CHECK(storage->data != nullptr && pool.in_use() > 0);
  storages.leave(storage);
  CHECK(pool.in_use() == 0);
}

}  // namespace hebb
