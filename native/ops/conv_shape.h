// The geometry of a convolution over images (n, depth, height, width, channels): which taps of the window meet which positions. All three
// commands read it alike; docs/program.md lists their arguments.
#pragma once
#include <vector>

#include "base/types.h"
#include "kernels/gemm.h"
#include "ops/reader.h"

namespace hebb {

// Output o reads input o * stride - pad + k * dilation through tap k, where there is such an input.
struct ConvAxis {
  int64_t in, out, kernel, stride, pad, dilation;
};

struct ConvShape {
  int64_t n, groups, in, out;  // `in` and `out` channels
  ConvAxis axes[3];            // depth, height, width

  bool read(Reader& reader);
  int64_t taps() const { return axes[0].kernel * axes[1].kernel * axes[2].kernel; }
  int64_t in_pixels() const { return n * axes[0].in * axes[1].in * axes[2].in; }
  int64_t out_pixels() const { return n * axes[0].out * axes[1].out * axes[2].out; }
  int64_t weights() const { return out * (in / groups) * taps(); }
  bool depthwise() const { return groups > 1 && groups == in && groups == out; }
  bool empty() const { return in_pixels() == 0 || out_pixels() == 0 || weights() == 0; }
  double macs() const { return double(out_pixels()) * double(weights()); }  // multiply-adds
};

struct ConvTap {
  int64_t phase, offset;
  int32_t k;      // of the window
  int32_t place;  // among the axis's taps as they are packed
};

// One axis of a sweep. Forward, targets are outputs and sources inputs; turned, it is the other way round. The targets phase, phase + step,
// phase + 2 · step … read the same taps: target phase + j · step meets source j · advance + offset.
class ConvLine {
 public:
  ConvLine() = default;
  ConvLine(const ConvAxis& axis, bool turned);

  struct Taps {
    const ConvTap *first, *last;
    int64_t count() const { return last - first; }
    bool dense() const { return first != last && last[-1].offset - first->offset == count() - 1; }  // sources lie side by side
  };
  Taps taps(int64_t phase) const;
  int64_t targets(int64_t phase) const { return phase < target ? ceil_div(target - phase, step) : 0; }
  int64_t phases() const { return step < target ? step : target; }
  const std::vector<ConvTap>& all() const { return taps_; }  // by phase, then by offset

  int64_t source = 0, target = 0, step = 1, advance = 1;
  int64_t nearest = 0, farthest = 0;  // offsets
  bool padded = false;                // some target reads beyond the sources

 private:
  std::vector<ConvTap> taps_;
};

// A tile for so many rows and columns of register accumulators.
struct ConvTileSize {
  int vectors, strip;
};
ConvTileSize conv_tile(int64_t rows, int64_t columns, const GemmKernels& kernels, int lanes);

}  // namespace hebb
