// The Chain's steps, transfers and random numbers, as kernels.
#include "kernels/chain.h"

#include "simd/math.h"
#include "simd/powers.h"
#include "simd/simd.h"
#include "simd/trigonometry.h"

#pragma GCC push_options  // g++ leaves the four vectors of a loop one after the other, unless told to interleave them
#pragma GCC optimize("schedule-insns")

namespace ISA {
namespace {

// A Mask as a b value, 1 or 0, and back.
SIMD_INLINE VecI chain_bool(Mask m) { return selecti(m, set1i(1), set1i(0)); }
SIMD_INLINE Mask chain_true(VecI b) { return mask_not(eqi(b, set1i(0))); }

#include "kernels/chain_integer.inc.h"
#include "kernels/chain_loop.inc.h"
#include "kernels/chain_random.inc.h"
#include "kernels/chain_transfer.inc.h"

// max gives its second operand where one is NaN: all that is left is a NaN in the first.
SIMD_INLINE Vec chain_maximum_of(Vec a, Vec b) { return select(is_nan(a), a, max(a, b)); }
SIMD_INLINE Vec chain_minimum_of(Vec a, Vec b) { return select(is_nan(a), a, min(a, b)); }
SIMD_INLINE Vec chain_sign_of(Vec a) {  // zeros and NaN stay
  return select(gt(a, zero()), set1(1.0f), select(lt(a, zero()), set1(-1.0f), a));
}

#define CHAIN_1(NAME, R, A, EXPR) \
  void chain_##NAME(const ChainCall& call) { \
    chain_map<R, A>(call, [](A a) __attribute__((always_inline)) { return EXPR; }); \
  }
#define CHAIN_2(NAME, R, A, B, EXPR) \
  void chain_##NAME(const ChainCall& call) { \
    chain_map<R, A, B>(call, [](A a, B b) __attribute__((always_inline)) { return EXPR; }); \
  }
#define CHAIN_3(NAME, R, A, B, C, EXPR) \
  void chain_##NAME(const ChainCall& call) { \
    chain_map<R, A, B, C>(call, [](A a, B b, C c) __attribute__((always_inline)) { return EXPR; }); \
  }

CHAIN_2(add, Vec, Vec, Vec, add(a, b))
CHAIN_2(sub, Vec, Vec, Vec, sub(a, b))
CHAIN_2(mul, Vec, Vec, Vec, mul(a, b))
CHAIN_2(div, Vec, Vec, Vec, div(a, b))
CHAIN_2(maximum, Vec, Vec, Vec, chain_maximum_of(a, b))
CHAIN_2(minimum, Vec, Vec, Vec, chain_minimum_of(a, b))
CHAIN_2(fmod, Vec, Vec, Vec, chain_fmod_of(a, b))
CHAIN_2(pow, Vec, Vec, Vec, pow(a, b))
CHAIN_2(atan2, Vec, Vec, Vec, atan2(a, b))
CHAIN_3(fma, Vec, Vec, Vec, Vec, fma(a, b, c))
CHAIN_3(mul_add, Vec, Vec, Vec, Vec, add(mul(a, b), c))  // as two steps would round
CHAIN_3(mul_sub, Vec, Vec, Vec, Vec, sub(mul(a, b), c))
CHAIN_2(add_relu, Vec, Vec, Vec, max(zero(), add(a, b)))
CHAIN_3(clamp, Vec, Vec, Vec, Vec, min(c, max(b, a)))  // in this order a NaN in a passes
CHAIN_1(neg, Vec, Vec, neg(a))
CHAIN_1(abs, Vec, Vec, abs(a))
CHAIN_1(sign, Vec, Vec, chain_sign_of(a))
CHAIN_1(square, Vec, Vec, mul(a, a))
CHAIN_1(sqrt, Vec, Vec, sqrt(a))
CHAIN_1(rsqrt, Vec, Vec, rsqrt(a))
CHAIN_1(reciprocal, Vec, Vec, div(set1(1.0f), a))
CHAIN_1(exp, Vec, Vec, exp(a))
CHAIN_1(log, Vec, Vec, log(a))
CHAIN_1(expm1, Vec, Vec, expm1(a))
CHAIN_1(log1p, Vec, Vec, log1p(a))
CHAIN_1(exp2, Vec, Vec, exp2(a))
CHAIN_1(log2, Vec, Vec, log2(a))
CHAIN_1(log10, Vec, Vec, log10(a))
CHAIN_1(sin, Vec, Vec, sin(a))
CHAIN_1(cos, Vec, Vec, cos(a))
CHAIN_1(atan, Vec, Vec, atan(a))
CHAIN_1(floor, Vec, Vec, floor(a))
CHAIN_1(ceil, Vec, Vec, ceil(a))
CHAIN_1(round, Vec, Vec, round(a))
CHAIN_1(trunc, Vec, Vec, trunc(a))
CHAIN_1(tanh, Vec, Vec, tanh(a))
CHAIN_1(sigmoid, Vec, Vec, sigmoid(a))
CHAIN_1(erf, Vec, Vec, erf(a))
CHAIN_1(relu, Vec, Vec, max(zero(), a))  // in this order NaN passes
CHAIN_1(gelu, Vec, Vec, gelu(a))
CHAIN_1(silu, Vec, Vec, silu(a))
CHAIN_2(eq, VecI, Vec, Vec, chain_bool(eq(a, b)))
CHAIN_2(ne, VecI, Vec, Vec, chain_bool(ne(a, b)))
CHAIN_2(lt, VecI, Vec, Vec, chain_bool(lt(a, b)))
CHAIN_2(le, VecI, Vec, Vec, chain_bool(le(a, b)))
CHAIN_2(gt, VecI, Vec, Vec, chain_bool(gt(a, b)))
CHAIN_2(ge, VecI, Vec, Vec, chain_bool(ge(a, b)))
CHAIN_3(select, Vec, VecI, Vec, Vec, select(chain_true(a), b, c))

