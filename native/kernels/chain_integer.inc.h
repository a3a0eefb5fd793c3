// What the Chain's steps do in integers: division, powers and shifts by lanes of i32, and the exact remainder of floats.

// f of each lane's pair: for what no vector unit has.
template <class F> SIMD_INLINE VecI chain_by_lane(F f, VecI a, VecI b) {
  int32_t x[LANES], y[LANES];
  storei(x, a);
  storei(y, b);
  for (int i = 0; i < LANES; i++) x[i] = f(x[i], y[i]);
  return loadi(x);
}

// Division by 0 gives 0, -2^31 by -1 wraps around; who must refuse the former has done so before.
SIMD_INLINE int32_t chain_rest(int32_t a, int32_t b) { return b == 0 || b == -1 ? 0 : a % b; }  // with the sign of a
SIMD_INLINE int32_t chain_remainder(int32_t a, int32_t b) {                                     // with the sign of b
  const int32_t rest = chain_rest(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}
SIMD_INLINE int32_t chain_floor_div(int32_t a, int32_t b) {
  if (b == 0) return 0;
  return b == -1 ? int32_t(-uint32_t(a)) : a / b - (chain_rest(a, b) != 0 && (a < 0) != (b < 0));
}

// a^b by squaring, modulo 2^32; negative powers are 0, but those of 1 and -1.
SIMD_INLINE VecI chain_power(VecI a, VecI b) {
  const VecI none = set1i(0), one = set1i(1);
  VecI result = one, square = a;
  for (int bit = 0; bit < 31; bit++) {
    const Mask unset = eqi(andi(shri(b, bit), one), none);
    result = selecti(unset, result, muli(result, square));
    square = muli(square, square);
  }
  const Mask unit = mask_or(eqi(a, one), eqi(a, set1i(-1)));
  return selecti(mask_and(lti(b, none), mask_not(unit)), none, result);
}

// Shifts by lanes, bit by bit of the count. A count that leaves 0 … 31 shifts everything out; to the right the sign comes in.
SIMD_INLINE VecI chain_left(VecI a, VecI count) {
  for (int bit = 0; bit < 5; bit++) a = selecti(eqi(andi(shri(count, bit), set1i(1)), set1i(0)), a, shli(a, 1 << bit));
  return selecti(eqi(shri(count, 5), set1i(0)), a, set1i(0));
}
SIMD_INLINE VecI chain_right(VecI a, VecI count) {
  const VecI sign = srai(a, 31);
  for (int bit = 0; bit < 5; bit++) a = selecti(eqi(andi(shri(count, bit), set1i(1)), set1i(0)), a, srai(a, 1 << bit));
  return selecti(eqi(shri(count, 5), set1i(0)), a, sign);
}

// |a| mod |b| with the sign of a, in integers: (mantissa of a · 2^shift) mod the mantissa of b, 40 bits at a time.
inline float chain_fmod_one(float a, float b) {
  uint32_t x, y;
  memcpy(&x, &a, sizeof x);
  memcpy(&y, &b, sizeof y);
  const uint32_t size = x & 0x7fffffff, by = y & 0x7fffffff;
  if (by == 0 || size >= 0x7f800000 || by > 0x7f800000) return (a - a) / (b - b);  // NaN
  if (size < by) return a;
  const auto exponent = [](uint32_t bits) { return bits >> 23 ? int(bits >> 23) : 1; };
  const auto mantissa = [](uint32_t bits) { return (bits & 0x7fffff) | (bits >> 23 ? 0x800000u : 0u); };
  const uint64_t divisor = mantissa(by);
  uint64_t rest = mantissa(size) % divisor;
  for (int left = exponent(size) - exponent(by); left > 0; left -= 40) rest = (rest << (left < 40 ? left : 40)) % divisor;
  // rest · 2^(exponent - 150), in exact steps.
  const int power = exponent(by) - 1, half = power / 2;
  const auto power_of_two = [](int n) {
    const uint32_t bits = uint32_t(n + 127) << 23;
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
  };
  const float result = float(rest) * 0x1p-149f * power_of_two(half) * power_of_two(power - half);
  return x >> 31 ? -result : result;
}

inline __attribute__((noinline)) void chain_fmod_lanes(float* a, const float* b) {
  for (int i = 0; i < LANES; i++) a[i] = chain_fmod_one(a[i], b[i]);
}

// Where fma rounds once and the quotients are below 2^22, a - trunc(a / b) b is exact, and off by one b at most.
SIMD_INLINE Vec chain_fmod_of(Vec a, Vec b) {
  const Vec size = abs(a), by = abs(b), quotient = div(size, by);
  if (FUSED && mask_all(lt(quotient, set1(4194304.0f)))) {
    Vec rest = fnma(trunc(quotient), by, size);
    rest = select(lt(rest, zero()), add(rest, by), rest);
    rest = select(ge(rest, by), sub(rest, by), rest);
    return copysign(select(lt(size, by), size, rest), a);
  }
  float x[LANES], y[LANES];
  store(x, a);
  store(y, b);
  chain_fmod_lanes(x, y);
  return load(x);
}
