// gather_rows: out[o, i] = src[o, index[i]], rows of any number of bytes; a position out of range fails the run.
#include <string.h>

#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"
#include "runtime/os.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 1 << 14;   // bytes that are worth a claim by a thread
constexpr int64_t AHEAD = 1 << 13;  // bytes of rows that are asked for before they are copied: no prefetcher foresees a row's place
constexpr int64_t SHORT = 128;     // bytes of a row that is not worth going around the caches

struct GatherRows final : Command {
  int64_t outer = 0, src_rows = 0, row_bytes = 0, count = 0, group = 1, ahead = 1;
  int32_t src = 0, index = 0, out = 0;
  bool streams = false;

  void run(Run& run) const override {
    const auto& kernels = run.kernels().move;
    if (streams) return gather(run, [n = row_bytes, &kernels](char* to, const char* from) { kernels.stream(to, from, n); });
    switch (row_bytes) {
      case 1: return gather(run, [](char* to, const char* from) { *to = *from; });
      case 2: return gather(run, [](char* to, const char* from) { memcpy(to, from, 2); });
      case 4: return gather(run, [](char* to, const char* from) { memcpy(to, from, 4); });
      default: return gather(run, [n = size_t(row_bytes)](char* to, const char* from) { memcpy(to, from, n); });
    }
  }

 private:
  template <class Move> void gather(Run& run, const Move& move) const {
    const char* const from = run.ptr<const char>(src);
    const int32_t* const at = run.ptr<const int32_t>(index);
    char* const to = run.ptr<char>(out);
    run.parallel(ceil_div(outer * count, group), nanoseconds, [=, this, &run](int64_t unit, int) {
      const int64_t end = std::min(outer * count, (unit + 1) * group);
      for (int64_t row = unit * group; row < end;) {
        const int64_t o = row / count, last = std::min(end, (o + 1) * count);
        const char* const plane = from + o * src_rows * row_bytes;
        const auto fetch = [=, this](int64_t i) {
          if (i >= last - o * count || at[i] < 0 || at[i] >= src_rows) return;
          for (int64_t k = 0; k < row_bytes; k += ALIGN) __builtin_prefetch(plane + at[i] * row_bytes + k);
        };
        for (int64_t k = 0; k < ahead; k++) fetch(row - o * count + k);
        for (; row < last; row++) {
          const int64_t i = row - o * count;
          fetch(i + ahead);
          if (at[i] < 0 || at[i] >= src_rows) return run.fail(Fault::index_range, i, at[i], src_rows);
          move(to + row * row_bytes, plane + at[i] * row_bytes);
        }
      }
      if (streams) run.kernels().move.fence();
    });
  }
};

}  // namespace

std::unique_ptr<Command> decode_gather_rows(Reader& reader) {
  auto command = std::make_unique<GatherRows>();
  command->outer = reader.size();
  command->src_rows = reader.size();
  command->row_bytes = reader.size();
  command->count = reader.size();
  command->src = reader.read(reader.product(reader.product(command->outer, command->src_rows), command->row_bytes));
  command->index = reader.read(command->count * 4);
  const int64_t rows = reader.product(command->outer, command->count), bytes = reader.product(rows, command->row_bytes);
  command->out = reader.write(bytes);
  static const int64_t beyond_caches = os::caches().l3;
  command->streams = bytes >= beyond_caches / 2 && command->row_bytes >= SHORT;
  command->group = std::max<int64_t>(1, UNIT / std::max<int64_t>(16, command->row_bytes));
  command->ahead = std::clamp<int64_t>(AHEAD / std::max<int64_t>(1, command->row_bytes), 1, 64);
  command->nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(2 * double(bytes)) + double(rows) * 3;
  command->can_fail = true;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
