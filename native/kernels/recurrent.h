// Kernels of recurrent layers: all steps of some sequences in one call, forward and backward. The products with the inputs and the
// gradients of the weights are matrix products outside.
#pragma once
#include "base/types.h"

namespace hebb {

// What a cell is made of, by its kind: 0 RNN with tanh, 1 RNN with relu, 2 LSTM, 3 GRU.
struct RecurrentCell {
  int gates;    // values that the weights give for each hidden one; LSTM: i f g o, GRU: r z n
  int saved;    // values for each hidden one that the backward pass wants; LSTM: its gates, GRU: r z n and n's hidden part
  int vectors;  // vectors of hidden values in a panel of weights
};
constexpr RecurrentCell RECURRENT_CELLS[] = {{1, 0, 2}, {1, 0, 2}, {4, 4, 1}, {3, 4, 1}};
constexpr int RECURRENT_KINDS = 4;
constexpr int RECURRENT_BACK_VECTORS = 2;  // of hidden values in a panel of the backward pass

// Sequences stand in rows. A row does its first lengths[row] steps (or, in reverse, its last ones backwards from there), and keeps its
// state in the others, where y is 0. Pointers that are not wanted are null.
struct RecurrentForward {
  int64_t rows, steps, hidden;
  bool reverse;
  const float* inputs;     // (rows, steps, gates · hidden): x · Wᵀ + b
  const float* panels;  // the hidden weights: panel p has (hidden, gates, vectors · LANES), zeros or anything beyond the last hidden value
  const float* bias;  // GRU: (gates · hidden), of the hidden products
  const int32_t* lengths;  // (rows) or null
  const float *h0, *c0;  // (rows, hidden); c0: LSTM
  float* y;  // (rows, steps, hidden)
  float* saved;  // (rows, steps, saved · hidden)
  float* cells;  // LSTM: (rows, steps, hidden)
  float* before;  // (rows, steps, hidden): the hidden state that each step reads
  float* last_cell;  // LSTM: (rows, hidden)
  float* state;  // scratch: 3 · rows · hidden
};

struct RecurrentBackward {
  int64_t rows, steps, hidden;
  bool reverse;
  const float* panels;  // the hidden weights: panel p has (gates · hidden, RECURRENT_BACK_VECTORS · LANES)
  const int32_t* lengths;
  const float *y, *saved, *cells, *before;  // what the forward pass left
  const float* c0;
  const float* dy;  // (rows, steps, hidden) or null
  const float* last_cell;  // gradient of the last cell state (rows, hidden), or null
  float* dx;  // (rows, steps, gates · hidden): gradient of `inputs`
  float* dh;  // GRU: the same of the hidden products, where it differs
  float *dh0, *dc0;  // (rows, hidden)
  float* state;  // scratch: 2 · rows · (gates + 1) · hidden
};

struct RecurrentKernels {
  void (*forward[RECURRENT_KINDS])(const RecurrentForward&);
  void (*backward[RECURRENT_KINDS])(const RecurrentBackward&);
};

}  // namespace hebb
