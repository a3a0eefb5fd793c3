// group_norm and group_norm_grad of x (batch, positions, channels): each group of channels of a sample is normalised together; batch and
// instance normalisation are groups of one channel, over one sample or many. A unit of work is some samples, or a chunk of one sample's
// positions; chunks, and the order in which they merge, depend on the sizes alone.
#include <math.h>

#include <algorithm>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"
#include "runtime/os.h"

namespace hebb {
namespace {

constexpr int64_t UNIT = 32768;  // elements that are worth a claim by a thread
constexpr int64_t UNITS = 64;    // as many suffice for all threads
constexpr int64_t WIDE = 64;    // a few channels: as many positions are taken as one row of so many values, a kernel's tile
constexpr int64_t STRIP = 8192;  // columns at a time: their sums fit a worker's scratch
constexpr int64_t PIECE = 256;   // channels whose gradients one thread adds up

// The mean of what has been counted, and the sum of the squared deviations from it.
struct Moments {
  double count, mean, squares;

  void take(double n, double m, double s) {  // Chan, Golub and LeVeque, 1979
    if (n == 0) return;
    const double part = n / (count + n), delta = m - mean;
    mean += delta * part;
    squares += s + delta * delta * count * part;
    count += n;
  }
};

// Sizes, and how they are cut.
struct GroupNormSizes : Command {
  int64_t batch = 0, positions = 0, channels = 0, groups = 0;
  int64_t size = 1;               // channels of a group
  int64_t beside = 1, width = 0;  // positions that are one row, and its values
  int64_t chunks = 1, chunk = 0;  // parts of a sample, and positions of each
  int64_t samples = 1;            // of a unit, where a sample is one part
  int32_t eps = 0, x = 0, weight = 0, mean = 0, variance = 0;
  bool streamed = false;  // the result is too large for the caches to keep it with what it is made of

  int64_t elements() const { return batch * positions * channels; }
  int64_t at(int64_t sample, int64_t part) const { return (sample * positions + part * chunk) * channels; }
  int64_t length(int64_t part) const { return std::min(chunk, positions - part * chunk); }
  int64_t coefficients() const { return round_up(width, 16); }

  bool read(Reader& reader) {
    batch = reader.size();
    positions = reader.size();
    channels = reader.size();
    groups = reader.size();
    eps = reader.scalar();
    reader.product(reader.product(reader.product(batch, positions), channels), 4);
    if (reader.ok() && (groups > 0 ? channels % groups : channels) != 0) reader.fail("channels are not divisible by groups");
    return reader.ok();
  }

  void cut(double arrays) {
    size = groups > 0 ? channels / groups : 1;
    beside = std::max<int64_t>(1, WIDE / std::max<int64_t>(1, channels));
    width = beside * channels;
    const int64_t each = positions * channels;
    if (batch > 0 && batch < UNITS) chunks = std::clamp<int64_t>(each / UNIT, 1, ceil_div(UNITS, batch));
    chunk = round_up(ceil_div(positions, chunks), beside);
    chunks = std::max<int64_t>(1, ceil_div(positions, std::max<int64_t>(1, chunk)));
    samples = std::max<int64_t>(1, UNIT / std::max<int64_t>(1, each));
    streamed = arrays * 4 * double(elements()) >= double(os::caches().l3);
    nanoseconds = COMMAND_NANOSECONDS + memory_nanoseconds(arrays * 6 * double(elements())) + double(batch * groups) * 20;
  }

  // Calls body(offset, length, n, stride) for strips of columns of `rows` positions, which hold each element once; the first column of
  // each belongs to channel offset % channels.
  template <class Body> void strips(int64_t rows, const Body& body) const {
    if (channels == 0) return;
    const int64_t whole = rows / beside;
    for (int64_t i = 0; i < width && whole > 0; i += STRIP) body(i, whole, std::min(STRIP, width - i), width);
    if (rows > whole * beside) body(whole * width, 1, (rows - whole * beside) * channels, width);
  }

  // Three steps over all samples; those of small samples follow each other while the sample is in the caches.
  template <class Take, class Settle, class Put> void steps(Run& run, const Take& take, const Settle& settle, const Put& put) const {
    if (chunks == 1) {
      run.parallel(ceil_div(batch, samples), nanoseconds, [&](int64_t unit, int worker) {
        for (int64_t n = unit * samples, end = std::min(batch, n + samples); n < end; n++) take(n, 0, worker), settle(n), put(n, 0);
      });
      return;
    }
    run.parallel(batch * chunks, nanoseconds / 2, [&](int64_t unit, int worker) { take(unit / chunks, unit % chunks, worker); });
    for (int64_t n = 0; n < batch; n++) settle(n);
    run.parallel(batch * chunks, nanoseconds / 2, [&](int64_t unit, int) { put(unit / chunks, unit % chunks); });
  }

