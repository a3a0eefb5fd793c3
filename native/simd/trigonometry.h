// Sine, cosine and arctangent, beside math.h and under its rules: sin and cos within 2 ULP for every float, atan within 2, atan2 3.
#pragma once

#include "simd/math.h"

namespace ISA {
namespace {

// The 24 bits of a float by 2/π, modulo 4: 96 bits of 2/π are enough (Payne and Hanek, 1983). Returns the nearest quarter of a turn,
// and what is left of it in radians.
inline __attribute__((noinline)) int32_t quarter_of(float x, float* rest) {
  static const uint32_t digits[] = {0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561};
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  const int exponent = int(bits >> 23 & 0xff) - 150, from = exponent + 30;  // the first bit that isn't a multiple of 4
  const uint64_t mantissa = (bits & 0x7fffff) | 0x800000;
  uint32_t word[3];
  for (int k = 0; k < 3; k++) {
    const uint64_t pair = uint64_t(digits[from / 32 + k]) << 32 | digits[from / 32 + k + 1];
    word[k] = uint32_t(pair << from % 32 >> 32);
  }
  const uint64_t turned = (mantissa * word[0] << 32) + mantissa * word[1] + (mantissa * word[2] >> 32);  // in units of 2^-62
  const uint64_t quarter = (turned + (uint64_t(1) << 61)) >> 62;
  *rest = float(double(int64_t(turned - (quarter << 62))) * 0x1.921fb54442d18p-62);
  if (bits >> 31) *rest = -*rest;
  return int32_t(bits >> 31 ? -quarter : quarter);
}

inline __attribute__((noinline)) void reduce_far(const float* x, float* rest, int32_t* quarter) {
  for (int i = 0; i < LANES; i++) {
    const bool finite = x[i] - x[i] == 0;
    rest[i] = finite ? 0 : x[i] - x[i];
    quarter[i] = finite && x[i] != 0 ? quarter_of(x[i], rest + i) : 0;
  }
}

// x - quarter · π/2, |result| <= π/4, relatively exact; the sum's low bits count the quarters. Without FMA π/2 comes in parts of 11
// bits, whose products with up to 2^13 quarters are exact.
constexpr float NEAR_TURNS = FUSED ? 200000.0f : 12000.0f;
SIMD_INLINE Vec reduce_turns(Vec x, VecI* quarter) {
  const Vec shifted = fma(x, set1(0x1.45f306p-1f), set1(TO_INTEGER)), n = sub(shifted, set1(TO_INTEGER));
  Vec r;
  if (FUSED) {
    r = fnma(n, set1(-0x1.777a5cp-25f), fnma(n, set1(0x1.921fb6p+0f), x));
    r = fnma(n, set1(-0x1.ee59dap-50f), r);
  } else {
    r = fnma(n, set1(0x1.fb4p-12f), fnma(n, set1(0x1.92p+0f), x));
    r = fnma(n, set1(0x1.444p-24f), r);
    r = fnma(n, set1(0x1.68cp-39f), r);
    r = fnma(n, set1(0x1.1a6264p-54f), r);
  }
  *quarter = as_int(shifted);
  const Mask far = gt(abs(x), set1(NEAR_TURNS));
  if (__builtin_expect(mask_any(far), false)) {
    float from[LANES], rest[LANES];
    int32_t quarters[LANES];
    store(from, select(far, x, zero()));
    reduce_far(from, rest, quarters);
    r = select(far, load(rest), r);
    *quarter = selecti(far, loadi(quarters), *quarter);
  }
  return r;
}

SIMD_INLINE Vec sin_series(Vec r, Vec z) {
  const Vec p = fma(fma(set1(-1.951828599e-4f), z, set1(8.332189173e-3f)), z, set1(-0.1666665524f));
  return fma(mul(r, z), p, r);
}
SIMD_INLINE Vec cos_series(Vec z) {
  const Vec p = fma(fma(set1(2.443232734e-5f), z, set1(-1.388730947e-3f)), z, set1(4.166664556e-2f));
  return fma(mul(z, z), p, fma(z, set1(-0.5f), set1(1.0f)));
}

// The sine of r + quarter · π/2.
SIMD_INLINE Vec sin_from(Vec r, VecI quarter) {
  const Vec z = mul(r, r);
  const Vec size = select(eqi(andi(quarter, set1i(1)), set1i(0)), sin_series(r, z), cos_series(z));
  return as_float(xori(as_int(size), shli(shri(quarter, 1), 31)));
}
SIMD_INLINE Vec sin(Vec x) {
  VecI quarter;
  const Vec r = reduce_turns(x, &quarter);
  return select(eq(x, zero()), x, sin_from(r, quarter));
}
SIMD_INLINE Vec cos(Vec x) {
  VecI quarter;
  const Vec r = reduce_turns(x, &quarter);
  return sin_from(r, addi(quarter, set1i(1)));
}

// atan(q) for 0 <= q <= 1.
SIMD_INLINE Vec atan_series(Vec q) {
  const Vec z = mul(q, q);
  Vec p = fma(set1(-1.782820676e-3f), z, set1(1.086868532e-2f));
  p = fma(p, z, set1(-3.109698556e-2f));
  p = fma(p, z, set1(5.788138881e-2f));
  p = fma(p, z, set1(-8.399306238e-2f));
  p = fma(p, z, set1(0.1095088050f));
  p = fma(p, z, set1(-0.1426401585f));
  p = fma(p, z, set1(0.1999852955f));
  p = fma(p, z, set1(-0.3333329856f));
  return fma(mul(q, z), p, q);
}

// π/2 - a and π - a, by π/2 in two parts.
SIMD_INLINE Vec from_right_angle(Vec a) { return sub(set1(0x1.921fb6p+0f), add(a, set1(0x1.777a5cp-25f))); }
SIMD_INLINE Vec from_straight_angle(Vec a) { return sub(set1(0x1.921fb6p+1f), add(a, set1(0x1.777a5cp-24f))); }

SIMD_INLINE Vec atan(Vec x) {
  const Vec size = abs(x);
  const Mask steep = gt(size, set1(1.0f));
  const Vec a = atan_series(select(steep, div(set1(1.0f), size), size));
  return copysign(select(steep, from_right_angle(a), a), x);
}

// The angle of the point (x, y), from -π to π, as C's atan2.
SIMD_INLINE Vec atan2(Vec y, Vec x) {
  const Vec width = abs(x), height = abs(y);
  const Mask steep = gt(height, width);
  const Vec most = select(steep, height, width), least = select(steep, width, height);
  // 0 by 0 is 0, and inf by inf 1.
  const Vec q = select(eq(least, most), select(eq(most, zero()), zero(), set1(1.0f)), div(least, most));
  Vec a = atan_series(q);
  a = select(steep, from_right_angle(a), a);
  a = select(lti(as_int(x), set1i(0)), from_straight_angle(a), a);
  return select(mask_or(is_nan(x), is_nan(y)), add(x, y), copysign(a, y));
}

}  // namespace
}  // namespace ISA
