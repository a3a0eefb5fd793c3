// Checks the kernels of every ISA that this CPU has against plain float64 loops: odd sizes, empty ones, NaN, ties, aliasing.
// Usage: kernels_test [seed]. A failing line prints what to run again.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "test/extent.h"
#include "test/reduced_line.h"

using namespace hebb;
using Floats = std::vector<float>;
using Ints = std::vector<int32_t>;
using Doubles = std::vector<double>;

namespace {

unsigned seed = 1;
int failures = 0;
std::mt19937 random_bits;

void check(bool right, const char* isa, const std::string& what) {
  if (right) return;
  failures++;
  printf("FAILED %s: %s (kernels_test %u)\n", isa, what.c_str(), seed);
}

Floats normal(int64_t n, float size = 1) {
  std::normal_distribution<float> law(0, size);
  Floats x(static_cast<size_t>(n));
  for (float& v : x) v = law(random_bits);
  return x;
}

// max |y - ref| / max |ref|, or over `size` where that is larger, as where gradients cancel; NaN and inf must agree.
template <class A, class B> double distance(const A& y, const B& ref, double size = 1e-30) {
  double worst = 0;
  for (size_t i = 0; i < ref.size(); i++) {
    const double a = double(y[i]), b = double(ref[i]);
    if (std::isnan(a) != std::isnan(b)) return INFINITY;
    if (std::isnan(b) || a == b) continue;
    if (std::isinf(a) || std::isinf(b)) return INFINITY;
    worst = std::max(worst, fabs(a - b));
    size = std::max(size, fabs(b));
  }
  return worst / size;
}

const int64_t SIZES[] = {0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 128, 257, 511, 512, 513, 1000, 2049};
const char* const KINDS[REDUCE_KINDS] = {"sum",        "mean",  "max",   "min",   "argmax",   "argmin",   "prod",
                                         "deviations", "sum_i", "max_i", "min_i", "argmax_i", "argmin_i", "prod_i"};

void check_reduce(const KernelTable& table, int kind, int64_t n, int64_t length, bool columns, bool nan) {
  const ReduceKernel& kernel = table.reduce.kinds[kind];
  const bool ints = kind >= SUM_I, float_out = gives_float(kind);
  const int64_t stride = n + 3;
  Floats x = normal(columns ? length * stride : n * length);
  Ints xi(x.size());
  for (size_t i = 0; i < x.size(); i++) {
    if (random_bits() % 3 == 0) x[i] = roundf(x[i]);  // ties
    xi[i] = int32_t(x[i] * 4) | (kind == PROD_I);
    if (kind == PROD) x[i] = factor(x[i]);
    if (nan && random_bits() % 64 == 0) x[i] = NAN;
  }
  const void* const values = ints ? static_cast<const void*>(xi.data()) : x.data();
  Doubles state(static_cast<size_t>(n * reduce_state(kind) / 8) + 1), later(state);
  Floats out(static_cast<size_t>(n));
  Ints out_int(out.size());
  Doubles ref(out.size()), got(out.size()), bound(out.size(), 0);  // sums: by the sum of the sizes, as what is summed may cancel
  for (int64_t r = 0; r < n; r++) {
    Doubles line;
    for (int64_t i = 0; i < length; i++) {
      const size_t at = size_t(columns ? i * stride + r : r * length + i);
      line.push_back(ints ? double(xi[at]) : double(x[at]));
    }
    ref[size_t(r)] = reduced_line(kind, line);
    bound[size_t(r)] = reduced_bound(kind, line, ref[size_t(r)]);
  }
  // In two parts, the second in a state of its own, then merged.
  const int64_t half = columns ? length / 2 : 0;
  kernel.start(state.data(), n);
  if (columns) {
    kernel.start(later.data(), n);
    kernel.columns(state.data(), values, half, n, stride, 0);
    kernel.columns(later.data(), static_cast<const char*>(values) + half * stride * 4, length - half, n, stride, half);
    kernel.merge(state.data(), later.data(), n);
  } else {
    kernel.rows(state.data(), values, n, length, 0);
  }
  void* const to = float_out ? static_cast<void*>(out.data()) : out_int.data();
  kernel.finish(state.data(), n, kind == MEAN ? 1.0 / double(length) : 1, to);
  for (size_t r = 0; r < out.size(); r++) {
    got[r] = float_out ? double(out[r]) : double(out_int[r]);
    const bool right = std::isnan(ref[r]) ? std::isnan(got[r]) : fabs(got[r] - ref[r]) <= bound[r];
    if (right) continue;
    return check(false, table.isa,
                 std::string(KINDS[kind]) + (columns ? " columns " : " rows ") + std::to_string(n) + "x" + std::to_string(length) +
                     " gives " + std::to_string(got[r]) + ", not " + std::to_string(ref[r]));
  }
}

void check_large_sum(const KernelTable& table) {
  std::uniform_real_distribution<float> law(0, 1);
  const int64_t n = BRIEF ? 1 << 18 : 1 << 24;
  Floats x(static_cast<size_t>(n));
  for (float& v : x) v = law(random_bits);
  double ref = 0, state[1];
  for (float v : x) ref += double(v);
  const ReduceKernel& kernel = table.reduce.kinds[0];
  float got;
  kernel.start(state, 1), kernel.rows(state, x.data(), 1, n, 0), kernel.finish(state, 1, 1, &got);
  check(fabs(double(got) - ref) <= 2e-6 * ref, table.isa, "sum of many values as a row");
  kernel.start(state, 1), kernel.columns(state, x.data(), n, 1, 1, 0), kernel.finish(state, 1, 1, &got);
  check(fabs(double(got) - ref) <= 2e-6 * ref, table.isa, "sum of many values as a column");
}

void check_softmax(const KernelTable& table, int64_t cols, const char* special) {
  const int64_t rows = 3;
  Floats x = normal(rows * cols, 3);
  const std::string kind = special;
  if (cols > 0 && kind == "huge") x[0] = 1e38f, x[size_t(cols)] = -1e38f, x[size_t(2 * cols)] = 3e38f;
  if (cols > 0 && kind == "nan") x[size_t(random_bits() % unsigned(cols))] = NAN;
  if (cols > 0 && kind == "-inf") std::fill(x.begin(), x.begin() + cols, -INFINITY), x.back() = -INFINITY;
  const Floats dy = normal(rows * cols);
  Doubles soft, logs, lse, grad, log_grad;
  for (int64_t r = 0; r < rows; r++) {
    double top = -INFINITY, sum = 0, dot = 0, total = 0;
    const size_t at = size_t(r * cols);
    for (size_t i = 0; i < size_t(cols); i++) top = std::isnan(x[at + i]) ? NAN : std::max(top, double(x[at + i]));
    for (size_t i = 0; i < size_t(cols); i++) sum += exp(double(x[at + i]) - top);
    for (size_t i = 0; i < size_t(cols); i++) {
      logs.push_back(double(x[at + i]) - top - log(sum));
      soft.push_back(exp(double(x[at + i]) - top) / sum);
      dot += soft.back() * double(dy[at + i]);
      total += double(dy[at + i]);
    }
    for (size_t i = 0; i < size_t(cols); i++) {
      grad.push_back(soft[at + i] * (double(dy[at + i]) - dot));
      log_grad.push_back(double(dy[at + i]) - soft[at + i] * total);
    }
    lse.push_back(top + log(sum));
  }
  const SoftmaxKernels& kernels = table.softmax;
  const std::string name = std::to_string(cols) + " " + special;
  Floats y(x.size()), z(x), dx(x.size());
  kernels.softmax[0](x.data(), y.data(), rows, cols);
  kernels.softmax[0](z.data(), z.data(), rows, cols);
  check(distance(y, soft) <= 2e-6 && distance(z, y) == 0, table.isa, "softmax " + name);
  kernels.softmax_grad[0](y.data(), dy.data(), dx.data(), rows, cols, false);
  check(distance(dx, grad, 1) <= 2e-6, table.isa, "softmax_grad " + name);
  kernels.softmax[1](x.data(), y.data(), rows, cols);
  check(distance(y, logs) <= 2e-6, table.isa, "log softmax " + name);
  kernels.softmax_grad[1](y.data(), dy.data(), dx.data(), rows, cols, true);
  check(distance(dx, log_grad, 1) <= 2e-6 * sqrt(double(cols + 1)), table.isa, "log softmax_grad " + name);
  if (cols == 0) return;

  const Ints labels = {0, int32_t(cols - 1), int32_t(cols / 2)};
  Floats loss(rows), sums(rows);
  Doubles losses, logit_grad(grad.size());
  for (size_t r = 0; r < size_t(rows); r++) losses.push_back(-logs[r * size_t(cols) + size_t(labels[r])]);
  kernels.cross_entropy(x.data(), labels.data(), loss.data(), sums.data(), rows, cols);
  check(distance(loss, losses, 1) <= 2e-6 && distance(sums, lse) <= 2e-6, table.isa, "cross_entropy " + name);
  for (int64_t step = 0; step < 2; step++) {
    for (size_t i = 0; i < logit_grad.size(); i++) {
      const size_t r = i / size_t(cols);
      logit_grad[i] = (soft[i] - (i % size_t(cols) == size_t(labels[r]) ? 1 : 0)) * double(dy[r * size_t(step)]);
    }
    kernels.cross_entropy_grad(x.data(), labels.data(), sums.data(), dy.data(), step, dx.data(), rows, cols, step == 1);
    check(distance(dx, logit_grad, 1) <= 4e-6, table.isa, "cross_entropy_grad " + name);
  }
}

// kind: "rms" has no mean, "plain" neither weight nor bias; "far" lies far from 0.
void check_layer_norm(const KernelTable& table, int64_t cols, const std::string& kind) {
  const int64_t rows = 5;
  const bool centred = kind != "rms", learned = kind != "plain";
  const double eps = 1e-3;
  Floats x = normal(rows * cols), mean(rows), rstd(rows), y(x.size()), dx(x.size());
  if (kind == "far") {
    for (float& v : x) v = 300 + roundf(v * 256) / 256;
  }
  const Floats weight = normal(cols), bias = normal(cols), dy = normal(rows * cols), before = normal(2 * cols);
  Floats dweight(before.begin(), before.begin() + cols), dbias(before.begin() + cols, before.end());
  Doubles values, gradients, weights(dweight.begin(), dweight.end()), biases(dbias.begin(), dbias.end());
  for (int64_t r = 0; r < rows; r++) {
    const float *const row = x.data() + r * cols, *const back = dy.data() + r * cols;
    double m = 0, v = 0, sum = 0, along = 0;
    for (int64_t i = 0; i < cols && centred; i++) m += double(row[i]) / double(cols);
    for (int64_t i = 0; i < cols; i++) v += (double(row[i]) - m) * (double(row[i]) - m) / double(cols);
    const double root = 1 / sqrt(v + eps);
    for (int64_t i = 0; i < cols; i++) {
      const double n = (double(row[i]) - m) * root, g = double(back[i]) * (learned ? double(weight[size_t(i)]) : 1);
      values.push_back(learned ? n * double(weight[size_t(i)]) + double(bias[size_t(i)]) : n);
      weights[size_t(i)] += double(back[i]) * n, biases[size_t(i)] += double(back[i]);
      sum += centred ? g / double(cols) : 0, along += g * n / double(cols);
    }
    for (int64_t i = 0; i < cols; i++) {
      const double n = (double(row[i]) - m) * root, g = double(back[i]) * (learned ? double(weight[size_t(i)]) : 1);
      gradients.push_back(root * (g - sum - n * along));
    }
  }
  const LayerNormKernels& kernels = table.layer_norm;
  const std::string name = kind + " " + std::to_string(cols);
  float* const means = centred ? mean.data() : nullptr;
  const float *const scale = learned ? weight.data() : nullptr, *const shift = learned ? bias.data() : nullptr;
  for (bool streamed : {false, true}) {
    kernels.forward(x.data(), scale, shift, y.data(), means, rstd.data(), rows, cols, eps, streamed);
    check(distance(y, values, 1) <= 2e-6, table.isa, "layer_norm " + name);
  }
  const LayerNormGrad arrays{x.data(), dy.data(), means, rstd.data(), scale, dx.data(), dweight.data(), dbias.data()};
  kernels.backward(arrays, rows, cols, cols % 2 == 0);
  const double allowed = kind == "far" ? 2e-4 : 4e-6;  // f32 rounds the mean that backward reads
  check(distance(dx, gradients, 1) <= allowed, table.isa, "layer_norm_grad " + name);
  check(distance(dweight, weights, 1) <= allowed && distance(dbias, biases, 1) <= 2e-6, table.isa, "layer_norm_grad's sums " + name);
}

void check_transpose(const KernelTable& table, int64_t rows, int64_t cols, bool stream) {
  const Floats x = normal(rows * (cols + 5));
  Floats y(size_t(cols * (rows + 2)), -1), ref(y);
  for (int64_t i = 0; i < rows; i++) {
    for (int64_t j = 0; j < cols; j++) ref[size_t(j * (rows + 2) + i)] = x[size_t(i * (cols + 5) + j)];
  }
  table.transpose.transpose(x.data(), (cols + 5) * 4, y.data(), (rows + 2) * 4, rows, cols, stream);
  check(y == ref, table.isa, "transpose " + std::to_string(rows) + "x" + std::to_string(cols));
}

void check_moves(const KernelTable& table, int64_t n) {
  const std::string name = std::to_string(n);
  const Ints rows = {2, 0, 2, 1, 2};
  const Floats src = normal(3 * n);
  Floats dst(static_cast<size_t>(n)), ref(dst);
  for (int32_t row : rows) {
    for (int64_t j = 0; j < n; j++) ref[size_t(j)] += src[size_t(row * n + j)];
  }
  for (bool stream : {false, true}) {
    table.move.sum_rows(dst.data(), src.data(), rows.data(), 5, n, stream);
    check(dst == ref, table.isa, "sum_rows " + name);
  }
  table.move.sum_rows(dst.data(), src.data(), rows.data(), 0, n, true);
  check(dst == Floats(size_t(n)), table.isa, "sum_rows of nothing " + name);
  Ints index(static_cast<size_t>(n));
  Floats picked(static_cast<size_t>(n));
  for (size_t i = 0; i < index.size(); i++) index[i] = int32_t(i * 7 % size_t(3 * n)), picked[i] = src[size_t(index[i])];
  check(table.move.gather(dst.data(), src.data(), index.data(), n, 3 * n) == n && dst == picked, table.isa, "gather " + name);
  if (n == 0) return;
  for (int32_t wrong : {-1, int32_t(3 * n)}) {
    index[size_t(n / 2)] = wrong;
    check(table.move.gather(dst.data(), src.data(), index.data(), n, 3 * n) == n / 2, table.isa, "gather out of range " + name);
  }
  for (int64_t from : {0, 1}) {
    Floats copy(static_cast<size_t>(n));
    table.move.stream(copy.data() + from, src.data(), (n - from) * 4);
    check(std::equal(copy.begin() + from, copy.end(), src.begin()), table.isa, "stream " + name);
  }
}

}  // namespace

int main(int argc, char** argv) {
  seed = argc > 1 ? unsigned(atoi(argv[1])) : 1;
  for (const KernelTable* table : tested_tables()) {
    random_bits.seed(seed);
    for (int kind = 0; kind < REDUCE_KINDS; kind++) {
      for (int64_t n : {0, 1, 3, 16, 37, 130, 300}) {
        for (int64_t length : SIZES) {
          if ((length == 0 && is_extreme(kind)) || (BRIEF && n * length > 20'000)) continue;
          for (bool nan : {false, true})
            check_reduce(*table, kind, n, length, false, nan), check_reduce(*table, kind, n, length, true, nan);
        }
      }
    }
    check_large_sum(*table);
    for (int64_t cols : SIZES) {
      for (const char* special : {"", "huge", "nan", "-inf"}) check_softmax(*table, cols, special);
      for (int64_t rows : SIZES) check_transpose(*table, rows, cols, rows % 2 == 0);
      for (const char* kind : {"", "rms", "plain", "far"}) check_layer_norm(*table, cols, kind);
      check_moves(*table, cols);
    }
    printf("%s: %s\n", table->isa, failures ? "failed" : "ok");
  }
  return failures > 0;
}
