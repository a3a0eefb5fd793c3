// reduce: over the middle axis of (outer, axis, inner), of what a Chain yields. A line is one outer index and up to 512 inner
// ones; a unit of work is a few lines, or a chunk of one long line. Units, and the order in which chunks merge, depend on the sizes alone.
#include <string.h>

#include <algorithm>

#include "ops/chain.h"
#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 32768;      // elements that are worth a claim by a thread
constexpr int64_t UNITS = 64;        // as many suffice for all threads
constexpr int64_t RESULTS = 4096;    // at most so many results of rows a unit: their state stays in L1
constexpr int64_t SEGMENT = CHAIN_BLOCK;
constexpr int64_t PANEL = 32;         // segments of a Chain's results that are collected before columns take them

struct Reduce final : Command {
  int32_t kind = 0, out = 0;
  int64_t outer = 0, axis = 0, inner = 0;
  Chain chain;
  double scale = 1;
  int64_t segment = 1, segments = 1;  // a line's results; lines of one outer index
  int64_t lines = 0, group = 1;       // all lines; lines of a unit
  int64_t chunks = 1, chunk = 0;      // parts of a line, and positions of the axis in each

  void plan();
  void run(Run& run) const override;

 private:
  struct Source;
  void take_rows(Source& source, const ReduceKernel& kernel, int64_t begin, int64_t end, char* out) const;
  void take_columns(Source& source, const ReduceKernel& kernel, int64_t line, int64_t end, int64_t first, int64_t last, void* state) const;
  void fill_panel(Source& source, int64_t start, int64_t count, int64_t length) const;
  int64_t state_bytes() const { return round_up(segment * REDUCE_STATE, ALIGN); }
  int64_t results(int64_t line) const { return std::min(segment, inner - line % segments * segment); }
  int64_t first_result(int64_t line) const { return line / segments * inner + line % segments * segment; }
};

// The values to be reduced: memory, or a Chain's blocks in a worker's scratch.
struct Reduce::Source {
  const Run& run;
  const Chain& chain;
  const float* memory;   // null where the Chain must compute
  char* blocks;          // the worker's scratch: the Chain's, then the panel, then the state
  int64_t from = 0, to = 0;
  const float* window = nullptr;

  Source(const Run& run, const Chain& chain, int worker)
      : run(run),
        chain(chain),
        memory(chain.plain() ? run.ptr<const float>(chain.plain_buffer()) : nullptr),
        blocks(static_cast<char*>(run.thread_scratch(worker))) {}

  float* panel() const { return reinterpret_cast<float*>(blocks + Chain::SCRATCH); }
  void* state() const { return blocks + Chain::SCRATCH + PANEL * SEGMENT * 4; }

  // Elements start … start+count-1; a Chain computes as many such pieces at once as fit its block and lie before `limit`. No
  // element is computed twice: an output of the Chain may stand on its input.
  const float* at(int64_t start, int64_t count, int64_t limit) {
    if (memory) return memory + start;
    if (start < from || start + count > to) {
      from = start;
      to = start + std::min(CHAIN_BLOCK / count * count, limit - start);
      window = static_cast<const float*>(chain.block(run, from, to - from, nullptr, blocks));
    }
    return window + (start - from);
  }
};

void Reduce::plan() {
  const int64_t total = outer * axis * inner;
  scale = kind == 1 ? 1.0 / double(axis) : 1.0;
  segment = inner == 1 ? 1 : std::min(inner, SEGMENT);
  segments = inner == 0 ? 0 : ceil_div(inner, segment);
  lines = outer * segments;
  chunk = axis;
  const int64_t units = std::min(UNITS, total / UNIT);
  if (lines > 0 && lines < units) {
    chunk = std::min(axis, round_up(ceil_div(axis, ceil_div(units, lines)), inner == 1 ? CHAIN_BLOCK : 32));
    chunks = ceil_div(axis, chunk);
  }
  if (chunks == 1) group = std::clamp<int64_t>(UNIT / std::max<int64_t>(1, axis * segment), 1, RESULTS);
  scratch = chunks == 1 ? 0 : lines * chunks * state_bytes();
  nanoseconds =
      COMMAND_NANOSECONDS + memory_nanoseconds(4 * double(total)) + double(outer * inner) + (chain.plain() ? 0 : chain.nanoseconds());
}

