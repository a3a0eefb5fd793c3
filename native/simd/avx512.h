// Sixteen lanes in a zmm register: AVX-512 F, BW, VL and DQ. The functions are specified in scalar.h.
#pragma once

#pragma GCC diagnostic push  // g++ 12 takes the undefined pass-through of its own unmasked intrinsics for a mistake
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop

#include "simd/simd.h"

namespace ISA {
namespace {

constexpr int LANES = 16;
constexpr bool FUSED = true;

struct Vec {
  __m512 v;
};
struct VecI {
  __m512i v;
};
struct Mask {
  __mmask16 v;
};

SIMD_INLINE __mmask16 first_n(int n) { return __mmask16((1u << n) - 1u); }

SIMD_INLINE VecI as_int(Vec a) { return {_mm512_castps_si512(a.v)}; }
SIMD_INLINE Vec as_float(VecI a) { return {_mm512_castsi512_ps(a.v)}; }

SIMD_INLINE Vec load(const float* p) { return {_mm512_loadu_ps(p)}; }
SIMD_INLINE void store(float* p, Vec a) { _mm512_storeu_ps(p, a.v); }
SIMD_INLINE void stream(float* p, Vec a) { _mm512_stream_ps(p, a.v); }
SIMD_INLINE void stream_fence() { _mm_sfence(); }
SIMD_INLINE Vec load_n(const float* p, int n) { return {_mm512_maskz_loadu_ps(first_n(n), p)}; }
SIMD_INLINE void store_n(float* p, Vec a, int n) { _mm512_mask_storeu_ps(p, first_n(n), a.v); }

SIMD_INLINE VecI loadi(const int32_t* p) { return {_mm512_loadu_si512(p)}; }
SIMD_INLINE void storei(int32_t* p, VecI a) { _mm512_storeu_si512(p, a.v); }
SIMD_INLINE VecI loadi_n(const int32_t* p, int n) { return {_mm512_maskz_loadu_epi32(first_n(n), p)}; }
SIMD_INLINE void storei_n(int32_t* p, VecI a, int n) { _mm512_mask_storeu_epi32(p, first_n(n), a.v); }

SIMD_INLINE VecI load_u8(const uint8_t* p) { return {_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))}; }
SIMD_INLINE void store_u8(uint8_t* p, VecI a) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(a.v)); }
SIMD_INLINE VecI load_u16(const uint16_t* p) { return {_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))}; }
SIMD_INLINE void store_u16(uint16_t* p, VecI a) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(a.v)); }

SIMD_INLINE Vec set1(float x) { return {_mm512_set1_ps(x)}; }
SIMD_INLINE Vec zero() { return {_mm512_setzero_ps()}; }
SIMD_INLINE VecI set1i(int32_t x) { return {_mm512_set1_epi32(x)}; }
SIMD_INLINE VecI iota() { return {_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)}; }

SIMD_INLINE Vec add(Vec a, Vec b) { return {_mm512_add_ps(a.v, b.v)}; }
SIMD_INLINE Vec sub(Vec a, Vec b) { return {_mm512_sub_ps(a.v, b.v)}; }
SIMD_INLINE Vec mul(Vec a, Vec b) { return {_mm512_mul_ps(a.v, b.v)}; }
SIMD_INLINE Vec div(Vec a, Vec b) { return {_mm512_div_ps(a.v, b.v)}; }
SIMD_INLINE Vec sqrt(Vec a) { return {_mm512_sqrt_ps(a.v)}; }
SIMD_INLINE Vec fma(Vec a, Vec b, Vec c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
SIMD_INLINE Vec fnma(Vec a, Vec b, Vec c) { return {_mm512_fnmadd_ps(a.v, b.v, c.v)}; }
SIMD_INLINE Vec min(Vec a, Vec b) { return {_mm512_min_ps(a.v, b.v)}; }
SIMD_INLINE Vec max(Vec a, Vec b) { return {_mm512_max_ps(a.v, b.v)}; }

SIMD_INLINE Vec abs(Vec a) { return as_float({_mm512_and_si512(as_int(a).v, _mm512_set1_epi32(0x7fffffff))}); }
SIMD_INLINE Vec neg(Vec a) { return as_float({_mm512_xor_si512(as_int(a).v, _mm512_set1_epi32(INT32_MIN))}); }
SIMD_INLINE Vec copysign(Vec size, Vec sign) {  // 0xd8: each bit of the third operand chooses the second or the first
  const __m512i sign_bit = _mm512_set1_epi32(INT32_MIN);
  return as_float({_mm512_ternarylogic_epi32(as_int(size).v, as_int(sign).v, sign_bit, 0xd8)});
}

SIMD_INLINE Vec round(Vec a) { return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
SIMD_INLINE Vec trunc(Vec a) { return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)}; }
SIMD_INLINE Vec floor(Vec a) { return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)}; }
SIMD_INLINE Vec ceil(Vec a) { return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC)}; }

