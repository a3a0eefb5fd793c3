// One lane in plain C++: the readable specification of the vector functions. The other headers do the same to each of their
// LANES lanes; whatever is said here about NaN, saturation and rounding holds for all of them, bit for bit, except fma.
#pragma once

#include "simd/simd.h"

namespace ISA {
namespace {

constexpr int LANES = 1;
constexpr bool FUSED = false;  // whether fma rounds once

struct Vec {
  float v;
};
struct VecI {
  int32_t v;
};
struct Mask {
  bool v;
};

// Reinterpretation: the same bits under the other type.
SIMD_INLINE VecI as_int(Vec a) {
  VecI r;
  memcpy(&r, &a, sizeof r);
  return r;
}
SIMD_INLINE Vec as_float(VecI a) {
  Vec r;
  memcpy(&r, &a, sizeof r);
  return r;
}

// f32 memory. No alignment is needed, except by stream (LANES * 4 bytes), which goes around the caches where the ISA can.
// The _n forms touch only the first n lanes, 0 <= n <= LANES; the other lanes of a load are 0.
SIMD_INLINE Vec load(const float* p) { return {*p}; }
SIMD_INLINE void store(float* p, Vec a) { *p = a.v; }
SIMD_INLINE void stream(float* p, Vec a) { *p = a.v; }
SIMD_INLINE void stream_fence() {}  // orders stream's writes before what another thread is told
SIMD_INLINE Vec load_n(const float* p, int n) { return {n > 0 ? *p : 0.0f}; }
SIMD_INLINE void store_n(float* p, Vec a, int n) {
  if (n > 0) *p = a.v;
}

// i32 memory.
SIMD_INLINE VecI loadi(const int32_t* p) { return {*p}; }
SIMD_INLINE void storei(int32_t* p, VecI a) { *p = a.v; }
SIMD_INLINE VecI loadi_n(const int32_t* p, int n) { return {n > 0 ? *p : 0}; }
SIMD_INLINE void storei_n(int32_t* p, VecI a, int n) {
  if (n > 0) *p = a.v;
}

// Narrow memory: loads widen with zeros, stores keep the low bits.
SIMD_INLINE VecI load_u8(const uint8_t* p) { return {*p}; }
SIMD_INLINE void store_u8(uint8_t* p, VecI a) { *p = uint8_t(a.v); }
SIMD_INLINE VecI load_u16(const uint16_t* p) { return {*p}; }
SIMD_INLINE void store_u16(uint16_t* p, VecI a) { *p = uint16_t(a.v); }

// Constants; iota is 0, 1, 2 …
SIMD_INLINE Vec set1(float x) { return {x}; }
SIMD_INLINE Vec zero() { return {0.0f}; }
SIMD_INLINE VecI set1i(int32_t x) { return {x}; }
SIMD_INLINE VecI iota() { return {0}; }

// Arithmetic. fma(a, b, c) = a * b + c and fnma(a, b, c) = c - a * b: rounded once where the ISA has FMA, twice in scalar
// and sse2. min and max are (a < b ? a : b) and (a > b ? a : b): the second operand where either is NaN or both are zeros.
SIMD_INLINE Vec add(Vec a, Vec b) { return {a.v + b.v}; }
SIMD_INLINE Vec sub(Vec a, Vec b) { return {a.v - b.v}; }
SIMD_INLINE Vec mul(Vec a, Vec b) { return {a.v * b.v}; }
SIMD_INLINE Vec div(Vec a, Vec b) { return {a.v / b.v}; }
SIMD_INLINE Vec sqrt(Vec a) { return {__builtin_sqrtf(a.v)}; }
SIMD_INLINE Vec fma(Vec a, Vec b, Vec c) { return {a.v * b.v + c.v}; }
SIMD_INLINE Vec fnma(Vec a, Vec b, Vec c) { return {c.v - a.v * b.v}; }
SIMD_INLINE Vec min(Vec a, Vec b) { return {a.v < b.v ? a.v : b.v}; }
SIMD_INLINE Vec max(Vec a, Vec b) { return {a.v > b.v ? a.v : b.v}; }

// Signs: bit operations, so they pass NaN through.
SIMD_INLINE Vec abs(Vec a) { return as_float({as_int(a).v & 0x7fffffff}); }
SIMD_INLINE Vec neg(Vec a) { return as_float({as_int(a).v ^ INT32_MIN}); }
SIMD_INLINE Vec copysign(Vec size, Vec sign) { return as_float({(as_int(size).v & 0x7fffffff) | (as_int(sign).v & INT32_MIN)}); }

// Rounding to integral values: round goes to the nearest even. The sign survives, also that of zero; so do inf and NaN.
SIMD_INLINE Vec round(Vec a) {
  const float two23 = 8388608.0f, size = abs(a).v;
  return size < two23 ? copysign({size + two23 - two23}, a) : a;
}
SIMD_INLINE Vec trunc(Vec a) { return abs(a).v < 8388608.0f ? copysign({float(int32_t(a.v))}, a) : a; }
SIMD_INLINE Vec floor(Vec a) {
  Vec t = trunc(a);
  return t.v > a.v ? Vec{t.v - 1.0f} : t;
}
SIMD_INLINE Vec ceil(Vec a) {
  Vec t = trunc(a);
  return t.v < a.v ? copysign({t.v + 1.0f}, a) : t;
}

// a * 2^n for 0.5 <= a <= 2 and an integral-valued |n| <= 250, rounded once (also into denormals), inf on overflow.
SIMD_INLINE Vec scale2(Vec a, Vec n) {
  const int32_t k = int32_t(n.v), half = k >> 1;
  return {a.v * as_float({(half + 127) << 23}).v * as_float({(k - half + 127) << 23}).v};
}

// a / b within 1 ULP for |b| in 2^-100 … 2^100 and |a / b| < 2^100: what is fastest. div is IEEE's.
SIMD_INLINE Vec divide_near(Vec a, Vec b) { return {a.v / b.v}; }

// Comparisons; all are false where an operand is NaN, except ne.
SIMD_INLINE Mask lt(Vec a, Vec b) { return {a.v < b.v}; }
SIMD_INLINE Mask le(Vec a, Vec b) { return {a.v <= b.v}; }
SIMD_INLINE Mask gt(Vec a, Vec b) { return {a.v > b.v}; }
SIMD_INLINE Mask ge(Vec a, Vec b) { return {a.v >= b.v}; }
SIMD_INLINE Mask eq(Vec a, Vec b) { return {a.v == b.v}; }
SIMD_INLINE Mask ne(Vec a, Vec b) { return {a.v != b.v}; }
SIMD_INLINE Mask is_nan(Vec a) { return {a.v != a.v}; }
SIMD_INLINE Mask eqi(VecI a, VecI b) { return {a.v == b.v}; }
SIMD_INLINE Mask lti(VecI a, VecI b) { return {a.v < b.v}; }

// Masks; select takes yes where the mask is set.
SIMD_INLINE Mask mask_n(int n) { return {n > 0}; }  // the first n lanes
SIMD_INLINE Mask mask_and(Mask a, Mask b) { return {a.v && b.v}; }
SIMD_INLINE Mask mask_or(Mask a, Mask b) { return {a.v || b.v}; }
SIMD_INLINE Mask mask_not(Mask a) { return {!a.v}; }
SIMD_INLINE bool mask_any(Mask a) { return a.v; }
SIMD_INLINE bool mask_all(Mask a) { return a.v; }
SIMD_INLINE Vec select(Mask m, Vec yes, Vec no) { return m.v ? yes : no; }
SIMD_INLINE VecI selecti(Mask m, VecI yes, VecI no) { return m.v ? yes : no; }

// i32 arithmetic wraps. Shift counts are 0 … 31 and the same for every lane; shri is logical, srai arithmetic.
SIMD_INLINE VecI addi(VecI a, VecI b) { return {int32_t(uint32_t(a.v) + uint32_t(b.v))}; }
SIMD_INLINE VecI subi(VecI a, VecI b) { return {int32_t(uint32_t(a.v) - uint32_t(b.v))}; }
SIMD_INLINE VecI muli(VecI a, VecI b) { return {int32_t(uint32_t(a.v) * uint32_t(b.v))}; }
SIMD_INLINE VecI mini(VecI a, VecI b) { return {a.v < b.v ? a.v : b.v}; }
SIMD_INLINE VecI maxi(VecI a, VecI b) { return {a.v > b.v ? a.v : b.v}; }
SIMD_INLINE VecI andi(VecI a, VecI b) { return {a.v & b.v}; }
SIMD_INLINE VecI ori(VecI a, VecI b) { return {a.v | b.v}; }
SIMD_INLINE VecI xori(VecI a, VecI b) { return {a.v ^ b.v}; }
SIMD_INLINE VecI shli(VecI a, int n) { return {int32_t(uint32_t(a.v) << n)}; }
SIMD_INLINE VecI shri(VecI a, int n) { return {int32_t(uint32_t(a.v) >> n)}; }
SIMD_INLINE VecI srai(VecI a, int n) { return {a.v >> n}; }

// The 64-bit product of unsigned lanes, in two halves.
SIMD_INLINE void mulhilo_u32(VecI a, VecI b, VecI* hi, VecI* lo) {
  const uint64_t product = uint64_t(uint32_t(a.v)) * uint32_t(b.v);
  *hi = {int32_t(product >> 32)};
  *lo = {int32_t(product)};
}

// Conversions: to_int goes to the nearest even, to_int_trunc towards zero; both saturate, and make 0 of NaN.
SIMD_INLINE VecI to_int_trunc(Vec a) {
  if (is_nan(a).v) return {0};
  if (a.v >= 2147483648.0f) return {INT32_MAX};
  if (a.v < -2147483648.0f) return {INT32_MIN};
  return {int32_t(a.v)};
}
SIMD_INLINE VecI to_int(Vec a) { return to_int_trunc(round(a)); }
SIMD_INLINE Vec to_float(VecI a) { return {float(a.v)}; }

// Horizontal: a fixed tree that folds the upper half onto the lower half until one lane is left.
SIMD_INLINE float hsum(Vec a) { return a.v; }
SIMD_INLINE float hmax(Vec a) { return a.v; }
SIMD_INLINE float hmin(Vec a) { return a.v; }

// Transposes the LANES x LANES block whose rows are rows[0 … LANES - 1].
SIMD_INLINE void transpose(Vec*) {}

}  // namespace
}  // namespace ISA
