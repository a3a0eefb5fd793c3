// cross_entropy of (rows, classes) logits with one label a row, and its gradient: blocks of rows. A label out of range fails the
// run; the gradient, which follows a cross_entropy that has checked them, takes such a label for no class.
#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"
#include "runtime/os.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 8192;  // elements that are worth a claim by a thread

struct CrossEntropy final : Command {
  int64_t rows = 0, classes = 0, group = 1;
  int32_t logits = 0, labels = 0, loss = 0, lse = 0;

  void run(Run& run) const override {
    const auto kernel = run.kernels().softmax.cross_entropy;
    const float* const x = run.ptr<const float>(logits);
    const int32_t* const label = run.ptr<const int32_t>(labels);
    float *const losses = run.ptr<float>(loss), *const sums = run.ptr<float>(lse);
    run.parallel(ceil_div(rows, group), nanoseconds, [=, this, &run](int64_t unit, int) {
      const int64_t row = unit * group, count = std::min(group, rows - row);
      for (int64_t r = row; r < row + count; r++) {
        if (label[r] < 0 || label[r] >= classes) return run.fail(Fault::index_range, r, label[r], classes);
      }
      kernel(x + row * classes, label + row, losses + row, sums + row, count, classes);
    });
  }
};

struct CrossEntropyGrad final : Command {
  int64_t rows = 0, classes = 0, group = 1;
  int32_t logits = 0, labels = 0, lse = 0, dy = 0, dy_rows = 0, dx = 0;
  bool streamed = false;  // dx is too large for the caches to keep it with what it is made of

  void run(Run& run) const override {
    const auto kernel = run.kernels().softmax.cross_entropy_grad;
    const float *const x = run.ptr<const float>(logits), *const sums = run.ptr<const float>(lse);
    const float* const grad = run.ptr<const float>(dy);
    const int32_t* const label = run.ptr<const int32_t>(labels);
    float* const to = run.ptr<float>(dx);
    run.parallel(ceil_div(rows, group), nanoseconds, [=, this](int64_t unit, int) {
      const int64_t row = unit * group, at = row * classes;
      kernel(x + at, label + row, sums + row, grad + row * dy_rows, dy_rows, to + at, std::min(group, rows - row), classes, streamed);
    });
  }
};

}  // namespace

std::unique_ptr<Command> decode_cross_entropy(Reader& reader) {
  auto command = std::make_unique<CrossEntropy>();
  command->rows = reader.size();
  command->classes = reader.size();
  const int64_t bytes = reader.product(reader.product(command->rows, command->classes), 4);
  command->logits = reader.read(bytes);
  command->labels = reader.read(command->rows * 4);
  command->loss = reader.write(command->rows * 4);
  command->lse = reader.write(command->rows * 4);
  command->group = std::max<int64_t>(1, UNIT / std::max<int64_t>(1, command->classes));
  command->nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(double(bytes)) + double(bytes / 4) * 0.3 + double(command->rows) * 6;
  command->can_fail = true;
  return reader.ok() ? std::move(command) : nullptr;
}

std::unique_ptr<Command> decode_cross_entropy_grad(Reader& reader) {
  auto command = std::make_unique<CrossEntropyGrad>();
  command->rows = reader.size();
  command->classes = reader.size();
  const int64_t bytes = reader.product(reader.product(command->rows, command->classes), 4);
  command->logits = reader.read(bytes);
  command->labels = reader.read(command->rows * 4);
  command->lse = reader.read(command->rows * 4);
  // How many values dy has is told after its number, so its size is checked when that is known.
  command->dy = reader.read(0);
  command->dy_rows = reader.flag();
  if (reader.ok() && reader.bytes(command->dy) < (command->dy_rows ? command->rows : std::min<int64_t>(1, command->rows)) * 4) {
    return reader.fail("dy is too small for its rows");
  }
  command->dx = reader.write(bytes);
  command->streamed = 2 * bytes >= os::caches().l3;
  command->group = std::max<int64_t>(1, UNIT / std::max<int64_t>(1, command->classes));
  command->nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(2 * double(bytes)) + double(bytes / 4) * 0.3 + double(command->rows) * 3;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
