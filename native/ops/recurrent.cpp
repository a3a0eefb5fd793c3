// recurrent and recurrent_grad: RNN, LSTM and GRU over whole sequences. The hidden weights are packed once a run; then each block of
// sequences goes through all of its steps by itself, so that threads never wait for each other between steps.
#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"

namespace hebb {
namespace {

constexpr int64_t ROWS = 16;    // sequences in a block: some tiles high, so that a panel of weights is used while it is in L1
constexpr int64_t LANES = 16;   // the most that a vector of any ISA has
constexpr int64_t FEW_ROWS = 4;  // so many are not worth two threads

// What both commands are told: sizes, and how sequences are cut into blocks.
struct Sequences {
  int32_t kind = 0, reverse = 0, weight = 0, lengths = -1;
  int64_t rows = 0, steps = 0, hidden = 0, group = 1;

  const RecurrentCell& cell() const { return RECURRENT_CELLS[kind]; }
  int64_t gates() const { return cell().gates * hidden; }

  void read(Reader& reader) {
    kind = reader.integer(0, RECURRENT_KINDS - 1);
    reverse = reader.flag();
    rows = reader.size();
    steps = reader.size();
    hidden = reader.size();
    weight = reader.read(reader.product(reader.product(gates(), hidden), 4));
    lengths = reader.read_or_none(rows * 4);
    // An even number of blocks: most machines have an even number of cores.
    const int64_t blocks = rows <= FEW_ROWS ? 1 : 2 * ceil_div(rows, 2 * ROWS);
    group = std::max<int64_t>(1, ceil_div(rows, blocks));
  }
  // Bytes of `values` for each row and step, or for each row.
  int64_t each_step(Reader& reader, int64_t values) const { return reader.product(reader.product(reader.product(rows, steps), values), 4); }
  int64_t each_row(Reader& reader) const { return reader.product(reader.product(rows, hidden), 4); }

  int64_t blocks() const { return ceil_div(rows, group); }
  int64_t count(int64_t block) const { return std::min(group, rows - block * group); }
  double nanoseconds() const { return double(rows) * double(steps) * double(gates()) * (double(hidden) * 0.01 + 0.6); }
};

// Floats of `each` columns of panels that are `vectors` vectors wide, with all columns of the last one.
int64_t panel_floats(int64_t hidden, int vectors, int64_t depth) { return round_up(hidden, vectors * LANES) * depth; }

template <class T> T* part(T* p, int64_t offset) { return p == nullptr ? nullptr : p + offset; }
template <class T> T* wanted(const Run& run, int32_t buffer) { return buffer < 0 ? nullptr : run.ptr<T>(buffer); }

struct Recurrent final : Command {
  Sequences all;
  int32_t inputs = 0, bias = -1, h0 = 0, c0 = -1, y = 0, saved = -1, cells = -1, before = -1, last_cell = -1;

  void run(Run& run) const override {
    const KernelTable& table = run.kernels();
    const RecurrentCell& cell = all.cell();
    const int64_t hidden = all.hidden, steps = all.steps, columns = cell.vectors * table.lanes, panels = ceil_div(hidden, columns);
    float* const packed = static_cast<float*>(run.scratch());
    float* const states = packed + panel_floats(hidden, cell.vectors, all.gates());
    const float* const w = run.ptr<const float>(all.weight);
    run.parallel(panels, double(all.gates()) * double(hidden) * 0.3, [&](int64_t panel, int) {
      const int64_t first = panel * columns, width = cell.gates * columns;
      for (int64_t g = 0; g < cell.gates; g++) {
        table.gemm.pack_transposed({hidden, std::min(columns, hidden - first), width, w + (g * hidden + first) * hidden, hidden,
                                    packed + panel * hidden * width + g * columns});
      }
    });
    const RecurrentForward whole{0,
                                 steps,
                                 hidden,
                                 all.reverse != 0,
                                 run.ptr<const float>(inputs),
                                 packed,
                                 wanted<const float>(run, bias),
                                 wanted<const int32_t>(run, all.lengths),
                                 run.ptr<const float>(h0),
                                 wanted<const float>(run, c0),
                                 run.ptr<float>(y),
                                 wanted<float>(run, saved),
                                 wanted<float>(run, cells),
                                 wanted<float>(run, before),
                                 wanted<float>(run, last_cell),
                                 states};
    const auto kernel = table.recurrent.forward[all.kind];
    run.parallel(all.blocks(), nanoseconds, [&](int64_t block, int) {
      RecurrentForward g = whole;
      const int64_t row = block * all.group, state = row * hidden, values = row * steps * hidden;
      g.rows = all.count(block);
      g.inputs += values * cell.gates;
      g.lengths = part(g.lengths, row);
      g.h0 += state;
      g.c0 = part(g.c0, state);
      g.y += values;
      g.saved = part(g.saved, values * cell.saved);
      g.cells = part(g.cells, values);
      g.before = part(g.before, values);
      g.last_cell = part(g.last_cell, state);
      g.state += 3 * state;
      kernel(g);
    });
  }
};

struct RecurrentGrad final : Command {
  Sequences all;
  int32_t y = -1, saved = -1, cells = -1, before = -1, c0 = -1, dy = -1, last_cell = -1, dx = 0, dh = -1, dh0 = -1, dc0 = -1;

