// Checks gemm on every ISA against a plain product in double: all transpositions, odd sizes, batches, epilogues, threads.
// Usage: gemm_test [rounds].
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <memory>
#include <random>
#include <vector>

#include "test/extent.h"
#include "test/gemm_run.h"

using hebb::GemmShape;

namespace {

std::mt19937 random_bits(7);
int failures = 0, cases = 0;
std::vector<const hebb::KernelTable*> tables;  // under test

// Memory that ends exactly where the operand ends, so that a sanitizer sees a read past it.
struct Floats {
  explicit Floats(int64_t n) : p(static_cast<float*>(aligned(n * 4)), free) {}
  std::unique_ptr<float[], void (*)(void*)> p;

 private:
  static void* aligned(int64_t bytes) {
    void* p = nullptr;
    return posix_memalign(&p, hebb::ALIGN, size_t(bytes)) ? nullptr : p;
  }
};

Floats random_floats(int64_t n, bool integers) {
  Floats x(n);
  for (int64_t i = 0; i < n; i++) x.p[i] = integers ? float(int(random_bits() % 9) - 4) : float(random_bits()) * 0x1p-31f - 1;
  return x;
}

std::vector<double> plain(const GemmShape& s, const float* a, const float* b) {
  std::vector<double> c(size_t(s.batch * s.m * s.n));
  for (int64_t z = 0; z < s.batch; z++) {
    const float* x = a + (s.batched_a ? z * s.m * s.k : 0);
    const float* y = b + (s.batched_b ? z * s.k * s.n : 0);
    for (int64_t i = 0; i < s.m; i++) {
      for (int64_t j = 0; j < s.n; j++) {
        double sum = 0;
        for (int64_t k = 0; k < s.k; k++)
          sum += double(s.trans_a ? x[k * s.m + i] : x[i * s.k + k]) * double(s.trans_b ? y[j * s.k + k] : y[k * s.n + j]);
        c[size_t((z * s.m + i) * s.n + j)] = sum;
      }
    }
  }
  return c;
}

void check(const GemmShape& s, bool integers) {
  const Floats a = random_floats((s.batched_a ? s.batch : 1) * s.m * s.k, integers);
  const Floats b = random_floats((s.batched_b ? s.batch : 1) * s.k * s.n, integers);
  const int64_t n = s.batch * s.m * s.n;
  const std::vector<double> want = plain(s, a.p.get(), b.p.get());
  double largest = sqrt(double(s.k)) / 3;  // what a sum of so many products is expected to be
  for (double x : want) largest = fmax(largest, fabs(x));
  const double limit = integers ? 0 : 2e-6 * fmax(largest, 1e-30);
  for (const hebb::KernelTable* table : tables) {
    Floats first(n);
    for (int threads : {1, 2, 7}) {
      if (threads > 1 && n * s.k < 100000) break;
      for (bool with_epilogue : {false, true}) {
        Floats c(n), out(n);
        for (int64_t i = 0; i < n; i++) c.p[i] = out.p[i] = NAN;
        hebb::test::GemmRun(*table, threads, s, with_epilogue)(a.p.get(), b.p.get(), c.p.get(), out.p.get());
        cases++;
        double worst = 0;
        bool same = true;
        for (int64_t i = 0; i < n; i++) {
          const double error = fabs(double(c.p[i]) - want[size_t(i)]);
          if (!(error <= worst)) worst = isnan(error) ? INFINITY : error;
          if (with_epilogue && out.p[i] != (c.p[i] > 0 ? c.p[i] : 0) + 1) same = false;
        }
        if (threads == 1 && !with_epilogue) memcpy(first.p.get(), c.p.get(), size_t(n) * 4);
        else if (n && memcmp(first.p.get(), c.p.get(), size_t(n) * 4)) same = false;
        if (worst <= limit && same) continue;
        if (failures++ < 20) {
          printf("%s batch %ld (%d %d) m %ld n %ld k %ld trans %d %d threads %d epilogue %d: error %g, limit %g%s\n", table->isa,
                 long(s.batch), s.batched_a, s.batched_b, long(s.m), long(s.n), long(s.k), s.trans_a, s.trans_b, threads, with_epilogue,
                 worst, limit, same ? "" : ", other bits");
        }
      }
    }
  }
}

void check_all(int64_t batch, int64_t m, int64_t n, int64_t k) {
  for (int t = 0; t < 4; t++) {
    for (int z = 0; z < (batch > 1 ? 4 : 1); z++)
      check({batch, m, n, k, (t & 1) != 0, (t & 2) != 0, (z & 1) == 0, (z & 2) == 0}, random_bits() % 2);
  }
}

// Whatever the shape and the caches, a task's scratch must do, and tasks must cover C.
void check_plans(int rounds) {
  const auto pick = [](int bits) { return int64_t(1 + random_bits() % (uint64_t(1) << random_bits() % uint64_t(bits))); };
  for (const hebb::KernelTable* table : tables) {
    for (int i = 0; i < rounds; i++) {
      const GemmShape s = {pick(4), pick(24), pick(24), pick(24), random_bits() % 2 == 0, random_bits() % 2 == 0, true, true};
      const hebb::os::Caches caches = {pick(20), pick(24), 0};
      const hebb::GemmPlan p = hebb::plan_gemm(s, table->gemm, table->lanes, caches);
      const bool packed = p.path == hebb::GemmPlan::Path::packed, turned = p.swapped && p.m > 1;
      const int64_t panels = packed ? p.depth * hebb::round_up(p.columns, p.width) : 0, c = turned ? p.rows * p.columns : 0;
      cases++;
      const bool covers =
          p.rows * p.row_tasks >= p.m && p.columns * p.column_tasks >= p.n && (p.column_tasks == 1 || p.columns % p.width == 0);
      const bool fits = (panels + c) * 4 <= hebb::GEMM_SCRATCH && p.strip <= table->gemm.tile_rows[p.vectors];
      const bool strips =
          p.rows > 0 && p.group > 0 && (p.group % p.strip == 0 || p.group == p.rows) && (p.rows % p.strip == 0 || p.row_tasks == 1);
      if (covers && fits && strips) continue;
      if (failures++ < 20) {
        printf("%s plan of m %ld n %ld k %ld trans %d %d, caches %ld %ld: %s\n", table->isa, long(s.m), long(s.n), long(s.k), s.trans_a,
               s.trans_b, long(caches.l1), long(caches.l2),
               !covers ? "leaves some of C out"
               : !fits ? "outgrows its scratch"
                       : "cuts a strip");
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? atoi(argv[1]) : hebb::BRIEF ? 3 : 30;
  tables = hebb::tested_tables();
  check_plans(rounds * 1000);
  for (int64_t m : {0, 1, 2, 3, 4, 7, 8}) {
    for (int64_t n : {0, 1, 3, 4, 5, 8, 17}) {
      for (int64_t k : {0, 1, 2, 5, 64}) check_all(m % 3 + 1, m, n, k);
    }
  }
  const auto pick = [](int64_t most) { return int64_t(1 + random_bits() % uint64_t(most)); };
  for (int i = 0; i < rounds; i++) check_all(i % 4 ? 1 : pick(4), pick(70), pick(70), pick(70));
  for (int i = 0; i < rounds / 10; i++) check_all(1, pick(300), pick(300), pick(1500));
  for (int64_t few : {1, 2, 5, 8}) {
    if (hebb::BRIEF) break;
    check_all(1, few, 1000, 777);
    check_all(1, 1000, few, 777);
    check_all(1, 33, few, 5000);
    check_all(1, few, few, 70000);
  }
  check_all(1, 32, 128, 784);
  check_all(1, 32, 784, 128);
  check_all(1, 784, 128, 32);
  if (hebb::BRIEF) check_all(2, 67, 261, 300);
  else check_all(2, 129, 1025, 1030);
  printf("%d cases, %d failures\n", cases, failures);
  return failures != 0;
}
