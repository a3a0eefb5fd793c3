// adam: PyTorch's Adam, or AdamW where the decay is decoupled, in place. The bias corrections are done in double, once.
#include <math.h>

#include "ops/decoders.h"
#include "ops/update.h"

namespace hebb {
namespace {

struct Adam final : Update {
  struct Segment {
    int32_t param, grad, m, v;
  };

  int32_t lr = 0, beta1 = 0, beta2 = 0, eps = 0, decay = 0;
  bool decoupled = false;
  std::vector<Segment> table;

  int32_t gradient(size_t segment) const override { return table[segment].grad; }

  double update(Run& run, double taken) const override {
    const double rate = run.scalar(lr), b1 = run.scalar(beta1), b2 = run.scalar(beta2), loss = run.scalar(decay);
    AdamStep with;
    with.scale = gradient_scale(run);
    with.clip = clip_value(run);
    with.decay = decoupled ? 0.0f : float(loss);
    with.keep = decoupled ? float(1 - rate * loss) : 1.0f;
    with.taken1 = float(1 - b1);
    with.beta2 = float(b2);
    with.taken2 = float(1 - b2);
    with.size = float(rate / (1 - pow(b1, taken)));
    with.root = float(1 / sqrt(1 - pow(b2, taken)));
    with.eps = float(run.scalar(eps));
    const auto kernel = run.kernels().optimizer.adam;
    return segments.run(run, nanoseconds, [&](const Segments::Piece& piece) {
      const Segment& at = table[size_t(piece.segment)];
      return kernel(with, run.ptr<const float>(at.grad) + piece.start, run.ptr<float>(at.param) + piece.start,
                    run.ptr<float>(at.m) + piece.start, run.ptr<float>(at.v) + piece.start, piece.count);
    });
  }

  void decode(Reader& reader) {
    lr = reader.scalar();
    beta1 = reader.scalar();
    beta2 = reader.scalar();
    eps = reader.scalar();
    decay = reader.scalar();
    decoupled = reader.flag();
    decode_options(reader);
    const int64_t count = reader.size();
    for (int64_t i = 0; i < count && reader.ok(); i++) {
      const int64_t values = reader.size();
      const int32_t param = reader.write(values * 4), grad = reader.read(values * 4), m = reader.write(values * 4);
      table.push_back({param, grad, m, reader.write(values * 4)});
      segments.add(values);
    }
    finish(28);
  }
};

}  // namespace

std::unique_ptr<Command> decode_adam(Reader& reader) {
  auto command = std::make_unique<Adam>();
  command->decode(reader);
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