  // A row of coefficients: `value(channel)` for each, repeated for the positions beside each other.
  template <class Value> void spread(float* row, const Value& value) const {
    for (int64_t c = 0; c < channels; c++) row[c] = float(value(c));
    for (int64_t i = channels; i < width; i++) row[i] = row[i - channels];
  }
};

float* pointer_or_null(const Run& run, int32_t buffer) { return buffer < 0 ? nullptr : run.ptr<float>(buffer); }

struct GroupNorm final : GroupNormSizes {
  int32_t bias = 0, y = 0;

  void run(Run& run) const override {
    const GroupNormKernels& kernels = run.kernels().group_norm;
    const ReduceKernel& deviations = run.kernels().reduce.kinds[DEVIATIONS];
    const float *const from = run.ptr<const float>(x), *const scale = pointer_or_null(run, weight),
                       *const shift = pointer_or_null(run, bias);
    float *const to = run.ptr<float>(y), *const means = run.ptr<float>(mean), *const variances = run.ptr<float>(variance);
    Moments* const moments = static_cast<Moments*>(run.scratch());
    float* const rows = reinterpret_cast<float*>(static_cast<char*>(run.scratch()) + moments_bytes());
    const double least = run.scalar(eps);
    const auto take = [&, this](int64_t n, int64_t part, int worker) {
      Moments* const sums = moments + (n * chunks + part) * groups;
      std::fill_n(sums, groups, Moments{0, 0, 0});
      double* const state = static_cast<double*>(run.thread_scratch(worker));
      strips(length(part), [&](int64_t offset, int64_t count, int64_t columns, int64_t stride) {
        deviations.start(state, columns);
        deviations.columns(state, from + at(n, part) + offset, count, columns, stride, 0);
        for (int64_t i = 0; i < columns; i++) sums[(offset + i) % channels / size].take(double(count), state[i], state[columns + i]);
      });
    };
    const auto settle = [&, this](int64_t n) {
      Moments* const sums = moments + n * chunks * groups;
      for (int64_t g = 0; g < groups; g++) {
        for (int64_t part = 1; part < chunks; part++) {
          const Moments& later = sums[part * groups + g];
          sums[g].take(later.count, later.mean, later.squares);
        }
        means[n * groups + g] = float(sums[g].mean);
        variances[n * groups + g] = float(sums[g].squares / sums[g].count);
      }
      float* const row = rows + n * 3 * coefficients();
      const auto root = [&](int64_t c) {
        const double r = 1 / sqrt(sums[c / size].squares / sums[c / size].count + least);
        return scale ? r * double(scale[c]) : r;
      };
      spread(row, [&](int64_t c) { return sums[c / size].mean; });
      spread(row + coefficients(), root);
      // What rounding the mean has lost counts where it is large against the deviations.
      spread(row + 2 * coefficients(),
             [&](int64_t c) { return (double(row[c]) - sums[c / size].mean) * root(c) + (shift ? double(shift[c]) : 0); });
    };
    const auto put = [&, this](int64_t n, int64_t part) {
      const float* const row = rows + n * 3 * coefficients();
      strips(length(part), [&](int64_t offset, int64_t count, int64_t columns, int64_t stride) {
        const float* const first = row + offset % width;
        kernels.apply(from + at(n, part) + offset, first, first + coefficients(), first + 2 * coefficients(), to + at(n, part) + offset,
                      count, columns, stride, streamed);
      });
    };
    steps(run, take, settle, put);
  }

  int64_t moments_bytes() const { return round_up(batch * chunks * groups * int64_t(sizeof(Moments)), ALIGN); }
};

struct GroupNormGradient final : GroupNormSizes {
  int32_t dy = 0, dx = 0, dweight = 0, dbias = 0;

