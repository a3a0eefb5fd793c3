// The optimizers' command: coefficients once a segment, in double, then one pass over all pieces. A false condition skips every write
// but the norm's.
#include "ops/update.h"

#include "ops/estimate.h"
#include "ops/gemm.h"
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
  int32_t product;  // -1, or the place of the product that the gradient is
};

// A gradient that nobody else reads: computed a few rows at a time, right before its values are used.
struct Product {
  Gemm gemm;
  int32_t a, b;
  int64_t columns;
};

struct UpdateCommand final : Command {
  explicit UpdateCommand(const UpdateRule& rule) : rule(rule) {}

  const UpdateRule& rule;
  int32_t clip = 0;                              // a scalar; infinite where nothing is clipped
  int32_t steps = 0;                             // f32: how many steps each parameter has taken, by its place
  int32_t cond = -1, scale = -1, norm = -1;
  std::vector<Group> groups;
  std::vector<Segment> table;
  std::vector<Product> products;
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
    for (const Product& product : products) product.gemm.plan_rows(run);
    return segments.run_stretches(
        run, nanoseconds, [&](const Segments::Piece* piece, const Segments::Piece* end, double* sums, int worker) {
          const Segment& at = table[size_t(piece->segment)];
          const float* grad = gradient(run, at, piece->start, end[-1].start + end[-1].count, worker);
          for (; piece < end; grad += piece->count, piece++) {
            UpdateArrays arrays = {grad, run.ptr<float>(at.param) + piece->start, {}};
            for (int k = 0; k < 3 && at.state[k] >= 0; k++) arrays.state[k] = run.ptr<float>(at.state[k]) + piece->start;
            *sums++ = (kernels.*groups[size_t(at.group)].variant.kernel)(with[piece->segment], arrays, piece->count);
          }
        });
  }

  // Where the values from start to end-1 of a segment's gradient lie.
  const float* gradient(const Run& run, const Segment& at, int64_t start, int64_t end, int worker) const {
    if (at.product < 0) return run.ptr<const float>(at.grad) + start;
    const Product& p = products[size_t(at.product)];
    const int64_t row = start / p.columns;
    return p.gemm.rows(run, worker, run.ptr<const float>(p.a), run.ptr<const float>(p.b), row, ceil_div(end, p.columns)) +
           (start - row * p.columns);
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
    nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(bytes) + double(table.size()) * 10 + work;
  }

  // Reads one segment; returns how many bytes its update moves.
  double segment(Reader& reader, int32_t group_count, int64_t places) {
    if (group_count == 0 || places == 0) return reader.fail("has segments, but no groups or places"), 0;
    Segment at = {reader.integer(0, group_count - 1), reader.integer(0, int32_t(places) - 1), 0, -1, {-1, -1, -1}, -1, -1};
    const int64_t values = reader.size();
    at.param = reader.write(values * 4);
    at.grad = reader.read_or_none(values * 4);
    if (at.grad < 0 && reader.ok()) at.product = product(reader, values);
    const int states = groups[size_t(at.group)].variant.states;
    for (int k = 0; k < states; k++) at.state[k] = reader.write(values * 4);
    if (rule.has_number) at.number = reader.write(4);
    table.push_back(at);
    segments.add(values);
    return double(values) * (12 + 8 * states);
  }

  int32_t product(Reader& reader, int64_t values) {
    GemmShape s;
    s.m = reader.size();
    s.n = reader.size();
    s.k = reader.size();
    s.trans_a = reader.flag();
    const int32_t a = reader.read(reader.product(reader.product(s.m, s.k), 4)),
                  b = reader.read(reader.product(reader.product(s.k, s.n), 4));
    if (cond >= 0) reader.fail("computes a gradient whose norm it must know before");
    if (reader.ok() && (reader.product(s.m, s.n) != values || s.n == 0 || s.k == 0)) reader.fail("has a gradient of another size");
    products.push_back({Gemm(s), a, b, s.n});
    // A stretch may begin and end within a row.
    if (reader.ok() && !products.back().gemm.has_rows(Segments::LONGEST / s.n + 2)) reader.fail("can't compute such a product by rows");
    work += products.back().gemm.nanoseconds();
    return int32_t(products.size()) - 1;
  }

  double work = 0;  // ns of the products
};

}  // namespace

std::unique_ptr<Command> decode_update(Reader& reader, const UpdateRule& rule) {
  auto command = std::make_unique<UpdateCommand>(rule);
  command->decode(reader);
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
