// Powers, and exponentials and logarithms to other bases, beside those of math.h and under the same rules: correct over the whole
// range, within 2 ULP. What needs more than 24 bits is a sum of two floats; products of 12 bits by 12 are exact, FMA or not.
#pragma once

#include "simd/math.h"

namespace ISA {
namespace {

// The first 12 bits of the mantissa.
SIMD_INLINE Vec head(Vec x) { return as_float(andi(as_int(x), set1i(-0x1000))); }

// exp(x) - 1, with all bits near 0.
SIMD_INLINE Vec expm1(Vec x) {
  const Vec one = set1(1.0f), half_most = set1(0x1p127f);
  Vec power;
  const Vec p = exp_split(min(set1(89.0f), max(set1(-20.0f), x)), &power);  // NaN passes
  // From 2^127.5 on the power alone is beyond the largest float.
  const Vec large = mul(fma(half_most, p, half_most), set1(2.0f));
  return copysign(select(gt(power, half_most), large, fma(power, p, sub(power, one))), x);
}

// log(1 + x), with all bits near 0: what rounding 1 + x lost comes back as a correction.
SIMD_INLINE Vec log1p(Vec x) {
  const Vec one = set1(1.0f), u = add(x, one), whole = log(u), lost = div(sub(x, sub(u, one)), u);
  return copysign(select(lt(abs(whole), as_float(set1i(0x7f800000))), add(whole, lost), whole), x);
}

// log(x) * (high + low) + n unit, where high has 12 bits.
SIMD_INLINE Vec log_scaled(Vec x, float high, float low, float unit_high, float unit_low) {
  Vec n;
  const Vec f = log_split(x, &n), square = mul(f, f), first = head(f);
  const Vec rest = fma(square, set1(-0.5f), mul(mul(square, f), log_series(f)));  // log(1 + f) - f
  Vec tail = fma(rest, set1(high), fma(add(f, rest), set1(low), mul(sub(f, first), set1(high))));
  tail = fma(n, set1(unit_low), tail);
  // The sum of the high parts, whose rounding error the tail takes, so that powers of the base give whole numbers.
  const Vec units = mul(n, set1(unit_high)), part = mul(first, set1(high)), sum = add(units, part);
  return log_edges(x, add(sum, add(tail, sub(part, sub(sum, units)))));
}
SIMD_INLINE Vec log2(Vec x) { return log_scaled(x, 0x1.714p+0f, 0x1.47652cp-12f, 1.0f, 0.0f); }
SIMD_INLINE Vec log10(Vec x) { return log_scaled(x, 0x1.bcap-2f, 0x1.7b1526p-14f, 0x1.344p-2f, 0x1.3509f8p-18f); }

// 2^r for |r| <= 1/2.
SIMD_INLINE Vec exp2_series(Vec r) {
  Vec p = fma(set1(1.532646274e-4f), r, set1(1.339080627e-3f));
  p = fma(p, r, set1(9.618505836e-3f));
  p = fma(p, r, set1(5.550359935e-2f));
  p = fma(p, r, set1(0.2402264774f));
  p = fma(p, r, set1(0.6931471825f));
  return fma(p, r, set1(1.0f));
}

SIMD_INLINE Vec exp2(Vec x) {
  x = min(set1(129.0f), max(set1(-152.0f), x));  // NaN passes
  const Vec n = sub(add(x, set1(TO_INTEGER)), set1(TO_INTEGER));
  return scale2(exp2_series(sub(x, n)), n);
}

// log2 of a positive finite x as *high + the result, *high with 12 bits: with s = f / (2 + f),
// 2 atanh(s) / ln 2 = s (3 + s² + s⁴ L(s²)) · 2 / (3 ln 2), as in Sun's fdlibm (e_pow.c).
SIMD_INLINE Vec log2_split(Vec x, Vec* high) {
  Vec n;
  const Vec f = log_split(x, &n), three = set1(3.0f);
  const Vec v = add(f, set1(2.0f)), v_high = head(v), v_low = sub(f, sub(v_high, set1(2.0f)));
  const Vec s = div(f, v), s_high = head(s);
  const Vec s_low = div(sub(sub(f, mul(s_high, v_high)), mul(s_high, v_low)), v);
  const Vec z = mul(s, s), z_high = mul(s_high, s_high);
  Vec series = fma(set1(0.2933919430f), z, set1(0.3326942325f));
  series = fma(series, z, set1(0.4285795987f));
  series = fma(series, z, set1(0.5999999642f));
  series = fma(mul(z, z), series, mul(s_low, add(s_high, s)));
  const Vec t_high = head(add(add(z_high, three), series)), t_low = sub(series, sub(sub(t_high, three), z_high));
  const Vec product = mul(s_high, t_high), lost = fma(s_low, t_high, mul(t_low, s));
  const Vec p_high = head(add(product, lost)), p_low = sub(lost, sub(p_high, product));
  const Vec log_high = mul(p_high, set1(0x1.ec6p-1f)), log_low = fma(p_high, set1(0x1.09dc3ap-13f), mul(p_low, set1(0x1.ec709ep-1f)));
  *high = head(add(add(log_high, log_low), n));
  return sub(log_low, sub(sub(*high, n), log_high));
}

// x^y as C's pow: what is negative has powers for whole y alone, and 1^y and x^0 are 1 even for NaN.
SIMD_INLINE Vec pow(Vec x, Vec y) {
  const Vec one = set1(1.0f), infinite = as_float(set1i(0x7f800000)), nan = as_float(set1i(0x7fc00000)), size = abs(x);
  Vec log_high;
  const Vec log_low = log2_split(size, &log_high);
  const Vec near = min(set1(0x1p33f), max(set1(-0x1p33f), y)), y_high = head(near);  // beyond, every power but 1's is 0 or inf
  const Vec high = mul(y_high, log_high), low = fma(sub(near, y_high), log_high, mul(near, log_low));
  const Vec total = min(set1(130.0f), max(set1(-152.0f), add(high, low)));
  const Vec n = sub(add(total, set1(TO_INTEGER)), set1(TO_INTEGER));
  const Vec r = min(set1(0.5001f), max(set1(-0.5001f), add(sub(high, n), low)));  // cut only where total was
  Vec result = scale2(exp2_series(r), n);

  const Mask none = eq(size, zero()), all = eq(size, infinite), falls = lt(y, zero());
  const Vec end = select(none, select(falls, infinite, zero()), select(falls, zero(), infinite));
  result = select(mask_or(none, all), end, result);
  const Vec half = mul(y, set1(0.5f));
  const Mask whole = eq(trunc(y), y), odd = mask_and(whole, ne(trunc(half), half));
  const Mask below = mask_and(lt(x, zero()), mask_not(all));
  result = select(mask_and(below, mask_not(whole)), nan, select(odd, copysign(result, x), result));
  result = select(mask_or(is_nan(x), is_nan(y)), nan, result);
  return select(mask_or(eq(y, zero()), eq(x, one)), one, result);
}

}  // namespace
}  // namespace ISA
