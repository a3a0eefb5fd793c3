// A Program of one command for the tests of ops: its buffers, how it is decoded and run, and a check that counts what fails.
#pragma once
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "ops/program.h"
#include "runtime/runtime.h"
#include "test/extent.h"

using namespace hebb;
using Floats = std::vector<float>;
using Ints = std::vector<int32_t>;

namespace {

const char* program = "";  // what to run again with the seed
unsigned seed = 1;
int failures = 0;
std::mt19937 bits;
Runtime* runtime = nullptr;

void check(bool right, const std::string& what) {
  if (right) return;
  if (failures++ < 10) printf("FAILED %s %s (%s %u)\n", runtime->kernels->isa, what.c_str(), program, seed);
}

std::string sized(const char* what, const Ints& sizes) {
  std::string text = what;
  for (int32_t size : sizes) text.append(" ").append(std::to_string(size));
  return text;
}

Floats normal(int64_t n) {
  std::normal_distribution<float> law;
  Floats x(static_cast<size_t>(n));
  for (float& v : x) v = law(bits);
  return x;
}

// A Program of one command; its buffers are leaves from the runtime's pool, all taken for results: they may be written.
class Machine {
 public:
  std::vector<double> scalars;

  ~Machine() {
    for (const Pool::Block& leaf : leaves_) runtime->pool.give(leaf);
  }
  template <class T> int32_t buffer(const std::vector<T>& values) {
    bytes_.push_back(int64_t(values.size() * sizeof(T)));
    leaves_.push_back(runtime->pool.take(bytes_.back()));
    if (!values.empty()) memcpy(leaves_.back().data, values.data(), values.size() * sizeof(T));
    return int32_t(leaves_.size()) - 1;
  }
  template <class T> std::vector<T> contents(int32_t buffer) const {
    auto values = static_cast<const T*>(leaves_[size_t(buffer)].data);
    return std::vector<T>(values, values + bytes_[size_t(buffer)] / int64_t(sizeof(T)));
  }
  template <class T> T& first(int32_t buffer) { return *static_cast<T*>(leaves_[size_t(buffer)].data); }

  bool decode(const char* op, const Ints& args) {
    const std::vector<OpDef>& ops = op_list();
    const auto found = std::find_if(ops.begin(), ops.end(), [&](const OpDef& def) { return strcmp(def.name, op) == 0; });
    const int32_t count = int32_t(leaves_.size());
    Ints words = {Program::VERSION, 0, 0, 0, count, int32_t(scalars.size()), count, 1};
    for (int64_t size : bytes_) words.insert(words.end(), {1, int32_t(size), 0});
    for (int32_t b = 0; b < count; b++) words.insert(words.end(), {3, b, int32_t(bytes_[size_t(b)]), 0});
    words.insert(words.end(), {int32_t(found - ops.begin()), int32_t(args.size())});
    words.insert(words.end(), args.begin(), args.end());
    error.clear();
    program_ = Program::decode(words.data(), int64_t(words.size()), ops, error);
    return program_ != nullptr;
  }
  Fault run(int threads = 1) {
    std::vector<void*> bases = {nullptr, nullptr};
    for (const Pool::Block& leaf : leaves_) bases.push_back(leaf.data);
    if (!program_) return {Fault::stopped};
    runtime->workers.set_threads(threads);
    runtime->workers.begin(1e9);
    const Fault fault = program_->replay(*runtime, {runtime->workers.crew(), nullptr}, scalars.data(), bases.data());
    runtime->workers.end();
    return fault;
  }
  // Runs on one thread, then on three; the buffer must have equal bits.
  void run_both(int32_t out, const std::string& what) {
    check(run().code == Fault::none, what + " fails");
    const auto alone = contents<char>(out);
    check(run(3).code == Fault::none && contents<char>(out) == alone, what + " differs on three threads");
  }

  std::string error;

 private:
  std::vector<Pool::Block> leaves_;
  std::vector<int64_t> bytes_;
  std::unique_ptr<Program> program_;
};

}  // namespace
