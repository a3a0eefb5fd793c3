// conv and conv_data: each target of an image is a sum over the window's taps of products with packed weights. A task is a block of
// target rows of one image; where windows reach over an edge it works on a copy of its source rows with zeros around them. Blocks are cut
// by the shape and the caches alone, and every sum is added in one order.
#include <string.h>

#include <algorithm>

#include "ops/chain.h"
#include "ops/conv_shape.h"
#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/run.h"
#include "runtime/os.h"

namespace hebb {
namespace {

constexpr int64_t TERMS = 128;                  // of one call of the kernel
constexpr int64_t PIXELS = 224;                 // of a task: as many share each panel of weights while it is in reach
constexpr int64_t TASKS = 8;                    // enough for the threads of a desktop
constexpr double TASK_MACS = 1 << 17;           // worth another thread's attention
constexpr int64_t COPY_BYTES = 1536 << 10;      // of a task's padded copy
static_assert(Chain::SCRATCH + COPY_BYTES <= Run::THREAD_SCRATCH);

struct Plan {
  int64_t width, panels;   // columns of a panel of weights; panels of a group
  int strip;               // rows of a tile
  int64_t depth;           // source channels that a pass adds
  int64_t rows, across;    // target rows of a task, and targets of each phase in a row
  int64_t columns;         // panels of a task, of all groups
  int64_t row_tasks, across_tasks, column_tasks;
  bool copies, singly;     // copies sources into a padded block; goes pixel by pixel, since that would not fit
};

class Sweep final : public Command {
 public:
  ConvShape shape;
  bool turned = false, has_epilogue = false;
  int32_t source_buffer = 0, weight_buffer = 0, target_buffer = 0;
  Chain epilogue;

  void prepare();
  void run(Run& run) const override;

  int64_t sources() const { return turned ? shape.out : shape.in; }  // channels
  int64_t targets() const { return turned ? shape.in : shape.out; }

 private:
  struct Work;
  Plan plan_for(const KernelTable& table, const os::Caches& caches) const;
  void pack(Run& run) const;
  void task(const Work& work, int64_t block, int worker) const;
  const float* copy(const Work& work, int64_t image, int64_t d, int64_t h0, int64_t h1, int64_t j0, int64_t j1, int worker) const;

  // Channels by themselves are one group whose panel is as wide as they are.
  int64_t groups() const { return shape.depthwise() ? 1 : shape.groups; }
  int64_t columns() const { return targets() / groups(); }
  int64_t depth() const { return shape.depthwise() ? 1 : sources() / groups(); }
  int64_t panel_size(int64_t width) const { return shape.taps() * depth() * width; }