CHAIN_2(add_i, VecI, VecI, VecI, addi(a, b))
CHAIN_2(sub_i, VecI, VecI, VecI, subi(a, b))
CHAIN_2(mul_i, VecI, VecI, VecI, muli(a, b))
CHAIN_2(maximum_i, VecI, VecI, VecI, maxi(a, b))
CHAIN_2(minimum_i, VecI, VecI, VecI, mini(a, b))
CHAIN_2(floor_div_i, VecI, VecI, VecI, chain_by_lane(chain_floor_div, a, b))
CHAIN_2(remainder_i, VecI, VecI, VecI, chain_by_lane(chain_remainder, a, b))
CHAIN_2(fmod_i, VecI, VecI, VecI, chain_by_lane(chain_rest, a, b))
CHAIN_2(pow_i, VecI, VecI, VecI, chain_power(a, b))
CHAIN_2(and_i, VecI, VecI, VecI, andi(a, b))
CHAIN_2(or_i, VecI, VecI, VecI, ori(a, b))
CHAIN_2(xor_i, VecI, VecI, VecI, xori(a, b))
CHAIN_2(shl_i, VecI, VecI, VecI, chain_left(a, b))
CHAIN_2(shr_i, VecI, VecI, VecI, chain_right(a, b))
CHAIN_1(neg_i, VecI, VecI, subi(set1i(0), a))
CHAIN_1(abs_i, VecI, VecI, maxi(a, subi(set1i(0), a)))
CHAIN_2(eq_i, VecI, VecI, VecI, chain_bool(eqi(a, b)))
CHAIN_2(ne_i, VecI, VecI, VecI, chain_bool(mask_not(eqi(a, b))))
CHAIN_2(lt_i, VecI, VecI, VecI, chain_bool(lti(a, b)))
CHAIN_2(le_i, VecI, VecI, VecI, chain_bool(mask_not(lti(b, a))))
CHAIN_2(gt_i, VecI, VecI, VecI, chain_bool(lti(b, a)))
CHAIN_2(ge_i, VecI, VecI, VecI, chain_bool(mask_not(lti(a, b))))
CHAIN_3(select_i, VecI, VecI, VecI, VecI, selecti(chain_true(a), b, c))

CHAIN_2(and_b, VecI, VecI, VecI, chain_bool(mask_and(chain_true(a), chain_true(b))))
CHAIN_2(or_b, VecI, VecI, VecI, chain_bool(chain_true(ori(a, b))))
CHAIN_1(not_b, VecI, VecI, chain_bool(eqi(a, set1i(0))))
CHAIN_1(f_to_i, VecI, Vec, to_int_trunc(a))
CHAIN_1(i_to_f, Vec, VecI, to_float(a))
CHAIN_1(i_to_u8, VecI, VecI, maxi(set1i(0), mini(set1i(255), a)))
CHAIN_1(f_to_b, VecI, Vec, chain_bool(ne(a, zero())))
CHAIN_1(i_to_b, VecI, VecI, chain_bool(chain_true(a)))
CHAIN_1(copy, Vec, Vec, a)
CHAIN_1(copy_i, VecI, VecI, a)

void chain_index(const ChainCall& call) {
  int32_t* dst = static_cast<int32_t*>(call.dst);
  for (int64_t i = 0; i < call.count; i += LANES) {
    const int n = call.count - i < LANES ? int(call.count - i) : LANES;
    storei_n(dst + i, addi(set1i(int32_t(call.index + i)), iota()), n);
  }
}

void chain_fence() { stream_fence(); }

#undef CHAIN_1
#undef CHAIN_2
#undef CHAIN_3

constexpr hebb::ChainKernels chain_kernels = {
    {
#define X(id, name, types) chain_##id,
        HEBB_CHAIN_STEPS(X)
#undef X
    },
    {chain_load<ChainF32>, chain_load<ChainBF16>, chain_load<ChainF16>, chain_load<ChainI32>, chain_load<ChainU8>, chain_load<ChainU8>},
    {chain_store<ChainF32>, chain_store<ChainBF16>, chain_store<ChainF16>, chain_store<ChainI32>, chain_store<ChainU8>,
     chain_store<ChainBool>},
    {chain_gather<ChainF32>, chain_gather<ChainBF16>, chain_gather<ChainF16>, chain_gather<ChainI32>, chain_gather<ChainU8>,
     chain_gather<ChainU8>},
    chain_fence,
};

}  // namespace
}  // namespace ISA

#pragma GCC pop_options
