// sgd: PyTorch's SGD, in place, with momentum, dampening, weight decay and Nesterov's look ahead.
#include "ops/decoders.h"
#include "ops/update.h"

namespace hebb {
namespace {

struct Sgd final : Update {
  struct Segment {
    int32_t param, grad, velocity;
  };

  int32_t lr = 0, momentum = 0, dampening = 0, decay = 0;
  bool nesterov = false;
  std::vector<Segment> table;

  int32_t gradient(size_t segment) const override { return table[segment].grad; }

  double update(Run& run, double taken) const override {
    const double rate = run.scalar(momentum);
    SgdStep with;
    with.scale = gradient_scale(run);
    with.clip = clip_value(run);
    with.decay = float(run.scalar(decay));
    with.momentum = float(rate);
    with.taken = float(1 - run.scalar(dampening));
    with.lr = float(run.scalar(lr));
    with.first = taken == 1;
    with.nesterov = nesterov;
    const auto kernel = run.kernels().optimizer.sgd;
    return segments.run(run, nanoseconds, [&](const Segments::Piece& piece) {
      const Segment& at = table[size_t(piece.segment)];
      float* const velocity = at.velocity < 0 || rate == 0 ? nullptr : run.ptr<float>(at.velocity) + piece.start;
      return kernel(with, run.ptr<const float>(at.grad) + piece.start, run.ptr<float>(at.param) + piece.start, velocity, piece.count);
    });
  }

  void decode(Reader& reader) {
    lr = reader.scalar();
    momentum = reader.scalar();
    dampening = reader.scalar();
    decay = reader.scalar();
    nesterov = reader.flag();
    decode_options(reader);
    const int64_t count = reader.size();
    for (int64_t i = 0; i < count && reader.ok(); i++) {
      const int64_t values = reader.size();
      const int32_t param = reader.write(values * 4), grad = reader.read(values * 4);
      table.push_back({param, grad, reader.write_or_none(values * 4)});
      segments.add(values);
    }
    finish(20);
  }
};

}  // namespace

std::unique_ptr<Command> decode_sgd(Reader& reader) {
  auto command = std::make_unique<Sgd>();
  command->decode(reader);
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
