// pool, pool_grad and pool_pick over images (n, depth, height, width, channels). Forward, a task is a row of windows; windows may overlap,
// so that backward it is an image's channels, of which each block's windows follow each other in one order.
#include <string.h>

#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 16384;   // values that are worth a claim by a thread
constexpr int64_t CHANNELS = 64;  // of a backward task

enum class Kind { max, mean };

// Windows along one axis: from o * stride - pad on, or (kernel 0) as many as evenly cover the inputs.
struct PoolAxis {
  int64_t in, out, kernel, stride, pad, dilation;

  struct Range {
    int64_t first, count;  // inputs
    int64_t padded;        // taps that also count zeros around the inputs
  };
  Range window(int64_t o) const {
    if (kernel == 0) {
      const int64_t first = o * in / out, count = ceil_div((o + 1) * in, out) - first;
      return {first, count, count};
    }
    const int64_t start = o * stride - pad;
    const int64_t low = start < 0 ? ceil_div(-start, dilation) : 0;
    const int64_t high = in > start ? std::min(kernel, ceil_div(in - start, dilation)) : 0;
    return {start + low * dilation, std::max<int64_t>(high - low, 0), std::min(kernel, in + pad - start)};
  }
};

class Pool : public Command {
 public:
  Kind kind = Kind::max;
  int64_t divisor = 0;  // 0: inputs in the window, -1: also the zeros around them, else the number itself
  int64_t n = 0, channels = 0;
  PoolAxis axes[3];

  bool read(Reader& reader) {
    kind = Kind(reader.integer(0, 1));
    divisor = reader.integer(-1, INT32_MAX);
    n = reader.size();
    channels = reader.size();
    for (PoolAxis& axis : axes) {
      axis.in = reader.size();
      axis.out = reader.size();
      axis.kernel = reader.size();
      axis.stride = reader.integer(1, INT32_MAX);
      axis.pad = reader.size();
      axis.dilation = reader.integer(1, INT32_MAX);
    }
    in_bytes = bytes(reader, &PoolAxis::in);
    out_bytes = bytes(reader, &PoolAxis::out);
    nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(2 * double(in_bytes + out_bytes)) + double(in_bytes) * 0.05;
    return reader.ok();
  }

  int64_t in_bytes = 0, out_bytes = 0;

 protected:
  // What a window covers, of a block of channels, and where its first tap is.
  struct Place {
    PoolWindow window;
    int64_t at;
    float factor;
  };
  Place place(int64_t image, int64_t d, int64_t h, int64_t w, int64_t count) const {
    const PoolAxis::Range a = axes[0].window(d), b = axes[1].window(h), c = axes[2].window(w);
    const int64_t row = axes[2].in * channels, plane = axes[1].in * row;
    const int64_t taps = a.count * b.count * c.count;
    const int64_t by = divisor > 0 ? divisor : divisor == 0 ? taps : a.padded * b.padded * c.padded;
    const PoolWindow window = {
        count, {a.count, b.count, c.count}, {axes[0].dilation * plane, axes[1].dilation * row, axes[2].dilation * channels}};
    const int64_t at = taps == 0 ? 0 : image * axes[0].in * plane + a.first * plane + b.first * row + c.first * channels;
    return {window, at, by > 0 ? float(1.0 / double(by)) : 0.0f};
  }

  // body(place, first value of the result) for each window, rows of them in parallel.
  template <class Body> void forward(Run& run, const Body& body) const {
    const auto& [da, ha, wa] = axes;
    if (out_bytes == 0) return;
    const int64_t rows = n * da.out * ha.out, group = std::clamp<int64_t>(UNIT / std::max<int64_t>(1, wa.in * channels), 1, rows);
    run.parallel(ceil_div(rows, group), nanoseconds, [&](int64_t block, int) {
      for (int64_t r = block * group; r < std::min(rows, (block + 1) * group); r++)
        for (int64_t w = 0; w < axes[2].out; w++)
          body(place(r / axes[1].out / axes[0].out, r / axes[1].out % axes[0].out, r % axes[1].out, w, channels),
               (r * axes[2].out + w) * channels);
    });
  }

