// copy: between two strided views of one shape. The decoder drops and merges dimensions, then picks what moves a tile: memcpy of
// runs that are contiguous on both sides, a 2-D transpose, or plain strided loops. Units of work are tiles, or parts of one large tile.
#include <stdlib.h>
#include <string.h>

#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"
#include "runtime/os.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 1 << 17;  // bytes that are worth a claim by a thread
constexpr int64_t SHORT = 128;     // bytes of a run that is not worth going around the caches
constexpr int64_t ACROSS = 256;    // columns that a part of a transpose has at least: the kernel's tile

struct Dim {
  int64_t size, src, dst;  // the strides in bytes
};

// One operand: where it starts, how far its strides reach from there, and how large its buffer is; all in elements.
struct View {
  int32_t buffer = 0, scalar = -1;
  int64_t offset = 0, low = 0, high = 0, capacity = 0;

  bool inside(int64_t shift) const { return offset + shift + low >= 0 && offset + shift + high < capacity; }
  // The first element in this run; -1 after a failure.
  int64_t start(Run& run) const {
    if (scalar < 0) return offset;
    const double shift = run.scalar(scalar);
    if (shift >= -2147483648.0 && shift <= 2147483647.0 && double(int64_t(shift)) == shift && inside(int64_t(shift))) {
      return offset + int64_t(shift);
    }
    run.fail(Fault::offset_range, 0, shift > -1e15 && shift < 1e15 ? int64_t(shift) : INT64_MIN, capacity - offset - high);
    return -1;
  }
};

struct Item8 {
  char bytes[8];
};
struct Item16 {
  char bytes[16];
};

template <class T> void move_item(const char* from, char* to) { memcpy(to, from, sizeof(T)); }

template <class T> void copy_strided(const char* from, char* to, const Dim& row, int64_t count) {
  if (row.src == 0 && row.dst == int64_t(sizeof(T))) {  // one value again and again
    T value;
    move_item<T>(from, reinterpret_cast<char*>(&value));
    std::fill_n(reinterpret_cast<T*>(to), count, value);
    return;
  }
  for (int64_t i = 0; i < count; i++) move_item<T>(from + i * row.src, to + i * row.dst);
}

// As the 4-byte kernel does it: along `row` dst is contiguous, along `col` src is; in blocks, so that lines are used up.
template <class T> void copy_transposed(const char* from, char* to, const Dim& row, const Dim& col, int64_t cols) {
  constexpr int64_t BLOCK = 32;
  for (int64_t i = 0; i < row.size; i += BLOCK) {
    for (int64_t j = 0; j < cols; j += BLOCK) {
      const int64_t bottom = std::min(row.size, i + BLOCK), right = std::min(cols, j + BLOCK);
      for (int64_t c = j; c < right; c++) {
        const char* const source = from + c * int64_t(sizeof(T));
        char* const target = to + c * col.dst;
        for (int64_t r = i; r < bottom; r++) move_item<T>(source + r * row.src, target + r * int64_t(sizeof(T)));
      }
    }
  }
}

struct Copy final : Command {
  enum class Mode { empty, runs, transpose, strided };
  Mode mode = Mode::empty;
  int64_t bytes = 4;            // of an element
  int64_t item = 4;             // bytes that move together: an element, or a short run of them
  View src, dst;
  Dim outer[MAX_RANK];          // the dimensions around a tile, the last one fastest
  int dims = 0;
  Dim row{1, 0, 0};             // a tile: along it dst is contiguous where mode is not strided
  Dim col{1, 0, 0};             // and for a transpose the dimension along which src is contiguous
  int64_t tiles = 1;
  int64_t group = 1;            // tiles of a unit
  int64_t parts = 1, part = 1;  // of a large tile: how many, and the positions of col (transpose) or row in each
  bool stream = false;

  void plan(std::vector<Dim> all);
  void run(Run& run) const override;

 private:
  void choose(std::vector<Dim> all);
  void move(const Run& run, const char* from, char* to, int64_t begin, int64_t end) const;
};

// The dimensions in dst's order, without those of size 1, neighbours merged where both sides allow it.
std::vector<Dim> simplified(std::vector<Dim> all) {
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
  return merged;
}

