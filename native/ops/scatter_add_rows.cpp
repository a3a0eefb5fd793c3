// scatter_add_rows: dst (outer, dstRows, rowSize) is zeroed, then row index[i] of each part takes row i of src's, in order of i. Threads
// divide the parts and the columns, so that the order of additions stays. A position out of range fails the run.
#include <string.h>

#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"

namespace hebb {
namespace {

constexpr int64_t ZEROS = 1 << 16;  // values that one unit clears
constexpr int64_t COLUMNS = 64;     // columns of a unit
constexpr int64_t UNIT = 1 << 14;   // values that are worth a claim by a thread

struct ScatterAddRows final : Command {
  int64_t outer = 0, dst_rows = 0, row_size = 0, count = 0, group = 1;
  int32_t index = 0, src = 0, dst = 0;

  void run(Run& run) const override {
    const auto kernel = run.kernels().reduce.scatter_add;
    const int32_t* const at = run.ptr<const int32_t>(index);
    const float* const from = run.ptr<const float>(src);
    float* const to = run.ptr<float>(dst);
    for (int64_t i = 0; i < count; i++) {
      if (at[i] < 0 || at[i] >= dst_rows) return run.fail(Fault::index_range, i, at[i], dst_rows);
    }
    const int64_t values = outer * dst_rows * row_size;
    run.parallel(ceil_div(values, ZEROS), memory_nanoseconds(4 * double(values)), [=](int64_t unit, int) {
      const int64_t begin = unit * ZEROS;
      memset(to + begin, 0, size_t(std::min(ZEROS, values - begin)) * 4);
    });
    const int64_t pieces = ceil_div(row_size, COLUMNS);
    run.parallel(ceil_div(outer, group) * pieces, nanoseconds, [=, this](int64_t unit, int) {
      const int64_t first = unit / pieces * group, column = unit % pieces * COLUMNS, columns = std::min(COLUMNS, row_size - column);
      for (int64_t o = first; o < std::min(outer, first + group); o++) {
        kernel(to + o * dst_rows * row_size + column, at, from + o * count * row_size + column, count, row_size, columns);
      }
    });
  }
};

}  // namespace

std::unique_ptr<Command> decode_scatter_add_rows(Reader& reader) {
  auto command = std::make_unique<ScatterAddRows>();
  command->outer = reader.size();
  command->dst_rows = reader.size();
  command->row_size = reader.size();
  command->count = reader.size();
  command->index = reader.read(command->count * 4);
  const int64_t values = reader.product(reader.product(command->outer, command->count), command->row_size);
  command->src = reader.read(reader.product(values, 4));
  const int64_t results = reader.product(reader.product(command->outer, command->dst_rows), command->row_size);
  command->dst = reader.write(reader.product(results, 4));
  command->group = std::max<int64_t>(1, UNIT / std::max<int64_t>(1, command->count * std::min(COLUMNS, command->row_size)));
  command->nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(8 * double(results) + 8 * double(values)) + double(command->count) * 3;
  command->can_fail = true;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
