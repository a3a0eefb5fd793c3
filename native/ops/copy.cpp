// copy: between two strided views of one shape. The decoder drops and merges dimensions, then picks what moves a tile: memcpy of
// runs that are contiguous on both sides, a 2-D transpose, or plain strided loops. Units of work are tiles, or parts of one large tile.
#include <string.h>

#include <algorithm>

#include "ops/decoders.h"
#include "ops/reader.h"
#include "ops/run.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 1 << 15;  // elements that are worth a claim by a thread

struct Dim {
  int64_t size, src, dst;  // the strides in elements
};

// One operand: where it starts, how far its strides reach from there, and how many elements its buffer has.
struct View {
  int32_t buffer = 0, scalar = -1;
  int64_t offset = 0, low = 0, high = 0, capacity = 0;

  bool inside(int64_t shift) const { return offset + shift + low >= 0 && offset + shift + high < capacity; }
  // The first element in this run; -1 after a failure.
  int64_t start(Run& run) const {
    if (scalar < 0) return offset;
    const double shift = run.scalar(scalar);
    const int64_t limit = capacity - offset - high;
    if (shift >= -2147483648.0 && shift <= 2147483647.0 && double(int64_t(shift)) == shift && inside(int64_t(shift))) {
      return offset + int64_t(shift);
    }
    run.fail(Fault::offset_range, 0, shift > -1e15 && shift < 1e15 ? int64_t(shift) : INT64_MIN, limit);
    return -1;
  }
};

template <class T> void copy_strided(const char* src, char* dst, int64_t count, int64_t src_stride, int64_t dst_stride) {
  auto from = reinterpret_cast<const T*>(src);
  auto to = reinterpret_cast<T*>(dst);
  if (src_stride == 0 && dst_stride == 1) {
    std::fill_n(to, count, *from);
  } else {
    for (int64_t i = 0; i < count; i++) to[i * dst_stride] = from[i * src_stride];
  }
}

struct Copy final : Command {
  enum class Mode { empty, runs, transpose, strided };
  Mode mode = Mode::empty;
  int64_t bytes = 4;          // of an element
  View src, dst;
  Dim outer[MAX_RANK];        // the dimensions around a tile, the last one fastest
  int dims = 0;
  Dim row{1, 1, 1};           // a tile: along it dst is contiguous where mode is not strided
  Dim col{1, 0, 0};           // and for a transpose the dimension along which src is contiguous
  int64_t tiles = 1;
  int64_t group = 1;          // tiles of a unit
  int64_t parts = 1, part = 1;  // of a large tile: how many, and the positions of col (transpose) or row in each

  void plan(std::vector<Dim> all);
  void run(Run& run) const override;

 private:
  void move(const Run& run, const char* from, char* to, int64_t begin, int64_t end) const;
};

void Copy::plan(std::vector<Dim> all) {
  const auto size = [](int64_t stride) { return stride < 0 ? -stride : stride; };
  std::erase_if(all, [](const Dim& dim) { return dim.size == 1; });
  std::stable_sort(all.begin(), all.end(), [&](const Dim& a, const Dim& b) {
    return size(a.dst) != size(b.dst) ? size(a.dst) > size(b.dst) : size(a.src) > size(b.src);
  });
  std::vector<Dim> merged;
  for (const Dim& dim : all) {
    if (!merged.empty() && merged.back().src == dim.src * dim.size && merged.back().dst == dim.dst * dim.size) {
      merged.back() = {merged.back().size * dim.size, dim.src, dim.dst};
    } else {
      merged.push_back(dim);
    }
  }
  if (!merged.empty()) {
    row = merged.back();
    merged.pop_back();
  }
  mode = row.dst == 1 && row.src == 1 ? Mode::runs : Mode::strided;
  if (bytes == 4 && mode == Mode::strided && row.dst == 1 && row.size >= 4) {
    const auto across = std::find_if(merged.begin(), merged.end(), [](const Dim& dim) { return dim.src == 1 && dim.size >= 4; });
    if (across != merged.end()) {
      mode = Mode::transpose;
      col = *across;
      merged.erase(across);
    }
  }
  dims = int(merged.size());
  std::copy(merged.begin(), merged.end(), outer);
  for (const Dim& dim : merged) tiles *= dim.size;

  const int64_t length = mode == Mode::transpose ? col.size : row.size, across = row.size * col.size / length;
  if (row.size * col.size >= 2 * UNIT) {
    part = round_up(ceil_div(UNIT, across), 16);
    parts = ceil_div(length, part);
  } else {
    part = length;
    group = std::max<int64_t>(1, UNIT / (row.size * col.size));
  }
}

