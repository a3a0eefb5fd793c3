// layer_norm and layer_norm_grad over the last axis of (rows, cols), with or without a mean: blocks of rows. What the rows add to the
// gradients of weight and bias is summed for every few rows in f32, then for each block and for all of them in f64, in order.
#include <string.h>

#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"
#include "runtime/os.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 8192;  // elements that are worth a claim by a thread
constexpr int64_t UNITS = 64;   // as many suffice for all threads
constexpr int64_t FEW = 32;     // rows whose gradients f32 adds up
constexpr int64_t PIECE = 512;  // columns whose blocks one thread merges

float* pointer_or_null(const Run& run, int32_t buffer) { return buffer < 0 ? nullptr : run.ptr<float>(buffer); }

struct LayerNorm final : Command {
  int64_t rows = 0, cols = 0, group = 1;
  int32_t eps = 0, x = 0, weight = 0, bias = 0, y = 0, mean = 0, rstd = 0;
  bool streamed = false;  // y is too large for the caches to keep it with x

  void run(Run& run) const override {
    const auto kernel = run.kernels().layer_norm.forward;
    const float *const from = run.ptr<const float>(x), *const scale = pointer_or_null(run, weight),
                       *const shift = pointer_or_null(run, bias);
    float *const to = run.ptr<float>(y), *const means = pointer_or_null(run, mean), *const roots = run.ptr<float>(rstd);
    const double least = run.scalar(eps);
    run.parallel(ceil_div(rows, group), nanoseconds, [=, this](int64_t unit, int) {
      const int64_t row = unit * group, at = row * cols;
      kernel(from + at, scale, shift, to + at, means ? means + row : nullptr, roots + row, std::min(group, rows - row), cols, least,
             streamed);
    });
  }
};

struct LayerNormGradient final : Command {
  int64_t rows = 0, cols = 0, group = 1;
  int32_t x = 0, mean = 0, rstd = 0, weight = 0, dy = 0, dx = 0, dweight = 0, dbias = 0;
  bool streamed = false;

  bool learns() const { return dweight >= 0 || dbias >= 0; }
  int64_t stride() const { return round_up(2 * cols, 16); }  // of a block's sums

  void run(Run& run) const override {
    const auto kernel = run.kernels().layer_norm.backward;
    const ReduceKernel& sum = run.kernels().reduce.kinds[SUM];
    const int64_t units = ceil_div(rows, group);
    double* const totals = static_cast<double*>(run.scratch());
    float* const parts = reinterpret_cast<float*>(totals + units * stride());
    const LayerNormGrad all{run.ptr<const float>(x),       run.ptr<const float>(dy),     pointer_or_null(run, mean),
                            run.ptr<const float>(rstd),    pointer_or_null(run, weight), run.ptr<float>(dx),
                            pointer_or_null(run, dweight), pointer_or_null(run, dbias)};
    run.parallel(units, nanoseconds, [=, this](int64_t unit, int) {
      double* const total = totals + unit * stride();
      float* const part = parts + unit * stride();
      const int64_t end = std::min(rows, (unit + 1) * group);
      if (learns()) sum.start(total, 2 * cols);
      for (int64_t row = unit * group; row < end; row += FEW) {
        LayerNormGrad few = all;
        few.x += row * cols, few.dy += row * cols, few.dx += row * cols, few.rstd += row;
        if (few.mean) few.mean += row;
        if (few.dweight) few.dweight = part;
        if (few.dbias) few.dbias = part + cols;
        if (learns()) memset(part, 0, size_t(2 * cols) * sizeof(float));
        kernel(few, std::min(FEW, end - row), cols, streamed);
        if (learns()) sum.columns(total, part, 1, 2 * cols, 2 * cols, 0);
      }
    });
    if (all.dweight) merge(run, totals, all.dweight);
    if (all.dbias) merge(run, totals + cols, all.dbias);
  }

  void merge(Run& run, double* totals, float* out) const {
    const ReduceKernel& sum = run.kernels().reduce.kinds[SUM];
    const int64_t units = ceil_div(rows, group);
    if (units == 0) memset(out, 0, size_t(cols) * sizeof(float));
    else
      run.parallel(ceil_div(cols, PIECE), double(units * cols), [=, this](int64_t piece, int) {
        const int64_t from = piece * PIECE, count = std::min(PIECE, cols - from);
        for (int64_t unit = 1; unit < units; unit++) sum.merge(totals + from, totals + unit * stride() + from, count);
        sum.finish(totals + from, count, 1, out + from);
      });
  }
};

}  // namespace

std::unique_ptr<Command> decode_layer_norm(Reader& reader) {
  auto command = std::make_unique<LayerNorm>();
  command->rows = reader.size();
  command->cols = reader.size();
  const int64_t bytes = reader.product(reader.product(command->rows, command->cols), 4);
  command->eps = reader.scalar();
  command->x = reader.read(bytes);
  command->weight = reader.read_or_none(command->cols * 4);
  command->bias = reader.read_or_none(command->cols * 4);
  command->y = reader.write(bytes);
  command->mean = reader.write_or_none(command->rows * 4);
  command->rstd = reader.write(command->rows * 4);
  command->streamed = 2 * bytes >= os::caches().l3;
  command->group = std::max<int64_t>(1, UNIT / std::max<int64_t>(1, command->cols));
  command->nanoseconds =
      COMMAND_NANOSECONDS + memory_nanoseconds(2 * double(bytes)) + double(bytes / 4) * 0.06 + double(command->rows) * 15;
  return reader.ok() ? std::move(command) : nullptr;
}

std::unique_ptr<Command> decode_layer_norm_grad(Reader& reader) {
  auto command = std::make_unique<LayerNormGradient>();
  command->rows = reader.size();
  command->cols = reader.size();
  const int64_t bytes = reader.product(reader.product(command->rows, command->cols), 4);
  command->x = reader.read(bytes);
  command->mean = reader.read_or_none(command->rows * 4);
  command->rstd = reader.read(command->rows * 4);
  command->weight = reader.read_or_none(command->cols * 4);
  command->dy = reader.read(bytes);
  command->dx = reader.write(bytes);
  command->dweight = reader.write_or_none(command->cols * 4);
  command->dbias = reader.write_or_none(command->cols * 4);
  if (!reader.ok()) return nullptr;
  command->streamed = 3 * bytes >= os::caches().l3;
  command->group = std::max<int64_t>(1, UNIT / std::max<int64_t>(1, command->cols));
  if (command->learns()) {
    command->group = std::max(command->group, ceil_div(command->rows, UNITS));
    command->scratch = ceil_div(command->rows, command->group) * command->stride() * int64_t(sizeof(double) + sizeof(float));
  }
  command->nanoseconds =
      COMMAND_NANOSECONDS + memory_nanoseconds(3 * double(bytes)) + double(bytes / 4) * 0.12 + double(command->rows) * 15;
  return command;
}

}  // namespace hebb
