// Loops that do nothing else, on any number of threads. The executor stands still meanwhile.
#include "runtime/yardstick.h"

#include <string.h>

#include <algorithm>

#include "base/types.h"
#include "runtime/dispatch.h"
#include "runtime/os.h"
#include "runtime/runtime.h"

namespace hebb {

constexpr int TRIES = 12;

// The shortest of several tries of `blocks` blocks on so many threads, in seconds.
template <class Body> static double best_time(Runtime& runtime, int threads, int64_t blocks, const Body& body) {
  const auto run_block = [](const void* context, int64_t block, int) { (*static_cast<const Body*>(context))(block); };
  double best = 1e9;
  runtime.executor.lock();
  const int before = runtime.workers.threads();
  runtime.workers.set_threads(threads);
  for (int i = 0; i < TRIES; i++) {
    runtime.workers.begin(1e9);
    const int64_t start = os::now();
    runtime.workers.run(blocks, 1e9, run_block, &body, nullptr);
    best = std::min(best, double(os::now() - start) * 1e-9);
    runtime.workers.end();
  }
  runtime.workers.set_threads(before);
  runtime.executor.unlock();
  return best;
}

double fma_gflops(Runtime& runtime, int threads, const std::string& isa) {
  constexpr int64_t ROUNDS = 200'000;
  const KernelTable* const table = choose_table(isa);
  const int64_t blocks = 8 * threads;
  const double seconds = best_time(runtime, threads, blocks, [&](int64_t) { table->peak.fma_loop(ROUNDS); });
  return double(blocks * ROUNDS * 2 * FMA_CHAINS * table->lanes) / seconds * 1e-9;
}

double copy_bytes_per_second(Runtime& runtime, int64_t bytes, int threads) {
  constexpr int64_t PIECE = 256 << 10;
  const Pool::Block from = runtime.pool.take(bytes), to = runtime.pool.take(bytes);
  double best = 0;
  if (from.data != nullptr && to.data != nullptr) {
    memset(from.data, 1, size_t(bytes));
    memset(to.data, 1, size_t(bytes));
    const auto copy = [&](bool streaming) {
      return best_time(runtime, threads, ceil_div(bytes, PIECE), [&](int64_t block) {
        char* const target = static_cast<char*>(to.data) + block * PIECE;
        const char* const source = static_cast<const char*>(from.data) + block * PIECE;
        const int64_t piece = std::min(PIECE, bytes - block * PIECE);
        if (streaming) {
          runtime.kernels->peak.stream_copy(reinterpret_cast<float*>(target), reinterpret_cast<const float*>(source), piece / 4);
        } else {
          memcpy(target, source, size_t(piece));
        }
      });
    };
    best = 2 * double(bytes) / std::min(copy(true), copy(false));
  }
  runtime.pool.give(from);
  runtime.pool.give(to);
  return best;
}

}  // namespace hebb
