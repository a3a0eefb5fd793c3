// The vector vocabulary of the kernels: picks the header of the instruction set that this file is compiled for (-DISA=avx2
// -DHEBB_ISA_avx2=1). Each declares the same functions in the same order, on Vec (f32 lanes), VecI (i32 lanes) and Mask;
// scalar.h is their specification. Everything has internal linkage, so that no copy leaks from one ISA's objects into another's.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SIMD_INLINE static inline __attribute__((always_inline))

#if defined(HEBB_ISA_avx512)
#include "simd/avx512.h"
#elif defined(HEBB_ISA_avx2)
#include "simd/avx2.h"
#elif defined(HEBB_ISA_sse2)
#include "simd/sse2.h"
#elif defined(HEBB_ISA_neon)
#include "simd/neon.h"
#elif defined(HEBB_ISA_scalar)
#include "simd/scalar.h"
#else
#error "define HEBB_ISA_<isa>: scalar, sse2, avx2, avx512 or neon"
#endif

#include "simd/half.h"
