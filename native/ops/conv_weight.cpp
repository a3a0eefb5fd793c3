// conv_weight: the gradient of a convolution's weights, a sum over all pixels of products of inputs with gradients of outputs, for each
// tap. Pixels are cut into parts, each with sums of its own, which are added at the end: by the shape alone, whatever the threads.
#include <string.h>

#include <algorithm>

#include "ops/conv_shape.h"
#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/run.h"

namespace hebb {
namespace {

constexpr int64_t TERMS = 128;                 // of one call of the kernel
constexpr int64_t PIECE = 256;                 // pixels of an output row at a time
constexpr int64_t PIXELS = 192;                // that stay in reach while all taps and channels use them
constexpr int64_t TASKS = 8;                   // enough for the threads of a desktop
constexpr int64_t PARTS_BYTES = 32 << 20;      // of all sums
constexpr double TASK_MACS = 1 << 17;          // worth another thread's attention

class WeightGradient final : public Command {
 public:
  ConvShape shape;
  int32_t in_buffer = 0, out_buffer = 0, weight_buffer = 0;

  void prepare();
  void run(Run& run) const override;

 private:
  // Channels by themselves are one group of one input and as many outputs.
  int64_t groups() const { return shape.depthwise() ? 1 : shape.groups; }
  int64_t inputs() const { return shape.depthwise() ? 1 : shape.in / shape.groups; }
  int64_t outputs() const { return shape.out / groups(); }
  int64_t segments() const { return shape.n * shape.axes[0].out * shape.axes[1].out * pieces_; }
  void sum(const KernelTable& table, int64_t part, int64_t column_task, const float* x, const float* dy, float* to) const;
  void tap(const KernelTable& table, ConvTiles& t, int64_t begin, int64_t end, const int64_t (&k)[3], const float* x,
           const float* dy) const;

