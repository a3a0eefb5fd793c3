// What this machine can do at best, timed inside the benchmarking process: a loop of fused multiply-adds that never leaves
// the registers, and a copy of 64 MiB. A small addon of its own, so that the published one carries no benchmark.
#include <node_api.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif
#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace {

using Clock = std::chrono::steady_clock;

// Independent sums: more than an FMA's latency times its throughput, and no more than the registers hold.
#if defined(__aarch64__)
constexpr int kChains = 24;
#else
constexpr int kChains = 12;
#endif
constexpr int64_t kRounds = 400'000;
constexpr size_t kCopyBytes = size_t{64} << 20;

/// Seconds from the moment when all threads stand ready until the last has done work(thread).
double timed(int threads, const std::function<void(int)>& work) {
  std::atomic<int> ready{0};
  std::atomic<bool> go{false};
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i)
    others.emplace_back([&, i] {
      ++ready;
      while (!go) {
      }
      work(i);
    });
  while (ready != threads - 1) {
  }
  const auto start = Clock::now();
  go = true;
  work(0);
  for (auto& other : others) other.join();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// A loop of kRounds x kChains multiply-adds; the sum is returned so that nothing is optimised away.
#define HEBB_FMA_LOOP(VEC, SET1, FMA, ADD, FIRST)                             \
  VEC sum[kChains];                                                           \
  const VEC a = SET1(0.999f), b = SET1(0.001f);                               \
  for (auto& s : sum) s = SET1(1.0f);                                         \
  for (int64_t i = 0; i < kRounds; ++i) {                                     \
    _Pragma("GCC unroll 24") for (int j = 0; j < kChains; ++j) sum[j] = FMA(sum[j], a, b); \
  }                                                                           \
  for (int j = 1; j < kChains; ++j) sum[0] = ADD(sum[0], sum[j]);             \
  return FIRST(sum[0]);

struct Loop {
  const char* isa;
  int lanes;
  bool supported;
  float (*run)();
};

#if defined(__x86_64__)
__attribute__((target("avx512f"))) float loop_avx512() {
  HEBB_FMA_LOOP(__m512, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_add_ps, _mm512_cvtss_f32)
}
__attribute__((target("avx2,fma"))) float loop_avx2() {
  HEBB_FMA_LOOP(__m256, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_add_ps, _mm256_cvtss_f32)
}
__attribute__((target("sse2"))) __m128 multiply_add(__m128 x, __m128 a, __m128 b) { return _mm_add_ps(_mm_mul_ps(x, a), b); }
float loop_sse2() { HEBB_FMA_LOOP(__m128, _mm_set1_ps, multiply_add, _mm_add_ps, _mm_cvtss_f32) }

std::vector<Loop> loops() {
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return {{"avx512", 16, avx512, loop_avx512}, {"avx2", 8, avx2, loop_avx2}, {"sse2", 4, true, loop_sse2}};
}

__attribute__((target("avx"))) void stream(char* to, const char* from, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 64) {
    const __m256i low = _mm256_load_si256(reinterpret_cast<const __m256i*>(from + i));
    const __m256i high = _mm256_load_si256(reinterpret_cast<const __m256i*>(from + i + 32));
    _mm256_stream_si256(reinterpret_cast<__m256i*>(to + i), low);
    _mm256_stream_si256(reinterpret_cast<__m256i*>(to + i + 32), high);
  }
  _mm_sfence();
}
#elif defined(__aarch64__)
float32x4_t multiply_add(float32x4_t x, float32x4_t a, float32x4_t b) { return vfmaq_f32(b, x, a); }
float first(float32x4_t x) { return vgetq_lane_f32(x, 0); }
float loop_neon() { HEBB_FMA_LOOP(float32x4_t, vdupq_n_f32, multiply_add, vaddq_f32, first) }
std::vector<Loop> loops() { return {{"neon", 4, true, loop_neon}}; }
void stream(char* to, const char* from, size_t bytes) { memcpy(to, from, bytes); }
#endif

volatile float sink;

double fma_gflops(const std::string& isa, int threads) {
  for (const Loop& loop : loops()) {
    if (isa != loop.isa || !loop.supported) continue;
    const double seconds = timed(threads, [&](int) { sink = loop.run(); });
    return 2.0 * loop.lanes * kChains * kRounds * threads / seconds * 1e-9;
  }
  return 0;
}

char* pages() {
  void* p = nullptr;
  if (posix_memalign(&p, size_t{2} << 20, kCopyBytes) != 0) abort();
#if defined(MADV_HUGEPAGE)
  madvise(p, kCopyBytes, MADV_HUGEPAGE);
#endif
  memset(p, 1, kCopyBytes);
  return static_cast<char*>(p);
}

/// Milliseconds for one copy of 64 MiB between two buffers that stay; by memcpy or by stores that pass the caches.
double copy_ms(bool streaming, int threads) {
  static char *const from = pages(), *const to = pages();
  constexpr int times = 4;
  const size_t part = kCopyBytes / threads / 64 * 64;
  const double seconds = timed(threads, [&](int thread) {
    const size_t start = part * thread, bytes = thread == threads - 1 ? kCopyBytes - start : part;
    for (int i = 0; i < times; ++i) streaming ? stream(to + start, from + start, bytes) : void(memcpy(to + start, from + start, bytes));
  });
  return seconds * 1e3 / times;
}

std::string text(napi_env env, napi_value value) {
  char buffer[32];
  size_t length = 0;
  napi_get_value_string_utf8(env, value, buffer, sizeof buffer, &length);
  return {buffer, length};
}

napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

struct Arguments {
  napi_value values[2];
  Arguments(napi_env env, napi_callback_info info) {
    size_t count = 2;
    napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  }
};

int thread_count(napi_env env, napi_value value) {
  int32_t count = 1;
  napi_get_value_int32(env, value, &count);
  return std::clamp(count, 1, 256);
}

/// fmaGflops(isa, threads)
napi_value fma_gflops_js(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  return number(env, fma_gflops(text(env, arguments.values[0]), thread_count(env, arguments.values[1])));
}

/// copyMs('memcpy' | 'stream', threads)
napi_value copy_ms_js(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  return number(env, copy_ms(text(env, arguments.values[0]) == "stream", thread_count(env, arguments.values[1])));
}

/// bestIsa()
napi_value best_isa_js(napi_env env, napi_callback_info) {
  const char* best = "scalar";
  for (const Loop& loop : loops())
    if (loop.supported) {
      best = loop.isa;
      break;
    }
  napi_value result;
  napi_create_string_utf8(env, best, NAPI_AUTO_LENGTH, &result);
  return result;
}

napi_value init(napi_env env, napi_value exports) {
  const napi_property_descriptor properties[] = {
      {"fmaGflops", nullptr, fma_gflops_js, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"copyMs", nullptr, copy_ms_js, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"bestIsa", nullptr, best_isa_js, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, std::size(properties), properties);
  return exports;
}

}  // namespace

NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
