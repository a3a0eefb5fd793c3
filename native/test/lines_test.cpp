// Checks what runs along lines, scan, linear_scan, sort and top_k, on every ISA that this CPU has: the kernels and then the commands, each
// against plain loops in float64; the commands also on three threads, with equal bits. Usage: lines_test [seed].
#include "kernels/reduce.h"
#include "test/machine.h"

namespace {

// ---- running sums, products and recurrences: carried in f64, they round once ----

const char* const SCANS[SCAN_KINDS] = {"cumsum", "cumprod", "cumsum_i", "cumprod_i"};

// What a scan takes: products stay near 1.
template <class T> std::vector<T> scanned(int kind, int64_t n) {
  std::vector<T> values;
  for (float x : normal(n)) {
    if (kind >= CUMSUM_I) values.push_back(T(int32_t(x * 1e9f) | (kind == CUMPROD_I)));
    else values.push_back(T(kind == CUMPROD ? copysignf(exp2f(x / 100), x) : x));
  }
  return values;
}

double next_of(int kind, double state, double x) {
  const uint32_t a = uint32_t(int64_t(state)), b = uint32_t(int64_t(x));
  if (kind >= CUMSUM_I) return double(int32_t(kind == CUMSUM_I ? a + b : a * b));
  return kind == CUMSUM ? state + x : state * x;
}

// In two pieces, the second of which goes on with the state of the first; backwards from the last row.
template <class T, class S> void check_scan_kernel(int kind, int64_t length, int64_t n, bool reverse) {
  const int64_t stride = n + 3, step = reverse ? -stride : stride, first = reverse ? (length - 1) * stride : 0, half = length / 2;
  const std::vector<T> x = scanned<T>(kind, length * stride);
  std::vector<T> y(x.size()), want(x.size());
  std::vector<S> state(size_t(n), S(kind % 2));
  for (int64_t j = 0; j < n; j++) {
    double sum = kind % 2;
    for (int64_t i = 0; i < length; i++) {
      const size_t at = size_t(first + i * step + j);
      want[at] = T(sum = next_of(kind, sum, double(x[at])));
    }
  }
  const auto kernel = runtime->kernels->scan.scan[kind];
  if (half > 0) kernel(state.data(), x.data() + first, y.data() + first, half, n, step);
  const int64_t rest = first + half * step;
  if (length > 0) kernel(state.data(), x.data() + rest, y.data() + rest, length - half, n, step);
  check(y == want, sized(SCANS[kind], {int32_t(length), int32_t(n), reverse}));
}

void check_linear_kernel(int64_t length, int64_t n) {
  const Floats a = normal(length * n), b = normal(length * n);
  Floats y(a.size()), want(a.size());
  std::vector<double> state(size_t(n), 0.5), by_hand = state;
  for (size_t i = 0; i < a.size(); i++) {
    double& s = by_hand[i % size_t(n)];
    want[i] = float(s = double(b[i]) + double(a[i]) * s);
  }
  runtime->kernels->scan.linear(state.data(), a.data(), b.data(), y.data(), length, n, n);
  check(y == want && state == by_hand, sized("linear", {int32_t(length), int32_t(n)}));
}

// Only what is done in chunks rounds otherwise than a plain loop: their totals are those of `reduce`.
template <class T> void check_scan(int kind, bool reverse, int32_t outer, int32_t axis, int32_t inner, bool chunks) {
  const std::string what = sized(SCANS[kind], {reverse, outer, axis, inner});
  const std::vector<T> x = scanned<T>(kind, int64_t(outer) * axis * inner);
  Machine machine;
  const int32_t in = machine.buffer(x), out = machine.buffer(std::vector<T>(x.size()));
  if (!machine.decode("scan", {kind, reverse, outer, axis, inner, in, out})) return check(false, what + ": " + machine.error);
  machine.run_both(out, what);
  const std::vector<T> y = machine.contents<T>(out);
  for (int32_t line = 0; line < outer * inner; line++) {
    double want = kind % 2, size = 0;
    for (int32_t i = 0; i < axis; i++) {
      const size_t at = size_t((line / inner * axis + (reverse ? axis - 1 - i : i)) * inner + line % inner);
      want = next_of(kind, want, double(x[at]));
      size += fabs(double(x[at]));
      const double slack = !chunks || kind >= CUMSUM_I ? 0 : kind == CUMSUM ? 3e-7 * size : (1e-6 + 1.2e-7 * i) * fabs(want);
      if (fabs(double(y[at]) - double(T(want))) > slack) return check(false, what + " is wrong at " + std::to_string(i));
    }
  }
}

void check_linear(bool reverse, int32_t outer, int32_t axis, int32_t inner) {
  const std::string what = sized("linear_scan", {reverse, outer, axis, inner});
  const int64_t total = int64_t(outer) * axis * inner;
  const Floats a = normal(total), b = normal(total);
  Machine machine;
  const int32_t factor = machine.buffer(a), term = machine.buffer(b), out = machine.buffer(Floats(a.size()));
  if (!machine.decode("linear_scan", {reverse, outer, axis, inner, factor, term, out})) return check(false, what + ": " + machine.error);
  machine.run_both(out, what);
  Floats want(a.size());
  for (int32_t line = 0; line < outer * inner; line++) {
    double y = 0;
    for (int32_t i = 0; i < axis; i++) {
      const int32_t place = reverse ? axis - 1 - i : i;
      const size_t at = size_t((line / inner * axis + place) * inner + line % inner);
      y = i == 0 ? double(b[at]) : double(b[at]) + double(a[reverse ? at + size_t(inner) : at]) * y;
      want[at] = float(y);
    }
  }
  check(machine.contents<float>(out) == want, what);
}

void check_scans() {
  for (int64_t length : {0, 1, 2, 17, 300}) {
    for (int64_t n : {1, 2, 7, 16, 33, 256}) {
      for (bool reverse : {false, true}) {
        for (int kind : {CUMSUM, CUMPROD}) check_scan_kernel<float, double>(kind, length, n, reverse);
        for (int kind : {CUMSUM_I, CUMPROD_I}) check_scan_kernel<int32_t, int32_t>(kind, length, n, reverse);
      }
      check_linear_kernel(length, n);
    }
  }
  const Ints shapes[] = {{1, 1, 1},   {3, 0, 2},    {0, 3, 3},   {3, 3, 0},    {5, 7, 1},    {1, 1000, 1},   {70, 500, 1},
                         {4, 9, 257}, {2, 300, 13}, {1, 3, 700}, {300, 2, 40}, {2, 9000, 3}, {1, 131072, 1}, {3, 140000, 1}};
  for (const Ints& s : shapes) {
    const bool chunks = s[1] >= 131072;
    for (bool reverse : {false, true}) {
      for (int kind : {CUMSUM, CUMPROD}) check_scan<float>(kind, reverse, s[0], s[1], s[2], chunks);
      for (int kind : {CUMSUM_I, CUMPROD_I}) check_scan<int32_t>(kind, reverse, s[0], s[1], s[2], chunks);
      check_linear(reverse, s[0], s[1], s[2]);
    }
  }
  Machine machine;
  const int32_t x = machine.buffer(Floats(6)), y = machine.buffer(Floats(6));
  for (const Ints& args : {Ints{SCAN_KINDS, 0, 1, 6, 1, x, y}, {0, 2, 1, 6, 1, x, y}, {0, 0, 1, 7, 1, x, y}, {0, 0, 1, -1, 1, x, y}})
    check(!machine.decode("scan", args), sized("scan takes", args));
}

// ---- sort and top_k ----

// -0 before 0, NaN after everything: whether a stands before b.
template <class T> bool before(T a, T b) {
  if (a != a || b != b) return a == a;
  return a < b || (a == b && std::signbit(double(a)) && !std::signbit(double(b)));
}

enum Pattern { MIXED, RISING, FALLING, EQUAL, PATTERNS };

template <class T> std::vector<T> sortable(int64_t n, Pattern pattern) {
  constexpr bool floats = std::is_same_v<T, float>;
  std::vector<T> values;
  for (float x : normal(n)) {
    if (bits() % 3 == 0) x = roundf(x);  // ties, and zeros of both signs
    values.push_back(floats ? T(x) : T(int32_t(x * 1000)));
    if (bits() % 50 != 0) continue;
    const float special[] = {NAN, -NAN, INFINITY, -INFINITY, 1e-45f, -1e-45f};
    const int32_t ends[] = {INT32_MAX, INT32_MIN, -1, 0, 1, 255};
    values.back() = floats ? T(special[bits() % 6]) : T(ends[bits() % 6]);
  }
  if (pattern == EQUAL) std::fill(values.begin(), values.end(), T(-3));
  if (pattern == RISING || pattern == FALLING) std::sort(values.begin(), values.end(), before<T>);
  if (pattern == FALLING) std::reverse(values.begin(), values.end());
  return values;
}

// Positions of a row in the order wanted.
template <class T> Ints order_of(const T* x, int32_t n, bool descending) {
  Ints order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return descending ? before(x[b], x[a]) : before(x[a], x[b]); });
  return order;
}

