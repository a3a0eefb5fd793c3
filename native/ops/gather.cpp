// gather: out[o, i, k] = src[o, index[o, i, k], k], values of any size; a position out of range fails the run.
#include <string.h>

#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"
#include "runtime/os.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 1 << 14;  // values that are worth a claim by a thread
constexpr int64_t LINE = 1 << 14;  // values of a line of src that the caches hold beside the next one
constexpr int64_t BLOCK = 1024;    // values that are gathered in the cache before they are streamed from it

struct Gather final : Command {
  int64_t bytes = 4, outer = 0, axis = 0, inner = 0, count = 0, group = 1;
  int32_t src = 0, index = 0, out = 0;
  bool streams = false;

  void run(Run& run) const override {
    if (inner == 1 && bytes == 4) return gather_values(run);
    switch (bytes) {
      case 1: return gather<uint8_t>(run);
      case 2: return gather<uint16_t>(run);
      default: return gather<uint32_t>(run);
    }
  }

 private:
  // Values of 4 bytes along the last axis: by the kernel.
  void gather_values(Run& run) const {
    const auto& kernels = run.kernels().move;
    const uint32_t* const from = run.ptr<const uint32_t>(src);
    const int32_t* const at = run.ptr<const int32_t>(index);
    uint32_t* const to = run.ptr<uint32_t>(out);
    const bool ahead = streams && axis <= LINE;
    run.parallel(ceil_div(outer * count, group), nanoseconds, [=, this, &run, &kernels](int64_t unit, int worker) {
      const int64_t end = std::min(outer * count, (unit + 1) * group);
      for (int64_t row = unit * group; row < end;) {
        const int64_t o = row / count, n = std::min({BLOCK, end - row, (o + 1) * count - row});
        void* const target = streams ? run.thread_scratch(worker) : to + row;
        // The order of the index is nothing that the CPU could foresee: the same part of the next line is asked for now.
        if (ahead && o + 1 < outer) {
          const uint32_t* const next = from + (o + 1) * axis;
          const int64_t first = axis * (row - o * count) / count, last = axis * (row + n - o * count) / count;
          for (int64_t k = first; k < last; k += ALIGN / 4) __builtin_prefetch(next + k);
        }
        const int64_t done = kernels.gather(target, from + o * axis, at + row, n, axis);
        if (done < n) return run.fail(Fault::index_range, row + done, at[row + done], axis);
        if (streams) kernels.stream(to + row, target, n * 4);
        row += n;
      }
      if (streams) kernels.fence();
    });
  }

  // A row is what one o and i have: `inner` values.
  template <class T> void gather(Run& run) const {
    const T* const from = run.ptr<const T>(src);
    const int32_t* const at = run.ptr<const int32_t>(index);
    T* const to = run.ptr<T>(out);
    run.parallel(ceil_div(outer * count, group), nanoseconds, [=, this, &run](int64_t unit, int) {
      const int64_t end = std::min(outer * count, (unit + 1) * group);
      for (int64_t row = unit * group; row < end;) {
        const int64_t o = row / count, last = std::min(end, (o + 1) * count);
        const T* const plane = from + o * axis * inner;
        for (; row < last; row++) {
          const int32_t* const places = at + row * inner;
          T* const values = to + row * inner;
          for (int64_t k = 0; k < inner; k++) {
            if (uint32_t(places[k]) >= uint64_t(axis)) return run.fail(Fault::index_range, row * inner + k, places[k], axis);
            values[k] = plane[places[k] * inner + k];
          }
        }
      }
    });
  }
};

}  // namespace

std::unique_ptr<Command> decode_gather(Reader& reader) {
  auto command = std::make_unique<Gather>();
  Gather& g = *command;
  g.bytes = reader.integer(1, 4);
  if (g.bytes == 3) return reader.fail("an element has 1, 2 or 4 bytes");
  g.outer = reader.size();
  g.axis = reader.size();
  g.inner = reader.size();
  g.count = reader.size();
  const int64_t values = reader.product(reader.product(g.outer, g.count), g.inner);
  g.src = reader.read(reader.product(reader.product(reader.product(g.outer, g.axis), g.inner), g.bytes));
  g.index = reader.read(reader.product(values, 4));
  g.out = reader.write(reader.product(values, g.bytes));
  g.group = std::max<int64_t>(1, UNIT / std::max<int64_t>(1, g.inner));
  g.nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(double(values) * double(2 * g.bytes + 4)) + double(values) * 0.7;
  g.can_fail = true;
  static const int64_t beyond_caches = os::caches().l3;
  g.streams = values * 4 >= beyond_caches / 2;
  if (values == 0) g.outer = 0;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
