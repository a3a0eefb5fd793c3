// Measures simd/math.h against double precision over the whole range of floats, for the ISA that it is compiled for: every
// STRIDE-th bit pattern (argv[1], default 499; 1 is exhaustive), special values, and the neighbourhoods of the critical ones. Fails
// where a result is further from the correctly rounded one than the bound, in units in the last place.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "simd/math.h"
#include "simd/powers.h"
#include "simd/trigonometry.h"

namespace ISA {
namespace {

struct Function {
  const char* name;
  Vec (*vector)(Vec);
  double (*reference)(double);
  int64_t bound;  // ULP; -1: the error is at most 2.5e-7 of the argument
};

double exact_sigmoid(double x) { return x < 0 ? ::exp(x) / (1 + ::exp(x)) : 1 / (1 + ::exp(-x)); }
double exact_gelu(double x) { return 0.5 * x * erfc(-x * M_SQRT1_2); }
double exact_silu(double x) { return x * exact_sigmoid(x); }
double exact_rsqrt(double x) { return 1 / ::sqrt(x); }

Vec sine(Vec x) {
  Vec s, c;
  sincos_turns(x, &s, &c);
  return s;
}
Vec cosine(Vec x) {
  Vec s, c;
  sincos_turns(x, &s, &c);
  return c;
}

const Function functions[] = {
    {"exp", [](Vec x) { return exp(x); }, ::exp, 2},           {"log", [](Vec x) { return log(x); }, ::log, 2},
    {"tanh", [](Vec x) { return tanh(x); }, ::tanh, 2},        {"sigmoid", [](Vec x) { return sigmoid(x); }, exact_sigmoid, 2},
    {"erf", [](Vec x) { return erf(x); }, ::erf, 4},           {"silu", [](Vec x) { return silu(x); }, exact_silu, -1},
    {"rsqrt", [](Vec x) { return rsqrt(x); }, exact_rsqrt, 2}, {"gelu", [](Vec x) { return gelu(x); }, exact_gelu, -1},
    {"expm1", [](Vec x) { return expm1(x); }, ::expm1, 2},     {"log1p", [](Vec x) { return log1p(x); }, ::log1p, 2},
    {"exp2", [](Vec x) { return exp2(x); }, ::exp2, 2},        {"log2", [](Vec x) { return log2(x); }, ::log2, 2},
    {"log10", [](Vec x) { return log10(x); }, ::log10, 2},     {"sin", [](Vec x) { return sin(x); }, ::sin, 2},
    {"cos", [](Vec x) { return cos(x); }, ::cos, 2},           {"atan", [](Vec x) { return atan(x); }, ::atan, 2},
};

float from_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
uint32_t to_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
int64_t place(float x) {  // floats in order, as integers
  const int32_t bits = int32_t(to_bits(x));
  return bits < 0 ? int64_t(INT32_MIN) - bits : bits;
}

struct Worst {
  double error = 0;
  float at = 0, got = 0, want = 0;
  int64_t failures = 0;
};

void check(const Function& f, float x, float got, Worst& worst) {
  const double exact = f.reference(x);
  const float want = float(exact);
  bool wrong;
  double error = 0;
  if (f.bound < 0 && !isfinite(x)) {
    wrong = isnan(x) ? !isnan(got) : x > 0 && got != x;  // at -inf it is 0 · inf
  } else if (isnan(want) || isnan(got)) {
    wrong = isnan(want) != isnan(got);
  } else if (f.bound < 0) {
    error = ::fabs(got - exact) / (::fabs(double(x)) + 1e-30);
    wrong = !(error <= 2.5e-7) || (x < -30 && ::fabs(got) > 1e-10);
  } else {
    int exponent;
    frexp(exact, &exponent);
    const double ulp = ldexp(1.0, exponent - 24 < -149 ? -149 : exponent - 24);
    error = isinf(want) || isinf(got) ? double(llabs(place(got) - place(want))) : ::fabs(got - exact) / ulp;
    wrong = llabs(place(got) - place(want)) > f.bound || (want == 0 && exact == 0 && signbit(want) != signbit(got));
  }
  worst.failures += wrong;
  if (wrong && worst.failures <= 3) printf("  %s(%.9g) = %.9g, not %.9g\n", f.name, x, got, want);
  if (error > worst.error) worst.error = error, worst.at = x, worst.got = got, worst.want = want;
}

// Collects arguments by the vector.
struct Feeder {
  const Function& f;
  Worst worst;
  float in[LANES], out[LANES];
  int count = 0;
  void put(float x) {
    in[count++] = x;
    if (count == LANES) flush();
  }
  void flush() {
    for (int i = count; i < LANES; i++) in[i] = 0;
    store(out, f.vector(load(in)));
    for (int i = 0; i < count; i++) check(f, in[i], out[i], worst);
    count = 0;
  }
};

int64_t test(const Function& f, uint64_t stride) {
  Feeder feed{f, {}, {}, {}};
  for (uint64_t bits = 0; bits < (uint64_t(1) << 32); bits += stride) feed.put(from_bits(uint32_t(bits)));
  const float centres[] = {0.0f,      1.17549435e-38f, 0.5f,       1.0f,        3.92f,       9.01f,         17.33f,
                           88.72284f, 87.33655f,       103.97208f, 0.34657359f, 0.70710678f, 3.40282347e38f};
  for (float centre : centres) {
    for (int64_t step = -3000; step <= 3000; step++) {
      const uint32_t bits = uint32_t(int64_t(to_bits(centre)) + step);
      feed.put(from_bits(bits));
      feed.put(from_bits(bits ^ 0x80000000u));
    }
  }
  feed.flush();
  const Worst& w = feed.worst;
  printf("%-8s %s %.3g %s at %.9g: %.9g for %.9g\n", f.name, w.failures ? "FAIL" : "ok  ", w.error, f.bound < 0 ? "of |x|" : "ULP", w.at,
         w.got, w.want);
  return w.failures;
}

int64_t test_turns() {
  double worst = 0;
  float in[LANES], s[LANES], c[LANES];
  for (int32_t k = 0; k < 1 << 24; k += LANES) {
    for (int i = 0; i < LANES; i++) in[i] = float(k + i) * 0x1p-24f;
    store(s, sine(load(in)));
    store(c, cosine(load(in)));
    for (int i = 0; i < LANES; i++) {
      worst = fmax(worst, ::fabs(s[i] - ::sin(2 * M_PI * in[i])));
      worst = fmax(worst, ::fabs(c[i] - ::cos(2 * M_PI * in[i])));
    }
  }
  printf("sincos   %s %.3g absolute\n", worst < 1.5e-7 ? "ok  " : "FAIL", worst);
  return worst < 1.5e-7 ? 0 : 1;
}

// Functions of two values: every pair of special ones, then random bits, then moderate values, whose results are mostly finite.
int64_t test_pairs(const char* name, Vec (*vector)(Vec, Vec), double (*reference)(double, double), int64_t bound, uint64_t count) {
  const float special[] = {0,        -0.0f,    1,         -1,          2,          -2,     3,      -3,      0.5f,
                           -0.5f,    INFINITY, -INFINITY, NAN,         1e38f,      -1e38f, 1e-45f, -1e-45f, 1e-38f,
                           16777216, 16777215, -16777215, 0.99999994f, 1.0000001f, 1e10f,  -1e10f, 0.1f};
  constexpr uint64_t N = sizeof special / sizeof *special;
  uint64_t state = 1;
  const auto bits = [&] { return uint32_t((state = state * 6364136223846793005u + 1442695040888963407u) >> 32); };
  const auto moderate = [&] { return float(int32_t(bits())) * 0x1p-28f; };
  int64_t failures = 0;
  double worst = 0;
  for (uint64_t i = 0; i < N * N + count; i += LANES) {
    float a[LANES], b[LANES], r[LANES];
    for (int k = 0; k < LANES; k++) {
      const uint64_t j = i + uint64_t(k);
      a[k] = j < N * N ? special[j / N] : j % 2 ? from_bits(bits()) : moderate();
      b[k] = j < N * N ? special[j % N] : j % 4 == 1 ? from_bits(bits()) : moderate() * (j % 4 == 0 ? 16 : 1);
    }
    store(r, vector(load(a), load(b)));
    for (int k = 0; k < LANES; k++) {
      const double exact = reference(a[k], b[k]);
      const float want = float(exact);
      const bool number = !isnan(want) && !isnan(r[k]);
      const int64_t apart = number ? llabs(place(r[k]) - place(want)) : isnan(want) != isnan(r[k]) ? INT32_MAX : 0;
      const bool wrong = apart > bound || (number && want == 0 && exact == 0 && signbit(want) != signbit(r[k]));
      worst = fmax(worst, double(apart));
      if (wrong && failures++ < 3) printf("  %s(%.9g, %.9g) = %.9g, not %.9g\n", name, a[k], b[k], r[k], want);
    }
  }
  printf("%-8s %s %g ULP\n", name, failures ? "FAIL" : "ok  ", worst);
  return failures;
}

int run(uint64_t stride) {
  const uint64_t pairs = (uint64_t(1) << 32) / stride / 4;
  int64_t failures = test_turns();
  failures += test_pairs("pow", [](Vec x, Vec y) { return pow(x, y); }, ::pow, 2, pairs);
  failures += test_pairs("atan2", [](Vec y, Vec x) { return atan2(y, x); }, ::atan2, 3, pairs);
  for (const Function& f : functions) failures += test(f, stride);
  return failures ? 1 : 0;
}

}  // namespace
}  // namespace ISA

int main(int argc, char** argv) { return ISA::run(argc > 1 ? strtoull(argv[1], nullptr, 10) : 499); }
