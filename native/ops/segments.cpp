// How segments are cut, and the top of the tree of sums.
#include "ops/segments.h"

#include <math.h>

#include <algorithm>

namespace hebb {

constexpr int64_t PIECE = 4096;

void Segments::add(int64_t count) {
  const int32_t segment = segments_++;
  for (int64_t start = 0; start < count; start += PIECE) pieces_.push_back({segment, int32_t(std::min(PIECE, count - start)), start});
  values_ += count;
}

// Long units let the processor read ahead, short ones share little work evenly.
void Segments::cut() {
  const int64_t most = std::clamp(values_ / 64, LONGEST / 4, LONGEST);
  int64_t held = most;
  for (size_t i = 0; i < pieces_.size(); i++) {
    if (held + pieces_[i].count > most) {
      units_.push_back(i);
      held = 0;
    }
    held += pieces_[i].count;
  }
}

double Segments::root(const double* sums) const {
  double total = 0;
  for (size_t i = 0; i < pieces_.size(); i++) total += sums[i];
  return sqrt(total);
}

}  // namespace hebb
