// Checks Chains on every ISA that this CPU has: random bodies on small integers, where every result is exact, against an interpreter
// that takes one element at a time; each elementary step against libm; random numbers against plain Philox; broken bodies.
// Usage: chain_test [seed]. A failing line prints what to run again. With `bench` as argument it times some Chains instead.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/philox.h"
#include "ops/decoders.h"
#include "ops/program.h"
#include "runtime/dispatch.h"
#include "runtime/os.h"
#include "runtime/runtime.h"
#include "runtime/yardstick.h"

using namespace hebb;
using Bytes = std::vector<char>;
using Words = std::vector<int32_t>;

namespace {

unsigned seed = 1;
int failures = 0;
std::mt19937 bits;

int64_t pick(int64_t low, int64_t high) { return low + int64_t(bits() % uint64_t(high - low + 1)); }

void check(bool right, const std::string& what) {
  if (right) return;
  if (failures++ < 10) printf("FAILED %s (chain_test %u)\n", what.c_str(), seed);
}

const char* const NAMES[] = {
#define X(id, name, types) name,
    HEBB_CHAIN_STEPS(X)
#undef X
};
const char* const TYPES[] = {
#define X(id, name, types) types,
    HEBB_CHAIN_STEPS(X)
#undef X
};
int step_number(const std::string& name) { return int(std::find(std::begin(NAMES), std::end(NAMES), name) - std::begin(NAMES)); }

constexpr int32_t INPUT = 0, REGISTER = 1 << 16, SCALAR = 2 << 16;

// A Chain with its memory; buffers are leaves that are written in place.
struct Case {
  std::vector<int64_t> dims;
  struct Input { int32_t buffer; DType dtype; std::vector<int64_t> strides; };  // no strides: contiguous
  struct Step { int kind, dst; int32_t source[3]; };
  struct Output { int32_t buffer; DType dtype; int32_t source; };
  std::vector<Input> inputs;
  std::vector<Step> steps;
  std::vector<Output> outputs;
  std::vector<double> scalars;
  std::vector<Bytes> buffers;

  int64_t elements() const {
    int64_t n = 1;
    for (int64_t d : dims) n *= d;
    return n;
  }
  Words words() const {
    Words body = {int32_t(dims.size())};
    for (int64_t d : dims) body.push_back(int32_t(d));
    body.push_back(int32_t(inputs.size()));
    for (const Input& in : inputs) {
      body.insert(body.end(), {in.buffer, int32_t(in.dtype), in.strides.empty() ? 0 : 1});
      for (int64_t s : in.strides) body.push_back(int32_t(s));
    }
    body.push_back(int32_t(steps.size()));
    for (const Step& s : steps) body.insert(body.end(), {s.kind, s.dst, s.source[0], s.source[1], s.source[2]});
    body.push_back(int32_t(outputs.size()));
    for (const Output& o : outputs) body.insert(body.end(), {o.buffer, int32_t(o.dtype), o.source});
    Words all = {1, 0, 0, 0, int32_t(buffers.size()), int32_t(scalars.size()), int32_t(buffers.size()), 1};
    for (const Bytes& b : buffers) all.insert(all.end(), {2, int32_t(b.size()), 0});
    for (size_t b = 0; b < buffers.size(); b++) all.insert(all.end(), {3, int32_t(b), int32_t(buffers[b].size()), 0});
    all.insert(all.end(), {0, int32_t(body.size())});
    all.insert(all.end(), body.begin(), body.end());
    return all;
  }
};

struct Machine {
  Runtime& runtime;
  std::string error;

