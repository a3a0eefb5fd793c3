// permutation: Fisher-Yates by Philox. Position i draws from word i mod 4 of block counter + ⌊i/4⌋, as `uniform` does; a draw that
// would favour some positions (Lemire's rule) is repeated with words 2 and 3 of the counter holding the number of the attempt.
#include <numeric>
#include <utility>

#include "base/philox.h"
#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"

namespace hebb {
namespace {

struct Permutation final : Command {
  int64_t n = 0;
  int32_t seed = 0, out = 0;

  void run(Run& run) const override {
    const uint64_t key = uint64_t(run.scalar(seed)), counter = uint64_t(run.scalar(seed + 1));
    int32_t* const order = run.ptr<int32_t>(out);
    std::iota(order, order + n, 0);
    PhiloxWords words{};
    for (int64_t i = n - 1; i > 0; i--) {
      if (i == n - 1 || i % 4 == 3) words = philox(key, counter + uint64_t(i / 4), 0);
      const uint32_t range = uint32_t(i + 1);
      uint64_t draw = uint64_t(words.word[i % 4]) * range;
      for (uint64_t attempt = 1; uint32_t(draw) < range && uint32_t(draw) < (0u - range) % range; attempt++) {
        draw = uint64_t(philox(key, counter + uint64_t(i / 4), attempt).word[i % 4]) * range;
      }
      std::swap(order[i], order[draw >> 32]);
    }
  }
};

}  // namespace

std::unique_ptr<Command> decode_permutation(Reader& reader) {
  auto command = std::make_unique<Permutation>();
  command->n = reader.size();
  command->seed = reader.scalar(2);
  command->out = reader.write(command->n * 4);
  command->nanoseconds = COMMAND_NANOSECONDS + double(command->n) * 3;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