template <class T> bool same(T a, T b) { return (a != a && b != b) || memcmp(&a, &b, sizeof a) == 0; }

template <class T> void check_keys(int64_t n, bool descending) {
  constexpr int kind = std::is_same_v<T, int32_t>;
  const SortKernels& kernels = runtime->kernels->sort;
  const uint32_t flip = descending ? ~0u : 0;
  const std::string what = sized("sort's kernels", {kind, int32_t(n), descending});
  const std::vector<T> x = sortable<T>(n, MIXED);
  std::vector<uint32_t> keys(x.size());
  std::vector<uint64_t> pairs(x.size()), few(x.size()), want;
  std::vector<T> back(x.size()), split(x.size());
  Ints at(x.size());
  kernels.keys[kind](keys.data(), x.data(), n, flip);
  kernels.values[kind](back.data(), keys.data(), n, flip);
  kernels.pairs[kind](pairs.data(), x.data(), 100, n, flip);
  kernels.split[kind](split.data(), at.data(), pairs.data(), n, flip);
  kernels.split[kind](nullptr, nullptr, pairs.data(), n, flip);
  bool right = true;
  for (size_t i = 0; i < x.size(); i++) {
    right &= same(back[i], x[i]) && same(split[i], x[i]) && at[i] == 100 + int32_t(i) && pairs[i] == (uint64_t(keys[i]) << 32 | (100 + i));
    for (size_t j = 0; j < i; j++) {
      const T a = x[descending ? i : j], b = x[descending ? j : i];
      right &= (keys[j] < keys[i]) == before(a, b) && (keys[j] > keys[i]) == before(b, a);
    }
  }
  check(right, what + ": a key or a pair");
  for (uint32_t limit : {0u, ~0u, n > 0 ? keys[size_t(n / 2)] : 1u}) {
    want.clear();
    std::copy_if(pairs.begin(), pairs.end(), std::back_inserter(want), [&](uint64_t pair) { return uint32_t(pair >> 32) < limit; });
    const int64_t count = kernels.below[kind](few.data(), x.data(), 100, n, flip, limit);
    check(count == int64_t(want.size()) && std::equal(want.begin(), want.end(), few.begin()), what + ": below");
  }
  // Digit by digit both forms come into order.
  want = pairs;
  std::sort(want.begin(), want.end());
  for (int digit = 0; digit < SORT_DIGITS; digit++) {
    for (int paired : {0, 1}) {
      std::vector<uint32_t> counts(SORT_BUCKETS), to(x.size());
      void* const from = paired ? static_cast<void*>(pairs.data()) : keys.data();
      void* const sorted = paired ? static_cast<void*>(few.data()) : to.data();
      kernels.count[paired](counts.data(), from, n, digit);
      std::exclusive_scan(counts.begin(), counts.end(), counts.begin(), 0u);
      kernels.scatter[paired](sorted, counts.data(), from, n, digit);
      paired ? pairs.swap(few) : keys.swap(to);
    }
  }
  check(pairs == want && std::is_sorted(keys.begin(), keys.end()), what + ": digits");
}

