// 16-bit floats in memory, written once on top of the instruction sets' headers: bf16 for all, f16 in software where the CPU
// can't (scalar, sse2), and partial transfers of every narrow type. Stores round to the nearest even and keep NaN (made quiet).
#pragma once

#include "simd/simd.h"

namespace ISA {
namespace {

SIMD_INLINE Vec load_bf16(const uint16_t* p) { return as_float(shli(load_u16(p), 16)); }
SIMD_INLINE void store_bf16(uint16_t* p, Vec a) {
  const VecI bits = as_int(a), high = shri(bits, 16);
  const VecI rounded = shri(addi(bits, addi(set1i(0x7fff), andi(high, set1i(1)))), 16);
  store_u16(p, selecti(is_nan(a), ori(high, set1i(0x40)), rounded));
}

#if defined(HEBB_ISA_scalar) || defined(HEBB_ISA_sse2)
SIMD_INLINE Vec load_f16(const uint16_t* p) {
  const VecI h = load_u16(p), size = andi(h, set1i(0x7fff)), sign = shli(andi(h, set1i(0x8000)), 16);
  // Moving the exponent by a multiplication also turns f16's denormals into normal numbers, exactly.
  const VecI finite = as_int(mul(as_float(shli(size, 13)), set1(0x1p112f)));
  const VecI quiet = selecti(lti(set1i(0x7c00), size), set1i(0x7fc00000), set1i(0x7f800000));
  const VecI special = ori(shli(size, 13), quiet);
  return as_float(ori(sign, selecti(lti(set1i(0x7bff), size), special, finite)));
}
SIMD_INLINE void store_f16(uint16_t* p, Vec a) {
  const VecI bits = as_int(a), size = andi(bits, set1i(0x7fffffff)), sign = andi(shri(bits, 16), set1i(0x8000));
  const VecI odd = andi(shri(size, 13), set1i(1));
  const VecI normal = shri(addi(addi(size, set1i(-(112 << 23) + 0xfff)), odd), 13);
  // Adding 0.5 leaves a denormal f16 in the low bits of the sum, rounded by the adder.
  const VecI denormal = subi(as_int(add(as_float(size), set1(0.5f))), set1i(0x3f000000));
  const VecI nan = ori(set1i(0x7e00), andi(shri(size, 13), set1i(0x3ff)));
  const VecI special = selecti(lti(set1i(0x7f800000), size), nan, set1i(0x7c00));
  const VecI finite = selecti(lti(size, set1i(113 << 23)), denormal, normal);
  store_u16(p, ori(sign, selecti(lti(size, set1i(0x47800000)), finite, special)));
}
#endif

// Partial transfers: the first n lanes, 0 <= n <= LANES, through a buffer of one vector; the other lanes of a load are 0.
SIMD_INLINE VecI load_u8_n(const uint8_t* p, int n) {
  uint8_t buffer[LANES] = {};
  memcpy(buffer, p, size_t(n));
  return load_u8(buffer);
}
SIMD_INLINE void store_u8_n(uint8_t* p, VecI a, int n) {
  uint8_t buffer[LANES];
  store_u8(buffer, a);
  memcpy(p, buffer, size_t(n));
}

#define SIMD_PARTIAL_16(KIND) \
  SIMD_INLINE Vec load_##KIND##_n(const uint16_t* p, int n) { \
    uint16_t buffer[LANES] = {}; \
    memcpy(buffer, p, size_t(n) * sizeof *p); \
    return load_##KIND(buffer); \
  } \
  SIMD_INLINE void store_##KIND##_n(uint16_t* p, Vec a, int n) { \
    uint16_t buffer[LANES]; \
    store_##KIND(buffer, a); \
    memcpy(p, buffer, size_t(n) * sizeof *p); \
  }
SIMD_PARTIAL_16(bf16)
SIMD_PARTIAL_16(f16)
#undef SIMD_PARTIAL_16

}  // namespace
}  // namespace ISA
