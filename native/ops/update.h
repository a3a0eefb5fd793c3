// What the optimizers' commands have in common: the options before the update, the step's count, its condition and the norm.
#pragma once
#include <vector>

#include "ops/op.h"
#include "ops/reader.h"
#include "ops/run.h"
#include "ops/segments.h"

namespace hebb {

struct Update : Command {
  int32_t clip = -1;                     // a scalar, or -1
  int32_t step = 0;                      // f32 (1): how many steps were taken
  int32_t cond = -1, scale = -1, norm = -1;
  Segments segments;

  void run(Run& run) const override;

 protected:
  // Updates every parameter, where `taken` is the step's number, from 1; returns the norm of the raw gradients.
  virtual double update(Run& run, double taken) const = 0;
  virtual int32_t gradient(size_t segment) const = 0;

  void decode_options(Reader& reader);   // clipValue, step, cond, scale, norm
  void finish(double bytes_per_value);   // scratch and estimate, once the segments are known
  float gradient_scale(const Run& run) const { return scale < 0 ? 1.0f : *run.ptr<const float>(scale); }
  float clip_value(const Run& run) const { return clip < 0 ? __builtin_inff() : float(run.scalar(clip)); }
};

}  // namespace hebb