SIMD_INLINE Vec scale2(Vec a, Vec n) { return {_mm512_scalef_ps(a.v, n.v)}; }

SIMD_INLINE Vec divide_near(Vec a, Vec b) {  // a reciprocal of 14 bits, then one step with the exact remainder
  const Vec r = {_mm512_rcp14_ps(b.v)}, q = mul(a, r);
  return fma(fnma(q, b, a), r, q);
}

SIMD_INLINE Mask lt(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
SIMD_INLINE Mask le(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ)}; }
SIMD_INLINE Mask gt(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ)}; }
SIMD_INLINE Mask ge(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GE_OQ)}; }
SIMD_INLINE Mask eq(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
SIMD_INLINE Mask ne(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_NEQ_UQ)}; }
SIMD_INLINE Mask is_nan(Vec a) { return {_mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q)}; }
SIMD_INLINE Mask eqi(VecI a, VecI b) { return {_mm512_cmpeq_epi32_mask(a.v, b.v)}; }
SIMD_INLINE Mask lti(VecI a, VecI b) { return {_mm512_cmplt_epi32_mask(a.v, b.v)}; }

SIMD_INLINE Mask mask_n(int n) { return {first_n(n)}; }
SIMD_INLINE Mask mask_and(Mask a, Mask b) { return {__mmask16(a.v & b.v)}; }
SIMD_INLINE Mask mask_or(Mask a, Mask b) { return {__mmask16(a.v | b.v)}; }
SIMD_INLINE Mask mask_not(Mask a) { return {__mmask16(~a.v)}; }
SIMD_INLINE bool mask_any(Mask a) { return a.v != 0; }
SIMD_INLINE bool mask_all(Mask a) { return a.v == 0xffff; }
SIMD_INLINE Vec select(Mask m, Vec yes, Vec no) { return {_mm512_mask_blend_ps(m.v, no.v, yes.v)}; }
SIMD_INLINE VecI selecti(Mask m, VecI yes, VecI no) { return {_mm512_mask_blend_epi32(m.v, no.v, yes.v)}; }

SIMD_INLINE VecI addi(VecI a, VecI b) { return {_mm512_add_epi32(a.v, b.v)}; }
SIMD_INLINE VecI subi(VecI a, VecI b) { return {_mm512_sub_epi32(a.v, b.v)}; }
SIMD_INLINE VecI muli(VecI a, VecI b) { return {_mm512_mullo_epi32(a.v, b.v)}; }
SIMD_INLINE VecI mini(VecI a, VecI b) { return {_mm512_min_epi32(a.v, b.v)}; }
SIMD_INLINE VecI maxi(VecI a, VecI b) { return {_mm512_max_epi32(a.v, b.v)}; }
SIMD_INLINE VecI andi(VecI a, VecI b) { return {_mm512_and_si512(a.v, b.v)}; }
SIMD_INLINE VecI ori(VecI a, VecI b) { return {_mm512_or_si512(a.v, b.v)}; }
SIMD_INLINE VecI xori(VecI a, VecI b) { return {_mm512_xor_si512(a.v, b.v)}; }
SIMD_INLINE VecI shli(VecI a, int n) { return {_mm512_slli_epi32(a.v, unsigned(n))}; }
SIMD_INLINE VecI shri(VecI a, int n) { return {_mm512_srli_epi32(a.v, unsigned(n))}; }
SIMD_INLINE VecI srai(VecI a, int n) { return {_mm512_srai_epi32(a.v, unsigned(n))}; }