  std::unique_ptr<Program> decode(const Words& words) {
    error.clear();
    return Program::decode(words.data(), int64_t(words.size()), {{"chain", decode_chain}}, error);
  }
  // Runs a program over 64-byte aligned memory.
  void replay(const Program& program, const std::vector<double>& scalars, const std::vector<void*>& leaves) {
    std::vector<void*> bases = {nullptr, nullptr};
    bases.insert(bases.end(), leaves.begin(), leaves.end());
    runtime.workers.begin(1e9);
    program.replay(runtime, {runtime.workers.crew(), nullptr}, scalars.data(), bases.data());
    runtime.workers.end();
  }
  bool run(Case& c) {
    const auto program = decode(c.words());
    if (!program) return false;
    std::vector<void*> leaves;
    for (const Bytes& b : c.buffers) {
      leaves.push_back(aligned_alloc(64, size_t(round_up(int64_t(b.size()) + 1, 64))));
      memcpy(leaves.back(), b.data(), b.size());
    }
    replay(*program, c.scalars, leaves);
    for (size_t b = 0; b < c.buffers.size(); b++) memcpy(c.buffers[b].data(), leaves[b], c.buffers[b].size()), free(leaves[b]);
    return true;
  }
};

// ---- one element at a time; small integers are exact in every dtype ----

double read(const Bytes& b, DType dtype, int64_t i) {
  float f = 0;
  int32_t n = 0;
  uint16_t h = 0;
  switch (dtype) {
    case DType::f32: memcpy(&f, &b[size_t(i) * 4], 4); return f;
    case DType::i32: memcpy(&n, &b[size_t(i) * 4], 4); return n;
    case DType::u8: case DType::bool_: return uint8_t(b[size_t(i)]);
    case DType::bf16: memcpy(&h, &b[size_t(i) * 2], 2); n = int32_t(uint32_t(h) << 16); memcpy(&f, &n, 4); return f;
    case DType::f16: {
      memcpy(&h, &b[size_t(i) * 2], 2);
      const int exponent = h >> 10 & 31, fraction = h & 1023;
      const double size = exponent == 0 ? ldexp(fraction, -24) : exponent == 31 ? (fraction ? NAN : INFINITY) : ldexp(1024 + fraction, exponent - 25);
      return h >> 15 ? -size : size;
    }
  }
  return 0;
}

void write(Bytes& b, DType dtype, int64_t i, double value) {  // value is exact in dtype
  const float f = float(value);
  const int32_t n = int32_t(value);
  uint32_t word;
  memcpy(&word, &f, 4);
  uint16_t h = uint16_t(word >> 16);
  if (dtype == DType::f16) {
    int e;
    const double m = frexp(fabs(value), &e);
    h = value == 0 ? 0 : uint16_t((e + 14) << 10 | (int(ldexp(m, 11)) & 1023));
    if (value < 0) h |= 0x8000;
  }
  switch (dtype) {
    case DType::f32: memcpy(&b[size_t(i) * 4], &f, 4); break;
    case DType::i32: memcpy(&b[size_t(i) * 4], &n, 4); break;
    case DType::u8: b[size_t(i)] = char(n); break;
    case DType::bool_: b[size_t(i)] = char(n != 0); break;
    default: memcpy(&b[size_t(i) * 2], &h, 2);
  }
}

double evaluate(const std::string& name, double a, double b, double c, int64_t index) {
  const std::string s = name.size() > 2 && name.substr(name.size() - 2) == "_i" && name != "f_to_i" ? name.substr(0, name.size() - 2) : name;
  if (s == "add") return a + b;
  if (s == "sub") return a - b;
  if (s == "mul") return a * b;
  if (s == "maximum") return std::max(a, b);
  if (s == "minimum") return std::min(a, b);
  if (s == "fma") return a * b + c;
  if (s == "clamp") return std::min(c, std::max(b, a));
  if (s == "neg") return -a;
  if (s == "abs") return fabs(a);
  if (s == "sign") return (a > 0) - (a < 0);
  if (s == "square") return a * a;
  if (s == "relu") return std::max(a, 0.0);
  if (s == "eq") return a == b;
  if (s == "ne") return a != b;
  if (s == "lt") return a < b;
  if (s == "le") return a <= b;
  if (s == "gt") return a > b;
  if (s == "ge") return a >= b;
  if (s == "select") return a != 0 ? b : c;
  if (s == "and") return a != 0 && b != 0;
  if (s == "or") return a != 0 || b != 0;
  if (s == "not") return a == 0;
  if (s == "i_to_u8") return std::clamp(a, 0.0, 255.0);
  if (s == "f_to_b" || s == "i_to_b") return a != 0;
  if (s == "index") return double(index);
  return a;  // f_to_i, i_to_f, copy
}

// What the buffers should hold, and whether all values stayed small enough to be exact.
bool interpret(const Case& c, std::vector<Bytes>& buffers) {
  const std::vector<Bytes> before = c.buffers;
  bool exact = true;
  for (int64_t i = 0; i < c.elements(); i++) {
    double registers[16] = {}, values[24] = {};
    for (size_t k = 0; k < c.inputs.size(); k++) {
      int64_t at = i;
      if (!c.inputs[k].strides.empty()) {
        at = 0;
        int64_t rest = i;
        for (size_t d = c.dims.size(); d-- > 0; rest /= c.dims[d]) at += rest % c.dims[d] * c.inputs[k].strides[d];
      }
      values[k] = read(before[size_t(c.inputs[k].buffer)], c.inputs[k].dtype, at);
    }
    const auto source = [&](int32_t word, char type) {
      if (word < 0) return 0.0;
      if (word >= SCALAR) return type == 'b' ? double(c.scalars[size_t(word & 0xffff)] != 0) : c.scalars[size_t(word & 0xffff)];
      return word >= REGISTER ? registers[word & 0xffff] : values[word];
    };
    for (const Case::Step& s : c.steps) {
      const char* const t = TYPES[s.kind];
      double in[3] = {};
      for (int k = 0; k < 3 && t[k + 1]; k++) in[k] = source(s.source[k], t[k + 1]);
      registers[s.dst] = evaluate(NAMES[s.kind], in[0], in[1], in[2], i);
      exact = exact && fabs(registers[s.dst]) < 1 << 20;
    }
    for (const Case::Output& o : c.outputs) {
      const double value = source(o.source, o.dtype == DType::bool_ ? 'b' : 'f');
      if (o.dtype == DType::bf16 || o.dtype == DType::f16) exact = exact && fabs(value) <= 256;
      if (o.dtype == DType::u8) exact = exact && value >= 0 && value <= 255;
      write(buffers[size_t(o.buffer)], o.dtype, i, value);
    }
  }
  return exact;
}

bool is_float(DType d) { return d == DType::f32 || d == DType::bf16 || d == DType::f16; }

Case random_case() {
  Case c;
  const int rank = int(pick(0, 4));
  const int64_t sizes[] = {0, 1, 2, 3, 5, 7, 16, 17, 64, 130, 512, 513, 700, 1030};
  for (int d = 0; d < rank; d++) {
    int64_t size = sizes[pick(bits() % 50 == 0 ? 0 : 1, 13)];
    while (size > 1 && c.elements() * size > 70000) size /= 2;
    c.dims.push_back(size);
  }
  const int64_t n = c.elements();
  for (int s = 0; s < 4; s++) c.scalars.push_back(double(pick(-3, 3)));
  for (int k = int(pick(1, 5)); k > 0; k--) {
    Case::Input in = {int32_t(c.buffers.size()), DType(pick(0, 5)), {}};
    int64_t size = n;
    if (pick(0, 1) && rank > 0) {  // broadcast some dimensions, permute the others, space them out
      std::vector<size_t> order;
      for (size_t d = 0; d < c.dims.size(); d++) order.push_back(d);
      if (pick(0, 1)) std::shuffle(order.begin(), order.end(), bits);
      in.strides.assign(c.dims.size(), 0);
      int64_t stride = pick(0, 3) ? 1 : 2, last = 0;
      for (size_t o = order.size(); o-- > 0;) {
        if (pick(0, 2) == 0) continue;
        in.strides[order[o]] = stride;
        last += stride * std::max<int64_t>(0, c.dims[order[o]] - 1);
        stride *= std::max<int64_t>(1, c.dims[order[o]]);
      }
      size = last + 1;
    }
    Bytes memory(size_t(size * bytes_of(in.dtype)));
    for (int64_t i = 0; i < size; i++) write(memory, in.dtype, i, double(in.dtype == DType::bool_ ? pick(0, 1) : in.dtype == DType::u8 ? pick(0, 9) : pick(-5, 5)));
    c.buffers.push_back(memory);
    c.inputs.push_back(in);
  }
  std::vector<std::pair<int32_t, char>> sources;
  for (size_t k = 0; k < c.inputs.size(); k++) sources.push_back({int32_t(k), is_float(c.inputs[k].dtype) ? 'f' : 'i'});
  const auto source = [&](char type) {
    std::vector<int32_t> fitting = {SCALAR | int32_t(pick(0, 3))};
    for (const auto& [word, t] : sources) {
      if (t == type) fitting.insert(fitting.end(), 4, word);
    }
    return fitting[size_t(pick(0, int64_t(fitting.size()) - 1))];
  };
  static const std::string inexact[] = {"div", "sqrt", "rsqrt", "reciprocal", "exp", "log", "tanh", "sigmoid", "erf", "gelu", "silu", "uniform", "normal"};
  for (int k = int(pick(0, 14)); k > 0;) {
    Case::Step s = {int(pick(0, CHAIN_STEPS - 1)), int(pick(0, 15)), {-1, -1, -1}};
    if (std::find(std::begin(inexact), std::end(inexact), NAMES[s.kind]) != std::end(inexact)) continue;
    const char* const t = TYPES[s.kind];
    for (int o = 0; o < 3 && t[o + 1]; o++) s.source[o] = source(t[o + 1] == 'f' ? 'f' : 'i');
    c.steps.push_back(s);
    const int32_t word = REGISTER | s.dst;
    sources.erase(std::remove_if(sources.begin(), sources.end(), [&](const auto& x) { return x.first == word; }), sources.end());
    sources.push_back({word, t[0] == 'f' ? 'f' : 'i'});
    k--;
  }
  for (int k = int(pick(1, 3)); k > 0; k--) {
    Case::Output o = {int32_t(c.buffers.size()), DType(pick(0, 5)), 0};
    o.source = source(is_float(o.dtype) ? 'f' : 'i');
    // In place: over a contiguous input of the same size that no other output has.
    const int32_t over = int32_t(pick(0, int64_t(c.inputs.size()) - 1));
    bool taken = !c.inputs[size_t(over)].strides.empty() || bytes_of(c.inputs[size_t(over)].dtype) != bytes_of(o.dtype) || pick(0, 1);
    for (const Case::Output& other : c.outputs) taken = taken || other.buffer == over;
    if (taken) c.buffers.emplace_back(size_t(n * bytes_of(o.dtype)));
    else o.buffer = over;
    c.outputs.push_back(o);
  }
  return c;
}

void test_random_bodies(Machine& machine, const char* isa, int count) {
  int compared = 0;
  for (int k = 0; k < count; k++) {
    Case c = random_case();
    std::vector<Bytes> want = c.buffers;
    const bool exact = interpret(c, want);
    const Words words = c.words();
    if (!machine.run(c)) {
      check(false, std::string(isa) + ": refused: " + machine.error);
      continue;
    }
    if (!exact) continue;
    compared++;
    for (const Case::Output& o : c.outputs) {
      for (int64_t i = 0; i < c.elements(); i++) {
        const double got = read(c.buffers[size_t(o.buffer)], o.dtype, i), right = read(want[size_t(o.buffer)], o.dtype, i);
        if (got == right) continue;
        std::string text = std::string(isa) + ": body " + std::to_string(k) + " element " + std::to_string(i) + " of buffer " + std::to_string(o.buffer) +
                           " is " + std::to_string(got) + ", not " + std::to_string(right);
        check(false, text);
        break;
      }
    }
  }
  check(compared > count / 3, std::string(isa) + ": too few exact bodies: " + std::to_string(compared));
}

// ---- elementary steps, on values from tiny to huge and special ones ----

void test_elementary(Machine& machine, const char* isa) {
  struct { const char* name; double (*exact)(double); } steps[] = {
      {"exp", exp}, {"log", log}, {"tanh", tanh}, {"erf", erf}, {"sqrt", sqrt},
      {"sigmoid", [](double x) { return 1 / (1 + exp(-x)); }},
      {"rsqrt", [](double x) { return 1 / sqrt(x); }},
      {"reciprocal", [](double x) { return 1 / x; }},
      {"silu", [](double x) { return x / (1 + exp(-x)); }},
      {"gelu", [](double x) { return x * 0.5 * erfc(-x * M_SQRT1_2); }},
  };
  const int64_t n = 3001;
  for (const auto& step : steps) {
    Case c;
    c.dims = {n};
    c.inputs = {{0, DType::f32, {}}};
    c.steps = {{step_number(step.name), 0, {INPUT, -1, -1}}};
    c.outputs = {{1, DType::f32, REGISTER}};
    c.buffers = {Bytes(size_t(n) * 4), Bytes(size_t(n) * 4)};
    for (int64_t i = 0; i < n; i++) write(c.buffers[0], DType::f32, i, i == 7 ? NAN : ldexp(1.0 + double(i % 17) / 17, int(i % 61) - 55) * (i % 2 ? -1 : 1));
    check(machine.run(c), std::string(isa) + ": " + step.name + ": " + machine.error);
    for (int64_t i = 0; i < n; i++) {
      const double x = read(c.buffers[0], DType::f32, i), got = read(c.buffers[1], DType::f32, i), want = float(step.exact(x));
      const double slack = fabs(want) * 3e-7 + (*step.name == 'g' || *step.name == 's' ? fabs(x) * 2e-7 : 0) + 1e-44;
      const bool same = std::isnan(want) ? std::isnan(got) : std::isinf(want) ? got == want : fabs(got - want) <= slack;
      check(same, std::string(isa) + ": " + step.name + "(" + std::to_string(x) + ") = " + std::to_string(got) + ", not " + std::to_string(want));
    }
  }
}

void test_nan(Machine& machine, const char* isa) {
  const float in[] = {NAN, 1.0f, -INFINITY};
  const auto result = [&](const char* name, int32_t a, int32_t b, int32_t c) {
    Case k;
    k.dims = {3};
    k.inputs = {{0, DType::f32, {}}, {1, DType::f32, {}}};
    k.scalars = {0, 2};
    k.steps = {{step_number(name), 0, {a, b, c}}};
    k.outputs = {{2, TYPES[step_number(name)][0] == 'f' ? DType::f32 : DType::i32, REGISTER}};
    k.buffers = {Bytes(12), Bytes(12), Bytes(12)};
    memcpy(k.buffers[0].data(), in, 12);
    for (int i = 0; i < 3; i++) write(k.buffers[1], DType::f32, i, 1);
    check(machine.run(k), std::string(isa) + ": " + name);
    return read(k.buffers[2], k.outputs[0].dtype, 0);
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
    Case c;
    c.dims = {n};
    c.scalars = {1234567890123.0, 4294967290.0};  // the low word of the counter overflows
    c.steps = {{step_number("uniform"), 0, {SCALAR, -1, -1}}, {step_number("normal"), 1, {SCALAR, -1, -1}}};
    c.outputs = {{0, DType::f32, REGISTER}, {1, DType::f32, REGISTER | 1}};
    c.buffers = {Bytes(size_t(n) * 4), Bytes(size_t(n) * 4)};
    check(machine.run(c), std::string(isa) + ": " + machine.error);
    for (int64_t i = 0; i < n; i++) {
      const PhiloxWords w = philox(1234567890123ull, 4294967290ull + uint64_t(i / 4), 0);
      const uint32_t w0 = w.word[i % 4 / 2 * 2] >> 8, w1 = w.word[i % 4 / 2 * 2 + 1] >> 8;
      check(read(c.buffers[0], DType::f32, i) == (w.word[i % 4] >> 8) * 0x1p-24, std::string(isa) + ": uniform " + std::to_string(i));
      const double r = sqrt(-2 * log((w0 + 1) * 0x1p-24)), turn = 2 * M_PI * w1 * 0x1p-24, want = r * (i % 2 ? sin(turn) : cos(turn));
      check(fabs(read(c.buffers[1], DType::f32, i) - want) < 1e-6, std::string(isa) + ": normal " + std::to_string(i));
    }
  }
}

// Every truncation and every change of one word is refused or harmless.
void test_broken_bodies(Machine& machine) {
  for (int k = 0; k < 40; k++) {
    Case c = random_case();
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

// ---- times ----

void time_chain(Machine& machine, const char* name, const std::vector<std::string>& steps, int64_t n, bool bias) {
  Case c;
  c.dims = {n / 1024, 1024};
  c.inputs = {{0, DType::f32, {}}};
  if (bias) c.inputs.push_back({1, DType::f32, {0, 1}});
  c.scalars = {1.5, 0.25};
  for (const std::string& s : steps) {
    const char* const t = TYPES[step_number(s)];
    const int32_t a = c.steps.empty() ? INPUT : REGISTER;
    c.steps.push_back({step_number(s), 0, {a, t[1] && t[2] ? (bias ? 1 : SCALAR) : -1, -1}});
    if (t[1] == 'S') c.steps.back().source[0] = SCALAR;
  }
  c.outputs = {{bias ? 2 : 1, DType::f32, REGISTER}};
  std::vector<void*> leaves;
  for (int k = 0; k < 3; k++) {
    leaves.push_back(os::reserve(std::max<int64_t>(n * 4, os::HUGE_PAGE)));
    for (int64_t i = 0; i < n; i++) static_cast<float*>(leaves.back())[i] = float(i % 1000) * 0.01f - 5;
    c.buffers.emplace_back();
  }
  Words words = c.words();
  for (size_t b = 0; b < 3; b++) words[8 + b * 3 + 1] = int32_t(n * 4), words[17 + b * 4 + 2] = int32_t(n * 4);
  const auto program = machine.decode(words);
  if (!program) return check(false, machine.error);
  std::vector<double> times;
  for (int k = 0; k < (n > 1 << 22 ? 15 : 200); k++) {
    const int64_t start = os::now();
    machine.replay(*program, c.scalars, leaves);
    times.push_back(double(os::now() - start));
  }
  std::sort(times.begin(), times.end());
  const double ms = times[times.size() / 2] * 1e-6;
  printf("%-10s %8lld values %8.4f ms %7.2f GB/s %6.3f ns/value/thread\n", name, static_cast<long long>(n), ms, double(n) * 8e-6 / ms,
         ms * 1e6 * machine.runtime.workers.threads() / double(n));
  for (void* leaf : leaves) os::release(leaf, std::max<int64_t>(n * 4, os::HUGE_PAGE));
}

}  // namespace

int main(int argc, char** argv) {
  const bool bench = argc > 1 && std::string(argv[1]) == "bench";
  if (argc > 1 && !bench) seed = unsigned(atoi(argv[1]));
  for (const KernelTable* table : supported_tables()) {
    if (bench && argc > 2 && std::string(argv[2]) != table->isa) continue;
    for (int threads : bench ? std::vector<int>{2} : std::vector<int>{1, 3}) {
      Runtime& runtime = *new Runtime({table, threads, int64_t(1) << 34});  // never destroyed: its threads live on
      if (!runtime.workers.prepare()) return 2;
      Machine machine{runtime, {}};
      if (bench) {
        printf("%s, %d threads\n", table->isa, threads);
        for (const char* step : {"relu", "exp", "tanh", "sigmoid", "gelu", "erf", "log", "silu", "uniform", "normal"}) time_chain(machine, step, {step}, 1 << 20, false);
        time_chain(machine, "bias relu", {"add", "relu"}, 1 << 20, true);
        time_chain(machine, "chain", {"mul", "add", "relu", "mul", "sub"}, 1 << 24, false);
        time_chain(machine, "copy", {"copy"}, 1 << 24, false);
        printf("best copy %.2f GB/s\n", copy_bytes_per_second(runtime, 64 << 20, 2) * 1e-9);
        continue;
      }
      bits.seed(seed);
      test_random_bodies(machine, table->isa, 600);
      test_elementary(machine, table->isa);
      test_nan(machine, table->isa);
      test_random_numbers(machine, table->isa);
      if (table->lanes > 8 && threads == 1) test_broken_bodies(machine);
    }
  }
  if (!bench) printf("%s\n", failures ? "failed" : "ok");
  return failures ? 1 : 0;
}
