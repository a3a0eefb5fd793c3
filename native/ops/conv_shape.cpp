// Reads a convolution's geometry, and sorts each axis's taps by the positions that they meet.
#include "ops/conv_shape.h"

#include <algorithm>

namespace hebb {

bool ConvShape::read(Reader& reader) {
  n = reader.size();
  groups = reader.integer(1, INT32_MAX);
  in = reader.size();
  out = reader.size();
  for (ConvAxis& axis : axes) {
    axis.in = reader.size();
    axis.out = reader.size();
    axis.kernel = reader.integer(1, INT32_MAX);
    axis.stride = reader.integer(1, INT32_MAX);
    axis.pad = reader.size();
    axis.dilation = reader.integer(1, INT32_MAX);
  }
  if (!reader.ok()) return false;
  if (in % groups || out % groups) return reader.fail("channels don't divide into groups"), false;
  const auto image = [&](int64_t channels, int64_t ConvAxis::* size) {
    int64_t product = reader.product(n, channels);
    for (const ConvAxis& axis : axes) product = reader.product(product, axis.*size);
    return reader.product(product, 4);
  };
  image(in, &ConvAxis::in);
  image(out, &ConvAxis::out);
  int64_t taps = 1;
  for (const ConvAxis& axis : axes) taps = reader.product(taps, axis.kernel);
  const int64_t weights = reader.product(reader.product(taps, in / groups), reader.product(out, 4));
  if (reader.ok() && weights > 0 && taps > INT32_MAX) reader.fail("a window of more than 2^31 taps");
  return reader.ok();
}

ConvLine::ConvLine(const ConvAxis& axis, bool turned) {
  source = turned ? axis.out : axis.in;
  target = turned ? axis.in : axis.out;
  step = turned ? axis.stride : 1;
  advance = turned ? 1 : axis.stride;
  taps_.reserve(size_t(axis.kernel));
  for (int32_t k = 0; k < axis.kernel; k++) {
    const int64_t at = k * axis.dilation - axis.pad;
    const int64_t phase = turned ? (at % step + step) % step : 0;
    taps_.push_back({phase, turned ? (phase - at) / step : at, k, 0});
  }
  std::sort(taps_.begin(), taps_.end(),
            [](const ConvTap& a, const ConvTap& b) { return a.phase != b.phase ? a.phase < b.phase : a.offset < b.offset; });
  nearest = farthest = taps_[0].offset;
  for (size_t i = 0; i < taps_.size(); i++) {
    taps_[i].place = int32_t(i);
    const auto& [phase, offset, k, place] = taps_[i];
    nearest = std::min(nearest, offset);
    farthest = std::max(farthest, offset);
    const int64_t count = targets(phase);
    padded |= count > 0 && (offset < 0 || (count - 1) * advance + offset >= source);
  }
}

ConvLine::Taps ConvLine::taps(int64_t phase) const {
  const auto before = [](const ConvTap& tap, int64_t p) { return tap.phase < p; };
  const auto first = std::lower_bound(taps_.begin(), taps_.end(), phase, before);
  const auto last = std::lower_bound(first, taps_.end(), phase + 1, before);
  return {taps_.data() + (first - taps_.begin()), taps_.data() + (last - taps_.begin())};
}

// The cheapest by the cycles of one step of its sums: FMAs, loads, what the caches bring, the latency of an FMA.
ConvTileSize conv_tile(int64_t rows, int64_t columns, const GemmKernels& kernels, int lanes) {
  const int64_t across = ceil_div(columns, lanes);
  const auto step = [&](int64_t r, int64_t v) {
    return 0.5 + std::max({double(r * v) / 2, double(r + v) / 2, double(v * lanes) / 6, 4.0});
  };
  ConvTileSize best{1, 1};
  double least = -1;
  for (int v = int(std::min<int64_t>(across, GEMM_VECTORS)); v > 0; v--) {
    const int64_t most = kernels.tile_rows[v], strip = ceil_div(rows, ceil_div(rows, most)), rest = rows % strip;
    const auto panel = [&](int64_t vectors) { return double(rows / strip) * step(strip, vectors) + (rest ? step(rest, vectors) : 0); };
    const double cost = double(across / v) * panel(v) + (across % v ? panel(across % v) : 0);
    if (least >= 0 && cost >= least) continue;
    least = cost;
    best = {v, int(strip)};
  }
  return best;
}

}  // namespace hebb
