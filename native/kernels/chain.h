// Kernels of Chains: the steps, each a pass over a block of values in L1, and the transfers between such blocks and tensors of
// any dtype and stride.
#pragma once
#include "base/types.h"

namespace hebb {

// Every step: identifier, name as docs/program.md has it, types of the result and of a, b, c: f f32, i i32, b i32 of which only
// zero or not counts, and 0 or 1 as a result; S is the index of two scalars, a seed and a counter. A Program refers to a step by its
// position in this list.
#define HEBB_CHAIN_STEPS(X) \
  X(add, "add", "fff") \
  X(sub, "sub", "fff") \
  X(mul, "mul", "fff") \
  X(div, "div", "fff") \
  X(maximum, "maximum", "fff") \
  X(minimum, "minimum", "fff") \
  X(fmod, "fmod", "fff") \
  X(pow, "pow", "fff") \
  X(atan2, "atan2", "fff") \
  X(fma, "fma", "ffff") \
  X(clamp, "clamp", "ffff") \
  X(mul_add, "mul_add", "ffff") \
  X(mul_sub, "mul_sub", "ffff") \
  X(add_relu, "add_relu", "fff") \
  X(neg, "neg", "ff") \
  X(abs, "abs", "ff") \
  X(sign, "sign", "ff") \
  X(square, "square", "ff") \
  X(sqrt, "sqrt", "ff") \
  X(rsqrt, "rsqrt", "ff") \
  X(reciprocal, "reciprocal", "ff") \
  X(exp, "exp", "ff") \
  X(log, "log", "ff") \
  X(expm1, "expm1", "ff") \
  X(log1p, "log1p", "ff") \
  X(exp2, "exp2", "ff") \
  X(log2, "log2", "ff") \
  X(log10, "log10", "ff") \
  X(sin, "sin", "ff") \
  X(cos, "cos", "ff") \
  X(atan, "atan", "ff") \
  X(floor, "floor", "ff") \
  X(ceil, "ceil", "ff") \
  X(round, "round", "ff") \
  X(trunc, "trunc", "ff") \
  X(tanh, "tanh", "ff") \
  X(sigmoid, "sigmoid", "ff") \
  X(erf, "erf", "ff") \
  X(relu, "relu", "ff") \
  X(gelu, "gelu", "ff") \
  X(silu, "silu", "ff") \
  X(eq, "eq", "bff") \
  X(ne, "ne", "bff") \
  X(lt, "lt", "bff") \
  X(le, "le", "bff") \
  X(gt, "gt", "bff") \
  X(ge, "ge", "bff") \
  X(select, "select", "fbff") \
  X(add_i, "add_i", "iii") \
  X(sub_i, "sub_i", "iii") \
  X(mul_i, "mul_i", "iii") \
  X(maximum_i, "maximum_i", "iii") \
  X(minimum_i, "minimum_i", "iii") \
  X(floor_div_i, "floor_div_i", "iii") \
  X(remainder_i, "remainder_i", "iii") \
  X(fmod_i, "fmod_i", "iii") \
  X(pow_i, "pow_i", "iii") \
  X(and_i, "and_i", "iii") \
  X(or_i, "or_i", "iii") \
  X(xor_i, "xor_i", "iii") \
  X(shl_i, "shl_i", "iii") \
  X(shr_i, "shr_i", "iii") \
  X(neg_i, "neg_i", "ii") \
  X(abs_i, "abs_i", "ii") \
  X(eq_i, "eq_i", "bii") \
  X(ne_i, "ne_i", "bii") \
  X(lt_i, "lt_i", "bii") \
  X(le_i, "le_i", "bii") \
  X(gt_i, "gt_i", "bii") \
  X(ge_i, "ge_i", "bii") \
  X(select_i, "select_i", "ibii") \
  X(and_b, "and", "bbb") \
  X(or_b, "or", "bbb") \
  X(not_b, "not", "bb") \
  X(f_to_i, "f_to_i", "if") \
  X(i_to_f, "i_to_f", "fi") \
  X(i_to_u8, "i_to_u8", "ii") \
  X(f_to_b, "f_to_b", "bf") \
  X(i_to_b, "i_to_b", "bi") \
  X(index, "index", "i") \
  X(uniform, "uniform", "fS") \
  X(normal, "normal", "fS") \
  X(copy, "copy", "ff") \
  X(copy_i, "copy_i", "ii")

enum class ChainStep : int32_t {
#define X(id, name, types) id,
  HEBB_CHAIN_STEPS(X)
#undef X
};
#define X(id, name, types) +1
constexpr int CHAIN_STEPS = 0 HEBB_CHAIN_STEPS(X);
#undef X

// Where a step reads: `unit` 1 means consecutive values, 0 the same vector of CHAIN_LANES equal values for all of them.
struct ChainOperand {
  const void* values;
  int64_t unit;
};
constexpr int64_t CHAIN_LANES = 16;  // of the widest ISA

struct ChainCall {
  void* dst;               // may be where an operand is, exactly
  ChainOperand a, b, c;
  int64_t count;           // of values
  bool stream;             // f32 results go around the caches; dst is aligned to 64 bytes
  int64_t index;           // the flat index of the first value, for index and the random steps
  uint64_t seed, counter;  // for the random steps
};
using ChainKernel = void (*)(const ChainCall& call);

// A strided tensor as a block sees it: element `index` of the row-major iteration shape `dims` stands at the sum of coordinate * stride.
struct ChainView {
  int rank;
  int64_t dims[MAX_RANK], strides[MAX_RANK];
};

struct ChainKernels {
  ChainKernel steps[CHAIN_STEPS];
  // By dtype, where 16-bit floats become f32 and small integers i32: count values from src[first …] to dst, or back.
  void (*load[DTYPES])(void* dst, const void* src, int64_t first, int64_t count);
  void (*store[DTYPES])(void* dst, int64_t first, const void* src, int64_t count);
  // The same for the elements first … of a view.
  void (*gather[DTYPES])(void* dst, const void* src, const ChainView& view, int64_t first, int64_t count);
  void (*fence)();  // orders streamed values before what other threads are told
};

}  // namespace hebb
