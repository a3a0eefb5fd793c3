// gather_rows: out[i] = src[index[i]], rows of any number of bytes; a position out of range fails the run.
#include <string.h>

#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 1 << 14;   // bytes that are worth a claim by a thread
constexpr int64_t AHEAD = 1 << 13;  // bytes of rows that are asked for before they are copied: no prefetcher foresees a row's place

struct GatherRows final : Command {
  int64_t src_rows = 0, row_bytes = 0, count = 0, group = 1, ahead = 1;
  int32_t src = 0, index = 0, out = 0;

  void run(Run& run) const override {
    const char* const from = run.ptr<const char>(src);
    const int32_t* const at = run.ptr<const int32_t>(index);
    char* const to = run.ptr<char>(out);
    run.parallel(ceil_div(count, group), nanoseconds, [=, this, &run](int64_t unit, int) {
      const int64_t begin = unit * group, end = std::min(count, begin + group);
      const auto fetch = [=, this](int64_t i) {
        if (i >= end || at[i] < 0 || at[i] >= src_rows) return;
        for (int64_t k = 0; k < row_bytes; k += ALIGN) __builtin_prefetch(from + at[i] * row_bytes + k);
      };
      for (int64_t i = begin; i < begin + ahead; i++) fetch(i);
      for (int64_t i = begin; i < end; i++) {
        fetch(i + ahead);
        if (at[i] < 0 || at[i] >= src_rows) return run.fail(Fault::index_range, i, at[i], src_rows);
        const char* const row = from + at[i] * row_bytes;
        if (row_bytes == 4) memcpy(to + i * 4, row, 4);
        else memcpy(to + i * row_bytes, row, size_t(row_bytes));
      }
    });
  }
};

}  // namespace

std::unique_ptr<Command> decode_gather_rows(Reader& reader) {
  auto command = std::make_unique<GatherRows>();
  command->src_rows = reader.size();
  command->row_bytes = reader.size();
  command->count = reader.size();
  command->src = reader.read(reader.product(command->src_rows, command->row_bytes));
  command->index = reader.read(command->count * 4);
  const int64_t bytes = reader.product(command->count, command->row_bytes);
  command->out = reader.write(bytes);
  command->group = std::max<int64_t>(1, UNIT / std::max<int64_t>(16, command->row_bytes));
  command->ahead = std::clamp<int64_t>(AHEAD / std::max<int64_t>(1, command->row_bytes), 1, 64);
  command->nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(2 * double(bytes)) + double(command->count) * 3;
  command->can_fail = true;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