  int64_t pieces_ = 1, piece_ = 1;       // of an output row, and their pixels
  int64_t parts_ = 1, column_tasks_ = 1;
  mutable ConvTileSize tile_{};
  mutable int64_t width_ = 0;
};

void WeightGradient::prepare() {
  if (shape.empty()) return;
  const int64_t row = shape.axes[2].out;
  pieces_ = ceil_div(row, PIECE);
  piece_ = ceil_div(row, pieces_);
  const int64_t worth = int64_t(shape.macs() / TASK_MACS);
  parts_ = std::clamp<int64_t>(std::min({TASKS, worth, PARTS_BYTES / (shape.weights() * 4), segments()}), 1, TASKS);
  column_tasks_ = std::clamp<int64_t>(std::min(TASKS, worth) / parts_, 1, TASKS);
  scratch = parts_ * shape.weights() * 4;
}

// Adds one tap's terms of segments begin … end-1. Those of one length share a call.
void WeightGradient::tap(const KernelTable& table, ConvTiles& t, int64_t begin, int64_t end, const int64_t (&k)[3], const float* x,
                         const float* dy) const {
  const auto& [da, ha, wa] = shape.axes;
  const float *a[TERMS], *b[TERMS];
  t.a = a;
  t.b = b;
  t.terms = 0;
  const auto kernel = shape.depthwise() ? table.conv.channels : table.conv.tiles;
  const auto flush = [&] {
    kernel(t);
    t.accumulate = true;
    t.terms = 0;
  };
  // Outputs whose input lies within the row.
  const int64_t shift = k[2] * wa.dilation - wa.pad;
  const int64_t low = shift < 0 ? ceil_div(-shift, wa.stride) : 0;
  const int64_t high = wa.in > shift ? std::min(ceil_div(wa.in - shift, wa.stride), wa.out) : 0;
  for (int64_t s = begin; s < end; s++) {
    const int64_t line = s / pieces_, first = std::max(s % pieces_ * piece_, low);
    const int64_t last = std::min((s % pieces_ + 1) * piece_, high);
    const int64_t h = line % ha.out, d = line / ha.out % da.out, image = line / ha.out / da.out;
    const int64_t sd = d * da.stride - da.pad + k[0] * da.dilation, sh = h * ha.stride - ha.pad + k[1] * ha.dilation;
    if (first >= last || sd < 0 || sd >= da.in || sh < 0 || sh >= ha.in) continue;
    if (t.terms == TERMS || (t.terms > 0 && t.depth != last - first)) flush();
    t.depth = last - first;
    a[t.terms] = x + (((image * da.in + sd) * ha.in + sh) * wa.in + first * wa.stride + shift) * shape.in;
    b[t.terms++] = dy + (line * wa.out + first) * shape.out;
  }
  if (t.terms > 0 || !t.accumulate) flush();
}

void WeightGradient::sum(const KernelTable& table, int64_t part, int64_t column_task, const float* x, const float* dy, float* to) const {
  const int64_t all = segments(), begin = part * all / parts_, end = (part + 1) * all / parts_;
  const int64_t together = std::max<int64_t>(PIXELS / piece_, 1), panels = ceil_div(outputs(), width_) * groups();
  const int64_t first = column_task * panels / column_tasks_, last = (column_task + 1) * panels / column_tasks_;
  const int64_t panels_of_group = ceil_div(outputs(), width_);
  ConvTiles t{};
  t.rows = inputs();
  t.a_row = 1;
  t.a_depth = shape.axes[2].stride * shape.in;
  t.b_depth = shape.out;
  t.c_row = outputs();
  t.strip = tile_.strip;
  for (int64_t s = begin; s < end; s += together) {
    int64_t k[3], index = 0;
    for (k[0] = 0; k[0] < shape.axes[0].kernel; k[0]++)
      for (k[1] = 0; k[1] < shape.axes[1].kernel; k[1]++)
        for (k[2] = 0; k[2] < shape.axes[2].kernel; k[2]++, index++)
          for (int64_t panel = first; panel < last; panel++) {
            const int64_t group = panel / panels_of_group, column = panel % panels_of_group * width_;
            t.columns = std::min(width_, outputs() - column);
            t.a_shift = group * inputs();
            t.b_shift = group * outputs() + column;
            t.c = to + (index * groups() + group) * inputs() * outputs() + column;
            t.accumulate = s > begin;
            tap(table, t, s, std::min(s + together, end), k, x, dy);
          }
  }
}

void WeightGradient::run(Run& run) const {
  float* const weights = run.ptr<float>(weight_buffer);
  if (shape.empty()) {
    memset(weights, 0, size_t(shape.weights() * 4));
    return;
  }
  const KernelTable& table = run.kernels();
  tile_ = conv_tile(inputs(), outputs(), table.gemm, table.lanes);
  width_ = shape.depthwise() ? outputs() : tile_.vectors * table.lanes;
  const float *const x = run.ptr<const float>(in_buffer), *const dy = run.ptr<const float>(out_buffer);
  float* const sums = static_cast<float*>(run.scratch());
  const int64_t size = shape.weights();
  run.parallel(parts_ * column_tasks_, nanoseconds, [&](int64_t block, int) {
    sum(table, block / column_tasks_, block % column_tasks_, x, dy, sums + block / column_tasks_ * size);
  });
  constexpr int64_t ROWS = 64;
  const int64_t taps = shape.taps(), blocks = ceil_div(outputs(), ROWS), product = inputs() * outputs();
  run.parallel(groups() * blocks, double(size) * 0.3 * double(parts_), [&](int64_t block, int) {
    const int64_t group = block / blocks, begin = block % blocks * ROWS;
    table.conv.unpack({begin, std::min(begin + ROWS, outputs()), outputs(), inputs(), taps, parts_, sums + group * product, size,
                       groups() * product, weights + group * product * taps});
  });
}

}  // namespace

std::unique_ptr<Command> decode_conv_weight(Reader& reader) {
  auto command = std::make_unique<WeightGradient>();
  ConvShape& shape = command->shape;
  if (!shape.read(reader)) return nullptr;
  command->in_buffer = reader.read(shape.in_pixels() * shape.in * 4);
  command->out_buffer = reader.read(shape.out_pixels() * shape.out * 4);
  command->weight_buffer = reader.write(shape.weights() * 4);
  if (!reader.ok()) return nullptr;
  command->prepare();
  command->nanoseconds = COMMAND_NANOSECONDS + shape.macs() * 0.01;
  return command;
}

}  // namespace hebb
