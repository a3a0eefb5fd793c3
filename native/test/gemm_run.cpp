// A stand-in for the executor: enough of Run for a gemm alone, on threads that spin while the process lives.
#include "test/gemm_run.h"

#include <stdlib.h>
#include <string.h>

#include <atomic>
#include <thread>
#include <vector>

#include "ops/chain.h"

static std::atomic<int64_t> next_block, blocks_left, generation;
static int64_t block_count;
static hebb::Run::BlockFn body;
static const void* body_context;
static std::atomic<bool> quit;

static void work(int worker) {
  for (int64_t b; (b = next_block.fetch_add(1)) < block_count;) {
    body(body_context, b, worker);
    blocks_left.fetch_sub(1);
  }
}

Threads::Threads(int n) : count(n) {
  quit = false;
  for (int w = 1; w < n; w++) {
    pool.emplace_back([w, seen = generation.load()]() mutable {
      for (;;) {
        while (generation.load() == seen) {
          if (quit) return;
          __builtin_ia32_pause();
        }
        seen = generation.load();
        if (seen % 2 == 0) work(w);
      }
    });
  }
}

Threads::~Threads() {
  quit = true;
  for (auto& t : pool) t.join();
}

namespace hebb {

class Program {
 public:
  static void prepare(Run& run, const KernelTable& table, int threads) {
    run.kernels_ = &table;
    run.threads_ = threads;
  }
};

void Run::parallel(int64_t blocks, double, BlockFn fn, const void* context) {
  if (threads_ == 1) {
    for (int64_t b = 0; b < blocks; b++) fn(context, b, 0);
    return;
  }
  generation.fetch_add(1);  // odd: nobody starts
  block_count = 0;
  body = fn;
  body_context = context;
  blocks_left = blocks;
  next_block = 0;
  block_count = blocks;
  generation.fetch_add(1);
  work(0);
  while (blocks_left.load() > 0) __builtin_ia32_pause();
  block_count = 0;
}

void* Run::thread_scratch(int worker) const {
  static char* memory[16];
  if (!memory[worker]) memory[worker] = static_cast<char*>(aligned_alloc(4096, THREAD_SCRATCH));
  return memory[worker];
}

// Stands in for every epilogue: out = max(host, 0) + 1.
const void* Chain::block(const Run&, int64_t start, int64_t count, const void* host_in, void*) const {
  for (int64_t i = 0; i < count; i++) {
    const float x = static_cast<const float*>(host_in)[i];
    epilogue_out[start + i] = (x > 0 ? x : 0) + 1;
  }
  return nullptr;
}

}  // namespace hebb

float* epilogue_out;

void prepare(hebb::Run& run, const GemmIsa& isa, int threads) {
  static hebb::KernelTable table[16];
  hebb::KernelTable& t = table[threads];
  t.isa = isa.name;
  t.lanes = isa.lanes;
  memcpy(&t.gemm, isa.kernels, sizeof t.gemm);
  hebb::Program::prepare(run, t, threads);
}

static const GemmIsa* isas[8];
static int isa_count;
const GemmIsa** gemm_isas() { return isas; }
int& gemm_isa_count() { return isa_count; }
