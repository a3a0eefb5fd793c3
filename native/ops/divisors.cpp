// divisors: a copy of what integers are to be divided by; a zero fails the run.
#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 1 << 14;  // values that are worth a claim by a thread

struct Divisors final : Command {
  int64_t count = 0;
  int32_t in = 0, out = 0;

  void run(Run& run) const override {
    const int32_t* const from = run.ptr<const int32_t>(in);
    int32_t* const to = run.ptr<int32_t>(out);
    run.parallel(ceil_div(count, UNIT), nanoseconds, [=, this, &run](int64_t unit, int) {
      const int64_t end = std::min(count, (unit + 1) * UNIT);
      for (int64_t i = unit * UNIT; i < end; i++) {
        if (from[i] == 0) return run.fail(Fault::zero_divisor, i, 0, 0);
        to[i] = from[i];
      }
    });
  }
};

}  // namespace

std::unique_ptr<Command> decode_divisors(Reader& reader) {
  auto command = std::make_unique<Divisors>();
  command->count = reader.size();
  command->in = reader.read(command->count * 4);
  command->out = reader.write(command->count * 4);
  command->nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(8 * double(command->count));
  command->can_fail = true;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
