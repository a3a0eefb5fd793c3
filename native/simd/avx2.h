// Eight lanes in a ymm register: AVX2, FMA and F16C. The functions are specified in scalar.h.
#pragma once

#include <immintrin.h>

#include "simd/simd.h"

namespace ISA {
namespace {

constexpr int LANES = 8;
constexpr bool FUSED = true;

struct Vec {
  __m256 v;
};
struct VecI {
  __m256i v;
};
struct Mask {
  __m256 v;
};  // each lane all ones or all zeros

SIMD_INLINE __m256i first_n(int n) { return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)); }

SIMD_INLINE VecI as_int(Vec a) { return {_mm256_castps_si256(a.v)}; }
SIMD_INLINE Vec as_float(VecI a) { return {_mm256_castsi256_ps(a.v)}; }

SIMD_INLINE Vec load(const float* p) { return {_mm256_loadu_ps(p)}; }
SIMD_INLINE void store(float* p, Vec a) { _mm256_storeu_ps(p, a.v); }
SIMD_INLINE void stream(float* p, Vec a) { _mm256_stream_ps(p, a.v); }
SIMD_INLINE void stream_fence() { _mm_sfence(); }
SIMD_INLINE Vec load_n(const float* p, int n) { return {_mm256_maskload_ps(p, first_n(n))}; }
SIMD_INLINE void store_n(float* p, Vec a, int n) { _mm256_maskstore_ps(p, first_n(n), a.v); }

SIMD_INLINE VecI loadi(const int32_t* p) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))}; }
SIMD_INLINE void storei(int32_t* p, VecI a) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.v); }
SIMD_INLINE VecI loadi_n(const int32_t* p, int n) { return {_mm256_maskload_epi32(p, first_n(n))}; }
SIMD_INLINE void storei_n(int32_t* p, VecI a, int n) { _mm256_maskstore_epi32(p, first_n(n), a.v); }

SIMD_INLINE __m128i low_halves(__m256i a) {  // the low 16 bits of each lane
  const __m256i low = _mm256_and_si256(a, _mm256_set1_epi32(0xffff)), packed = _mm256_packus_epi32(low, low);
  return _mm256_castsi256_si128(_mm256_permute4x64_epi64(packed, 0x08));
}
SIMD_INLINE VecI load_u8(const uint8_t* p) { return {_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)))}; }
SIMD_INLINE void store_u8(uint8_t* p, VecI a) {
  const __m128i halves = low_halves(_mm256_and_si256(a.v, _mm256_set1_epi32(0xff)));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi16(halves, halves));
}
SIMD_INLINE VecI load_u16(const uint16_t* p) { return {_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))}; }
SIMD_INLINE void store_u16(uint16_t* p, VecI a) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), low_halves(a.v)); }

SIMD_INLINE Vec set1(float x) { return {_mm256_set1_ps(x)}; }
SIMD_INLINE Vec zero() { return {_mm256_setzero_ps()}; }
SIMD_INLINE VecI set1i(int32_t x) { return {_mm256_set1_epi32(x)}; }
SIMD_INLINE VecI iota() { return {_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)}; }

SIMD_INLINE Vec add(Vec a, Vec b) { return {_mm256_add_ps(a.v, b.v)}; }
SIMD_INLINE Vec sub(Vec a, Vec b) { return {_mm256_sub_ps(a.v, b.v)}; }
SIMD_INLINE Vec mul(Vec a, Vec b) { return {_mm256_mul_ps(a.v, b.v)}; }
SIMD_INLINE Vec div(Vec a, Vec b) { return {_mm256_div_ps(a.v, b.v)}; }
SIMD_INLINE Vec sqrt(Vec a) { return {_mm256_sqrt_ps(a.v)}; }
SIMD_INLINE Vec fma(Vec a, Vec b, Vec c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
SIMD_INLINE Vec fnma(Vec a, Vec b, Vec c) { return {_mm256_fnmadd_ps(a.v, b.v, c.v)}; }
SIMD_INLINE Vec min(Vec a, Vec b) { return {_mm256_min_ps(a.v, b.v)}; }
SIMD_INLINE Vec max(Vec a, Vec b) { return {_mm256_max_ps(a.v, b.v)}; }

SIMD_INLINE Vec abs(Vec a) { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v)}; }
SIMD_INLINE Vec neg(Vec a) { return {_mm256_xor_ps(_mm256_set1_ps(-0.0f), a.v)}; }
SIMD_INLINE Vec copysign(Vec size, Vec sign) { return {_mm256_or_ps(abs(size).v, _mm256_and_ps(_mm256_set1_ps(-0.0f), sign.v))}; }