void Copy::run(Run& run) const {
  if (mode == Mode::empty) return;
  const int64_t from = src.start(run), to = dst.start(run);
  if (from < 0 || to < 0) return;
  const char* const source = run.ptr<const char>(src.buffer) + from * bytes;
  char* const target = run.ptr<char>(dst.buffer) + to * bytes;
  if (tiles == 1 && parts == 1) return move(run, source, target, 0, part);
  const int64_t length = mode == Mode::transpose ? col.size : row.size;
  run.parallel(ceil_div(tiles, group) * parts, nanoseconds, [&](int64_t unit, int) {
    const int64_t first = unit / parts * group, last = std::min(tiles, first + group), begin = unit % parts * part;
    int64_t at[MAX_RANK], x = 0, y = 0;
    for (int64_t d = dims - 1, rest = first; d >= 0; d--) {
      at[d] = rest % outer[d].size;
      rest /= outer[d].size;
      x += at[d] * outer[d].src;
      y += at[d] * outer[d].dst;
    }
    for (int64_t tile = first; tile < last; tile++) {
      move(run, source + x * bytes, target + y * bytes, begin, std::min(length, begin + part));
      for (int d = dims - 1; d >= 0; d--) {
        x += outer[d].src;
        y += outer[d].dst;
        if (++at[d] < outer[d].size) break;
        at[d] = 0;
        x -= outer[d].size * outer[d].src;
        y -= outer[d].size * outer[d].dst;
      }
    }
  });
}

// Positions begin … end-1 of a tile, along col of a transpose, else along row.
void Copy::move(const Run& run, const char* from, char* to, int64_t begin, int64_t end) const {
  if (mode == Mode::transpose) {
    run.kernels().transpose.transpose(from + begin * 4, row.src, to + begin * col.dst * 4, col.dst, row.size, end - begin);
    return;
  }
  from += begin * row.src * bytes;
  to += begin * row.dst * bytes;
  if (mode == Mode::runs) memcpy(to, from, size_t((end - begin) * bytes));
  else if (bytes == 4) copy_strided<uint32_t>(from, to, end - begin, row.src, row.dst);
  else if (bytes == 2) copy_strided<uint16_t>(from, to, end - begin, row.src, row.dst);
  else copy_strided<uint8_t>(from, to, end - begin, row.src, row.dst);
}

void reach(View& view, int64_t size, int64_t stride) {
  (stride < 0 ? view.low : view.high) += (size - 1) * stride;
}

}  // namespace

std::unique_ptr<Command> decode_copy(Reader& reader) {
  auto command = std::make_unique<Copy>();
  Copy& copy = *command;
  copy.bytes = reader.integer(1, 4);
  if (copy.bytes == 3) return reader.fail("an element has 1, 2 or 4 bytes");
  std::vector<Dim> dims(size_t(reader.integer(0, MAX_RANK)));
  int64_t elements = 1;
  for (Dim& dim : dims) {
    dim.size = reader.size();
    elements = reader.product(elements, dim.size);
  }
  for (View* view : {&copy.src, &copy.dst}) {
    const bool source = view == &copy.src;
    view->buffer = source ? reader.read(0) : reader.write(0);
    view->offset = reader.integer();
    view->scalar = reader.scalar_or_none();
    for (Dim& dim : dims) (source ? dim.src : dim.dst) = reader.integer();
    if (!reader.ok()) return nullptr;
    if (elements == 0) continue;
    for (const Dim& dim : dims) reach(*view, dim.size, source ? dim.src : dim.dst);
    view->capacity = reader.bytes(view->buffer) / copy.bytes;
    if (view->scalar < 0 ? !view->inside(0) : view->high - view->low >= view->capacity) {
      return reader.fail(source ? "the source's strides leave its buffer" : "the destination's strides leave its buffer");
    }
  }
  if (!reader.ok()) return nullptr;
  if (elements == 0) return command;
  for (const Dim& dim : dims) {
    if (dim.size > 1 && dim.dst == 0) return reader.fail("the destination has stride 0");
  }
  copy.plan(std::move(dims));
  copy.can_fail = copy.src.scalar >= 0 || copy.dst.scalar >= 0;
  const double each = copy.mode == Copy::Mode::strided ? 1.0 : 0.1 * double(copy.bytes);
  copy.nanoseconds = 40 + double(elements) * each + double(copy.tiles) * 5;
  return command;
}

}  // namespace hebb
