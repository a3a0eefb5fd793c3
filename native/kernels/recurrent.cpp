// The recurrence of RNN, LSTM and GRU over all steps. The hidden state of some rows stays in cache; in each step the tiles of gemm.cpp
// multiply it by a panel of weights, all gates of a few hidden values side by side, and the cell follows on the hot sums.
#include "kernels/recurrent.h"

#include "kernels/gemm_tiles.inc.h"
#include "kernels/recurrent_cells.inc.h"

namespace ISA {
namespace {
namespace recurrent {

// Rows are cut into strips that are as equal as a tile's height allows.
struct Strips {
  int64_t rows, height;
  Strips(int64_t rows, int vectors) : rows(rows) {
    const int64_t most = gemm::tile_rows(vectors), count = (rows + most - 1) / most;
    height = (rows + count - 1) / count;
  }
  int64_t count(int64_t i) const { return rows - i < height ? rows - i : height; }
};

constexpr int SUMS = 32 * LANES;  // a tile's sums: no more than the registers hold

// sums (count, VECTORS · LANES) = a (count, depth) · panel (depth, VECTORS · LANES)
template <int VECTORS> SIMD_INLINE void multiply(const float* a, int64_t count, int64_t depth, const float* panel, float* sums) {
  const gemm::Tile tile{a, depth, 1, panel, VECTORS * LANES, sums, VECTORS * LANES, depth, false, 0};
  gemm::TILES[0][VECTORS - 1][count - 1](tile);
}

// f(lanes, column, vector) for each vector of hidden values in a panel.
template <int VECTORS, class F> SIMD_INLINE void each_vector(int64_t first, int64_t hidden, const F& f) {
  for (int v = 0; v < VECTORS; v++) {
    const int64_t column = first + v * LANES;
    if (column + LANES <= hidden) f(Whole{}, column, v);
    else if (column < hidden) f(Part{int(hidden - column)}, column, v);
  }
}

SIMD_INLINE float* at_or_null(float* p, int64_t offset) { return p == nullptr ? nullptr : p + offset; }
SIMD_INLINE const float* at_or_null(const float* p, int64_t offset) { return p == nullptr ? nullptr : p + offset; }
SIMD_INLINE bool is_padding(const int32_t* lengths, int64_t row, int64_t t) { return lengths != nullptr && t >= lengths[row]; }

SIMD_INLINE void copy_or_clear(float* to, const float* from, int64_t count) {
  if (from != nullptr) memcpy(to, from, size_t(count) * sizeof(float));
  else memset(to, 0, size_t(count) * sizeof(float));
}

template <class Cell> void forward(const hebb::RecurrentForward& g) {
  constexpr int VECTORS = Cell::GATES * Cell::VECTORS;
  const int64_t hidden = g.hidden, area = g.rows * hidden, width = Cell::VECTORS * LANES;
  const Strips strips(g.rows, VECTORS);
  float *h = g.state, *next = h + area, *const c = next + area;
  memcpy(h, g.h0, size_t(area) * sizeof(float));
  if (Cell::CELL) memcpy(c, g.c0, size_t(area) * sizeof(float));
  for (int64_t step = 0; step < g.steps; step++) {
    const int64_t t = g.reverse ? g.steps - 1 - step : step;
    if (g.before != nullptr) {
      for (int64_t i = 0; i < g.rows; i++) memcpy(g.before + (i * g.steps + t) * hidden, h + i * hidden, size_t(hidden) * sizeof(float));
    }
    const float* panel = g.panels;
    for (int64_t j = 0; j < hidden; j += width, panel += hidden * VECTORS * LANES) {
      for (int64_t i = 0; i < g.rows; i += strips.height) {
        const int64_t count = strips.count(i);
        for (int64_t r = i; r < i + count; r++) {
          const float* const x = g.inputs + (r * g.steps + t) * Cell::GATES * hidden + j;
          for (int k = 0; k < Cell::GATES; k++) __builtin_prefetch(x + k * hidden);
        }
        alignas(64) float sums[SUMS];
        multiply<VECTORS>(h + i * hidden, count, hidden, panel, sums);
        for (int64_t r = i; r < i + count; r++) {
          const int64_t place = r * g.steps + t;
          each_vector<Cell::VECTORS>(j, hidden, [&](auto lanes, int64_t column, int v) {
            const int64_t own = r * hidden + column, all = place * hidden + column;
            if (is_padding(g.lengths, r, t)) {
              lanes.put(next + own, lanes.get(h + own));
              lanes.put(g.y + all, zero());
              if (Cell::CELL && g.cells != nullptr) lanes.put(g.cells + all, lanes.get(c + own));
              return;
            }
            Cell::forward(lanes, Step{g.inputs + place * Cell::GATES * hidden + column, at_or_null(g.bias, column),
                                      sums + (r - i) * VECTORS * LANES + v * LANES, h + own, next + own, c + own,
                                      at_or_null(g.saved, place * Cell::SAVED * hidden + column), at_or_null(g.cells, all), g.y + all,
                                      hidden, width});
          });
        }
      }
    }
    float* const done = next;
    next = h;
    h = done;
  }
  if (g.last_cell != nullptr) memcpy(g.last_cell, c, size_t(area) * sizeof(float));
}

template <class Cell> void backward(const hebb::RecurrentBackward& g) {
  constexpr int VECTORS = hebb::RECURRENT_BACK_VECTORS;
  const int64_t hidden = g.hidden, area = g.rows * hidden, depth = Cell::GATES * hidden, width = VECTORS * LANES;
  const Strips strips(g.rows, VECTORS);
  float *back = g.state, *next = back + g.rows * depth, *const carried = next + g.rows * depth, *const dc = carried + area;
  memset(back, 0, size_t(g.rows * depth) * sizeof(float));
  memset(carried, 0, size_t(area) * sizeof(float));
  if (Cell::CELL) copy_or_clear(dc, g.last_cell, area);
  // One step more than there are gives the gradient of the first state.
  for (int64_t step = g.steps - 1; step >= (g.dh0 != nullptr ? -1 : 0); step--) {
    const int64_t t = g.reverse ? g.steps - 1 - step : step, before = g.reverse ? t + 1 : t - 1;
    const float* panel = g.panels;
    for (int64_t j = 0; j < hidden; j += width, panel += depth * VECTORS * LANES) {
      for (int64_t i = 0; i < g.rows; i += strips.height) {
        const int64_t count = strips.count(i);
        alignas(64) float sums[SUMS];
        if (step == g.steps - 1) memset(sums, 0, sizeof sums);
        else multiply<VECTORS>(back + i * depth, count, depth, panel, sums);
        for (int64_t r = i; r < i + count; r++) {
          const int64_t place = r * g.steps + t;
          each_vector<VECTORS>(j, hidden, [&](auto lanes, int64_t column, int v) {
            const int64_t own = r * hidden + column, all = place * hidden + column, gate = place * depth + column;
            const Vec reached = add(load(sums + (r - i) * VECTORS * LANES + v * LANES), lanes.get(carried + own));
            if (step < 0) {
              lanes.put(g.dh0 + own, reached);
              return;
            }
            float* const following = next + r * depth + column;
            if (is_padding(g.lengths, r, t)) {
              lanes.put(carried + own, reached);
              for (int k = 0; k < Cell::GATES; k++) {
                lanes.put(g.dx + gate + k * hidden, zero());
                lanes.put(following + k * hidden, zero());
                if (g.dh != nullptr) lanes.put(g.dh + gate + k * hidden, zero());
              }
              return;
            }
            const float* const cell_before =
                step == 0 ? at_or_null(g.c0, own) : at_or_null(g.cells, (r * g.steps + before) * hidden + column);
            Cell::backward(lanes,
                           StepBack{at_or_null(g.y, all), at_or_null(g.saved, place * Cell::SAVED * hidden + column),
                                    at_or_null(g.cells, all), cell_before, at_or_null(g.before, all), carried + own, dc + own, g.dx + gate,
                                    following, at_or_null(g.dh, gate), hidden},
                           g.dy == nullptr ? reached : add(reached, lanes.get(g.dy + all)));
          });
        }
      }
    }
    float* const done = next;
    next = back;
    back = done;
  }
  if (g.dc0 != nullptr) memcpy(g.dc0, dc, size_t(area) * sizeof(float));
}

}  // namespace recurrent

constexpr hebb::RecurrentKernels recurrent_kernels = {
    {recurrent::forward<recurrent::Simple<false>>, recurrent::forward<recurrent::Simple<true>>, recurrent::forward<recurrent::Lstm>,
     recurrent::forward<recurrent::Gru>},
    {recurrent::backward<recurrent::Simple<false>>, recurrent::backward<recurrent::Simple<true>>, recurrent::backward<recurrent::Lstm>,
     recurrent::backward<recurrent::Gru>},
};

}  // namespace
}  // namespace ISA