 private:
  int64_t bytes(Reader& reader, int64_t PoolAxis::* size) const {
    int64_t product = reader.product(n, channels);
    for (const PoolAxis& axis : axes) product = reader.product(product, axis.*size);
    return reader.product(product, 4);
  }
};

struct Forward final : Pool {
  int32_t in = 0, out = 0;

  void run(Run& run) const override {
    const PoolKernels& kernels = run.kernels().pool;
    const float* const x = run.ptr<const float>(in);
    float* const y = run.ptr<float>(out);
    forward(run, [&](const Place& p, int64_t o) {
      if (kind == Kind::max) kernels.max(p.window, x + p.at, y + o);
      else kernels.mean(p.window, x + p.at, p.factor, y + o);
    });
  }
};

struct Backward final : Pool {
  int32_t in = -1, most = -1, slope = 0, out = 0;

  void run(Run& run) const override {
    const PoolKernels& kernels = run.kernels().pool;
    const float* const x = in < 0 ? nullptr : run.ptr<const float>(in);
    const float* const y = most < 0 ? nullptr : run.ptr<const float>(most);
    const float* const dy = run.ptr<const float>(slope);
    float* const dx = run.ptr<float>(out);
    if (in_bytes == 0) return;
    const int64_t blocks = ceil_div(channels, CHANNELS), pixels = axes[0].in * axes[1].in * axes[2].in;
    run.parallel(n * blocks, nanoseconds, [&](int64_t task, int) {
      const int64_t image = task / blocks, c = task % blocks * CHANNELS, count = std::min(CHANNELS, channels - c);
      if (count == channels) memset(dx + image * pixels * channels, 0, size_t(pixels * channels * 4));
      else
        for (int64_t i = 0; i < pixels; i++) memset(dx + (image * pixels + i) * channels + c, 0, size_t(count * 4));
      int64_t o = image * axes[0].out * axes[1].out * axes[2].out * channels + c;
      for (int64_t d = 0; d < axes[0].out; d++)
        for (int64_t h = 0; h < axes[1].out; h++)
          for (int64_t w = 0; w < axes[2].out; w++, o += channels) {
            const Place p = place(image, d, h, w, count);
            if (kind == Kind::max) kernels.max_grad(p.window, x + p.at + c, y + o, dy + o, dx + p.at + c);
            else kernels.mean_grad(p.window, dy + o, p.factor, dx + p.at + c);
          }
    });
  }
};

struct Pick final : Pool {
  int32_t in = 0, most = 0, values = 0, out = 0;

  void run(Run& run) const override {
    const PoolKernels& kernels = run.kernels().pool;
    const float *const x = run.ptr<const float>(in), *const y = run.ptr<const float>(most), *const v = run.ptr<const float>(values);
    float* const to = run.ptr<float>(out);
    forward(run, [&](const Place& p, int64_t o) { kernels.pick(p.window, x + p.at, y + o, v + p.at, to + o); });
  }
};

}  // namespace

std::unique_ptr<Command> decode_pool(Reader& reader) {
  auto command = std::make_unique<Forward>();
  if (!command->read(reader)) return nullptr;
  command->in = reader.read(command->in_bytes);
  command->out = reader.write(command->out_bytes);
  return reader.ok() ? std::move(command) : nullptr;
}

std::unique_ptr<Command> decode_pool_grad(Reader& reader) {
  auto command = std::make_unique<Backward>();
  if (!command->read(reader)) return nullptr;
  if (command->kind == Kind::max) {
    command->in = reader.read(command->in_bytes);
    command->most = reader.read(command->out_bytes);
  }
  command->slope = reader.read(command->out_bytes);
  command->out = reader.write(command->in_bytes);
  return reader.ok() ? std::move(command) : nullptr;
}

std::unique_ptr<Command> decode_pool_pick(Reader& reader) {
  auto command = std::make_unique<Pick>();
  if (!command->read(reader)) return nullptr;
  command->in = reader.read(command->in_bytes);
  command->most = reader.read(command->out_bytes);
  command->values = reader.read(command->in_bytes);
  command->out = reader.write(command->out_bytes);
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