void Reduce::run(Run& run) const {
  const ReduceKernel& kernel = run.kernels().reduce.kinds[kind];
  char* const to = run.ptr<char>(out);
  char* const partial = static_cast<char*>(run.scratch());
  if (chunks == 1) {
    run.parallel(ceil_div(lines, group), nanoseconds, [&](int64_t unit, int worker) {
      Source source(run, chain, worker);
      const int64_t begin = unit * group, end = std::min(lines, begin + group);
      if (inner == 1) return take_rows(source, kernel, begin, end, to);
      for (int64_t line = begin; line < end; line++) {
        kernel.start(source.state(), results(line));
        take_columns(source, kernel, line, end, 0, axis, source.state());
        kernel.finish(source.state(), results(line), scale, to + first_result(line) * 4);
      }
    });
    return;
  }
  run.parallel(lines * chunks, nanoseconds, [&](int64_t unit, int worker) {
    Source source(run, chain, worker);
    void* const state = partial + unit * state_bytes();
    const int64_t line = unit / chunks, first = unit % chunks * chunk, last = std::min(axis, first + chunk);
    kernel.start(state, results(line));
    if (inner > 1) return take_columns(source, kernel, line, line + 1, first, last, state);
    const int64_t step = source.memory ? chunk : CHAIN_BLOCK;
    for (int64_t i = first; i < last; i += step) {
      const int64_t count = std::min(step, last - i);
      const int64_t start = line * axis + i;
      kernel.rows(state, source.at(start, count, start + count), 1, count, i);
    }
  });
  for (int64_t line = 0; line < lines; line++) {
    char* const state = partial + line * chunks * state_bytes();
    for (int64_t c = 1; c < chunks; c++) kernel.merge(state, state + c * state_bytes(), results(line));
    kernel.finish(state, results(line), scale, to + first_result(line) * 4);
  }
}

// Whole rows: as many at once as there are, or as a block of the Chain holds.
void Reduce::take_rows(Source& source, const ReduceKernel& kernel, int64_t begin, int64_t end, char* to) const {
  const int64_t span = source.memory ? axis : std::min(axis, CHAIN_BLOCK);
  const int64_t rows = source.memory || axis == 0 ? end - begin : std::max<int64_t>(1, CHAIN_BLOCK / axis);
  for (int64_t row = begin; row < end; row += rows) {
    const int64_t count = std::min(rows, end - row);
    kernel.start(source.state(), count);
    for (int64_t i = 0; i < axis; i += span) {
      const int64_t width = std::min(span, axis - i);
      const int64_t start = row * axis + i;
      kernel.rows(source.state(), source.at(start, count * width, start + count * width), count, width, i);
    }
    kernel.finish(source.state(), count, scale, to + row * 4);
  }
}

// Positions first … last-1 of the axis for one line; the worker's lines end before line `end`.
void Reduce::take_columns(Source& source, const ReduceKernel& kernel, int64_t line, int64_t end, int64_t first, int64_t last,
                          void* state) const {
  const int64_t n = results(line), base = line / segments * axis * inner + line % segments * segment;
  // Rows that are taken at once. Plain memory is taken in the same pieces, or the bits would tell whether a Chain was fused.
  const int64_t width = segments == 1 ? inner : SEGMENT, rows = PANEL * SEGMENT / width;
  for (int64_t i = first; i < last; i += rows) {
    const int64_t count = std::min(rows, last - i), start = base + i * inner;
    if (source.memory) {
      kernel.columns(state, source.memory + start, count, n, inner, i);
    } else if (segments == 1 && count * inner <= CHAIN_BLOCK) {
      const int64_t limit = count == axis ? end * axis * inner : start + count * inner;  // small planes share a block
      kernel.columns(state, source.at(start, count * inner, limit), count, n, inner, i);
    } else {
      fill_panel(source, start, segments == 1 ? 1 : count, segments == 1 ? count * inner : n);
      kernel.columns(state, source.panel(), count, n, width, i);
    }
  }
}

// Lines of `length` elements, each `inner` after the last, go into the panel one behind the other at multiples of SEGMENT.
void Reduce::fill_panel(Source& source, int64_t start, int64_t count, int64_t length) const {
  for (int64_t k = 0; k < count; k++, start += inner) {
    for (int64_t j = 0; j < length; j += CHAIN_BLOCK) {
      const int64_t piece = std::min(CHAIN_BLOCK, length - j);
      memcpy(source.panel() + k * SEGMENT + j, source.at(start + j, piece, start + length), size_t(piece) * 4);
    }
  }
}

}  // namespace

std::unique_ptr<Command> decode_reduce(Reader& reader) {
  auto command = std::make_unique<Reduce>();
  command->kind = reader.integer(0, 8);
  command->outer = reader.size();
  command->axis = reader.size();
  command->inner = reader.size();
  const int64_t results = reader.product(command->outer, command->inner);
  command->out = reader.write(reader.product(results, 4));
  const int64_t elements = reader.product(results, command->axis);
  const DType taken = command->kind < 5 ? DType::f32 : DType::i32;
  if (!reader.ok() || !command->chain.decode(reader, Chain::Host::output, elements, taken)) return nullptr;
  const bool sums = command->kind < 2 || command->kind == 5;
  if (command->axis == 0 && results > 0 && !sums) return reader.fail("an axis of size 0 has no extremum");
  command->plan();
  return command;
}

}  // namespace hebb
