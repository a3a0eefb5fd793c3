// One gemm as a Program of its own, for gemm_test and gemm_bench.
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ops/gemm.h"
#include "ops/program.h"
#include "runtime/runtime.h"

namespace hebb::test {

inline int32_t chain_step(const char* name) {
  static const char* const names[] = {
#define X(id, name, types) name,
      HEBB_CHAIN_STEPS(X)
#undef X
  };
  int32_t step = 0;
  while (strcmp(names[step], name) != 0) step++;
  return step;
}

// C = op(A) · op(B), then, where asked for, out = relu(C) + 1.
class GemmRun {
 public:
  GemmRun(const KernelTable& table, int threads, const GemmShape& s, bool with_epilogue) : runtime_(runtime(table, threads)) {
    const auto i = [](int64_t n) { return int32_t(n); };
    const int64_t c = s.batch * s.m * s.n;
    std::vector<int64_t> sizes = {(s.batched_a ? s.batch : 1) * s.m * s.k, (s.batched_b ? s.batch : 1) * s.k * s.n, c};
    if (with_epilogue) sizes.push_back(c);
    const int32_t leaves = i(int64_t(sizes.size()));
    std::vector<int32_t> words;
    const auto put = [&](std::initializer_list<int32_t> more) {
      for (int32_t word : more) words.push_back(word);
    };
    put({Program::VERSION, 0, 0, 0, leaves, with_epilogue, leaves, 1});
    for (int32_t leaf = 0; leaf < leaves; leaf++) put({leaf < 2 ? 0 : 1, i(sizes[size_t(leaf)] * 4), 0});
    for (int32_t leaf = 0; leaf < leaves; leaf++) put({3, leaf, i(sizes[size_t(leaf)] * 4), 0});
    put({0, with_epilogue ? 33 : 12});
    put({i(s.batch), i(s.m), i(s.n), i(s.k), s.trans_a, s.trans_b, 0, s.batched_a, 1, s.batched_b, 2, with_epilogue});
    constexpr int32_t REGISTER = 1 << 16, SCALAR = 2 << 16;
    if (with_epilogue)
      put({1, i(c), 1, -1, 0, 0, 2, chain_step("relu"), 0, 0, -1, -1, chain_step("add"), 0, REGISTER, SCALAR, -1, 1, 3, 0, REGISTER});
    std::string error;
    program_ = Program::decode(words.data(), int64_t(words.size()), {{"gemm", decode_gemm}}, error);
    if (!program_) printf("%s\n", error.c_str()), abort();
  }

  void operator()(const float* a, const float* b, float* c, float* out = nullptr) {
    const double one = 1;
    void* const bases[] = {nullptr, nullptr, const_cast<float*>(a), const_cast<float*>(b), c, out};  // input, output, leaves
    runtime_.workers.begin(1e9);
    program_->replay(runtime_, {runtime_.workers.crew(), nullptr}, &one, bases);
    runtime_.workers.end();
  }

 private:
  static Runtime& runtime(const KernelTable& table, int threads) {  // never destroyed: its threads live on
    static auto& all = *new std::map<std::pair<const KernelTable*, int>, Runtime*>;
    Runtime*& it = all[{&table, threads}];
    if (!it) {
      it = new Runtime({&table, threads, int64_t(4) << 30});
      if (!it->workers.prepare()) abort();
    }
    return *it;
  }

  Runtime& runtime_;
  std::unique_ptr<Program> program_;
};

}  // namespace hebb::test
