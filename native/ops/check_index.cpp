// check_index: positions from 0, those below 0 counted from the end where `wraps`; one out of range fails the run.
#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 1 << 16;  // positions that are worth a claim by a thread

struct CheckIndex final : Command {
  int64_t count = 0, limit = 0, wraps = 0;
  int32_t index = 0, out = 0;

  void run(Run& run) const override {
    const int32_t* const at = run.ptr<const int32_t>(index);
    int32_t* const to = run.ptr<int32_t>(out);
    run.parallel(ceil_div(count, UNIT), nanoseconds, [=, this, &run](int64_t unit, int) {
      const int64_t end = std::min(count, (unit + 1) * UNIT);
      for (int64_t i = unit * UNIT; i < end; i++) {
        const int64_t place = at[i] + (at[i] < 0 ? wraps * limit : 0);
        if (place < 0 || place >= limit) return run.fail(Fault::index_range, i, at[i], limit);
        to[i] = int32_t(place);
      }
    });
  }
};

}  // namespace

std::unique_ptr<Command> decode_check_index(Reader& reader) {
  auto command = std::make_unique<CheckIndex>();
  command->count = reader.size();
  command->limit = reader.size();
  command->wraps = reader.flag();
  command->index = reader.read(command->count * 4);
  command->out = reader.write(command->count * 4);
  command->nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(8 * double(command->count)) + double(command->count) * 0.5;
  command->can_fail = true;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
