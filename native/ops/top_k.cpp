// top_k: the k least keys of each row of (rows, n), in order, equal values by position. A row is cut into parts by its size alone; each
// part keeps a pool of what may yet be among its k, and leaves out what is no better than the worst of the k best so far.
#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"

namespace hebb {
namespace {

constexpr int64_t PART = 1 << 16;   // least values of a part
constexpr int64_t PARTS = 16;
constexpr int64_t STRIDE = 1024;    // values that are looked at between two looks at the pool
constexpr int64_t UNIT = 16384;     // elements that are worth a claim by a thread
constexpr int64_t MOST = 1 << 16;   // k: the pool is in a worker's scratch
static_assert((2 * MOST + STRIDE) * 8 <= Run::THREAD_SCRATCH);

struct TopK final : Command {
  int64_t rows = 0, n = 0, k = 0, parts = 1, part = 0;
  int32_t kind = 0, in = 0, values = 0, positions = 0;
  uint32_t flip = 0;

  void run(Run& run) const override {
    const char* const x = run.ptr<const char>(in);
    const int64_t group = parts > 1 ? 1 : std::max<int64_t>(1, UNIT / std::max<int64_t>(1, n));
    uint64_t* const best = static_cast<uint64_t*>(run.scratch());
    run.parallel(parts > 1 ? rows * parts : ceil_div(rows, group), nanoseconds, [=, this, &run](int64_t unit, int worker) {
      uint64_t* const pool = static_cast<uint64_t*>(run.thread_scratch(worker));
      if (parts > 1) {
        const int64_t first = unit % parts * part;
        select(run, pool, x + unit / parts * n * 4, first, std::min(n, first + part));
        std::copy_n(pool, k, best + unit * k);
        return;
      }
      for (int64_t row = unit * group; row < std::min(rows, (unit + 1) * group); row++) {
        select(run, pool, x + row * n * 4, 0, n);
        write(run, row, pool);
      }
    });
    for (int64_t row = 0; row < rows && parts > 1; row++) {
      uint64_t* const all = best + row * parts * k;
      std::nth_element(all, all + k - 1, all + parts * k);
      write(run, row, all);
    }
  }

 private:
  // The k best of positions begin … end-1, of which there are as many, in any order at the head of the pool.
  void select(const Run& run, uint64_t* pool, const char* x, int64_t begin, int64_t end) const {
    const SortKernels& kernels = run.kernels().sort;
    int64_t count = std::min(end - begin, k + STRIDE);
    kernels.pairs[kind](pool, x + begin * 4, begin, count, flip);
    for (int64_t i = begin + count; i < end; i += STRIDE) {
      if (count > 2 * k || i == begin + count) shrink(pool, &count);  // at first, too
      const int64_t length = std::min(STRIDE, end - i);
      count += kernels.below[kind](pool + count, x + i * 4, i, length, flip, uint32_t(pool[k - 1] >> 32));
    }
    shrink(pool, &count);
  }

  // Puts the k best first, the worst of them at k-1.
  void shrink(uint64_t* pool, int64_t* count) const {
    std::nth_element(pool, pool + k - 1, pool + *count);
    *count = k;
  }

  void write(const Run& run, int64_t row, uint64_t* best) const {
    std::sort(best, best + k);
    run.kernels().sort.split[kind](run.ptr<char>(values) + row * k * 4, positions < 0 ? nullptr : run.ptr<int32_t>(positions) + row * k,
                                   best, k, flip);
  }
};

}  // namespace

std::unique_ptr<Command> decode_top_k(Reader& reader) {
  auto command = std::make_unique<TopK>();
  command->kind = reader.integer(0, 1);
  command->flip = reader.flag() ? ~0u : 0;
  command->rows = reader.size();
  const int64_t n = command->n = reader.size();
  const int64_t k = command->k = reader.integer(1, MOST);
  const int64_t size = reader.product(command->rows, n), bytes = reader.product(reader.product(command->rows, k), 4);
  command->in = reader.read(reader.product(size, 4));
  command->values = reader.write(bytes);
  command->positions = reader.write_or_none(bytes);
  if (!reader.ok()) return nullptr;
  if (k > n) return reader.fail("k is more than a row has");
  command->part = std::max({PART, 4 * k, ceil_div(n, PARTS)});
  command->parts = std::max<int64_t>(1, n / command->part);
  if (command->parts > 1) {
    command->part = ceil_div(n, command->parts);
    command->scratch = command->rows * command->parts * k * 8;
  }
  command->nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(4 * double(size)) + double(command->rows * std::min(n, k + STRIDE)) * 8;
  return command;
}

}  // namespace hebb
