// scatter_add_rows: dst (dstRows, rowSize) is zeroed, then row index[i] takes row i of src, in order of i. Threads divide the
// columns, so that the order of additions stays. A position out of range fails the run.
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

struct ScatterAddRows final : Command {
  int64_t dst_rows = 0, row_size = 0, count = 0;
  int32_t index = 0, src = 0, dst = 0;

  void run(Run& run) const override {
    const auto kernel = run.kernels().reduce.scatter_add;
    const int32_t* const at = run.ptr<const int32_t>(index);
    const float* const from = run.ptr<const float>(src);
    float* const to = run.ptr<float>(dst);
    for (int64_t i = 0; i < count; i++) {
      if (at[i] < 0 || at[i] >= dst_rows) return run.fail(Fault::index_range, i, at[i], dst_rows);
    }
    const int64_t values = dst_rows * row_size;
    run.parallel(ceil_div(values, ZEROS), memory_nanoseconds(4 * double(values)), [=](int64_t unit, int) {
      const int64_t begin = unit * ZEROS;
      memset(to + begin, 0, size_t(std::min(ZEROS, values - begin)) * 4);
    });
    run.parallel(ceil_div(row_size, COLUMNS), nanoseconds, [=, this](int64_t unit, int) {
      const int64_t column = unit * COLUMNS;
      kernel(to + column, at, from + column, count, row_size, std::min(COLUMNS, row_size - column));
    });
  }
};

}  // namespace

std::unique_ptr<Command> decode_scatter_add_rows(Reader& reader) {
  auto command = std::make_unique<ScatterAddRows>();
  command->dst_rows = reader.size();
  command->row_size = reader.size();
  command->count = reader.size();
  command->index = reader.read(command->count * 4);
  const int64_t values = reader.product(command->count, command->row_size);
  command->src = reader.read(reader.product(values, 4));
  const int64_t results = reader.product(command->dst_rows, command->row_size);
  command->dst = reader.write(reader.product(results, 4));
  command->nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(8 * double(results) + 8 * double(values)) + double(command->count) * 3;
  command->can_fail = true;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