void Copy::choose(std::vector<Dim> all) {
  item = bytes;
  const auto take_row = [&] {
    if (all.empty()) return false;
    row = all.back();
    all.pop_back();
    return true;
  };
  mode = Mode::runs;
  if (!take_row()) {
    row = {1, item, item};
  } else if (row.src == item && row.dst == item) {
    const int64_t run = item * row.size;
    if (!all.empty() && run <= 16 && (run & (run - 1)) == 0 && take_row()) item = run, mode = Mode::strided;  // one larger item
  } else {
    mode = Mode::strided;
  }
  if (mode == Mode::strided && row.dst == item) {
    const auto across = std::find_if(all.begin(), all.end(), [&](const Dim& dim) { return dim.src == item && dim.size >= 4; });
    if (across != all.end()) {
      mode = Mode::transpose;
      col = *across;
      all.erase(across);
    }
  }
  // Runs that go around the caches may be written in any order: in that of the source it is read from one end to the other.
  if (mode == Mode::runs && stream && row.size * item >= SHORT) {
    std::stable_sort(all.begin(), all.end(), [](const Dim& a, const Dim& b) { return std::abs(a.src) > std::abs(b.src); });
  }
  dims = int(all.size());
  std::copy(all.begin(), all.end(), outer);
  for (const Dim& dim : all) tiles *= dim.size;
}

void Copy::plan(std::vector<Dim> all) {
  static const int64_t beyond_caches = os::caches().l3;
  int64_t moved = bytes;
  for (const Dim& dim : all) moved *= dim.size;
  stream = moved >= beyond_caches / 2;
  choose(simplified(std::move(all)));
  const int64_t length = mode == Mode::transpose ? col.size : row.size, across = row.size * col.size / length * item;
  const int64_t tile = length * across;
  if (tile >= 2 * UNIT) {
    part = std::min(length, round_up(ceil_div(UNIT, across), mode == Mode::transpose ? ACROSS : 64));
    parts = ceil_div(length, part);
  } else {
    part = length;
    group = std::max<int64_t>(1, UNIT / tile);
  }
  const double slow = mode == Mode::runs ? 0 : mode == Mode::transpose && item == 4 ? 0.05 : 0.5;
  nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(2 * double(moved)) + double(moved / item) * slow + double(tiles) * 5;
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
      move(run, source + x, target + y, begin, std::min(length, begin + part));
      for (int d = dims - 1; d >= 0; d--) {
        x += outer[d].src;
        y += outer[d].dst;
        if (++at[d] < outer[d].size) break;
        at[d] = 0;
        x -= outer[d].size * outer[d].src;
        y -= outer[d].size * outer[d].dst;
      }
    }
    if (stream && mode == Mode::runs) run.kernels().move.fence();
  });
}

// Positions begin … end-1 of a tile, along col of a transpose, else along row.
void Copy::move(const Run& run, const char* from, char* to, int64_t begin, int64_t end) const {
  const int64_t count = end - begin;
  if (mode == Mode::transpose) {
    from += begin * item;
    to += begin * col.dst;
    switch (item) {
      case 1: return copy_transposed<uint8_t>(from, to, row, col, count);
      case 2: return copy_transposed<uint16_t>(from, to, row, col, count);
      case 4: return run.kernels().transpose.transpose(from, row.src, to, col.dst, row.size, count, stream);
      case 8: return copy_transposed<Item8>(from, to, row, col, count);
      default: return copy_transposed<Item16>(from, to, row, col, count);
    }
  }
  from += begin * row.src;
  to += begin * row.dst;
  if (mode == Mode::runs) {
    if (stream && count * item >= SHORT) run.kernels().move.stream(to, from, count * item);
    else memcpy(to, from, size_t(count * item));
    return;
  }
  switch (item) {
    case 1: return copy_strided<uint8_t>(from, to, row, count);
    case 2: return copy_strided<uint16_t>(from, to, row, count);
    case 4: return copy_strided<uint32_t>(from, to, row, count);
    case 8: return copy_strided<Item8>(from, to, row, count);
    default: return copy_strided<Item16>(from, to, row, count);
  }
}

void reach(View& view, int64_t size, int64_t stride) { (stride < 0 ? view.low : view.high) += (size - 1) * stride; }

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
    for (Dim& dim : dims) {
      const int64_t stride = reader.integer();
      if (elements > 0) reach(*view, dim.size, stride);
      (source ? dim.src : dim.dst) = stride * copy.bytes;
    }
    view->capacity = reader.bytes(view->buffer) / copy.bytes;
    if (!reader.ok()) return nullptr;
    if (elements > 0 && (view->scalar < 0 ? !view->inside(0) : view->high - view->low >= view->capacity)) {
      return reader.fail(source ? "the source's strides leave its buffer" : "the destination's strides leave its buffer");
    }
  }
  if (elements == 0) return command;
  for (const Dim& dim : dims) {
    if (dim.size > 1 && dim.dst == 0) return reader.fail("the destination has stride 0");
  }
  copy.can_fail = copy.src.scalar >= 0 || copy.dst.scalar >= 0;
  copy.plan(std::move(dims));
  return command;
}

}  // namespace hebb
