// How segments are cut, and the top of the tree of sums.
#include "ops/segments.h"

#include <math.h>

#include <algorithm>

namespace hebb {

constexpr int64_t PIECE = 4096;
constexpr int64_t UNIT = 16384;  // values that are worth a claim by a thread

void Segments::add(int64_t count) {
  const int32_t segment = segments_++;
  for (int64_t start = 0; start < count; start += PIECE) {
    const int64_t size = std::min(PIECE, count - start);
    if (units_.empty() || unit_values_ + size > UNIT) {
      units_.push_back(pieces_.size());
      unit_values_ = 0;
    }
    pieces_.push_back({segment, int32_t(size), start});
    unit_values_ += size;
  }
  values_ += count;
}

double Segments::root(const double* sums) const {
  double total = 0;
  for (size_t i = 0; i < pieces_.size(); i++) total += sums[i];
  return sqrt(total);
}

}  // namespace hebb
