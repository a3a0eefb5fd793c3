// Four lanes in an xmm register with SSE2 alone, which every x86-64 has: no FMA, no blend, no rounding instruction. The
// functions are specified in scalar.h.
#pragma once

#include <emmintrin.h>

#include "simd/simd.h"

namespace ISA {
namespace {

constexpr int LANES = 4;
constexpr bool FUSED = false;

struct Vec {
  __m128 v;
};
struct VecI {
  __m128i v;
};
struct Mask {
  __m128 v;
};  // each lane all ones or all zeros

SIMD_INLINE __m128i blend(__m128i m, __m128i yes, __m128i no) { return _mm_or_si128(_mm_and_si128(m, yes), _mm_andnot_si128(m, no)); }

SIMD_INLINE VecI as_int(Vec a) { return {_mm_castps_si128(a.v)}; }
SIMD_INLINE Vec as_float(VecI a) { return {_mm_castsi128_ps(a.v)}; }

SIMD_INLINE Vec load(const float* p) { return {_mm_loadu_ps(p)}; }
SIMD_INLINE void store(float* p, Vec a) { _mm_storeu_ps(p, a.v); }
SIMD_INLINE void stream(float* p, Vec a) { _mm_stream_ps(p, a.v); }
SIMD_INLINE void stream_fence() { _mm_sfence(); }
SIMD_INLINE Vec load_n(const float* p, int n) {
  if (n == LANES) return load(p);
  return {_mm_setr_ps(n > 0 ? p[0] : 0.0f, n > 1 ? p[1] : 0.0f, n > 2 ? p[2] : 0.0f, 0.0f)};
}
SIMD_INLINE void store_n(float* p, Vec a, int n) {
  if (n == LANES) return store(p, a);
  float lanes[LANES];
  store(lanes, a);
  for (int i = 0; i < n; i++) p[i] = lanes[i];
}

SIMD_INLINE VecI loadi(const int32_t* p) { return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))}; }
SIMD_INLINE void storei(int32_t* p, VecI a) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), a.v); }
SIMD_INLINE VecI loadi_n(const int32_t* p, int n) {
  if (n == LANES) return loadi(p);
  return {_mm_setr_epi32(n > 0 ? p[0] : 0, n > 1 ? p[1] : 0, n > 2 ? p[2] : 0, 0)};
}
SIMD_INLINE void storei_n(int32_t* p, VecI a, int n) {
  if (n == LANES) return storei(p, a);
  int32_t lanes[LANES];
  storei(lanes, a);
  for (int i = 0; i < n; i++) p[i] = lanes[i];
}

SIMD_INLINE VecI load_u8(const uint8_t* p) {
  int32_t four;
  memcpy(&four, p, sizeof four);
  const __m128i none = _mm_setzero_si128();
  return {_mm_unpacklo_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128(four), none), none)};
}
SIMD_INLINE void store_u8(uint8_t* p, VecI a) {
  const __m128i low = _mm_and_si128(a.v, _mm_set1_epi32(0xff)), halves = _mm_packs_epi32(low, low);
  const int32_t four = _mm_cvtsi128_si32(_mm_packus_epi16(halves, halves));
  memcpy(p, &four, sizeof four);
}
SIMD_INLINE VecI load_u16(const uint16_t* p) {
  return {_mm_unpacklo_epi16(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)), _mm_setzero_si128())};
}
SIMD_INLINE void store_u16(uint16_t* p, VecI a) {
  const __m128i low = _mm_srai_epi32(_mm_slli_epi32(a.v, 16), 16);  // signed, so that the packing doesn't saturate
  _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packs_epi32(low, low));
}

SIMD_INLINE Vec set1(float x) { return {_mm_set1_ps(x)}; }
SIMD_INLINE Vec zero() { return {_mm_setzero_ps()}; }
SIMD_INLINE VecI set1i(int32_t x) { return {_mm_set1_epi32(x)}; }
SIMD_INLINE VecI iota() { return {_mm_setr_epi32(0, 1, 2, 3)}; }

SIMD_INLINE Vec add(Vec a, Vec b) { return {_mm_add_ps(a.v, b.v)}; }
SIMD_INLINE Vec sub(Vec a, Vec b) { return {_mm_sub_ps(a.v, b.v)}; }
SIMD_INLINE Vec mul(Vec a, Vec b) { return {_mm_mul_ps(a.v, b.v)}; }
SIMD_INLINE Vec div(Vec a, Vec b) { return {_mm_div_ps(a.v, b.v)}; }
SIMD_INLINE Vec sqrt(Vec a) { return {_mm_sqrt_ps(a.v)}; }
SIMD_INLINE Vec fma(Vec a, Vec b, Vec c) { return add(mul(a, b), c); }   // two roundings
SIMD_INLINE Vec fnma(Vec a, Vec b, Vec c) { return sub(c, mul(a, b)); }  // two roundings
SIMD_INLINE Vec min(Vec a, Vec b) { return {_mm_min_ps(a.v, b.v)}; }
SIMD_INLINE Vec max(Vec a, Vec b) { return {_mm_max_ps(a.v, b.v)}; }

