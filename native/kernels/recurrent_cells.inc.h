// The cells of recurrent.cpp: what one vector of hidden values does in one step, forward and backward.
#pragma once
#include "kernels/recurrent.h"
#include "simd/math.h"

namespace ISA {
namespace {
namespace recurrent {

// A full vector of hidden values, or the last few.
struct Whole {
  SIMD_INLINE Vec get(const float* p) { return load(p); }
  SIMD_INLINE void put(float* p, Vec a) { store(p, a); }
};
struct Part {
  int n;
  Vec get(const float* p) const { return load_n(p, n); }
  void put(float* p, Vec a) const { store_n(p, a, n); }
};

// Where a step forward finds its vector: gate g of inputs, saved values and bias lies g · hidden further, of sums g · sum_gate.
struct Step {
  const float *inputs, *bias, *sums, *h;
  float *next, *c, *saved, *cell, *y;
  int64_t hidden, sum_gate;
};

// Likewise backward. `carried` is the part of the state's gradient that goes around the weights; `back` is the hidden products' gradient
// for the step done next, `dh` the same for good.
struct StepBack {
  const float *y, *saved, *cell, *cell_before, *before;
  float *carried, *dc, *dx, *back, *dh;
  int64_t hidden;
};

SIMD_INLINE Vec one_minus(Vec a) { return sub(set1(1.0f), a); }
// The derivatives of sigmoid and tanh, by their values.
SIMD_INLINE Vec sigmoid_slope(Vec y) { return mul(y, one_minus(y)); }
SIMD_INLINE Vec tanh_slope(Vec y) { return fnma(y, y, set1(1.0f)); }

template <class L> SIMD_INLINE Vec gate_of(const L& lanes, const Step& at, int g) {
  return add(lanes.get(at.inputs + g * at.hidden), load(at.sums + g * at.sum_gate));
}

template <int KIND> struct Sizes {
  static constexpr int GATES = hebb::RECURRENT_CELLS[KIND].gates, SAVED = hebb::RECURRENT_CELLS[KIND].saved;
  static constexpr int VECTORS = hebb::RECURRENT_CELLS[KIND].vectors;
};

template <bool RELU> struct Simple : Sizes<RELU ? 1 : 0> {
  static constexpr bool CELL = false;

  template <class L> SIMD_INLINE void forward(const L& lanes, const Step& at) {
    const Vec x = gate_of(lanes, at, 0), h = RELU ? max(x, zero()) : tanh(x);
    lanes.put(at.next, h);
    lanes.put(at.y, h);
  }
  template <class L> SIMD_INLINE void backward(const L& lanes, const StepBack& at, Vec dh) {
    const Vec y = lanes.get(at.y), dx = RELU ? select(gt(y, zero()), dh, zero()) : mul(dh, tanh_slope(y));
    lanes.put(at.dx, dx);
    lanes.put(at.back, dx);
    lanes.put(at.carried, zero());
  }
};

struct Lstm : Sizes<2> {
  static constexpr bool CELL = true;

  template <class L> SIMD_INLINE void forward(const L& lanes, const Step& at) {
    const Vec i = sigmoid(gate_of(lanes, at, 0)), f = sigmoid(gate_of(lanes, at, 1));
    const Vec g = tanh(gate_of(lanes, at, 2)), o = sigmoid(gate_of(lanes, at, 3));
    const Vec c = fma(f, lanes.get(at.c), mul(i, g)), h = mul(o, tanh(c));
    lanes.put(at.c, c);
    lanes.put(at.next, h);
    lanes.put(at.y, h);
    if (at.saved != nullptr) {
      lanes.put(at.saved, i);
      lanes.put(at.saved + at.hidden, f);
      lanes.put(at.saved + 2 * at.hidden, g);
      lanes.put(at.saved + 3 * at.hidden, o);
    }
    if (at.cell != nullptr) lanes.put(at.cell, c);
  }
  template <class L> SIMD_INLINE void backward(const L& lanes, const StepBack& at, Vec dh) {
    const Vec i = lanes.get(at.saved), f = lanes.get(at.saved + at.hidden);
    const Vec g = lanes.get(at.saved + 2 * at.hidden), o = lanes.get(at.saved + 3 * at.hidden);
    const Vec squashed = tanh(lanes.get(at.cell)), dc = fma(mul(dh, o), tanh_slope(squashed), lanes.get(at.dc));
    const Vec d[4] = {mul(mul(dc, g), sigmoid_slope(i)), mul(mul(dc, lanes.get(at.cell_before)), sigmoid_slope(f)),
                      mul(mul(dc, i), tanh_slope(g)), mul(mul(dh, squashed), sigmoid_slope(o))};
    for (int k = 0; k < 4; k++) {
      lanes.put(at.dx + k * at.hidden, d[k]);
      lanes.put(at.back + k * at.hidden, d[k]);
    }
    lanes.put(at.dc, mul(dc, f));
    lanes.put(at.carried, zero());
  }
};

struct Gru : Sizes<3> {
  static constexpr bool CELL = false;

  template <class L> SIMD_INLINE void forward(const L& lanes, const Step& at) {
    const Vec r = sigmoid(add(gate_of(lanes, at, 0), lanes.get(at.bias)));
    const Vec z = sigmoid(add(gate_of(lanes, at, 1), lanes.get(at.bias + at.hidden)));
    const Vec q = add(load(at.sums + 2 * at.sum_gate), lanes.get(at.bias + 2 * at.hidden));
    const Vec n = tanh(fma(r, q, lanes.get(at.inputs + 2 * at.hidden))), h = fma(z, sub(lanes.get(at.h), n), n);
    lanes.put(at.next, h);
    lanes.put(at.y, h);
    if (at.saved == nullptr) return;
    lanes.put(at.saved, r);
    lanes.put(at.saved + at.hidden, z);
    lanes.put(at.saved + 2 * at.hidden, n);
    lanes.put(at.saved + 3 * at.hidden, q);
  }
  template <class L> SIMD_INLINE void backward(const L& lanes, const StepBack& at, Vec dh) {
    const Vec r = lanes.get(at.saved), z = lanes.get(at.saved + at.hidden);
    const Vec n = lanes.get(at.saved + 2 * at.hidden), q = lanes.get(at.saved + 3 * at.hidden);
    const Vec dn = mul(mul(dh, one_minus(z)), tanh_slope(n));
    const Vec dz = mul(mul(dh, sub(lanes.get(at.before), n)), sigmoid_slope(z)), dr = mul(mul(dn, q), sigmoid_slope(r));
    const Vec dx[3] = {dr, dz, dn}, back[3] = {dr, dz, mul(dn, r)};
    for (int k = 0; k < 3; k++) {
      lanes.put(at.dx + k * at.hidden, dx[k]);
      lanes.put(at.back + k * at.hidden, back[k]);
      if (at.dh != nullptr) lanes.put(at.dh + k * at.hidden, back[k]);
    }
    lanes.put(at.carried, mul(dh, z));
  }
};

}  // namespace recurrent
}  // namespace
}  // namespace ISA
