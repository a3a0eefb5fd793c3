// A table of segments (parameters, say) cut into pieces of at most 4096 values, and pieces grouped into units of work: by the
// segments' sizes alone. Each piece leaves a partial sum of squares; their sum in order of the pieces is the norm's square.
#pragma once
#include <vector>

#include "ops/op.h"
#include "ops/run.h"

namespace hebb {

class Segments {
 public:
  struct Piece {
    int32_t segment;
    int32_t count;
    int64_t start;
  };

  void add(int64_t count);  // the next segment
  void cut();               // after the last one
  int64_t segments() const { return segments_; }
  int64_t values() const { return values_; }
  int64_t scratch() const { return int64_t(pieces_.size()) * int64_t(sizeof(double)); }

  // Calls body(piece) for every piece; it returns the piece's sum of squares. Returns the root of the total.
  template <class Body> double run(Run& run, double nanoseconds, const Body& body) const {
    return run_stretches(run, nanoseconds, [&](const Piece* piece, const Piece* end, double* sums, int) {
      for (; piece < end; piece++) *sums++ = body(*piece);
    });
  }

  // Calls body(piece, end, sums, worker) for stretches of pieces that follow each other in one segment; it writes the sum of each.
  template <class Body> double run_stretches(Run& run, double nanoseconds, const Body& body) const {
    double* const sums = static_cast<double*>(run.scratch());
    run.parallel(int64_t(units_.size()), nanoseconds, [&](int64_t unit, int worker) {
      const size_t end = size_t(unit) + 1 < units_.size() ? units_[size_t(unit) + 1] : pieces_.size();
      for (size_t i = units_[size_t(unit)], next; i < end; i = next) {
        for (next = i + 1; next < end && pieces_[next].segment == pieces_[i].segment;) next++;
        body(pieces_.data() + i, pieces_.data() + next, sums + i, worker);
      }
    });
    return root(sums);
  }

  static constexpr int64_t LONGEST = 65536;  // values of a stretch

 private:
  double root(const double* sums) const;

  int32_t segments_ = 0;
  std::vector<Piece> pieces_;
  std::vector<size_t> units_;  // the first piece of each
  int64_t values_ = 0;
};

}  // namespace hebb