SIMD_INLINE Vec round(Vec a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
SIMD_INLINE Vec trunc(Vec a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)}; }
SIMD_INLINE Vec floor(Vec a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)}; }
SIMD_INLINE Vec ceil(Vec a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC)}; }

SIMD_INLINE Vec scale2(Vec a, Vec n) {
  const __m256i k = _mm256_cvtps_epi32(n.v), half = _mm256_srai_epi32(k, 1), bias = _mm256_set1_epi32(127);
  const __m256i first = _mm256_slli_epi32(_mm256_add_epi32(half, bias), 23);
  const __m256i second = _mm256_slli_epi32(_mm256_add_epi32(_mm256_sub_epi32(k, half), bias), 23);
  return {_mm256_mul_ps(_mm256_mul_ps(a.v, _mm256_castsi256_ps(first)), _mm256_castsi256_ps(second))};
}

SIMD_INLINE Vec divide_near(Vec a, Vec b) { return div(a, b); }

SIMD_INLINE Mask lt(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ)}; }
SIMD_INLINE Mask le(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LE_OQ)}; }
SIMD_INLINE Mask gt(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ)}; }
SIMD_INLINE Mask ge(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_GE_OQ)}; }
SIMD_INLINE Mask eq(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ)}; }
SIMD_INLINE Mask ne(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_NEQ_UQ)}; }
SIMD_INLINE Mask is_nan(Vec a) { return {_mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q)}; }
SIMD_INLINE Mask eqi(VecI a, VecI b) { return {_mm256_castsi256_ps(_mm256_cmpeq_epi32(a.v, b.v))}; }
SIMD_INLINE Mask lti(VecI a, VecI b) { return {_mm256_castsi256_ps(_mm256_cmpgt_epi32(b.v, a.v))}; }

SIMD_INLINE Mask mask_n(int n) { return {_mm256_castsi256_ps(first_n(n))}; }
SIMD_INLINE Mask mask_and(Mask a, Mask b) { return {_mm256_and_ps(a.v, b.v)}; }
SIMD_INLINE Mask mask_or(Mask a, Mask b) { return {_mm256_or_ps(a.v, b.v)}; }
SIMD_INLINE Mask mask_not(Mask a) { return {_mm256_xor_ps(a.v, _mm256_castsi256_ps(_mm256_set1_epi32(-1)))}; }
SIMD_INLINE bool mask_any(Mask a) { return _mm256_movemask_ps(a.v) != 0; }
SIMD_INLINE bool mask_all(Mask a) { return _mm256_movemask_ps(a.v) == 0xff; }
SIMD_INLINE Vec select(Mask m, Vec yes, Vec no) { return {_mm256_blendv_ps(no.v, yes.v, m.v)}; }
SIMD_INLINE VecI selecti(Mask m, VecI yes, VecI no) { return as_int(select(m, as_float(yes), as_float(no))); }

