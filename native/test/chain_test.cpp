// Checks Chains on every ISA that this CPU has: random bodies on small integers, where every result is exact, against an interpreter
// that takes one element at a time; each elementary step against libm; random numbers against plain Philox; broken bodies.
// Usage: chain_test [seed]. A failing line prints what to run again.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/philox.h"
#include "test/chain_case.h"
#include "test/extent.h"

using namespace hebb;
using namespace hebb::test;

namespace {

constexpr int BODIES = BRIEF ? 100 : 600;
unsigned seed = 1;
int failures = 0;
std::mt19937 bits;

void check(bool right, const std::string& what) {
  if (right) return;
  if (failures++ < 10) printf("FAILED %s (chain_test %u)\n", what.c_str(), seed);
}

void test_random_bodies(Machine& machine, const char* isa, int count) {
  int compared = 0;
  for (int k = 0; k < count; k++) {
    ChainCase c = random_chain(bits);
    std::vector<Bytes> want;
    const bool exact = c.interpret(want);
    if (!machine.run(c)) {
      check(false, std::string(isa) + ": refused: " + machine.error);
      continue;
    }
    if (!exact) continue;
    compared++;
    for (const ChainCase::Output& o : c.outputs) {
      for (int64_t i = 0; i < c.elements(); i++) {
        const double got = read_element(c.buffers[size_t(o.buffer)], o.dtype, i), right = read_element(want[size_t(o.buffer)], o.dtype, i);
        if (got == right) continue;
        std::string text = std::string(isa) + ": body " + std::to_string(k) + " element " + std::to_string(i) + " of buffer " +
                           std::to_string(o.buffer) + " is " + std::to_string(got) + ", not " + std::to_string(right);
        check(false, text);
        break;
      }
    }
  }
  check(compared > count / 3, std::string(isa) + ": too few exact bodies: " + std::to_string(compared));
}

// ---- elementary steps, on values from tiny to huge and special ones ----

void test_elementary(Machine& machine, const char* isa) {
  struct {
    const char* name;
    double (*exact)(double);
  } steps[] = {
      {"exp", exp},
      {"log", log},
      {"tanh", tanh},
      {"erf", erf},
      {"sqrt", sqrt},
      {"sigmoid", [](double x) { return 1 / (1 + exp(-x)); }},
      {"rsqrt", [](double x) { return 1 / sqrt(x); }},
      {"reciprocal", [](double x) { return 1 / x; }},
      {"silu", [](double x) { return x / (1 + exp(-x)); }},
      {"gelu", [](double x) { return x * 0.5 * erfc(-x * M_SQRT1_2); }},
  };
  const int64_t n = 3001;
  for (const auto& step : steps) {
    ChainCase c;
    c.dims = {n};
    c.inputs = {{0, DType::f32, {}}};
    c.steps = {{step_number(step.name), 0, {INPUT, -1, -1}}};
    c.outputs = {{1, DType::f32, REGISTER}};
    c.buffers = {Bytes(size_t(n) * 4), Bytes(size_t(n) * 4)};
    for (int64_t i = 0; i < n; i++)
      write_element(c.buffers[0], DType::f32, i, i == 7 ? NAN : ldexp(1.0 + double(i % 17) / 17, int(i % 61) - 55) * (i % 2 ? -1 : 1));
    check(machine.run(c), std::string(isa) + ": " + step.name + ": " + machine.error);
    for (int64_t i = 0; i < n; i++) {
      const double x = read_element(c.buffers[0], DType::f32, i), got = read_element(c.buffers[1], DType::f32, i),
                   want = float(step.exact(x));
      const double slack = fabs(want) * 3e-7 + (*step.name == 'g' || *step.name == 's' ? fabs(x) * 2e-7 : 0) + 1e-44;
      const bool same = std::isnan(want) ? std::isnan(got) : std::isinf(want) ? got == want : fabs(got - want) <= slack;
      check(same,
            std::string(isa) + ": " + step.name + "(" + std::to_string(x) + ") = " + std::to_string(got) + ", not " + std::to_string(want));
    }
  }
}

void test_nan(Machine& machine, const char* isa) {
  const float in[] = {NAN, 1.0f, -INFINITY};
  const auto result = [&](const char* name, int32_t a, int32_t b, int32_t c) {
    ChainCase k;
    k.dims = {3};
    k.inputs = {{0, DType::f32, {}}, {1, DType::f32, {}}};
    k.scalars = {0, 2};
    k.steps = {{step_number(name), 0, {a, b, c}}};
    k.outputs = {{2, STEP_TYPES[step_number(name)][0] == 'f' ? DType::f32 : DType::i32, REGISTER}};
    k.buffers = {Bytes(12), Bytes(12), Bytes(12)};
    memcpy(k.buffers[0].data(), in, 12);
    for (int i = 0; i < 3; i++) write_element(k.buffers[1], DType::f32, i, 1);
    check(machine.run(k), std::string(isa) + ": " + name);
    return read_element(k.buffers[2], k.outputs[0].dtype, 0);
  };
  for (const char* name : {"maximum", "minimum"}) {
    check(std::isnan(result(name, 0, 1, -1)) && std::isnan(result(name, 1, 0, -1)), std::string(isa) + ": NaN is lost by " + name);
  }
  check(std::isnan(result("relu", 0, -1, -1)), std::string(isa) + ": NaN is lost by relu");
  check(std::isnan(result("clamp", 0, SCALAR, SCALAR | 1)), std::string(isa) + ": NaN is lost by clamp");
  check(std::isnan(result("sign", 0, -1, -1)), std::string(isa) + ": NaN is lost by sign");
  check(result("f_to_i", 0, -1, -1) == 0 && result("f_to_b", 0, -1, -1) == 1, std::string(isa) + ": NaN to integer");
  check(result("ne", 0, 0, -1) == 1 && result("eq", 0, 0, -1) == 0 && result("le", 0, 0, -1) == 0, std::string(isa) + ": NaN compares");
}

void test_random_numbers(Machine& machine, const char* isa) {
  for (int64_t n : {1, 3, 4, 63, 512, 5000}) {
    ChainCase c;
    c.dims = {n};
    c.scalars = {1234567890123.0, 4294967290.0};  // the low word of the counter overflows
    c.steps = {{step_number("uniform"), 0, {SCALAR, -1, -1}}, {step_number("normal"), 1, {SCALAR, -1, -1}}};
    c.outputs = {{0, DType::f32, REGISTER}, {1, DType::f32, REGISTER | 1}};
    c.buffers = {Bytes(size_t(n) * 4), Bytes(size_t(n) * 4)};
    check(machine.run(c), std::string(isa) + ": " + machine.error);
    for (int64_t i = 0; i < n; i++) {
      const PhiloxWords w = philox(1234567890123ull, 4294967290ull + uint64_t(i / 4), 0);
      const uint32_t w0 = w.word[i % 4 / 2 * 2] >> 8, w1 = w.word[i % 4 / 2 * 2 + 1] >> 8;
      check(read_element(c.buffers[0], DType::f32, i) == (w.word[i % 4] >> 8) * 0x1p-24,
            std::string(isa) + ": uniform " + std::to_string(i));
      const double r = sqrt(-2 * log((w0 + 1) * 0x1p-24)), turn = 2 * M_PI * w1 * 0x1p-24, want = r * (i % 2 ? sin(turn) : cos(turn));
      check(fabs(read_element(c.buffers[1], DType::f32, i) - want) < 1e-6, std::string(isa) + ": normal " + std::to_string(i));
    }
  }
}

// Every truncation and every change of one word is refused or harmless.
void test_broken_bodies(Machine& machine) {
  for (int k = 0; k < 40; k++) {
    ChainCase c = random_chain(bits);
    const Words words = c.words();
    for (size_t cut = 0; cut < words.size(); cut++) machine.decode(Words(words.begin(), words.begin() + int64_t(cut)));
    for (size_t at = 0; at < words.size(); at++) {
      for (int32_t value : {-1, -2, 0, 1, 7, 31, 1 << 16, 2 << 16, 3 << 16 | 1, INT32_MAX, INT32_MIN}) {
        Words broken = words;
        broken[at] = value;
        machine.decode(broken);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) seed = unsigned(atoi(argv[1]));
  static std::vector<Runtime*>& kept = *new std::vector<Runtime*>;  // outlives the search for leaks at exit
  for (const KernelTable* table : tested_tables()) {
    for (int threads : {1, 3}) {
      Runtime& runtime = *new Runtime({table, threads, int64_t(1) << 34});  // never destroyed: its threads live on
      kept.push_back(&runtime);
      if (!runtime.workers.prepare()) return 2;
      Machine machine{runtime, {}};
      bits.seed(seed);
      test_random_bodies(machine, table->isa, BODIES);
      test_elementary(machine, table->isa);
      test_nan(machine, table->isa);
      test_random_numbers(machine, table->isa);
      if (table->lanes > 8 && threads == 1) test_broken_bodies(machine);
    }
  }
  printf("%s\n", failures ? "failed" : "ok");
  return failures ? 1 : 0;
}