// sort, or with a `k` top_k: values, positions or both.
template <class T> void check_order(int32_t rows, int32_t n, int32_t k, Pattern pattern, bool descending, bool values, bool positions) {
  constexpr int kind = std::is_same_v<T, int32_t>;
  const bool sorts = k == 0;
  const int32_t taken = sorts ? n : k;
  const std::string what = sized(sorts ? "sort" : "top_k", {kind, rows, n, k, pattern, descending, values, positions});
  const std::vector<T> x = sortable<T>(int64_t(rows) * n, pattern);
  Machine machine;
  const int32_t in = machine.buffer(x), y = machine.buffer(std::vector<T>(size_t(rows * taken)));
  const int32_t at = machine.buffer(Ints(size_t(rows * taken)));
  Ints args = {kind, descending, rows, n};
  if (!sorts) args.push_back(k);
  args.insert(args.end(), {in, values ? y : -1, positions ? at : -1});
  if (!machine.decode(sorts ? "sort" : "top_k", args)) return check(false, what + ": " + machine.error);
  if (values) machine.run_both(y, what);
  if (positions) machine.run_both(at, what);
  const std::vector<T> got = machine.contents<T>(y);
  const Ints places = machine.contents<int32_t>(at);
  bool right = true;
  for (int32_t row = 0; row < rows; row++) {
    const T* const line = x.data() + int64_t(row) * n;
    const Ints order = order_of(line, n, descending);
    for (int32_t i = 0; i < taken; i++) {
      const size_t j = size_t(row * taken + i);
      right &= !values || same(got[j], line[order[size_t(i)]]);
      right &= !positions || places[j] == order[size_t(i)];
    }
  }
  check(right, what);
}