SIMD_INLINE Vec abs(Vec a) { return {_mm_andnot_ps(_mm_set1_ps(-0.0f), a.v)}; }
SIMD_INLINE Vec neg(Vec a) { return {_mm_xor_ps(_mm_set1_ps(-0.0f), a.v)}; }
SIMD_INLINE Vec copysign(Vec size, Vec sign) { return {_mm_or_ps(abs(size).v, _mm_and_ps(_mm_set1_ps(-0.0f), sign.v))}; }

// From 2^23 on, every float is integral; below, the conversion to i32 and back rounds. The comparison is false for NaN.
SIMD_INLINE Vec integral(Vec a, __m128i rounded) {
  const __m128 small = _mm_cmplt_ps(abs(a).v, _mm_set1_ps(8388608.0f));
  return as_float({blend(_mm_castps_si128(small), as_int(copysign({_mm_cvtepi32_ps(rounded)}, a)).v, as_int(a).v)});
}
SIMD_INLINE Vec round(Vec a) { return integral(a, _mm_cvtps_epi32(a.v)); }
SIMD_INLINE Vec trunc(Vec a) { return integral(a, _mm_cvttps_epi32(a.v)); }
SIMD_INLINE Vec floor(Vec a) {
  const Vec t = trunc(a);
  return copysign({_mm_sub_ps(t.v, _mm_and_ps(_mm_cmpgt_ps(t.v, a.v), _mm_set1_ps(1.0f)))}, a);
}
SIMD_INLINE Vec ceil(Vec a) {
  const Vec t = trunc(a);
  return copysign({_mm_add_ps(t.v, _mm_and_ps(_mm_cmplt_ps(t.v, a.v), _mm_set1_ps(1.0f)))}, a);
}

SIMD_INLINE Vec scale2(Vec a, Vec n) {
  const __m128i k = _mm_cvtps_epi32(n.v), half = _mm_srai_epi32(k, 1), bias = _mm_set1_epi32(127);
  const __m128i first = _mm_slli_epi32(_mm_add_epi32(half, bias), 23);
  const __m128i second = _mm_slli_epi32(_mm_add_epi32(_mm_sub_epi32(k, half), bias), 23);
  return {_mm_mul_ps(_mm_mul_ps(a.v, _mm_castsi128_ps(first)), _mm_castsi128_ps(second))};
}

SIMD_INLINE Vec divide_near(Vec a, Vec b) { return div(a, b); }

SIMD_INLINE Mask lt(Vec a, Vec b) { return {_mm_cmplt_ps(a.v, b.v)}; }
SIMD_INLINE Mask le(Vec a, Vec b) { return {_mm_cmple_ps(a.v, b.v)}; }
SIMD_INLINE Mask gt(Vec a, Vec b) { return {_mm_cmpgt_ps(a.v, b.v)}; }
SIMD_INLINE Mask ge(Vec a, Vec b) { return {_mm_cmpge_ps(a.v, b.v)}; }
SIMD_INLINE Mask eq(Vec a, Vec b) { return {_mm_cmpeq_ps(a.v, b.v)}; }
SIMD_INLINE Mask ne(Vec a, Vec b) { return {_mm_cmpneq_ps(a.v, b.v)}; }
SIMD_INLINE Mask is_nan(Vec a) { return {_mm_cmpunord_ps(a.v, a.v)}; }
SIMD_INLINE Mask eqi(VecI a, VecI b) { return {_mm_castsi128_ps(_mm_cmpeq_epi32(a.v, b.v))}; }
SIMD_INLINE Mask lti(VecI a, VecI b) { return {_mm_castsi128_ps(_mm_cmplt_epi32(a.v, b.v))}; }

