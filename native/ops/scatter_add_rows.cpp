// scatter_add_rows: row r of each part of dst (outer, dstRows, rowSize) is the sum of those rows i of src's part with index[i] = r, in
// order of i. A list of them for each r, made by counting, lets threads divide dst's rows and write each once. A position out of range
// fails the run.
#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"
#include "runtime/os.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 1 << 14;  // values that are worth a claim by a thread

struct ScatterAddRows final : Command {
  int64_t outer = 0, dst_rows = 0, row_size = 0, count = 0, group = 1;
  int32_t index = 0, src = 0, dst = 0;
  bool streams = false;

  void run(Run& run) const override {
    const auto& kernels = run.kernels().move;
    int32_t* const ends = static_cast<int32_t*>(run.scratch());
    int32_t* const lists = ends + dst_rows + 1;
    if (!sort(run, ends, lists)) return;
    const float* const from = run.ptr<const float>(src);
    float* const to = run.ptr<float>(dst);
    run.parallel(ceil_div(outer * dst_rows, group), nanoseconds, [=, this, &kernels](int64_t unit, int) {
      const int64_t end = std::min(outer * dst_rows, (unit + 1) * group);
      for (int64_t row = unit * group; row < end; row++) {
        const int64_t o = row / dst_rows, r = row - o * dst_rows, first = r == 0 ? 0 : ends[r - 1];
        kernels.sum_rows(to + row * row_size, from + o * count * row_size, lists + first, ends[r] - first, row_size, streams);
      }
      if (streams) kernels.fence();
    });
  }

 private:
  // lists: the numbers 0 … count-1 by their positions, equal ones in order; ends[r]: where those of position r end.
  bool sort(Run& run, int32_t* ends, int32_t* lists) const {
    const int32_t* const at = run.ptr<const int32_t>(index);
    std::fill_n(ends, dst_rows + 1, 0);
    for (int64_t i = 0; i < count; i++) {
      if (at[i] < 0 || at[i] >= dst_rows) {
        run.fail(Fault::index_range, i, at[i], dst_rows);
        return false;
      }
      ends[at[i] + 1]++;
    }
    for (int64_t r = 0; r < dst_rows; r++) ends[r + 1] += ends[r];
    for (int64_t i = 0; i < count; i++) lists[ends[at[i]]++] = int32_t(i);
    return true;
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
  static const int64_t beyond_caches = os::caches().l3;
  command->streams = results * 4 >= beyond_caches / 2;
  command->scratch = (command->dst_rows + 1 + command->count) * 4;
  command->group = std::max<int64_t>(1, UNIT / std::max<int64_t>(4, command->row_size));
  command->nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(4 * double(results) + 4 * double(values)) +
                         double(command->count + command->outer * command->dst_rows) * 3;
  command->can_fail = true;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
