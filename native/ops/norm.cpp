// norm: the 2-norm of all segments together.
#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"
#include "ops/segments.h"

namespace hebb {
namespace {

struct Norm final : Command {
  int32_t out = 0;
  Segments segments;
  std::vector<int32_t> buffers;

  void run(Run& run) const override {
    const auto kernel = run.kernels().optimizer.sum_squares;
    *run.ptr<float>(out) = float(segments.run(run, nanoseconds, [&](const Segments::Piece& piece) {
      return kernel(run.ptr<const float>(buffers[size_t(piece.segment)]) + piece.start, piece.count);
    }));
  }
};

}  // namespace

std::unique_ptr<Command> decode_norm(Reader& reader) {
  auto command = std::make_unique<Norm>();
  command->out = reader.write(4);
  const int64_t segments = reader.size();
  for (int64_t i = 0; i < segments && reader.ok(); i++) {
    const int64_t count = reader.size();
    command->segments.add(count);
    command->buffers.push_back(reader.read(count * 4));
  }
  command->segments.cut();
  command->scratch = command->segments.scratch();
  command->nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(4 * double(command->segments.values())) + double(segments) * 5;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