SIMD_INLINE void mulhilo_u32(VecI a, VecI b, VecI* hi, VecI* lo) {
  const __m512i even = _mm512_mul_epu32(a.v, b.v);
  const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(a.v, 32), _mm512_srli_epi64(b.v, 32));
  *hi = {_mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd)};
  *lo = {_mm512_mask_blend_epi32(0xaaaa, even, _mm512_slli_epi64(odd, 32))};
}

// The CPU answers INT32_MIN for anything out of range and for NaN: flip it to INT32_MAX above, clear it for NaN.
SIMD_INLINE VecI saturated(__m512i raw, Vec a) {
  const __mmask16 above = ge(a, set1(2147483648.0f)).v, number = mask_not(is_nan(a)).v;
  return {_mm512_maskz_mov_epi32(number, _mm512_mask_blend_epi32(above, raw, _mm512_set1_epi32(INT32_MAX)))};
}
SIMD_INLINE VecI to_int_trunc(Vec a) { return saturated(_mm512_cvttps_epi32(a.v), a); }
SIMD_INLINE VecI to_int(Vec a) { return saturated(_mm512_cvtps_epi32(a.v), a); }
SIMD_INLINE Vec to_float(VecI a) { return {_mm512_cvtepi32_ps(a.v)}; }

#define SIMD_FOLD(NAME, FOLD256, FOLD128) \
  SIMD_INLINE float NAME(Vec a) { \
    const __m256 eight = FOLD256(_mm512_castps512_ps256(a.v), _mm512_extractf32x8_ps(a.v, 1)); \
    const __m128 four = FOLD128(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1)); \
    const __m128 two = FOLD128(four, _mm_movehl_ps(four, four)); \
    return _mm_cvtss_f32(FOLD128(two, _mm_shuffle_ps(two, two, 1))); \
  }
SIMD_FOLD(hsum, _mm256_add_ps, _mm_add_ps)
SIMD_FOLD(hmax, _mm256_max_ps, _mm_max_ps)
SIMD_FOLD(hmin, _mm256_min_ps, _mm_min_ps)
#undef SIMD_FOLD

// Four rounds, each of which interleaves twice as long runs: 32 bits, 64, 128 and 256.
SIMD_INLINE void transpose(Vec* rows) {
  __m512 t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_ps(rows[i].v, rows[i + 1].v);
    t[i + 1] = _mm512_unpackhi_ps(rows[i].v, rows[i + 1].v);
  }
  for (int i = 0; i < 16; i += 4) {
    rows[i].v = _mm512_shuffle_ps(t[i], t[i + 2], 0x44);
    rows[i + 1].v = _mm512_shuffle_ps(t[i], t[i + 2], 0xee);
    rows[i + 2].v = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    rows[i + 3].v = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
  for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_f32x4(rows[i].v, rows[i + 4].v, 0x88);
    t[i + 4] = _mm512_shuffle_f32x4(rows[i].v, rows[i + 4].v, 0xdd);
    t[i + 8] = _mm512_shuffle_f32x4(rows[i + 8].v, rows[i + 12].v, 0x88);
    t[i + 12] = _mm512_shuffle_f32x4(rows[i + 8].v, rows[i + 12].v, 0xdd);
  }
  for (int i = 0; i < 8; i++) {
    rows[i].v = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
    rows[i + 8].v = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xdd);
  }
}

SIMD_INLINE Vec load_f16(const uint16_t* p) { return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))}; }
SIMD_INLINE void store_f16(uint16_t* p, Vec a) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT));
}

}  // namespace
}  // namespace ISA