  void run(Run& run) const override {
    const KernelTable& table = run.kernels();
    const int64_t hidden = all.hidden, steps = all.steps, depth = all.gates(), gates = all.cell().gates;
    const int64_t width = RECURRENT_BACK_VECTORS * table.lanes;
    float* const packed = static_cast<float*>(run.scratch());
    float* const states = packed + panel_floats(hidden, RECURRENT_BACK_VECTORS, depth);
    const float* const w = run.ptr<const float>(all.weight);
    run.parallel(ceil_div(hidden, width), double(depth) * double(hidden) * 0.3, [&](int64_t panel, int) {
      const int64_t first = panel * width;
      table.gemm.pack({depth, std::min(width, hidden - first), width, w + first, hidden, packed + first * depth});
    });
    const RecurrentBackward whole{0,
                                  steps,
                                  hidden,
                                  all.reverse != 0,
                                  packed,
                                  wanted<const int32_t>(run, all.lengths),
                                  wanted<const float>(run, y),
                                  wanted<const float>(run, saved),
                                  wanted<const float>(run, cells),
                                  wanted<const float>(run, before),
                                  wanted<const float>(run, c0),
                                  wanted<const float>(run, dy),
                                  wanted<const float>(run, last_cell),
                                  run.ptr<float>(dx),
                                  wanted<float>(run, dh),
                                  wanted<float>(run, dh0),
                                  wanted<float>(run, dc0),
                                  states};
    const auto kernel = table.recurrent.backward[all.kind];
    run.parallel(all.blocks(), nanoseconds, [&](int64_t block, int) {
      RecurrentBackward g = whole;
      const int64_t row = block * all.group, state = row * hidden, values = row * steps * hidden;
      g.rows = all.count(block);
      g.lengths = part(g.lengths, row);
      g.y = part(g.y, values);
      g.saved = part(g.saved, values * all.cell().saved);
      g.cells = part(g.cells, values);
      g.before = part(g.before, values);
      g.c0 = part(g.c0, state);
      g.dy = part(g.dy, values);
      g.last_cell = part(g.last_cell, state);
      g.dx += values * gates;
      g.dh = part(g.dh, values * gates);
      g.dh0 = part(g.dh0, state);
      g.dc0 = part(g.dc0, state);
      g.state += 2 * (gates + 1) * state;
      kernel(g);
    });
  }
};

enum Kind { TANH, RELU, LSTM, GRU };

}  // namespace

std::unique_ptr<Command> decode_recurrent(Reader& reader) {
  auto command = std::make_unique<Recurrent>();
  Sequences& all = command->all;
  all.read(reader);
  const int64_t row = all.each_row(reader), values = all.each_step(reader, all.hidden);
  command->inputs = reader.read(all.each_step(reader, all.gates()));
  command->bias = reader.read_or_none(all.gates() * 4);
  command->h0 = reader.read(row);
  command->c0 = reader.read_or_none(row);
  command->y = reader.write(values);
  command->saved = reader.write_or_none(all.each_step(reader, all.cell().saved * all.hidden));
  command->cells = reader.write_or_none(values);
  command->before = reader.write_or_none(values);
  command->last_cell = reader.write_or_none(row);
  if ((command->bias >= 0) != (all.kind == GRU)) reader.fail("a GRU alone has a bias of its own");
  if ((command->c0 >= 0) != (all.kind == LSTM)) reader.fail("an LSTM alone has a cell state");
  if (!reader.ok()) return nullptr;
  command->scratch = 4 * (panel_floats(all.hidden, all.cell().vectors, all.gates()) + 3 * all.rows * all.hidden);
  command->nanoseconds = COMMAND_NANOSECONDS + all.nanoseconds();
  return command;
}

std::unique_ptr<Command> decode_recurrent_grad(Reader& reader) {
  auto command = std::make_unique<RecurrentGrad>();
  Sequences& all = command->all;
  all.read(reader);
  const int64_t row = all.each_row(reader), values = all.each_step(reader, all.hidden), gates = all.each_step(reader, all.gates());
  command->y = reader.read_or_none(values);
  command->saved = reader.read_or_none(all.each_step(reader, all.cell().saved * all.hidden));
  command->cells = reader.read_or_none(values);
  command->before = reader.read_or_none(values);
  command->c0 = reader.read_or_none(row);
  command->dy = reader.read_or_none(values);
  command->last_cell = reader.read_or_none(row);
  command->dx = reader.write(gates);
  command->dh = reader.write_or_none(gates);
  command->dh0 = reader.write_or_none(row);
  command->dc0 = reader.write_or_none(row);
  const bool simple = all.kind == TANH || all.kind == RELU;
  if ((simple && command->y < 0) || (!simple && command->saved < 0) || (all.kind == LSTM && (command->cells < 0 || command->c0 < 0)) ||
      (all.kind == GRU && command->before < 0))
    reader.fail("what the forward pass left is missing");
  if (!reader.ok()) return nullptr;
  command->scratch = 4 * (panel_floats(all.hidden, RECURRENT_BACK_VECTORS, all.gates()) + 2 * all.rows * (all.gates() + all.hidden));
  command->nanoseconds = COMMAND_NANOSECONDS + all.nanoseconds();
  return command;
}

}  // namespace hebb
