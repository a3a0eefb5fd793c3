// Encoding, running and interpreting a Chain.
#include "test/chain_case.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>

#include "ops/decoders.h"

namespace hebb::test {

const char* const STEP_NAMES[] = {
#define X(id, name, types) name,
    HEBB_CHAIN_STEPS(X)
#undef X
};
const char* const STEP_TYPES[] = {
#define X(id, name, types) types,
    HEBB_CHAIN_STEPS(X)
#undef X
};
int step_number(const std::string& name) {
  return int(std::find(std::begin(STEP_NAMES), std::end(STEP_NAMES), name) - std::begin(STEP_NAMES));
}

int64_t ChainCase::elements() const {
  int64_t n = 1;
  for (int64_t d : dims) n *= d;
  return n;
}

Words ChainCase::words() const {
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

std::unique_ptr<Program> Machine::decode(const Words& words) {
  error.clear();
  return Program::decode(words.data(), int64_t(words.size()), {{"chain", decode_chain}}, error);
}
void Machine::replay(const Program& program, const std::vector<double>& scalars, const std::vector<void*>& leaves) {
  std::vector<void*> bases = {nullptr, nullptr};
  bases.insert(bases.end(), leaves.begin(), leaves.end());
  runtime.workers.begin(1e9);
  program.replay(runtime, {runtime.workers.crew(), nullptr}, scalars.data(), bases.data());
  runtime.workers.end();
}

bool Machine::run(ChainCase& c) {
  const auto program = decode(c.words());
  if (!program) return false;
  std::vector<Pool::Block> blocks;
  std::vector<void*> leaves;
  for (const Bytes& b : c.buffers) {
    blocks.push_back(runtime.pool.take(int64_t(b.size())));
    leaves.push_back(blocks.back().data);
    memcpy(leaves.back(), b.data(), b.size());
  }
  replay(*program, c.scalars, leaves);
  for (size_t b = 0; b < c.buffers.size(); b++) memcpy(c.buffers[b].data(), leaves[b], c.buffers[b].size()), runtime.pool.give(blocks[b]);
  return true;
}

double read_element(const Bytes& b, DType dtype, int64_t i) {
  float f = 0;
  int32_t n = 0;
  uint16_t h = 0;
  switch (dtype) {
    case DType::f32: memcpy(&f, &b[size_t(i) * 4], 4); return f;
    case DType::i32: memcpy(&n, &b[size_t(i) * 4], 4); return n;
    case DType::u8:
    case DType::bool_: return uint8_t(b[size_t(i)]);
    case DType::bf16:
      memcpy(&h, &b[size_t(i) * 2], 2);
      n = int32_t(uint32_t(h) << 16);
      memcpy(&f, &n, 4);
      return f;
    case DType::f16: {
      memcpy(&h, &b[size_t(i) * 2], 2);
      const int exponent = h >> 10 & 31, fraction = h & 1023;
      const double size = exponent == 0    ? ldexp(fraction, -24)
                          : exponent == 31 ? (fraction ? NAN : INFINITY)
                                           : ldexp(1024 + fraction, exponent - 25);
      return h >> 15 ? -size : size;
    }
  }
  return 0;
}

void write_element(Bytes& b, DType dtype, int64_t i, double value) {  // value is exact in dtype
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

static double evaluate(const std::string& name, double a, double b, double c, int64_t index) {
  const std::string s =
      name.size() > 2 && name.substr(name.size() - 2) == "_i" && name != "f_to_i" ? name.substr(0, name.size() - 2) : name;
  const int32_t i = int32_t(a), j = int32_t(b);
  if (name == "and_i") return i & j;
  if (name == "or_i") return i | j;
  if (name == "xor_i") return i ^ j;
  if (name == "shl_i") return j < 0 || j > 31 ? 0 : int32_t(uint32_t(i) << j);
  if (name == "shr_i") return i >> (j < 0 || j > 31 ? 31 : j);
  if (s == "floor_div") return j == 0 ? 0 : floor(a / b);
  if (s == "remainder") return j == 0 ? 0 : a - b * floor(a / b);
  if (s == "fmod") return name == "fmod_i" && j == 0 ? 0 : fmod(a, b) + 0.0;
  if (s == "add") return a + b;
  if (s == "sub") return a - b;
  if (s == "mul") return a * b;
  if (s == "maximum") return std::max(a, b);
  if (s == "minimum") return std::min(a, b);
  if (s == "fma") return a * b + c;
  if (s == "mul_add") return a * b + c;
  if (s == "mul_sub") return a * b - c;
  if (s == "add_relu") return std::max(a + b, 0.0);
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

bool ChainCase::interpret(std::vector<Bytes>& wanted) const {
  wanted = buffers;
  bool exact = true;
  for (int64_t i = 0; i < elements(); i++) {
    double registers[16] = {}, values[24] = {};
    for (size_t k = 0; k < inputs.size(); k++) {
      int64_t at = i;
      if (!inputs[k].strides.empty()) {
        at = 0;
        int64_t rest = i;
        for (size_t d = dims.size(); d-- > 0; rest /= dims[d]) at += rest % dims[d] * inputs[k].strides[d];
      }
      values[k] = read_element(buffers[size_t(inputs[k].buffer)], inputs[k].dtype, at);
    }
    const auto source = [&](int32_t word, char type) {
      if (word < 0) return 0.0;
      if (word >= SCALAR) return type == 'b' ? double(scalars[size_t(word & 0xffff)] != 0) : scalars[size_t(word & 0xffff)];
      return word >= REGISTER ? registers[word & 0xffff] : values[word];
    };
    for (const ChainCase::Step& s : steps) {
      const char* const t = STEP_TYPES[s.kind];
      double in[3] = {};
      for (int k = 0; k < 3 && t[k + 1]; k++) in[k] = source(s.source[k], t[k + 1]);
      registers[s.dst] = evaluate(STEP_NAMES[s.kind], in[0], in[1], in[2], i);
      exact = exact && fabs(registers[s.dst]) < 1 << 20;
    }
    for (const ChainCase::Output& o : outputs) {
      const double value = source(o.source, o.dtype == DType::bool_ ? 'b' : 'f');
      if (o.dtype == DType::bf16 || o.dtype == DType::f16) exact = exact && fabs(value) <= 256;
      if (o.dtype == DType::u8) exact = exact && value >= 0 && value <= 255;
      write_element(wanted[size_t(o.buffer)], o.dtype, i, value);
    }
  }
  return exact;
}

static bool is_float(DType d) { return d == DType::f32 || d == DType::bf16 || d == DType::f16; }

ChainCase random_chain(std::mt19937& bits) {
  const auto pick = [&](int64_t low, int64_t high) { return low + int64_t(bits() % uint64_t(high - low + 1)); };
  ChainCase c;
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
    ChainCase::Input in = {int32_t(c.buffers.size()), DType(pick(0, 5)), {}};
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
    for (int64_t i = 0; i < size; i++)
      write_element(memory, in.dtype, i, double(in.dtype == DType::bool_ ? pick(0, 1) : in.dtype == DType::u8 ? pick(0, 9) : pick(-5, 5)));
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
  static const std::string inexact[] = {"div",   "sqrt", "rsqrt",   "reciprocal", "exp", "log",   "tanh",  "sigmoid", "erf",
                                        "gelu",  "silu", "uniform", "normal",     "pow", "pow_i", "atan2", "atan",    "expm1",
                                        "log1p", "exp2", "log2",    "log10",      "sin", "cos",   "fmod"};
  for (int k = int(pick(0, 14)); k > 0;) {
    ChainCase::Step s = {int(pick(0, CHAIN_STEPS - 1)), int(pick(0, 15)), {-1, -1, -1}};
    if (std::find(std::begin(inexact), std::end(inexact), STEP_NAMES[s.kind]) != std::end(inexact)) continue;
    const char* const t = STEP_TYPES[s.kind];
    for (int o = 0; o < 3 && t[o + 1]; o++) s.source[o] = source(t[o + 1] == 'f' ? 'f' : 'i');
    c.steps.push_back(s);
    const int32_t word = REGISTER | s.dst;
    sources.erase(std::remove_if(sources.begin(), sources.end(), [&](const auto& x) { return x.first == word; }), sources.end());
    sources.push_back({word, t[0] == 'f' ? 'f' : 'i'});
    k--;
  }
  for (int k = int(pick(1, 3)); k > 0; k--) {
    ChainCase::Output o = {int32_t(c.buffers.size()), DType(pick(0, 5)), 0};
    o.source = source(is_float(o.dtype) ? 'f' : 'i');
    // In place: over a contiguous input of the same size that no other output has.
    const int32_t over = int32_t(pick(0, int64_t(c.inputs.size()) - 1));
    bool taken = !c.inputs[size_t(over)].strides.empty() || bytes_of(c.inputs[size_t(over)].dtype) != bytes_of(o.dtype) || pick(0, 1);
    for (const ChainCase::Output& other : c.outputs) taken = taken || other.buffer == over;
    if (taken) c.buffers.emplace_back(size_t(n * bytes_of(o.dtype)));
    else o.buffer = over;
    c.outputs.push_back(o);
  }
  return c;
}

}  // namespace hebb::test