  ConvLine d_, h_, w_;
  std::vector<int32_t> place_;  // of each tap in a panel
  mutable Plan plan_{};         // made by the first run, which knows the kernels; one run at a time
  mutable const KernelTable* planned_for_ = nullptr;
};

void Sweep::prepare() {
  if (shape.empty()) return;
  d_ = ConvLine(shape.axes[0], turned);
  h_ = ConvLine(shape.axes[1], turned);
  w_ = ConvLine(shape.axes[2], turned);
  place_.resize(size_t(shape.taps()));
  const int64_t height = shape.axes[1].kernel, width = shape.axes[2].kernel;
  for (const ConvTap& d : d_.all())
    for (const ConvTap& h : h_.all())
      for (const ConvTap& w : w_.all())
        place_[size_t((d.k * height + h.k) * width + w.k)] = int32_t((d.place * height + h.place) * width + w.place);
  // At most so wide are panels on any ISA: whole vectors, and no more than the columns need.
  const int64_t n = columns(), widest = n <= 16 ? 16 : std::min(n + 63, 2 * (n + 15));
  scratch = groups() * panel_size(shape.depthwise() ? n : widest) * 4;
}

Plan Sweep::plan_for(const KernelTable& table, const os::Caches& caches) const {
  Plan p{};
  const int64_t most = w_.targets(0), channels = sources();
  const ConvTileSize tile = conv_tile(most, columns(), table.gemm, table.lanes);
  p.strip = tile.strip;
  p.width = shape.depthwise() ? columns() : tile.vectors * table.lanes;
  p.panels = ceil_div(columns(), p.width);
  const int64_t all_panels = p.panels * groups();
  const int64_t panel_bytes = panel_size(p.width) * 4, reach = caches.l2 / 2;
  p.depth = ceil_div(depth(), std::min(depth(), ceil_div(panel_bytes, reach)));
  // A task's rows and what they read.
  p.across = most <= 2 * PIXELS ? most : round_up(PIXELS, p.strip);
  p.rows = std::clamp<int64_t>(PIXELS / (p.across * w_.phases()), 1, h_.target);
  p.columns = all_panels;
  const auto bytes = [&] {
    const double rows = double(((p.rows - 1) / h_.step + 1) * h_.advance + h_.farthest - h_.nearest + 1);
    const double width = double((p.across - 1) * w_.advance + w_.farthest - w_.nearest + 1);
    return double(shape.axes[0].kernel) * rows * width * double(channels) * 4;
  };
  p.copies = w_.padded;
  while (p.copies && bytes() > double(COPY_BYTES) && (p.rows > 1 || p.across > 1)) {
    if (p.rows > 1) p.rows = ceil_div(p.rows, 2);
    else p.across = ceil_div(p.across, 2);
  }
  p.singly = p.copies && bytes() > double(COPY_BYTES);
  p.copies &= !p.singly;
  const auto tasks = [&] {
    p.row_tasks = ceil_div(h_.target, p.rows);
    p.across_tasks = ceil_div(most, p.across);
    p.column_tasks = ceil_div(all_panels, p.columns);
    return shape.n * d_.target * p.row_tasks * p.across_tasks * p.column_tasks;
  };
  while (tasks() < TASKS && shape.macs() / double(tasks()) > 2 * TASK_MACS) {
    if (p.rows > 1) p.rows = ceil_div(p.rows, 2);
    else if (p.columns > 1) p.columns = ceil_div(p.columns, 2);
    else if (p.across >= 2 * p.strip) p.across = round_up(ceil_div(p.across, 2), p.strip);
    else break;
  }
  tasks();
  return p;
}

void Sweep::pack(Run& run) const {
  const ConvKernels& kernels = run.kernels().conv;
  const float* const weights = run.ptr<const float>(weight_buffer);
  float* const panels = static_cast<float*>(run.scratch());
  const Plan& p = plan_;
  const int64_t taps = shape.taps(), size = panel_size(p.width), inputs = shape.in / shape.groups, outputs = shape.out / shape.groups;
  const double cost = double(shape.weights()) * 0.3;
  run.parallel(groups() * p.panels, cost, [&](int64_t block, int) {
    const int64_t group = block / p.panels, first = block % p.panels * p.width, width = std::min(p.width, columns() - first);
    const float* const from = weights + group * outputs * inputs * taps;
    float* const panel = panels + block * size;
    if (turned && !shape.depthwise())
      kernels.pack_turned({width, outputs, inputs, taps, p.width, from + first * taps, place_.data(), panel});
    else kernels.pack({width, depth(), taps, p.width, from + first * depth() * taps, place_.data(), panel});
  });
}

struct Sweep::Work {
  const Run& run;
  const KernelTable& table;
  const float* from;
  const float* panels;
  float* to;
};

// The sources of a task in this worker's scratch, zeros where there are none: (taps of the depth axis, rows, positions, channels). Returns
// where position 0 of row 0 would be.
const float* Sweep::copy(const Work& work, int64_t image, int64_t d, int64_t h0, int64_t h1, int64_t j0, int64_t j1, int worker) const {
  float* const block = reinterpret_cast<float*>(static_cast<char*>(work.run.thread_scratch(worker)) + Chain::SCRATCH);
  const int64_t channels = sources();
  const int64_t low = std::max<int64_t>(h0 / h_.step * h_.advance + h_.nearest, 0);
  const int64_t high = std::min((h1 - 1) / h_.step * h_.advance + h_.farthest + 1, h_.source);
  const int64_t left = j0 * w_.advance + w_.nearest, right = (j1 - 1) * w_.advance + w_.farthest + 1;
  const int64_t first = std::clamp<int64_t>(left, 0, w_.source), last = std::clamp<int64_t>(right, first, w_.source);
  float* at = block;
  const auto zeros = [&](int64_t positions) {
    memset(at, 0, size_t(positions * channels * 4));
    at += positions * channels;
  };
  const ConvLine::Taps taps = d_.taps(d % d_.step);
  for (const ConvTap* tap = taps.first; tap < taps.last; tap++) {
    const int64_t depth = d / d_.step * d_.advance + tap->offset;
    if (depth < 0 || depth >= d_.source) continue;
    for (int64_t h = low; h < high; h++) {
      const float* const row = work.from + (((image * d_.source + depth) * h_.source + h) * w_.source) * channels;
      const int64_t before = std::min(right, first) - left;
      zeros(before);
      memcpy(at, row + first * channels, size_t((last - first) * channels * 4));
      at += (last - first) * channels;
      zeros(right - left - before - (last - first));
    }
  }
  return block - (low * (right - left) + left) * channels;
}

void Sweep::task(const Work& work, int64_t block, int worker) const {
  const Plan& p = plan_;
  const int64_t column_task = block % p.column_tasks, across_task = block / p.column_tasks % p.across_tasks;
  const int64_t line = block / p.column_tasks / p.across_tasks, row_task = line % p.row_tasks;
  const int64_t d = line / p.row_tasks % d_.target, image = line / p.row_tasks / d_.target;
  const int64_t h0 = row_task * p.rows, h1 = std::min(h0 + p.rows, h_.target);
  const int64_t j0 = across_task * p.across, j1 = std::min(j0 + p.across, w_.targets(0));
  const int64_t channels = sources(), made = targets(), first_panel = column_task * p.columns;
  const int64_t last_panel = std::min(first_panel + p.columns, p.panels * groups());

  // Where rows of sources begin, and how far apart rows and depths are.
  const float* from = work.from + image * d_.source * h_.source * w_.source * channels;
  int64_t row_size = w_.source * channels, depth_size = h_.source * row_size;
  if (p.copies) {
    from = copy(work, image, d, h0, h1, j0, j1, worker);
    row_size = ((j1 - j0 - 1) * w_.advance + w_.farthest - w_.nearest + 1) * channels;
    const int64_t low = std::max<int64_t>(h0 / h_.step * h_.advance + h_.nearest, 0);
    depth_size = std::max<int64_t>(std::min((h1 - 1) / h_.step * h_.advance + h_.farthest + 1, h_.source) - low, 0) * row_size;
  }

  const float *a[TERMS], *b[TERMS];
  ConvTiles t{};
  t.a = a;
  t.b = b;
  t.a_row = w_.advance * channels;
  t.a_depth = shape.depthwise() ? channels : 1;
  t.b_depth = p.width;
  t.c_row = w_.step * made;
  t.strip = p.strip;
  const auto kernel = shape.depthwise() ? work.table.conv.channels : work.table.conv.tiles;
  const auto flush = [&] {
    kernel(t);
    t.accumulate = true;
    t.terms = 0;
  };
  const ConvLine::Taps d_taps = d_.taps(d % d_.step);

  // Targets j … of one phase in row h, from source channels c0 ….
  const auto targets_of = [&](int64_t h, int64_t phase, int64_t j, int64_t count, int64_t group, int64_t panel, int64_t c0) {
    const ConvLine::Taps h_taps = h_.taps(h % h_.step), w_taps = w_.taps(phase);
    const int64_t channel_depth = std::min(p.depth, depth() - c0), all = depth();
    const bool joined = !p.singly && w_taps.dense() && channel_depth == all && groups() == 1;
    t.rows = count;
    t.depth = joined ? w_taps.count() * all : channel_depth;
    t.columns = std::min(p.width, columns() - panel * p.width);
    t.c = work.to + (((image * d_.target + d) * h_.target + h) * w_.target + phase + j * w_.step) * made + group * columns() +
          panel * p.width;
    t.accumulate = c0 > 0;
    t.terms = 0;
    const float* const panels = work.panels + (group * p.panels + panel) * panel_size(p.width);
    int64_t depths = 0;
    for (const ConvTap* td = d_taps.first; td < d_taps.last; td++) {
      const int64_t sd = d / d_.step * d_.advance + td->offset;
      if (sd < 0 || sd >= d_.source) continue;
      const float* const plane = from + (p.copies ? depths++ : sd) * depth_size + group * all + c0;
      for (const ConvTap* th = h_taps.first; th < h_taps.last; th++) {
        const int64_t sh = h / h_.step * h_.advance + th->offset;
        if (sh < 0 || sh >= h_.source) continue;
        const int64_t place = (td->place * shape.axes[1].kernel + th->place) * shape.axes[2].kernel;
        for (const ConvTap* tw = w_taps.first; tw < w_taps.last; tw++) {
          const int64_t sw = j * w_.advance + tw->offset;
          if (p.singly && (sw < 0 || sw >= w_.source)) continue;
          a[t.terms] = plane + sh * row_size + sw * channels;
          b[t.terms++] = panels + ((place + tw->place) * all + c0) * p.width;
          if (t.terms == TERMS) flush();
          if (joined) break;
        }
      }
    }
    if (t.terms > 0 || !t.accumulate) flush();
  };

  for (int64_t all = first_panel; all < last_panel; all++) {
    for (int64_t c0 = 0; c0 < depth(); c0 += p.depth) {
      for (int64_t h = h0; h < h1; h++) {
        for (int64_t phase = 0; phase < w_.phases(); phase++) {
          const int64_t end = std::min(j1, w_.targets(phase)), each = p.singly ? 1 : end - j0;
          for (int64_t j = j0; j < end; j += each) targets_of(h, phase, j, each, all / p.panels, all % p.panels, c0);
        }
      }
    }
  }

  if (!has_epilogue) return;
  void* const chain_scratch = work.run.thread_scratch(worker);
  const auto segment = [&](int64_t start, int64_t end) {
    for (; start < end; start += CHAIN_BLOCK)
      epilogue.block(work.run, start, std::min(CHAIN_BLOCK, end - start), work.to + start, chain_scratch);
  };
  const auto channel = [&](int64_t panel) { return panel / p.panels * columns() + std::min(panel % p.panels * p.width, columns()); };
  const int64_t begin = channel(first_panel), end = last_panel % p.panels ? channel(last_panel) : last_panel / p.panels * columns();
  for (int64_t h = h0; h < h1; h++) {
    const int64_t row = ((image * d_.target + d) * h_.target + h) * w_.target;
    const int64_t left = j0 * w_.step, right = std::min(j1 * w_.step, w_.target);
    if (end - begin == made) segment((row + left) * made, (row + right) * made);
    else
      for (int64_t w = left; w < right; w++) segment((row + w) * made + begin, (row + w) * made + end);
  }
}

void Sweep::run(Run& run) const {
  const KernelTable& table = run.kernels();
  float* const to = run.ptr<float>(target_buffer);
  if (shape.empty()) {
    const int64_t size = (turned ? shape.in_pixels() : shape.out_pixels()) * targets();
    memset(to, 0, size_t(size * 4));
    for (int64_t start = 0; has_epilogue && start < size; start += CHAIN_BLOCK)
      epilogue.block(run, start, std::min(CHAIN_BLOCK, size - start), to + start, run.thread_scratch(0));
    return;
  }
  if (planned_for_ != &table) {
    static const os::Caches caches = os::caches();
    plan_ = plan_for(table, caches);
    planned_for_ = &table;
  }
  pack(run);
  const Work work{run, table, run.ptr<const float>(source_buffer), static_cast<const float*>(run.scratch()), to};
  const int64_t tasks = shape.n * d_.target * plan_.row_tasks * plan_.across_tasks * plan_.column_tasks;
  run.parallel(tasks, nanoseconds, [&](int64_t block, int worker) { task(work, block, worker); });
}

// A 1x1 window without stride is a product of matrices: all pixels are one row.
void flatten(ConvShape& shape) {
  for (const ConvAxis& axis : shape.axes) {
    if (axis.kernel != 1 || axis.stride != 1 || axis.pad != 0 || axis.in != axis.out) return;
  }
  const int64_t pixels = shape.in_pixels();
  shape.n = 1;
  for (ConvAxis& axis : shape.axes) axis = {1, 1, 1, 1, 0, 1};
  shape.axes[2].in = shape.axes[2].out = pixels;
}

std::unique_ptr<Command> decode(Reader& reader, bool turned) {
  auto command = std::make_unique<Sweep>();
  ConvShape& shape = command->shape;
  command->turned = turned;
  if (!shape.read(reader)) return nullptr;
  const int64_t in = shape.in_pixels() * shape.in, out = shape.out_pixels() * shape.out;
  command->source_buffer = reader.read((turned ? out : in) * 4);
  command->weight_buffer = reader.read(shape.weights() * 4);
  command->target_buffer = reader.write((turned ? in : out) * 4);
  command->has_epilogue = reader.flag();
  if (command->has_epilogue) command->epilogue.decode(reader, Chain::Host::input, turned ? in : out);
  if (!reader.ok()) return nullptr;
  flatten(shape);
  command->prepare();
  command->nanoseconds = COMMAND_NANOSECONDS + shape.macs() * 0.01 + memory_nanoseconds(4 * double(in + out)) +
                         (command->has_epilogue ? command->epilogue.nanoseconds() : 0);
  return command;
}

}  // namespace

std::unique_ptr<Command> decode_conv(Reader& reader) { return decode(reader, false); }
std::unique_ptr<Command> decode_conv_data(Reader& reader) { return decode(reader, true); }

}  // namespace hebb
