// A Chain with its memory, for tests: encoded, run through the whole native path, and interpreted one element at a time.
#pragma once
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/types.h"
#include "ops/program.h"
#include "runtime/runtime.h"

namespace hebb::test {

using Bytes = std::vector<char>;
using Words = std::vector<int32_t>;

extern const char* const STEP_NAMES[];
extern const char* const STEP_TYPES[];
int step_number(const std::string& name);

constexpr int32_t INPUT = 0, REGISTER = 1 << 16, SCALAR = 2 << 16;  // kinds of sources

// Buffers are leaves that are written in place.
struct ChainCase {
  struct Input {
    int32_t buffer;
    DType dtype;
    std::vector<int64_t> strides;
  };  // no strides: contiguous
  struct Step {
    int kind, dst;
    int32_t source[3];
  };
  struct Output {
    int32_t buffer;
    DType dtype;
    int32_t source;
  };
  std::vector<int64_t> dims;
  std::vector<Input> inputs;
  std::vector<Step> steps;
  std::vector<Output> outputs;
  std::vector<double> scalars;
  std::vector<Bytes> buffers;

  int64_t elements() const;
  Words words() const;  // a Program of one command

  // What the buffers should hold; false where a value is too large to be exact in its dtype.
  bool interpret(std::vector<Bytes>& wanted) const;
};

// Small integers, which are exact in every dtype; strides, dtypes, in-place outputs and exact steps as they come.
ChainCase random_chain(std::mt19937& bits);

double read_element(const Bytes& bytes, DType dtype, int64_t i);
void write_element(Bytes& bytes, DType dtype, int64_t i, double value);  // of a value that is exact in dtype

struct Machine {
  Runtime& runtime;
  std::string error;

  std::unique_ptr<Program> decode(const Words& words);
  void replay(const Program& program, const std::vector<double>& scalars, const std::vector<void*>& leaves);
  bool run(ChainCase& c);  // false with the reason in `error`
};

}  // namespace hebb::test
