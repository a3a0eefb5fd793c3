// sort of the rows of (rows, n), stable, by a radix sort of three digits. A row that fits a worker's scratch is one thread's; a longer one
// is done digit by digit in blocks that all threads share: how often each block has each digit says where it writes.
#include <string.h>

#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"

namespace hebb {
namespace {

constexpr int64_t FEW = 256;          // values that are sorted by comparing them
constexpr int64_t ALONE = 1 << 16;    // values of a row that one thread sorts in its scratch
constexpr int64_t BLOCKS = 16;        // of a longer row
constexpr int64_t UNIT = 8192;        // elements that are worth a claim by a thread
constexpr int64_t COUNTS = SORT_BUCKETS * 4;
static_assert(2 * ALONE * 8 + COUNTS <= Run::THREAD_SCRATCH);

// From the blocks' counts to the places where each block's digits go. Whether they all have the same digit, so that nothing moves.
bool places_of(uint32_t* counts, int64_t blocks, int64_t n) {
  uint32_t place = 0;
  for (int64_t digit = 0; digit < SORT_BUCKETS; digit++) {
    const uint32_t first = place;
    for (int64_t block = 0; block < blocks; block++) {
      const uint32_t count = counts[block * SORT_BUCKETS + digit];
      counts[block * SORT_BUCKETS + digit] = place;
      place += count;
    }
    if (place - first == n) return true;
  }
  return false;
}

struct Sort final : Command {
  int64_t rows = 0, n = 0, block = 0;
  int32_t kind = 0, in = 0, values = 0, positions = 0;
  uint32_t flip = 0;
  bool paired = false;

  void run(Run& run) const override {
    const char* const x = run.ptr<const char>(in);
    char* const y = values < 0 ? nullptr : run.ptr<char>(values);
    int32_t* const at = positions < 0 ? nullptr : run.ptr<int32_t>(positions);
    if (n <= ALONE) {
      const int64_t group = std::max<int64_t>(1, UNIT / std::max<int64_t>(1, n));
      return run.parallel(ceil_div(rows, group), nanoseconds, [=, this, &run](int64_t unit, int worker) {
        for (int64_t row = unit * group; row < std::min(rows, (unit + 1) * group); row++) {
          short_row(run, x + row * n * 4, y ? y + row * n * 4 : nullptr, at ? at + row * n : nullptr, worker);
        }
      });
    }
    for (int64_t row = 0; row < rows; row++) long_row(run, x + row * n * 4, y ? y + row * n * 4 : nullptr, at ? at + row * n : nullptr);
  }

 private:
  void short_row(const Run& run, const char* x, char* y, int32_t* at, int worker) const {
    const SortKernels& kernels = run.kernels().sort;
    uint64_t *from = static_cast<uint64_t*>(run.thread_scratch(worker)), *to = from + ALONE;
    uint32_t* const counts = reinterpret_cast<uint32_t*>(to + ALONE);
    kernels.pairs[kind](from, x, 0, n, flip);
    if (n <= FEW) {
      std::sort(from, from + n);
    } else {
      for (int digit = 0; digit < SORT_DIGITS; digit++) {
        memset(counts, 0, COUNTS);
        kernels.count[1](counts, from, n, digit);
        if (places_of(counts, 1, n)) continue;
        kernels.scatter[1](to, counts, from, n, digit);
        std::swap(from, to);
      }
    }
    kernels.split[kind](y, at, from, n, flip);
  }

  void long_row(Run& run, const char* x, char* y, int32_t* at) const {
    const SortKernels& kernels = run.kernels().sort;
    const int64_t bytes = paired ? 8 : 4;
    uint32_t* const counts = static_cast<uint32_t*>(run.scratch());
    char *from = reinterpret_cast<char*>(counts + BLOCKS * SORT_BUCKETS), *to = from + round_up(n * bytes, ALIGN);
    const auto each = [&](double part, const auto& body) {
      run.parallel(BLOCKS, nanoseconds * part, [&](int64_t b, int) {
        const int64_t first = std::min(n, b * block);
        body(b, first, std::min(n, first + block) - first);
      });
    };
    each(0.1, [&](int64_t, int64_t first, int64_t count) {
      if (paired) kernels.pairs[kind](reinterpret_cast<uint64_t*>(from) + first, x + first * 4, first, count, flip);
      else kernels.keys[kind](reinterpret_cast<uint32_t*>(from) + first, x + first * 4, count, flip);
    });
    for (int digit = 0; digit < SORT_DIGITS; digit++) {
      each(0.1, [&](int64_t b, int64_t first, int64_t count) {
        memset(counts + b * SORT_BUCKETS, 0, COUNTS);
        kernels.count[paired](counts + b * SORT_BUCKETS, from + first * bytes, count, digit);
      });
      if (places_of(counts, BLOCKS, n)) continue;
      each(0.2, [&](int64_t b, int64_t first, int64_t count) {
        kernels.scatter[paired](to, counts + b * SORT_BUCKETS, from + first * bytes, count, digit);
      });
      std::swap(from, to);
    }
    each(0.1, [&](int64_t, int64_t first, int64_t count) {
      if (paired) {
        kernels.split[kind](y ? y + first * 4 : nullptr, at ? at + first : nullptr, reinterpret_cast<uint64_t*>(from) + first, count, flip);
      } else {
        kernels.values[kind](y + first * 4, reinterpret_cast<uint32_t*>(from) + first, count, flip);
      }
    });
  }
};

}  // namespace

std::unique_ptr<Command> decode_sort(Reader& reader) {
  auto command = std::make_unique<Sort>();
  command->kind = reader.integer(0, 1);
  command->flip = reader.flag() ? ~0u : 0;
  command->rows = reader.size();
  const int64_t n = command->n = reader.size();
  const int64_t size = reader.product(command->rows, n), bytes = reader.product(size, 4);
  command->in = reader.read(bytes);
  command->values = reader.write_or_none(bytes);
  command->positions = reader.write_or_none(bytes);
  if (!reader.ok()) return nullptr;
  command->paired = command->positions >= 0;
  if (!command->paired && command->values < 0) return reader.fail("neither values nor positions are wanted");
  command->block = round_up(ceil_div(n, BLOCKS), ALIGN);
  if (n > ALONE) command->scratch = BLOCKS * COUNTS + 2 * round_up(n * (command->paired ? 8 : 4), ALIGN);
  command->nanoseconds = COMMAND_NANOSECONDS +
                         double(size) * (n <= 16    ? 3
                                         : n <= FEW ? 20
                                                    : 6) +
                         double(command->rows) * (n <= FEW ? 20 : 6000);
  return command;
}

}  // namespace hebb
