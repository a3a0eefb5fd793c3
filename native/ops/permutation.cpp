// permutation: Fisher-Yates by Philox. Position i draws from word i mod 4 of block counter + ⌊i/4⌋, as `uniform` does.
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
      const uint32_t place = philox_below(key, counter + uint64_t(i / 4), int(i % 4), words.word[i % 4], uint32_t(i + 1));
      std::swap(order[i], order[place]);
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
