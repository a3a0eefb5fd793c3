// The optimizers' command: coefficients once a segment, in double, then one pass over all pieces. A false condition skips every write
// but the norm's.
#include "ops/update.h"

#include "ops/estimate.h"
#include "ops/reader.h"

namespace hebb {
namespace {

struct Group {
  int32_t flags, hyper;
  UpdateRule::Variant variant;
};

struct Segment {
  int32_t group, place, param, grad;
  int32_t state[3];
  int32_t number;
};

struct UpdateCommand final : Command {
  explicit UpdateCommand(const UpdateRule& rule) : rule(rule) {}

  const UpdateRule& rule;
  int32_t clip = 0;                              // a scalar; infinite where nothing is clipped
  int32_t steps = 0;                             // f32: how many steps each parameter has taken, by its place
  int32_t cond = -1, scale = -1, norm = -1;
  std::vector<Group> groups;
  std::vector<Segment> table;
  Segments segments;

  void run(Run& run) const override {
    double size = 0;
    if (cond < 0 || *run.ptr<const float>(cond) != 0) {
      size = update(run);
    } else if (norm >= 0) {
      const auto kernel = run.kernels().optimizer.sum_squares;
      size = segments.run(run, nanoseconds, [&](const Segments::Piece& piece) {
        return kernel(run.ptr<const float>(table[size_t(piece.segment)].grad) + piece.start, piece.count);
      });
    }
    if (norm >= 0) *run.ptr<float>(norm) = float(size);
  }

  double update(Run& run) const {
    const OptimizerKernels& kernels = run.kernels().optimizer;
    UpdateStep* const with = reinterpret_cast<UpdateStep*>(static_cast<char*>(run.scratch()) + segments.scratch());
    prepare(run, with);
    return segments.run(run, nanoseconds, [&](const Segments::Piece& piece) {
      const Segment& at = table[size_t(piece.segment)];
      UpdateArrays arrays = {run.ptr<const float>(at.grad) + piece.start, run.ptr<float>(at.param) + piece.start, {}};
      for (int k = 0; k < 3 && at.state[k] >= 0; k++) arrays.state[k] = run.ptr<float>(at.state[k]) + piece.start;
      return (kernels.*groups[size_t(at.group)].variant.kernel)(with[piece.segment], arrays, piece.count);
    });
  }

  // The coefficients of each segment, and its step's count. Neighbours mostly have the same.
  void prepare(Run& run, UpdateStep* with) const {
    float* const taken = run.ptr<float>(steps);
    const float factor = scale < 0 ? 1.0f : *run.ptr<const float>(scale), limit = float(run.scalar(clip));
    float before = 0;
    for (size_t i = 0; i < table.size(); i++) {
      const Segment& at = table[i];
      float& count = taken[at.place];
      if (i > 0 && !rule.has_number && at.group == table[i - 1].group && count == before) {
        with[i] = with[i - 1];
      } else {
        const Group& group = groups[size_t(at.group)];
        const Hyper hyper = {run, group.hyper};
        const bool decoupled = group.flags & DECOUPLED;
        UpdateStep step = {};
        step.scale = factor;
        step.clip = limit;
        step.l1 = float(hyper[L1]);
        step.decay = decoupled ? 0.0f : float(hyper[DECAY]);
        step.keep = decoupled ? float(1 - hyper[LR] * hyper[DECAY]) : 1.0f;
        rule.coefficients(hyper, double(count) + 1, rule.has_number ? run.ptr<float>(at.number) : nullptr, step);
        with[i] = step;
      }
      before = count;
      count += 1;
    }
  }

  void decode(Reader& reader) {
    clip = reader.scalar();
    const int64_t places = reader.size();
    steps = reader.write(places * 4);
    cond = reader.read_or_none(4);
    scale = reader.read_or_none(4);
    norm = reader.write_or_none(4);
    const int64_t group_count = reader.size();
    for (int64_t i = 0; i < group_count && reader.ok(); i++) {
      const int32_t flags = reader.integer(0, rule.flags);
      groups.push_back({flags, reader.scalar(OWN + rule.numbers), rule.variant(flags)});
    }
    const int64_t count = reader.size();
    double bytes = 0;
    for (int64_t i = 0; i < count && reader.ok(); i++) bytes += segment(reader, int32_t(groups.size()), places);
    segments.cut();
    scratch = segments.scratch() + int64_t(table.size() * sizeof(UpdateStep));
    nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(bytes) + double(table.size()) * 10;
  }

  // Reads one segment; returns how many bytes its update moves.
  double segment(Reader& reader, int32_t group_count, int64_t places) {
    if (group_count == 0 || places == 0) return reader.fail("has segments, but no groups or places"), 0;
    Segment at = {reader.integer(0, group_count - 1), reader.integer(0, int32_t(places) - 1), 0, 0, {-1, -1, -1}, -1};
    const int64_t values = reader.size();
    at.param = reader.write(values * 4);
    at.grad = reader.read(values * 4);
    const int states = groups[size_t(at.group)].variant.states;
    for (int k = 0; k < states; k++) at.state[k] = reader.write(values * 4);
    if (rule.has_number) at.number = reader.write(4);
    table.push_back(at);
    segments.add(values);
    return double(values) * (12 + 8 * states);
  }
};

}  // namespace

std::unique_ptr<Command> decode_update(Reader& reader, const UpdateRule& rule) {
  auto command = std::make_unique<UpdateCommand>(rule);
  command->decode(reader);
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
