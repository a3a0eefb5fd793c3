// multinomial: draws of classes by their weights, row by row. A tree of sums, in double, finds a class in log(classes) steps; a class drawn
// without replacement leaves it. Draw j of row r takes words 0 and 1 of Philox block counter + r·count + j. A row of weights that are
// negative, not finite or too few fails the run.
#include <algorithm>
#include <bit>

#include "base/philox.h"
#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"
#include "ops/run.h"

namespace hebb {
namespace {

constexpr int64_t TREES = 16;  // rows that may be in work at once

struct Multinomial final : Command {
  int64_t rows = 0, classes = 0, count = 0, leaves = 1, trees = 1;
  bool replaces = false;
  int32_t weights = 0, seed = 0, out = 0;

  void run(Run& run) const override {
    const uint64_t key = uint64_t(run.scalar(seed)), counter = uint64_t(run.scalar(seed + 1));
    run.parallel(trees, nanoseconds, [=, this, &run](int64_t unit, int) {
      double* const tree = static_cast<double*>(run.scratch()) + unit * 2 * leaves;
      for (int64_t row = unit; row < rows; row += trees) {
        if (!grow(tree, run.ptr<const float>(weights) + row * classes)) return run.fail(Fault::weights, row, 0, count);
        int32_t* const to = run.ptr<int32_t>(out) + row * count;
        for (int64_t j = 0; j < count; j++) {
          const PhiloxWords words = philox(key, counter + uint64_t(row * count + j), 0);
          to[j] = int32_t(draw(tree, (double(words.word[0] >> 5) * 0x1p26 + double(words.word[1] >> 6)) * 0x1p-53));
        }
      }
    });
  }

 private:
  // Node n has children 2n and 2n+1; the leaves are the weights, zeros behind them. False where they allow no draw.
  bool grow(double* tree, const float* weight) const {
    int64_t positive = 0;
    for (int64_t i = 0; i < leaves; i++) {
      const double w = i < classes ? double(weight[i]) : 0;
      if (!(w >= 0 && w <= double(__FLT_MAX__))) return false;
      positive += w > 0;
      tree[leaves + i] = w;
    }
    for (int64_t n = leaves - 1; n > 0; n--) tree[n] = tree[2 * n] + tree[2 * n + 1];
    return positive >= (replaces ? std::min<int64_t>(1, count) : count);
  }

  int64_t draw(double* tree, double uniform) const {
    double left_over = uniform * tree[1];
    int64_t n = 1;
    while (n < leaves) {
      const double left = tree[2 * n];
      const bool goes_left = left_over < left || tree[2 * n + 1] == 0;
      if (!goes_left) left_over -= left;
      n = 2 * n + !goes_left;
    }
    const int64_t found = n - leaves;
    if (!replaces) {
      tree[n] = 0;
      for (n /= 2; n > 0; n /= 2) tree[n] = tree[2 * n] + tree[2 * n + 1];
    }
    return found;
  }
};

}  // namespace

std::unique_ptr<Command> decode_multinomial(Reader& reader) {
  auto command = std::make_unique<Multinomial>();
  Multinomial& m = *command;
  m.rows = reader.size();
  m.classes = reader.size();
  m.count = reader.size();
  m.replaces = reader.flag();
  m.weights = reader.read(reader.product(reader.product(m.rows, m.classes), 4));
  m.seed = reader.scalar(2);
  m.out = reader.write(reader.product(reader.product(m.rows, m.count), 4));
  if (!reader.ok()) return nullptr;
  m.leaves = int64_t(std::bit_ceil(uint64_t(std::max<int64_t>(1, m.classes))));
  m.trees = std::min(TREES, m.rows);
  m.scratch = m.trees * 2 * m.leaves * int64_t(sizeof(double));
  m.nanoseconds = COMMAND_NANOSECONDS + double(m.rows) * (double(m.leaves) * 1.5 + double(m.count) * 80);
  m.can_fail = true;
  return command;
}

}  // namespace hebb
