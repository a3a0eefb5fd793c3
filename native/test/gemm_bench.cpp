// Times gemm beside OpenBLAS and an FMA loop: gemm_bench [-t THREADS] [-i ISA] [-s SECONDS] [-h: huge pages] [M,N,K[,TRANS_A,TRANS_B] …]
// HEBB_OPENBLAS names the library (numpy's libscipy_openblas64_); unset OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "runtime/dispatch.h"
#include "test/gemm_run.h"

namespace {

using Sgemm = void (*)(int, int, int, int64_t, int64_t, int64_t, float, const float*, int64_t, const float*, int64_t, float, float*,
                       int64_t);

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double median(std::vector<double>& x) {
  std::sort(x.begin(), x.end());
  return x.empty() ? 0 : x[x.size() / 2];
}

Sgemm open_blas(int threads) {
  const char* path = getenv("HEBB_OPENBLAS");
  void* library = path ? dlopen(path, RTLD_NOW) : nullptr;
  if (!library) return nullptr;
  reinterpret_cast<void (*)(int)>(dlsym(library, "scipy_openblas_set_num_threads64_"))(threads);
  printf("%s\n", reinterpret_cast<const char* (*)()>(dlsym(library, "scipy_openblas_get_config64_"))());
  return reinterpret_cast<Sgemm>(dlsym(library, "scipy_cblas_sgemm64_"));
}

double peak(const hebb::KernelTable& table) {  // of one thread, in GF/s
  const int64_t rounds = 30000;
  const double start = now();
  table.peak.fma_loop(rounds);
  return double(rounds) * 2 * hebb::FMA_CHAINS * table.lanes / (now() - start) * 1e-9;
}

bool huge_pages = false;

float* floats(int64_t n) {
  const size_t bytes = size_t(hebb::round_up(n * 4, 2 << 20));
  float* p = static_cast<float*>(aligned_alloc(2 << 20, bytes));
  if (huge_pages) madvise(p, bytes, MADV_HUGEPAGE);
  for (int64_t i = 0; i < n; i++) p[i] = float(rand()) / float(RAND_MAX) - 0.5f;
  return p;
}

}  // namespace

int main(int argc, char** argv) {
  int threads = 1;
  double seconds = 0.6;
  std::string isa_name;
  std::vector<std::string> shapes;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "-t")) threads = atoi(argv[++i]);
    else if (!strcmp(argv[i], "-i")) isa_name = argv[++i];
    else if (!strcmp(argv[i], "-h")) huge_pages = true;
    else if (!strcmp(argv[i], "-s")) seconds = atof(argv[++i]);
    else shapes.push_back(argv[i]);
  }
  if (shapes.empty()) shapes = {"64", "128", "256", "512", "1024", "2048", "32,128,784", "32,128,784,0,1", "784,128,32,1,0"};
  const hebb::KernelTable* table = hebb::choose_table(isa_name);
  if (!table) return 1;
  const Sgemm sgemm = open_blas(threads);
  printf("%s, %d threads\n", table->isa, threads);
  double log_ratio = 0;
  for (const std::string& text : shapes) {
    long m = 0, n = 0, k = 0, ta = 0, tb = 0;
    if (sscanf(text.c_str(), "%ld,%ld,%ld,%ld,%ld", &m, &n, &k, &ta, &tb) < 2) n = k = m;
    float *a = floats(m * k), *b = floats(k * n), *c = floats(m * n);
    hebb::test::GemmRun gemm(*table, threads, {1, m, n, k, ta != 0, tb != 0, true, true}, false);
    const double flops = 2.0 * double(m) * double(n) * double(k);
    const int repeat = int(std::max(1.0, 2e6 / std::max(flops, 2000.0)));
    std::vector<double> ours, theirs, peaks;
    for (const double end = now() + seconds; now() < end || ours.size() < 10;) {
      peaks.push_back(peak(*table));
      double start = now();
      for (int r = 0; r < repeat; r++) gemm(a, b, c);
      ours.push_back((now() - start) / repeat);
      if (!sgemm) continue;
      start = now();
      for (int r = 0; r < repeat; r++) sgemm(101, ta ? 112 : 111, tb ? 112 : 111, m, n, k, 1, a, ta ? m : k, b, tb ? k : n, 0, c, n);
      theirs.push_back((now() - start) / repeat);
    }
    const double x = median(ours), y = median(theirs), top = median(peaks) * threads;
    log_ratio += sgemm ? __builtin_log(y / x) : 0;
    printf("%-18s %10.2f us %7.1f GF/s %5.1f %% of %.0f   OpenBLAS %7.1f GF/s  ratio %.3f\n", text.c_str(), x * 1e6, flops / x * 1e-9,
           flops / x * 1e-7 / top, top, sgemm ? flops / y * 1e-9 : 0, sgemm ? y / x : 0);
    free(a), free(b), free(c);
  }
  if (sgemm) printf("geomean %.3f\n", __builtin_exp(log_ratio / double(shapes.size())));
}
