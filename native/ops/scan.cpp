// scan and linear_scan over the middle axis of (outer, axis, inner). A line is one outer index and up to 256 inner ones. A long line of
// one column is done in chunks: their totals first, then each from what stands before it. Lines and chunks are cut by the sizes alone.
#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 32768;    // elements that are worth a claim by a thread
constexpr int64_t SEGMENT = 256;   // columns side by side
constexpr int64_t CHUNK = 1 << 16;  // values of a long line
constexpr int64_t CHUNKS = 64;

// How the lines lie.
struct Lines {
  int64_t outer = 0, axis = 0, inner = 0;
  bool reverse = false;

  void read(Reader& reader) {
    reverse = reader.flag();
    outer = reader.size();
    axis = reader.size();
    inner = reader.size();
  }
  int64_t width() const { return std::max<int64_t>(1, std::min(inner, SEGMENT)); }
  int64_t segments() const { return ceil_div(inner, width()); }
  int64_t count() const { return axis == 0 ? 0 : outer * segments(); }
  int64_t group() const { return std::max<int64_t>(1, UNIT / std::max<int64_t>(1, axis * width())); }
  int64_t columns(int64_t line) const { return std::min(width(), inner - line % segments() * width()); }
  int64_t stride() const { return reverse ? -inner : inner; }
  // The element that comes first.
  int64_t start(int64_t line) const {
    return line / segments() * axis * inner + line % segments() * width() + (reverse ? (axis - 1) * inner : 0);
  }
};

struct Scan final : Command {
  Lines lines;
  int32_t kind = 0, in = 0, out = 0;
  int64_t chunks = 1;

  void run(Run& run) const override {
    const float* const x = run.ptr<const float>(in);
    float* const y = run.ptr<float>(out);
    if (chunks > 1) return in_chunks(run, x, y);
    const auto kernel = run.kernels().scan.scan[kind];
    const int64_t count = lines.count(), group = lines.group();
    run.parallel(ceil_div(count, group), nanoseconds, [=, this](int64_t unit, int) {
      for (int64_t line = unit * group; line < std::min(count, (unit + 1) * group); line++) {
        double state[SEGMENT];
        fill(state, lines.columns(line));
        const int64_t at = lines.start(line);
        kernel(state, x + at, y + at, lines.axis, lines.columns(line), lines.stride());
      }
    });
  }

 private:
  bool whole() const { return kind >= CUMSUM_I; }
  bool product() const { return kind == CUMPROD || kind == CUMPROD_I; }

  void fill(double* state, int64_t n) const {
    if (whole()) std::fill_n(reinterpret_cast<int32_t*>(state), n, int32_t(product()));
    else std::fill_n(state, n, double(product()));
  }

  // Lines of one column: the chunks' totals, merged from first to last, are the states that the chunks begin with.
  void in_chunks(Run& run, const float* x, float* y) const {
    static constexpr int32_t TOTAL[SCAN_KINDS] = {SUM, PROD, SUM_I, PROD_I};
    const ReduceKernel& total = run.kernels().reduce.kinds[TOTAL[kind]];
    double* const states = static_cast<double*>(run.scratch());
    const int64_t length = ceil_div(lines.axis, chunks);
    const auto size = [=, this](int64_t chunk) { return std::max<int64_t>(0, std::min(length, lines.axis - chunk * length)); };
    run.parallel(lines.outer * chunks, nanoseconds / 2, [=, this, &total](int64_t unit, int) {
      const int64_t line = unit / chunks, chunk = unit % chunks, n = size(chunk);
      const int64_t first = lines.reverse ? lines.axis - chunk * length - n : chunk * length;
      total.start(states + unit, 1);
      total.rows(states + unit, x + line * lines.axis + first, 1, n, 0);
    });
    for (int64_t line = 0; line < lines.outer; line++) {
      double* const of = states + line * chunks;
      for (int64_t chunk = 1; chunk < chunks; chunk++) {
        double later = of[chunk];
        of[chunk] = of[chunk - 1];
        total.merge(of + chunk, &later, 1);
      }
      // Each begins with what the one before it ends with.
      std::copy_backward(of, of + chunks - 1, of + chunks);
      fill(of, 1);
    }
    const auto kernel = run.kernels().scan.scan[kind];
    run.parallel(lines.outer * chunks, nanoseconds, [=, this](int64_t unit, int) {
      const int64_t at = lines.start(unit / chunks) + unit % chunks * length * lines.stride();
      kernel(states + unit, x + at, y + at, size(unit % chunks), 1, lines.stride());
    });
  }
};

struct LinearScan final : Command {
  Lines lines;
  int32_t factor = 0, term = 0, out = 0;

  void run(Run& run) const override {
    const auto kernel = run.kernels().scan.linear;
    const float *const a = run.ptr<const float>(factor), *const b = run.ptr<const float>(term);
    float* const y = run.ptr<float>(out);
    const int64_t count = lines.count(), group = lines.group(), stride = lines.stride();
    run.parallel(ceil_div(count, group), nanoseconds, [=, this](int64_t unit, int) {
      for (int64_t line = unit * group; line < std::min(count, (unit + 1) * group); line++) {
        double state[SEGMENT];
        const int64_t at = lines.start(line), n = lines.columns(line);
        for (int64_t j = 0; j < n; j++) state[j] = double(y[at + j] = b[at + j]);
        // Backwards the factor is that of the position done before.
        const int64_t next = at + stride;
        kernel(state, a + (lines.reverse ? at : next), b + next, y + next, lines.axis - 1, n, stride);
      }
    });
  }
};

}  // namespace

std::unique_ptr<Command> decode_scan(Reader& reader) {
  auto command = std::make_unique<Scan>();
  command->kind = reader.integer(0, SCAN_KINDS - 1);
  Lines& lines = command->lines;
  lines.read(reader);
  const int64_t size = reader.product(reader.product(lines.outer, lines.axis), lines.inner), bytes = reader.product(size, 4);
  command->in = reader.read(bytes);
  command->out = reader.write(bytes);
  if (!reader.ok()) return nullptr;
  if (lines.inner == 1 && lines.axis >= 2 * CHUNK && lines.outer < CHUNKS) {
    command->chunks = std::min(CHUNKS, lines.axis / CHUNK);
    command->scratch = lines.outer * command->chunks * 8;
  }
  command->nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(2 * double(bytes)) + double(size) * (lines.inner < 4 ? 0.9 : 0.2);
  return command;
}

std::unique_ptr<Command> decode_linear_scan(Reader& reader) {
  auto command = std::make_unique<LinearScan>();
  Lines& lines = command->lines;
  lines.read(reader);
  const int64_t size = reader.product(reader.product(lines.outer, lines.axis), lines.inner), bytes = reader.product(size, 4);
  command->factor = reader.read(bytes);
  command->term = reader.read(bytes);
  command->out = reader.write(bytes);
  command->nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(3 * double(bytes)) + double(size) * (lines.inner < 4 ? 1.5 : 0.3);
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
