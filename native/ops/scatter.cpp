// scatter: dst is a copy of base, or zeros; then, in order of i, dst[o, index[o, i, k], k] takes src[o, i, k] or grows by it. Threads
// divide o and k, so that the order stays. A position out of range fails the run.
#include <string.h>

#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"
#include "runtime/os.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 1 << 14;   // values that are worth a claim by a thread
constexpr int64_t LINE_BYTES = 1 << 16;  // of a line that is put together in the cache
constexpr int64_t AHEAD = 1024, STEP = 16;  // values that are asked for ahead, a cache line of them at a time
constexpr int64_t COLUMNS = 1024;   // values of k that a unit has at most: what it writes stays in the cache

struct Scatter final : Command {
  enum Kind : int32_t { set, add_f32, add_i32 };
  Kind kind = set;
  int64_t bytes = 4, outer = 0, axis = 0, inner = 0, count = 0, group = 1;
  int32_t index = 0, src = 0, base = -1, dst = 0;
  bool large = false;

  void run(Run& run) const override {
    if (kind == add_f32) return scatter<float>(run, [](float& to, float value) { to += value; });
    if (kind == add_i32) return scatter<uint32_t>(run, [](uint32_t& to, uint32_t value) { to += value; });
    const auto store = [](auto& to, auto value) { to = value; };
    switch (bytes) {
      case 1: return scatter<uint8_t>(run, store);
      case 2: return scatter<uint16_t>(run, store);
      default: return scatter<uint32_t>(run, store);
    }
  }

 private:
  template <class T, class Update> void scatter(Run& run, Update update) const {
    const int32_t* const at = run.ptr<const int32_t>(index);
    const T* const from = run.ptr<const T>(src);
    const T* const start = base < 0 ? nullptr : run.ptr<const T>(base);
    T* const to = run.ptr<T>(dst);
    if (inner == 1) return scatter_lines(run, at, from, start, to, update);
    const int64_t pieces = ceil_div(inner, COLUMNS);
    run.parallel(ceil_div(outer, group) * pieces, nanoseconds, [=, this, &run](int64_t unit, int) {
      const int64_t first = unit / pieces * group, column = unit % pieces * COLUMNS, columns = std::min(COLUMNS, inner - column);
      for (int64_t o = first; o < std::min(outer, first + group); o++) {
        T* const plane = to + o * axis * inner + column;
        begin(plane, start ? start + o * axis * inner + column : nullptr, columns);
        for (int64_t i = 0; i < count; i++) {
          const int64_t row = (o * count + i) * inner + column;
          for (int64_t k = 0; k < columns; k++) {
            const int32_t place = at[row + k];
            if (uint32_t(place) >= uint64_t(axis)) return run.fail(Fault::index_range, row + k, place, axis);
            update(plane[place * inner + k], from[row + k]);
          }
        }
      }
    });
  }

  // The first contents of some columns of a plane.
  template <class T> void begin(T* plane, const T* start, int64_t columns) const {
    const int64_t rows = columns == inner ? 1 : axis, width = columns == inner ? axis * inner : columns;
    for (int64_t i = 0; i < rows; i++, plane += inner) {
      if (start) memcpy(plane, start + i * inner, size_t(width) * sizeof(T));
      else memset(plane, 0, size_t(width) * sizeof(T));
    }
  }

  // Along the last axis: a line that fits a thread's scratch is put together there, and leaves it around the caches where there are many.
  template <class T, class Update>
  void scatter_lines(Run& run, const int32_t* at, const T* from, const T* start, T* to, Update update) const {
    const auto& kernels = run.kernels().move;
    const bool streams = large && axis * int64_t(sizeof(T)) <= LINE_BYTES;
    run.parallel(ceil_div(outer, group), nanoseconds, [=, this, &run, &kernels](int64_t unit, int worker) {
      const int64_t end = std::min(outer, (unit + 1) * group);
      for (int64_t o = unit * group; o < end; o++) {
        T* const line = streams ? static_cast<T*>(run.thread_scratch(worker)) : to + o * axis;
        begin(line, start ? start + o * axis : nullptr, 1);
        const int32_t* const places = at + o * count;
        const T* const values = from + o * count;
        for (int64_t i = 0; i < count; i += STEP) {
          if (streams) __builtin_prefetch(places + i + AHEAD), __builtin_prefetch(values + i + AHEAD);
          for (int64_t k = i; k < std::min(count, i + STEP); k++) {
            if (uint32_t(places[k]) >= uint64_t(axis)) return run.fail(Fault::index_range, o * count + k, places[k], axis);
            update(line[places[k]], values[k]);
          }
        }
        if (streams) kernels.stream(to + o * axis, line, axis * int64_t(sizeof(T)));
      }
      if (streams) kernels.fence();
    });
  }
};

}  // namespace

std::unique_ptr<Command> decode_scatter(Reader& reader) {
  auto command = std::make_unique<Scatter>();
  Scatter& s = *command;
  s.kind = Scatter::Kind(reader.integer(0, 2));
  s.bytes = reader.integer(1, 4);
  if (s.bytes == 3 || (s.kind != Scatter::set && s.bytes != 4)) return reader.fail("an element has 1, 2 or 4 bytes, one that grows 4");
  s.outer = reader.size();
  s.axis = reader.size();
  s.inner = reader.size();
  s.count = reader.size();
  const int64_t values = reader.product(reader.product(s.outer, s.count), s.inner);
  const int64_t results = reader.product(reader.product(s.outer, s.axis), s.inner);
  s.index = reader.read(reader.product(values, 4));
  s.src = reader.read(reader.product(values, s.bytes));
  s.base = reader.read_or_none(reader.product(results, s.bytes));
  s.dst = reader.write(reader.product(results, s.bytes));
  static const int64_t beyond_caches = os::caches().l3;
  s.large = results * s.bytes >= beyond_caches / 2;
  const int64_t plane = std::max<int64_t>(1, (s.axis + s.count) * s.inner);
  s.group = std::max<int64_t>(1, UNIT / plane);
  s.nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(double(results + 2 * values) * 8) + double(values) * 1.2;
  s.can_fail = true;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
