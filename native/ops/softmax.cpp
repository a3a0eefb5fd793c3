// softmax and softmax_grad over the last axis of (rows, cols), the plain ones and the logarithm's: blocks of rows.
#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"
#include "runtime/os.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 8192;  // elements that are worth a claim by a thread

struct Softmax final : Command {
  int64_t rows = 0, cols = 0, group = 1;
  int32_t log = 0, x = 0, y = 0;

  void run(Run& run) const override {
    const auto kernel = run.kernels().softmax.softmax[log];
    const float* const from = run.ptr<const float>(x);
    float* const to = run.ptr<float>(y);
    run.parallel(ceil_div(rows, group), nanoseconds, [=, this](int64_t unit, int) {
      const int64_t row = unit * group;
      kernel(from + row * cols, to + row * cols, std::min(group, rows - row), cols);
    });
  }
};

struct SoftmaxGrad final : Command {
  int64_t rows = 0, cols = 0, group = 1;
  int32_t log = 0, y = 0, dy = 0, dx = 0;
  bool streamed = false;  // dx is too large for the caches to keep it with what it is made of

  void run(Run& run) const override {
    const auto kernel = run.kernels().softmax.softmax_grad[log];
    const float *const result = run.ptr<const float>(y), *const grad = run.ptr<const float>(dy);
    float* const to = run.ptr<float>(dx);
    run.parallel(ceil_div(rows, group), nanoseconds, [=, this](int64_t unit, int) {
      const int64_t row = unit * group, at = row * cols;
      kernel(result + at, grad + at, to + at, std::min(group, rows - row), cols, streamed);
    });
  }
};

}  // namespace

std::unique_ptr<Command> decode_softmax(Reader& reader) {
  auto command = std::make_unique<Softmax>();
  command->rows = reader.size();
  command->cols = reader.size();
  command->log = reader.flag();
  const int64_t bytes = reader.product(reader.product(command->rows, command->cols), 4);
  command->x = reader.read(bytes);
  command->y = reader.write(bytes);
  command->group = std::max<int64_t>(1, UNIT / std::max<int64_t>(1, command->cols));
  command->nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(2 * double(bytes)) + double(bytes / 4) * 0.4 + double(command->rows) * 8;
  return reader.ok() ? std::move(command) : nullptr;
}

std::unique_ptr<Command> decode_softmax_grad(Reader& reader) {
  auto command = std::make_unique<SoftmaxGrad>();
  command->rows = reader.size();
  command->cols = reader.size();
  command->log = reader.flag();
  const int64_t bytes = reader.product(reader.product(command->rows, command->cols), 4);
  command->y = reader.read(bytes);
  command->dy = reader.read(bytes);
  command->dx = reader.write(bytes);
  command->streamed = 3 * bytes >= os::caches().l3;
  command->group = std::max<int64_t>(1, UNIT / std::max<int64_t>(1, command->cols));
  command->nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(3 * double(bytes)) + double(bytes / 4) * 0.2 + double(command->rows) * 5;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
