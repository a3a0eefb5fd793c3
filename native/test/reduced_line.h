// What a reduction of one line must give, in float64, and how near a kernel must come: the kernels' and the commands' tests share it.
#pragma once
#include <math.h>

#include <vector>

#include "kernels/reduce.h"

namespace hebb {

static inline bool gives_float(int kind) { return kind <= MIN || kind == PROD || kind == DEVIATIONS; }
// Factors near 1, so that a long product neither overflows nor vanishes; whole ones are odd.
static inline float factor(float x) { return copysignf(exp2f(x / 8), x); }

// NaN wins an extreme, ties go to the first.
static inline double reduced_line(int kind, const std::vector<double>& x) {
  double sum = 0, prod = 1, square = 0, best = 0;
  uint32_t whole = 1;
  size_t at = 0;
  const bool least = kind == MIN || kind == MIN_I || kind == ARGMIN || kind == ARGMIN_I;
  for (size_t i = 0; i < x.size(); i++) {
    sum += x[i], prod *= x[i], whole *= uint32_t(int32_t(std::isnan(x[i]) ? 0 : x[i]));
    if (i == 0 || (!std::isnan(best) && (std::isnan(x[i]) || (least ? x[i] < best : x[i] > best)))) best = x[i], at = i;
  }
  const double mean = sum / double(x.size());
  for (double v : x) square += (v - mean) * (v - mean);
  switch (kind) {
    case SUM:
    case SUM_I: return sum;
    case MEAN: return mean;
    case PROD: return prod;
    case PROD_I: return double(int32_t(whole));
    case DEVIATIONS: return square;
    case ARGMAX:
    case ARGMIN:
    case ARGMAX_I:
    case ARGMIN_I: return double(at);
    default: return best;
  }
}

// Sums: by the sum of the sizes, as what is summed may cancel.
static inline double reduced_bound(int kind, const std::vector<double>& x, double ref) {
  double size = 0;
  for (double v : x) size += fabs(v);
  if (kind == SUM) return 3e-7 * size;
  if (kind == MEAN) return 3e-7 * size / double(x.size());
  if (kind == DEVIATIONS) return 1e-6 * ref + 1e-12 * size;
  // Below the smallest normal number bits are lost, and products of all of them pass there.
  return kind == PROD ? (1e-6 + 1.2e-7 * double(x.size())) * fabs(ref) + 1e-37 : 0;
}

}  // namespace hebb
