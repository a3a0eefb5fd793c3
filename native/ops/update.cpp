// The frame around an optimizer's pass: a false condition skips every write but the norm's.
#include "ops/update.h"

#include "ops/estimate.h"

namespace hebb {

void Update::run(Run& run) const {
  double size = 0;
  if (cond < 0 || *run.ptr<const float>(cond) != 0) {
    float* const taken = run.ptr<float>(step);
    size = update(run, double(*taken) + 1);
    *taken += 1;
  } else if (norm >= 0) {
    const auto kernel = run.kernels().optimizer.sum_squares;
    size = segments.run(run, nanoseconds, [&](const Segments::Piece& piece) {
      return kernel(run.ptr<const float>(gradient(size_t(piece.segment))) + piece.start, piece.count);
    });
  }
  if (norm >= 0) *run.ptr<float>(norm) = float(size);
}

void Update::decode_options(Reader& reader) {
  clip = reader.scalar_or_none();
  step = reader.write(4);
  cond = reader.read_or_none(4);
  scale = reader.read_or_none(4);
  norm = reader.write_or_none(4);
}

void Update::finish(double bytes_per_value) {
  scratch = segments.scratch();
  nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(double(segments.values()) * bytes_per_value) + double(segments.segments()) * 10;
}

}  // namespace hebb