SIMD_INLINE VecI addi(VecI a, VecI b) { return {_mm256_add_epi32(a.v, b.v)}; }
SIMD_INLINE VecI subi(VecI a, VecI b) { return {_mm256_sub_epi32(a.v, b.v)}; }
SIMD_INLINE VecI muli(VecI a, VecI b) { return {_mm256_mullo_epi32(a.v, b.v)}; }
SIMD_INLINE VecI mini(VecI a, VecI b) { return {_mm256_min_epi32(a.v, b.v)}; }
SIMD_INLINE VecI maxi(VecI a, VecI b) { return {_mm256_max_epi32(a.v, b.v)}; }
SIMD_INLINE VecI andi(VecI a, VecI b) { return {_mm256_and_si256(a.v, b.v)}; }
SIMD_INLINE VecI ori(VecI a, VecI b) { return {_mm256_or_si256(a.v, b.v)}; }
SIMD_INLINE VecI xori(VecI a, VecI b) { return {_mm256_xor_si256(a.v, b.v)}; }
SIMD_INLINE VecI shli(VecI a, int n) { return {_mm256_slli_epi32(a.v, n)}; }
SIMD_INLINE VecI shri(VecI a, int n) { return {_mm256_srli_epi32(a.v, n)}; }
SIMD_INLINE VecI srai(VecI a, int n) { return {_mm256_srai_epi32(a.v, n)}; }

SIMD_INLINE void mulhilo_u32(VecI a, VecI b, VecI* hi, VecI* lo) {
  const __m256i even = _mm256_mul_epu32(a.v, b.v);
  const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(a.v, 32), _mm256_srli_epi64(b.v, 32));
  *hi = {_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa)};
  *lo = {_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa)};
}

// The CPU answers INT32_MIN for anything out of range and for NaN: flip it to INT32_MAX above, clear it for NaN.
SIMD_INLINE VecI saturated(__m256i raw, Vec a) {
  const __m256i above = as_int({ge(a, set1(2147483648.0f)).v}).v, nan = as_int({is_nan(a).v}).v;
  return {_mm256_andnot_si256(nan, _mm256_xor_si256(raw, above))};
}
SIMD_INLINE VecI to_int_trunc(Vec a) { return saturated(_mm256_cvttps_epi32(a.v), a); }
SIMD_INLINE VecI to_int(Vec a) { return saturated(_mm256_cvtps_epi32(a.v), a); }
SIMD_INLINE Vec to_float(VecI a) { return {_mm256_cvtepi32_ps(a.v)}; }

#define SIMD_FOLD(NAME, FOLD) \
  SIMD_INLINE float NAME(Vec a) { \
    const __m128 four = FOLD(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1)); \
    const __m128 two = FOLD(four, _mm_movehl_ps(four, four)); \
    return _mm_cvtss_f32(FOLD(two, _mm_shuffle_ps(two, two, 1))); \
  }
SIMD_FOLD(hsum, _mm_add_ps)
SIMD_FOLD(hmax, _mm_max_ps)
SIMD_FOLD(hmin, _mm_min_ps)
#undef SIMD_FOLD

// Three rounds, each of which interleaves twice as long runs: 32 bits, 64 and 128.
SIMD_INLINE void transpose(Vec* rows) {
  __m256 t[8];
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(rows[i].v, rows[i + 1].v);
    t[i + 1] = _mm256_unpackhi_ps(rows[i].v, rows[i + 1].v);
  }
  for (int i = 0; i < 8; i += 4) {
    rows[i].v = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
    rows[i + 1].v = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
    rows[i + 2].v = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    rows[i + 3].v = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
  for (int i = 0; i < 4; i++) {
    const __m256 upper = _mm256_permute2f128_ps(rows[i].v, rows[i + 4].v, 0x31);
    rows[i].v = _mm256_permute2f128_ps(rows[i].v, rows[i + 4].v, 0x20);
    rows[i + 4].v = upper;
  }
}

SIMD_INLINE Vec load_f16(const uint16_t* p) { return {_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))}; }
SIMD_INLINE void store_f16(uint16_t* p, Vec a) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT));
}

}  // namespace
}  // namespace ISA
