// Elementary functions, written once on top of the vectors of every instruction set and correct over the whole range: denormals,
// infinities, NaN and both zeros. exp, log, tanh and sigmoid are within 2 ULP, erf within 4; test/simd_math_test.cpp checks it.
// The polynomials are minimax (Sollya's fpminimax) on the interval that the range reduction leaves.
#pragma once

#include "simd/simd.h"

namespace ISA {
namespace {

// ln 2 in two parts; the first has so few bits that its product with any exponent is exact.
constexpr float LN2_HIGH = 0.693359375f, LN2_LOW = -2.12194440e-4f, LOG2_E = 1.44269504f;
// Adding it rounds to an integer, which then stands in the low bits of the sum; the second also adds the exponent's bias.
constexpr float TO_INTEGER = 12582912.0f, TO_EXPONENT = 12583039.0f;

SIMD_INLINE Vec rsqrt(Vec x) { return div(set1(1.0f), sqrt(x)); }

SIMD_INLINE Vec exp(Vec x) {
  x = min(set1(89.0f), max(set1(-104.0f), x));  // in this order of operands NaN passes
  const Vec n = sub(fma(x, set1(LOG2_E), set1(TO_INTEGER)), set1(TO_INTEGER));
  const Vec r = fnma(n, set1(LN2_LOW), fnma(n, set1(LN2_HIGH), x));  // |r| <= ln 2 / 2
  Vec p = fma(set1(1.378358574e-3f), r, set1(8.368851617e-3f));
  p = fma(p, r, set1(4.166895524e-2f));
  p = fma(p, r, set1(0.1666651964f));
  p = fma(p, r, set1(0.4999999106f));
  p = fma(p, r, set1(1.0f));
  p = fma(p, r, set1(1.0f));
  return scale2(p, n);
}

// 1 / (1 + exp(-x)), as e / (1 + e) on the negative side, so that tiny results keep their bits.
SIMD_INLINE Vec sigmoid(Vec x) {
  const Vec one = set1(1.0f), e = exp(neg(abs(x)));
  return divide_near(select(lt(x, zero()), e, one), add(one, e));
}

// Splits exp(x), -80 <= x <= 0, into power * (1 + the result), the result with all bits near 0.
SIMD_INLINE Vec exp_split(Vec x, Vec* power) {
  const Vec shifted = fma(x, set1(LOG2_E), set1(TO_EXPONENT)), n = sub(shifted, set1(TO_EXPONENT));
  *power = as_float(shli(as_int(shifted), 23));  // 2^n
  const Vec r = fnma(n, set1(LN2_LOW), fnma(n, set1(LN2_HIGH), x));
  Vec p = fma(set1(1.386548509e-3f), r, set1(8.366725408e-3f));
  p = fma(p, r, set1(4.166749492e-2f));
  p = fma(p, r, set1(0.1666654199f));
  p = fma(p, r, set1(0.4999999702f));
  return fma(mul(r, r), p, r);
}

// (1 - e) / (1 + e) with e = exp(-2 |x|), up to where tanh rounds to 1.
SIMD_INLINE Vec tanh(Vec x) {
  Vec power;
  const Vec one = set1(1.0f), p = exp_split(mul(min(set1(10.0f), abs(x)), set1(-2.0f)), &power);  // NaN passes
  return copysign(divide_near(fma(power, p, sub(power, one)), fma(power, p, add(power, one))), x);
}

SIMD_INLINE Vec silu(Vec x) { return mul(x, sigmoid(x)); }

// Splits x > 0 into 2^n (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), exactly.
SIMD_INLINE Vec log_split(Vec x, Vec* n) {
  const Mask denormal = lt(x, set1(1.17549435e-38f));
  const VecI bits = as_int(select(denormal, mul(x, set1(0x1p25f)), x));
  const VecI above = subi(bits, set1i(0x3f3504f3));  // distance from sqrt(1/2)
  *n = sub(to_float(srai(above, 23)), select(denormal, set1(25.0f), zero()));
  return sub(as_float(addi(andi(above, set1i(0x7fffff)), set1i(0x3f3504f3))), set1(1.0f));
}

// The P(f) of log(1 + f) = f - f²/2 + f³ P(f).
SIMD_INLINE Vec log_series(Vec f) {
  Vec p = fma(set1(-7.886642218e-2f), f, set1(0.1290380806f));
  p = fma(p, f, set1(-0.1312257797f));
  p = fma(p, f, set1(0.1417474151f));
  p = fma(p, f, set1(-0.1662489325f));
  p = fma(p, f, set1(0.2000285536f));
  p = fma(p, f, set1(-0.2500080764f));
  return fma(p, f, set1(0.3333330154f));
}

// 0 gives -inf, what is negative NaN; inf and NaN stay.
SIMD_INLINE Vec log_edges(Vec x, Vec result) {
  const Vec infinite = as_float(set1i(0x7f800000));
  const Vec low = select(lt(x, zero()), as_float(set1i(0x7fc00000)), neg(infinite));
  return select(gt(x, zero()), select(eq(x, infinite), x, result), select(is_nan(x), x, low));
}

SIMD_INLINE Vec log(Vec x) {
  Vec n;
  const Vec f = log_split(x, &n), square = mul(f, f);
  Vec p = fma(mul(square, f), log_series(f), mul(n, set1(LN2_LOW)));
  p = fma(square, set1(-0.5f), p);
  return log_edges(x, fma(n, set1(LN2_HIGH), add(f, p)));
}

// 1 - exp(-t w(t)) with t = |x|, up to where erf rounds to 1. w is fitted so that erf, not w, has the least error.
SIMD_INLINE Vec erf(Vec x) {
  const Vec t = min(set1(3.95f), abs(x));  // NaN passes
  Vec w = fma(set1(-9.256873454e-6f), t, set1(1.176469377e-4f));
  w = fma(w, t, set1(-6.328580203e-4f));
  w = fma(w, t, set1(1.667068340e-3f));
  w = fma(w, t, set1(-1.604397112e-4f));
  w = fma(w, t, set1(-1.915303804e-2f));
  w = fma(w, t, set1(0.1027778238f));
  w = fma(w, t, set1(0.6366193891f));
  w = fma(w, t, set1(1.128379226f));
  Vec power;
  const Vec p = exp_split(neg(mul(t, w)), &power);
  return copysign(fma(power, p, sub(power, set1(1.0f))), x);
}

// x Φ(x), the erf form, as x / 2 + |x| (Φ(|x|) - 1/2); the bracket is t P(t²) / Q(t²), fitted for the least absolute error. It
// overshoots 1/2 a little at its end, and is cut there, so that what is very negative gives 0.
SIMD_INLINE Vec gelu(Vec x) {
  const Vec size = abs(x), t = min(set1(5.55f), size), s = mul(t, t);  // NaN passes
  Vec p = fma(set1(2.317385039e-8f), s, set1(6.458432381e-6f));
  Vec q = fma(set1(1.217050112e-6f), s, set1(7.511529839e-5f));
  p = fma(p, s, set1(1.721936424e-4f));
  q = fma(q, s, set1(1.904491102e-3f));
  p = fma(p, s, set1(4.701450467e-3f));
  q = fma(q, s, set1(2.881218307e-2f));
  p = fma(p, s, set1(3.410466388e-2f));
  q = fma(q, s, set1(0.2521533668f));
  p = fma(p, s, set1(0.3989422023f));
  q = fma(q, s, set1(1.0f));
  return fma(size, min(set1(0.5f), divide_near(mul(t, p), q)), mul(x, set1(0.5f)));
}

// The sine and cosine of a full turn times 0 <= turns < 1.
SIMD_INLINE void sincos_turns(Vec turns, Vec* sine, Vec* cosine) {
  const Vec shifted = fma(turns, set1(4.0f), set1(TO_INTEGER)), quarter = sub(shifted, set1(TO_INTEGER));
  const Vec t = fma(quarter, set1(-0.25f), turns), s = mul(t, t);  // |t| <= 1/8, exact
  Vec p = fma(set1(-75.8360977f), s, set1(81.6045990f));
  p = fma(p, s, set1(-41.3417587f));
  p = fma(p, s, set1(6.28318548f));
  p = mul(p, t);
  Vec c = fma(set1(58.8153305f), s, set1(-85.4295044f));
  c = fma(c, s, set1(64.9391785f));
  c = fma(c, s, set1(-19.7392082f));
  c = fma(c, s, set1(1.0f));
  // Odd quarters swap the two; the second and third turn the sine's sign, the first and second the cosine's.
  const VecI k = as_int(shifted), one = set1i(1);
  const Mask even = eqi(andi(k, one), set1i(0));
  *sine = as_float(xori(as_int(select(even, p, c)), shli(shri(k, 1), 31)));
  *cosine = as_float(xori(as_int(select(even, c, p)), shli(shri(addi(k, one), 1), 31)));
}

}  // namespace
}  // namespace ISA