template <class T> void check_orders() {
  const std::pair<int32_t, int32_t> sizes[] = {{0, 5},    {3, 0},    {1, 1},    {40, 7},    {3, 256},   {3, 257},
                                               {7, 1000}, {2000, 9}, {2, 5000}, {1, 65536}, {1, 65537}, {2, 70001}};
  for (int64_t n : {0, 1, 3, 16, 63, 64, 65, 128, 200}) check_keys<T>(n, false), check_keys<T>(n, true);
  for (const auto& [rows, n] : sizes) {
    for (bool descending : {false, true}) {
      const Pattern pattern = Pattern(bits() % PATTERNS);
      check_order<T>(rows, n, 0, MIXED, descending, true, true);
      check_order<T>(rows, n, 0, pattern, descending, true, false);
      check_order<T>(rows, n, 0, pattern, descending, false, true);
    }
  }
  const Ints tops[] = {{1, 1, 1},      {4, 10, 10},        {40, 50, 3},      {3, 1000, 1},     {3, 5000, 5},
                       {2, 9000, 700}, {1, 300000, 65536}, {1, 200000, 100}, {2, 131072, 2000}};
  for (const Ints& s : tops) {
    for (Pattern pattern : {MIXED, RISING, FALLING, EQUAL}) check_order<T>(s[0], s[1], s[2], pattern, bits() % 2, true, bits() % 4 > 0);
  }
}

void check_refusals() {
  Machine machine;
  const int32_t x = machine.buffer(Floats(6)), y = machine.buffer(Floats(6)), at = machine.buffer(Ints(6));
  const Ints sorts[] = {
      {2, 0, 2, 3, x, y, at}, {0, 2, 2, 3, x, y, at}, {0, 0, 2, 3, x, -1, -1}, {0, 0, 3, 3, x, y, at}, {0, 0, 2, -3, x, y, at}};
  const Ints tops[] = {{0, 0, 2, 3, 0, x, y, at}, {0, 0, 2, 3, 4, x, y, at}, {0, 0, 2, 3, 1, x, -1, at}, {0, 0, 1, 7, 1, x, y, at}};
  for (const Ints& args : sorts) check(!machine.decode("sort", args), sized("sort takes", args));
  for (const Ints& args : tops) check(!machine.decode("top_k", args), sized("top_k takes", args));
}

}  // namespace

int main(int argc, char** argv) {
  program = argv[0];
  seed = argc > 1 ? unsigned(atoi(argv[1])) : 1;
  std::string error;
  runtime = start_runtime(error);
  if (!runtime) return printf("%s\n", error.c_str()), 1;
  for (const KernelTable* table : tested_tables()) {
    runtime->kernels = table;
    bits.seed(seed);
    check_scans();
    check_orders<float>();
    check_orders<int32_t>();
    check_refusals();
    printf("%s: %s\n", table->isa, failures ? "failed" : "ok");
  }
  return failures > 0;
}
