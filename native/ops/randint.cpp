// randint: whole numbers from low to below low + range, each as likely. Value i draws from word i mod 4 of Philox block counter + ⌊i/4⌋.
#include <algorithm>

#include "base/philox.h"
#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 1 << 14;  // values that are worth a claim by a thread

struct RandInt final : Command {
  int64_t count = 0;
  int32_t low = 0, range = 0, seed = 0, out = 0;

  void run(Run& run) const override {
    const uint64_t key = uint64_t(run.scalar(seed)), counter = uint64_t(run.scalar(seed + 1));
    const uint32_t first = uint32_t(int64_t(run.scalar(low))), size = uint32_t(uint64_t(run.scalar(range)));  // 2^32 is 0: any word
    int32_t* const to = run.ptr<int32_t>(out);
    run.parallel(ceil_div(count, UNIT), nanoseconds, [=, this](int64_t unit, int) {
      const int64_t end = std::min(count, (unit + 1) * UNIT);
      for (int64_t i = unit * UNIT; i < end; i += 4) {
        const uint64_t block = counter + uint64_t(i / 4);
        const PhiloxWords words = philox(key, block, 0);
        for (int64_t k = 0; k < std::min<int64_t>(4, end - i); k++) {
          to[i + k] = int32_t(first + (size == 0 ? words.word[k] : philox_below(key, block, int(k), words.word[k], size)));
        }
      }
    });
  }
};

}  // namespace

std::unique_ptr<Command> decode_randint(Reader& reader) {
  auto command = std::make_unique<RandInt>();
  command->count = reader.size();
  command->low = reader.scalar();
  command->range = reader.scalar();
  command->seed = reader.scalar(2);
  command->out = reader.write(command->count * 4);
  command->nanoseconds = COMMAND_NANOSECONDS + double(command->count) * 5;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