SIMD_INLINE Mask mask_n(int n) { return lti(iota(), set1i(n)); }
SIMD_INLINE Mask mask_and(Mask a, Mask b) { return {_mm_and_ps(a.v, b.v)}; }
SIMD_INLINE Mask mask_or(Mask a, Mask b) { return {_mm_or_ps(a.v, b.v)}; }
SIMD_INLINE Mask mask_not(Mask a) { return {_mm_xor_ps(a.v, _mm_castsi128_ps(_mm_set1_epi32(-1)))}; }
SIMD_INLINE bool mask_any(Mask a) { return _mm_movemask_ps(a.v) != 0; }
SIMD_INLINE bool mask_all(Mask a) { return _mm_movemask_ps(a.v) == 0xf; }
SIMD_INLINE Vec select(Mask m, Vec yes, Vec no) { return as_float({blend(_mm_castps_si128(m.v), as_int(yes).v, as_int(no).v)}); }
SIMD_INLINE VecI selecti(Mask m, VecI yes, VecI no) { return {blend(_mm_castps_si128(m.v), yes.v, no.v)}; }

SIMD_INLINE VecI addi(VecI a, VecI b) { return {_mm_add_epi32(a.v, b.v)}; }
SIMD_INLINE VecI subi(VecI a, VecI b) { return {_mm_sub_epi32(a.v, b.v)}; }
SIMD_INLINE VecI muli(VecI a, VecI b) {
  const __m128i even = _mm_mul_epu32(a.v, b.v), odd = _mm_mul_epu32(_mm_srli_epi64(a.v, 32), _mm_srli_epi64(b.v, 32));
  return {_mm_unpacklo_epi32(_mm_shuffle_epi32(even, 0x08), _mm_shuffle_epi32(odd, 0x08))};
}
SIMD_INLINE VecI mini(VecI a, VecI b) { return selecti(lti(a, b), a, b); }
SIMD_INLINE VecI maxi(VecI a, VecI b) { return selecti(lti(b, a), a, b); }
SIMD_INLINE VecI andi(VecI a, VecI b) { return {_mm_and_si128(a.v, b.v)}; }
SIMD_INLINE VecI ori(VecI a, VecI b) { return {_mm_or_si128(a.v, b.v)}; }
SIMD_INLINE VecI xori(VecI a, VecI b) { return {_mm_xor_si128(a.v, b.v)}; }
SIMD_INLINE VecI shli(VecI a, int n) { return {_mm_slli_epi32(a.v, n)}; }
SIMD_INLINE VecI shri(VecI a, int n) { return {_mm_srli_epi32(a.v, n)}; }
SIMD_INLINE VecI srai(VecI a, int n) { return {_mm_srai_epi32(a.v, n)}; }

SIMD_INLINE void mulhilo_u32(VecI a, VecI b, VecI* hi, VecI* lo) {
  const __m128i even = _mm_mul_epu32(a.v, b.v), odd = _mm_mul_epu32(_mm_srli_epi64(a.v, 32), _mm_srli_epi64(b.v, 32));
  *hi = {_mm_unpacklo_epi32(_mm_shuffle_epi32(even, 0x0d), _mm_shuffle_epi32(odd, 0x0d))};
  *lo = {_mm_unpacklo_epi32(_mm_shuffle_epi32(even, 0x08), _mm_shuffle_epi32(odd, 0x08))};
}

// The CPU answers INT32_MIN for anything out of range and for NaN: flip it to INT32_MAX above, clear it for NaN.
SIMD_INLINE VecI saturated(__m128i raw, Vec a) {
  const __m128i above = as_int({ge(a, set1(2147483648.0f)).v}).v, nan = as_int({is_nan(a).v}).v;
  return {_mm_andnot_si128(nan, _mm_xor_si128(raw, above))};
}
SIMD_INLINE VecI to_int_trunc(Vec a) { return saturated(_mm_cvttps_epi32(a.v), a); }
SIMD_INLINE VecI to_int(Vec a) { return saturated(_mm_cvtps_epi32(a.v), a); }
SIMD_INLINE Vec to_float(VecI a) { return {_mm_cvtepi32_ps(a.v)}; }

#define SIMD_FOLD(NAME, FOLD) \
  SIMD_INLINE float NAME(Vec a) { \
    const __m128 two = FOLD(a.v, _mm_movehl_ps(a.v, a.v)); \
    return _mm_cvtss_f32(FOLD(two, _mm_shuffle_ps(two, two, 1))); \
  }
SIMD_FOLD(hsum, _mm_add_ps)
SIMD_FOLD(hmax, _mm_max_ps)
SIMD_FOLD(hmin, _mm_min_ps)
#undef SIMD_FOLD

SIMD_INLINE void transpose(Vec* rows) { _MM_TRANSPOSE4_PS(rows[0].v, rows[1].v, rows[2].v, rows[3].v); }

}  // namespace
}  // namespace ISA
