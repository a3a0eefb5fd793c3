// Times some Chains on every ISA that this CPU has, on two threads: medians, beside the best copy of the same size.
// Usage: chain_bench [isa]
#include <stdio.h>

#include <algorithm>

#include "runtime/dispatch.h"
#include "runtime/os.h"
#include "runtime/yardstick.h"
#include "test/chain_case.h"

using namespace hebb;
using namespace hebb::test;

namespace {

void time_chain(Machine& machine, const char* name, const std::vector<std::string>& steps, int64_t n, bool bias) {
  ChainCase c;
  c.dims = {n / 1024, 1024};
  c.inputs = {{0, DType::f32, {}}};
  if (bias) c.inputs.push_back({1, DType::f32, {0, 1}});
  c.scalars = {1.5, 0.25};
  for (const std::string& s : steps) {
    const char* const t = STEP_TYPES[step_number(s)];
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
  if (!program) return void(printf("%s\n", machine.error.c_str()));
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
  for (const KernelTable* table : supported_tables()) {
    if (argc > 1 && std::string(argv[1]) != table->isa) continue;
    Runtime& runtime = *new Runtime({table, 2, int64_t(1) << 34});  // never destroyed: its threads live on
    if (!runtime.workers.prepare()) return 2;
    Machine machine{runtime, {}};
    printf("%s, 2 threads\n", table->isa);
    for (const char* step : {"relu", "exp", "tanh", "sigmoid", "gelu", "erf", "log", "silu", "uniform", "normal"}) {
      time_chain(machine, step, {step}, 1 << 20, false);
    }
    time_chain(machine, "bias relu", {"add", "relu"}, 1 << 20, true);
    time_chain(machine, "chain", {"mul", "add", "relu", "mul", "sub"}, 1 << 24, false);
    time_chain(machine, "copy", {"copy"}, 1 << 24, false);
    printf("best copy %.2f GB/s\n", copy_bytes_per_second(runtime, 64 << 20, 2) * 1e-9);
  }
}