  void run(Run& run) const override {
    const GroupNormKernels& kernels = run.kernels().group_norm;
    const float *const from = run.ptr<const float>(x), *const back = run.ptr<const float>(dy), *const scale = pointer_or_null(run, weight);
    const float *const means = run.ptr<const float>(mean), *const variances = run.ptr<const float>(variance);
    float* const to = run.ptr<float>(dx);
    double* const totals = static_cast<double*>(run.scratch());  // (batch, chunks, 2, channels)
    float* const rows = reinterpret_cast<float*>(static_cast<char*>(run.scratch()) + totals_bytes());
    const double least = run.scalar(eps);
    const auto root = [&, this](int64_t n, int64_t g) { return 1 / sqrt(double(variances[n * groups + g]) + least); };
    const auto take = [&, this](int64_t n, int64_t part, int worker) {
      const int64_t start = at(n, part);
      double *const sums = totals + (n * chunks + part) * 2 * channels, *const state = static_cast<double*>(run.thread_scratch(worker));
      float* const center = reinterpret_cast<float*>(state + 2 * STRIP);
      std::fill_n(sums, 2 * channels, 0.0);
      strips(length(part), [&](int64_t offset, int64_t count, int64_t columns, int64_t stride) {
        for (int64_t i = 0; i < columns; i++) center[i] = means[n * groups + (offset + i) % channels / size];
        std::fill_n(state, 2 * columns, 0.0);
        kernels.sums(from + start + offset, back + start + offset, center, state, count, columns, stride);
        for (int64_t i = 0; i < columns; i++) {
          const int64_t c = (offset + i) % channels;
          sums[c] += state[i], sums[channels + c] += state[columns + i];
        }
      });
    };
    const auto settle = [&, this](int64_t n) {
      double* const sums = totals + n * chunks * 2 * channels;
      for (int64_t part = 1; part < chunks; part++) {
        for (int64_t i = 0; i < 2 * channels; i++) sums[i] += sums[part * 2 * channels + i];
      }
      float *const center = rows + n * 4 * coefficients(), *const factor = center + coefficients();
      float *const slope = factor + coefficients(), *const shift = slope + coefficients();
      const auto weighted = [&](int64_t c, double value) { return scale ? value * double(scale[c]) : value; };
      for (int64_t g = 0; g < groups; g++) {
        double sum = 0, along = 0;
        for (int64_t c = g * size; c < (g + 1) * size; c++) sum += weighted(c, sums[c]), along += weighted(c, sums[channels + c]);
        const double r = root(n, g), part = 1 / double(positions * size);
        for (int64_t c = g * size; c < (g + 1) * size; c++) {
          center[c] = means[n * groups + g];
          factor[c] = float(weighted(c, r));
          slope[c] = float(-r * r * r * along * part);
          shift[c] = float(-r * sum * part);
        }
      }
      for (float* row : {center, factor, slope, shift}) spread(row, [=](int64_t c) { return row[c]; });
    };
    const auto put = [&, this](int64_t n, int64_t part) {
      const int64_t start = at(n, part);
      strips(length(part), [&](int64_t offset, int64_t count, int64_t columns, int64_t stride) {
        const float* const row = rows + n * 4 * coefficients() + offset % width;
        kernels.backward(from + start + offset, back + start + offset, row, row + coefficients(), row + 2 * coefficients(),
                         row + 3 * coefficients(), to + start + offset, count, columns, stride, streamed);
      });
    };
    steps(run, take, settle, put);
    float *const weights = pointer_or_null(run, dweight), *const biases = pointer_or_null(run, dbias);
    run.parallel(ceil_div(channels, PIECE), double(batch * channels), [&, this](int64_t piece, int) {
      for (int64_t c = piece * PIECE, end = std::min(channels, c + PIECE); c < end; c++) {
        double sum = 0, along = 0;
        for (int64_t n = 0; n < batch; n++) {
          const double* const sums = totals + n * chunks * 2 * channels;
          sum += sums[c], along += positions > 0 ? sums[channels + c] * root(n, c / size) : 0;
        }
        if (weights) weights[c] = float(along);
        if (biases) biases[c] = float(sum);
      }
    });
  }

  int64_t totals_bytes() const { return round_up(batch * chunks * 2 * channels * int64_t(sizeof(double)), ALIGN); }
};

}  // namespace

std::unique_ptr<Command> decode_group_norm(Reader& reader) {
  auto command = std::make_unique<GroupNorm>();
  if (!command->read(reader)) return nullptr;
  const int64_t bytes = command->elements() * 4, statistics = reader.product(command->batch, command->groups) * 4;
  command->x = reader.read(bytes);
  command->weight = reader.read_or_none(command->channels * 4);
  command->bias = reader.read_or_none(command->channels * 4);
  command->y = reader.write(bytes);
  command->mean = reader.write(statistics);
  command->variance = reader.write(statistics);
  command->cut(2);
  command->scratch = command->moments_bytes() + command->batch * 3 * command->coefficients() * 4;
  return reader.ok() ? std::move(command) : nullptr;
}

std::unique_ptr<Command> decode_group_norm_grad(Reader& reader) {
  auto command = std::make_unique<GroupNormGradient>();
  if (!command->read(reader)) return nullptr;
  const int64_t bytes = command->elements() * 4, statistics = reader.product(command->batch, command->groups) * 4;
  command->x = reader.read(bytes);
  command->mean = reader.read(statistics);
  command->variance = reader.read(statistics);
  command->weight = reader.read_or_none(command->channels * 4);
  command->dy = reader.read(bytes);
  command->dx = reader.write(bytes);
  command->dweight = reader.write_or_none(command->channels * 4);
  command->dbias = reader.write_or_none(command->channels * 4);
  command->cut(3);
  command->scratch = command->totals_bytes() + command->batch * 4 * command->coefficients() * 4;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
