// sort of the rows of (rows, n), stable, by a radix sort of three digits. A row that fits a worker's scratch is one thread's. A longer one
// is parted by its top digit in blocks that all threads share, how often each block has each digit says where it writes; then each digit's
// values, which fit a core's cache, are one thread's. Where most values have one top digit, blocks are shared for the other digits, too.
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
constexpr int TOP = SORT_DIGITS - 1;
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
  // A row on its way: its keys or pairs, as much room again, and counts for every block.
  struct Row {
    const char* x;
    char* y;
    int32_t* at;
    char *from, *to;
    uint32_t* counts;
  };

  void short_row(const Run& run, const char* x, char* y, int32_t* at, int worker) const {
    const SortKernels& kernels = run.kernels().sort;
    uint64_t *from = static_cast<uint64_t*>(run.thread_scratch(worker)), *to = from + ALONE;
    kernels.pairs[kind](from, x, 0, n, flip);
    const char* const sorted = sort_alone(kernels, true, reinterpret_cast<char*>(from), reinterpret_cast<char*>(to), n, SORT_DIGITS,
                                          reinterpret_cast<uint32_t*>(to + ALONE));
    kernels.split[kind](y, at, reinterpret_cast<const uint64_t*>(sorted), n, flip);
  }

  // Sorts keys or pairs by their lowest digits; says where they are then, in `from` or `to`.
  static char* sort_alone(const SortKernels& kernels, bool pairs, char* from, char* to, int64_t count, int digits, uint32_t* counts) {
    if (count <= FEW && pairs) {
      std::sort(reinterpret_cast<uint64_t*>(from), reinterpret_cast<uint64_t*>(from) + count);
    } else if (count <= FEW) {
      std::sort(reinterpret_cast<uint32_t*>(from), reinterpret_cast<uint32_t*>(from) + count);
    } else {
      for (int digit = 0; digit < digits; digit++) {
        memset(counts, 0, COUNTS);
        kernels.count[pairs](counts, from, count, digit);
        if (places_of(counts, 1, count)) continue;
        kernels.scatter[pairs](to, counts, from, count, digit);
        std::swap(from, to);
      }
    }
    return from;
  }

  void long_row(Run& run, const char* x, char* y, int32_t* at) const {
    const SortKernels& kernels = run.kernels().sort;
    uint32_t* const counts = static_cast<uint32_t*>(run.scratch());
    char* const from = reinterpret_cast<char*>(counts + BLOCKS * SORT_BUCKETS);
    Row row = {x, y, at, from, from + round_up(n * bytes(), ALIGN), counts};
    each(run, 0.2, [&](int64_t b, int64_t first, int64_t count) {
      if (paired) kernels.pairs[kind](reinterpret_cast<uint64_t*>(row.from) + first, x + first * 4, first, count, flip);
      else kernels.keys[kind](reinterpret_cast<uint32_t*>(row.from) + first, x + first * 4, count, flip);
      count_block(kernels, row, b, first, count, TOP);
    });
    if (places_of(counts, BLOCKS, n) || !is_spread(counts)) return by_digits(run, row);
    uint32_t starts[SORT_BUCKETS + 1];
    memcpy(starts, counts, COUNTS);
    starts[SORT_BUCKETS] = uint32_t(n);
    scatter(run, row, TOP);
    run.parallel(SORT_BUCKETS, nanoseconds * 0.6, [&](int64_t top, int worker) {
      const int64_t first = starts[top], count = starts[top + 1] - first, begin = first * bytes();
      if (count == 0) return;
      uint32_t* const own = static_cast<uint32_t*>(run.thread_scratch(worker));
      put(kernels, row, sort_alone(kernels, paired, row.from + begin, row.to + begin, count, TOP, own), first, count);
    });
  }

  // Whether no top digit has a third of all values: `places` are those of the first block, which are the digits' own.
  bool is_spread(const uint32_t* places) const {
    for (int64_t digit = 0; digit < SORT_BUCKETS; digit++) {
      const int64_t end = digit + 1 < SORT_BUCKETS ? places[digit + 1] : n;
      if (end - places[digit] > n / 3) return false;
    }
    return true;
  }

  void by_digits(Run& run, Row& row) const {
    const SortKernels& kernels = run.kernels().sort;
    for (int digit = 0; digit < SORT_DIGITS; digit++) {
      each(run, 0.1, [&](int64_t b, int64_t first, int64_t count) { count_block(kernels, row, b, first, count, digit); });
      if (!places_of(row.counts, BLOCKS, n)) scatter(run, row, digit);
    }
    each(run, 0.1, [&](int64_t, int64_t first, int64_t count) { put(kernels, row, row.from + first * bytes(), first, count); });
  }

  void count_block(const SortKernels& kernels, const Row& row, int64_t b, int64_t first, int64_t count, int digit) const {
    memset(row.counts + b * SORT_BUCKETS, 0, COUNTS);
    kernels.count[paired](row.counts + b * SORT_BUCKETS, row.from + first * bytes(), count, digit);
  }

  void scatter(Run& run, Row& row, int digit) const {
    const auto kernel = run.kernels().sort.scatter[paired];
    each(run, 0.2, [&](int64_t b, int64_t first, int64_t count) {
      kernel(row.to, row.counts + b * SORT_BUCKETS, row.from + first * bytes(), count, digit);
    });
    std::swap(row.from, row.to);
  }

  // Writes what is sorted to the results, from `first` on.
  void put(const SortKernels& kernels, const Row& row, const char* sorted, int64_t first, int64_t count) const {
    if (paired) {
      kernels.split[kind](row.y ? row.y + first * 4 : nullptr, row.at ? row.at + first : nullptr, reinterpret_cast<const uint64_t*>(sorted),
                          count, flip);
    } else {
      kernels.values[kind](row.y + first * 4, reinterpret_cast<const uint32_t*>(sorted), count, flip);
    }
  }

  template <class Body> void each(Run& run, double part, const Body& body) const {
    run.parallel(BLOCKS, nanoseconds * part, [&](int64_t b, int) {
      const int64_t first = std::min(n, b * block);
      body(b, first, std::min(n, first + block) - first);
    });
  }

  int64_t bytes() const { return paired ? 8 : 4; }
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
