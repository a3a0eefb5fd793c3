// Four lanes in a q register: the NEON of every AArch64. The functions are specified in scalar.h.
#pragma once

#include <arm_neon.h>

#include "simd/simd.h"

namespace ISA {
namespace {

constexpr int LANES = 4;
constexpr bool FUSED = true;

struct Vec {
  float32x4_t v;
};
struct VecI {
  int32x4_t v;
};
struct Mask {
  uint32x4_t v;
};  // each lane all ones or all zeros

SIMD_INLINE VecI as_int(Vec a) { return {vreinterpretq_s32_f32(a.v)}; }
SIMD_INLINE Vec as_float(VecI a) { return {vreinterpretq_f32_s32(a.v)}; }

SIMD_INLINE Vec load(const float* p) { return {vld1q_f32(p)}; }
SIMD_INLINE void store(float* p, Vec a) { vst1q_f32(p, a.v); }
SIMD_INLINE void stream(float* p, Vec a) { vst1q_f32(p, a.v); }
SIMD_INLINE void stream_fence() {}
SIMD_INLINE Vec load_n(const float* p, int n) {
  if (n == LANES) return load(p);
  const float lanes[LANES] = {n > 0 ? p[0] : 0.0f, n > 1 ? p[1] : 0.0f, n > 2 ? p[2] : 0.0f, 0.0f};
  return load(lanes);
}
SIMD_INLINE void store_n(float* p, Vec a, int n) {
  if (n == LANES) return store(p, a);
  float lanes[LANES];
  store(lanes, a);
  for (int i = 0; i < n; i++) p[i] = lanes[i];
}

SIMD_INLINE VecI loadi(const int32_t* p) { return {vld1q_s32(p)}; }
SIMD_INLINE void storei(int32_t* p, VecI a) { vst1q_s32(p, a.v); }
SIMD_INLINE VecI loadi_n(const int32_t* p, int n) {
  if (n == LANES) return loadi(p);
  const int32_t lanes[LANES] = {n > 0 ? p[0] : 0, n > 1 ? p[1] : 0, n > 2 ? p[2] : 0, 0};
  return loadi(lanes);
}
SIMD_INLINE void storei_n(int32_t* p, VecI a, int n) {
  if (n == LANES) return storei(p, a);
  int32_t lanes[LANES];
  storei(lanes, a);
  for (int i = 0; i < n; i++) p[i] = lanes[i];
}

SIMD_INLINE VecI load_u8(const uint8_t* p) {
  uint32_t four;
  memcpy(&four, p, sizeof four);
  const uint16x8_t halves = vmovl_u8(vreinterpret_u8_u32(vdup_n_u32(four)));
  return {vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(halves)))};
}
SIMD_INLINE void store_u8(uint8_t* p, VecI a) {
  const uint16x4_t halves = vmovn_u32(vreinterpretq_u32_s32(a.v));
  const uint32_t four = vget_lane_u32(vreinterpret_u32_u8(vmovn_u16(vcombine_u16(halves, halves))), 0);
  memcpy(p, &four, sizeof four);
}
SIMD_INLINE VecI load_u16(const uint16_t* p) { return {vreinterpretq_s32_u32(vmovl_u16(vld1_u16(p)))}; }
SIMD_INLINE void store_u16(uint16_t* p, VecI a) { vst1_u16(p, vmovn_u32(vreinterpretq_u32_s32(a.v))); }

SIMD_INLINE Vec set1(float x) { return {vdupq_n_f32(x)}; }
SIMD_INLINE Vec zero() { return {vdupq_n_f32(0.0f)}; }
SIMD_INLINE VecI set1i(int32_t x) { return {vdupq_n_s32(x)}; }
SIMD_INLINE VecI iota() { return {int32x4_t{0, 1, 2, 3}}; }

SIMD_INLINE Vec add(Vec a, Vec b) { return {vaddq_f32(a.v, b.v)}; }
SIMD_INLINE Vec sub(Vec a, Vec b) { return {vsubq_f32(a.v, b.v)}; }
SIMD_INLINE Vec mul(Vec a, Vec b) { return {vmulq_f32(a.v, b.v)}; }
SIMD_INLINE Vec div(Vec a, Vec b) { return {vdivq_f32(a.v, b.v)}; }
SIMD_INLINE Vec sqrt(Vec a) { return {vsqrtq_f32(a.v)}; }
SIMD_INLINE Vec fma(Vec a, Vec b, Vec c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
SIMD_INLINE Vec fnma(Vec a, Vec b, Vec c) { return {vfmsq_f32(c.v, a.v, b.v)}; }
SIMD_INLINE Vec min(Vec a, Vec b) { return {vbslq_f32(vcltq_f32(a.v, b.v), a.v, b.v)}; }  // vminq would keep the NaN
SIMD_INLINE Vec max(Vec a, Vec b) { return {vbslq_f32(vcgtq_f32(a.v, b.v), a.v, b.v)}; }

SIMD_INLINE Vec abs(Vec a) { return {vabsq_f32(a.v)}; }
SIMD_INLINE Vec neg(Vec a) { return {vnegq_f32(a.v)}; }
SIMD_INLINE Vec copysign(Vec size, Vec sign) { return {vbslq_f32(vdupq_n_u32(0x80000000u), sign.v, size.v)}; }

SIMD_INLINE Vec round(Vec a) { return {vrndnq_f32(a.v)}; }
SIMD_INLINE Vec trunc(Vec a) { return {vrndq_f32(a.v)}; }
SIMD_INLINE Vec floor(Vec a) { return {vrndmq_f32(a.v)}; }
SIMD_INLINE Vec ceil(Vec a) { return {vrndpq_f32(a.v)}; }

SIMD_INLINE Vec scale2(Vec a, Vec n) {
  const int32x4_t k = vcvtnq_s32_f32(n.v), half = vshrq_n_s32(k, 1), bias = vdupq_n_s32(127);
  const int32x4_t first = vshlq_n_s32(vaddq_s32(half, bias), 23);
  const int32x4_t second = vshlq_n_s32(vaddq_s32(vsubq_s32(k, half), bias), 23);
  return {vmulq_f32(vmulq_f32(a.v, vreinterpretq_f32_s32(first)), vreinterpretq_f32_s32(second))};
}

SIMD_INLINE Vec divide_near(Vec a, Vec b) { return div(a, b); }

SIMD_INLINE Mask lt(Vec a, Vec b) { return {vcltq_f32(a.v, b.v)}; }
SIMD_INLINE Mask le(Vec a, Vec b) { return {vcleq_f32(a.v, b.v)}; }
SIMD_INLINE Mask gt(Vec a, Vec b) { return {vcgtq_f32(a.v, b.v)}; }
SIMD_INLINE Mask ge(Vec a, Vec b) { return {vcgeq_f32(a.v, b.v)}; }
SIMD_INLINE Mask eq(Vec a, Vec b) { return {vceqq_f32(a.v, b.v)}; }
SIMD_INLINE Mask ne(Vec a, Vec b) { return {vmvnq_u32(vceqq_f32(a.v, b.v))}; }
SIMD_INLINE Mask is_nan(Vec a) { return ne(a, a); }
SIMD_INLINE Mask eqi(VecI a, VecI b) { return {vceqq_s32(a.v, b.v)}; }
SIMD_INLINE Mask lti(VecI a, VecI b) { return {vcltq_s32(a.v, b.v)}; }

SIMD_INLINE Mask mask_n(int n) { return lti(iota(), set1i(n)); }
SIMD_INLINE Mask mask_and(Mask a, Mask b) { return {vandq_u32(a.v, b.v)}; }
SIMD_INLINE Mask mask_or(Mask a, Mask b) { return {vorrq_u32(a.v, b.v)}; }
SIMD_INLINE Mask mask_not(Mask a) { return {vmvnq_u32(a.v)}; }
SIMD_INLINE bool mask_any(Mask a) { return vmaxvq_u32(a.v) != 0; }
SIMD_INLINE bool mask_all(Mask a) { return vminvq_u32(a.v) != 0; }
SIMD_INLINE Vec select(Mask m, Vec yes, Vec no) { return {vbslq_f32(m.v, yes.v, no.v)}; }
SIMD_INLINE VecI selecti(Mask m, VecI yes, VecI no) { return {vbslq_s32(m.v, yes.v, no.v)}; }

SIMD_INLINE VecI addi(VecI a, VecI b) { return {vaddq_s32(a.v, b.v)}; }
SIMD_INLINE VecI subi(VecI a, VecI b) { return {vsubq_s32(a.v, b.v)}; }
SIMD_INLINE VecI muli(VecI a, VecI b) { return {vmulq_s32(a.v, b.v)}; }
SIMD_INLINE VecI mini(VecI a, VecI b) { return {vminq_s32(a.v, b.v)}; }
SIMD_INLINE VecI maxi(VecI a, VecI b) { return {vmaxq_s32(a.v, b.v)}; }
SIMD_INLINE VecI andi(VecI a, VecI b) { return {vandq_s32(a.v, b.v)}; }
SIMD_INLINE VecI ori(VecI a, VecI b) { return {vorrq_s32(a.v, b.v)}; }
SIMD_INLINE VecI xori(VecI a, VecI b) { return {veorq_s32(a.v, b.v)}; }
SIMD_INLINE VecI shli(VecI a, int n) { return {vshlq_s32(a.v, vdupq_n_s32(n))}; }
SIMD_INLINE VecI shri(VecI a, int n) { return {vreinterpretq_s32_u32(vshlq_u32(vreinterpretq_u32_s32(a.v), vdupq_n_s32(-n)))}; }
SIMD_INLINE VecI srai(VecI a, int n) { return {vshlq_s32(a.v, vdupq_n_s32(-n))}; }

SIMD_INLINE void mulhilo_u32(VecI a, VecI b, VecI* hi, VecI* lo) {
  const uint32x4_t x = vreinterpretq_u32_s32(a.v), y = vreinterpretq_u32_s32(b.v);
  const uint32x4_t front = vreinterpretq_u32_u64(vmull_u32(vget_low_u32(x), vget_low_u32(y)));
  const uint32x4_t back = vreinterpretq_u32_u64(vmull_high_u32(x, y));
  *hi = {vreinterpretq_s32_u32(vuzp2q_u32(front, back))};
  *lo = {vreinterpretq_s32_u32(vuzp1q_u32(front, back))};
}

// The CPU's conversions saturate and make 0 of NaN by themselves.
SIMD_INLINE VecI to_int_trunc(Vec a) { return {vcvtq_s32_f32(a.v)}; }
SIMD_INLINE VecI to_int(Vec a) { return {vcvtnq_s32_f32(a.v)}; }
SIMD_INLINE Vec to_float(VecI a) { return {vcvtq_f32_s32(a.v)}; }

#define SIMD_FOLD(NAME, FOLD) \
  SIMD_INLINE float NAME(Vec a) { \
    const Vec two = FOLD(a, {vextq_f32(a.v, a.v, 2)}); \
    return vgetq_lane_f32(FOLD(two, {vextq_f32(two.v, two.v, 1)}).v, 0); \
  }
SIMD_FOLD(hsum, add)
SIMD_FOLD(hmax, max)
SIMD_FOLD(hmin, min)
#undef SIMD_FOLD

SIMD_INLINE void transpose(Vec* rows) {
  const float32x4_t a = vzip1q_f32(rows[0].v, rows[2].v), b = vzip2q_f32(rows[0].v, rows[2].v);
  const float32x4_t c = vzip1q_f32(rows[1].v, rows[3].v), d = vzip2q_f32(rows[1].v, rows[3].v);
  rows[0].v = vzip1q_f32(a, c);
  rows[1].v = vzip2q_f32(a, c);
  rows[2].v = vzip1q_f32(b, d);
  rows[3].v = vzip2q_f32(b, d);
}

SIMD_INLINE Vec load_f16(const uint16_t* p) { return {vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)))}; }
SIMD_INLINE void store_f16(uint16_t* p, Vec a) { vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(a.v))); }

}  // namespace
}  // namespace ISA
