// Checks the optimizers' kernels of every ISA that this CPU has against their rules in float64, one value at a time.
// Usage: optimizer_test [seed]. A failing line prints what to run again.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "test/extent.h"

using namespace hebb;

namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;
using Kernel = UpdateKernel OptimizerKernels::*;

struct Coefficients {
  double size, ahead, old1, new1, old2, new2, root, eps;
};

// One value: from the prepared gradient, the parameter after decoupled decay and the states to the parameter; the states are updated.
using Rule = double (*)(const Coefficients& c, double g, double p, double* s);

double average(const Coefficients& c, double& first, double g) { return first += c.new1 * (g - first); }
double squares(const Coefficients& c, double& second, double g) { return second = c.old2 * second + c.new2 * g * g; }
double under(const Coefficients& c, double second) { return sqrt(second) * c.root + c.eps; }
double sign(double x) { return double(x > 0) - double(x < 0); }

struct Case {
  const char* name;
  Kernel kernel;
  Rule rule;
};

const Case CASES[] = {
    {"sgd", &OptimizerKernels::sgd, [](const Coefficients& c, double g, double p, double*) { return p - c.size * g; }},
    {"momentum", &OptimizerKernels::momentum,
     [](const Coefficients& c, double g, double p, double* s) { return p - c.size * (s[0] = c.old1 * s[0] + c.new1 * g); }},
    {"nesterov", &OptimizerKernels::nesterov,
     [](const Coefficients& c, double g, double p, double* s) { return p - c.size * (g + c.ahead * (s[0] = c.old1 * s[0] + c.new1 * g)); }},
    {"rmsprop", &OptimizerKernels::rmsprop,
     [](const Coefficients& c, double g, double p, double* s) { return p - c.size * g / under(c, squares(c, s[0], g)); }},
    {"rmsprop_momentum", &OptimizerKernels::rmsprop_momentum,
     [](const Coefficients& c, double g, double p, double* s) {
       return p - c.size * (s[1] = c.old1 * s[1] + g / under(c, squares(c, s[0], g)));
     }},
    {"rmsprop_centered", &OptimizerKernels::rmsprop_centered,
     [](const Coefficients& c, double g, double p, double* s) {
       const double square = squares(c, s[0], g), mean = average(c, s[1], g);
       return p - c.size * g / under(c, std::max(0.0, square - mean * mean));
     }},
    {"rmsprop_centered_momentum", &OptimizerKernels::rmsprop_centered_momentum,
     [](const Coefficients& c, double g, double p, double* s) {
       const double square = squares(c, s[0], g), mean = average(c, s[1], g);
       return p - c.size * (s[2] = c.old1 * s[2] + g / under(c, std::max(0.0, square - mean * mean)));
     }},
    {"adam", &OptimizerKernels::adam,
     [](const Coefficients& c, double g, double p, double* s) {
       const double mean = average(c, s[0], g);
       return p - c.size * mean / under(c, squares(c, s[1], g));
     }},
    {"amsgrad", &OptimizerKernels::amsgrad,
     [](const Coefficients& c, double g, double p, double* s) {
       const double mean = average(c, s[0], g);
       return p - c.size * mean / under(c, s[2] = std::max(s[2], squares(c, s[1], g)));
     }},
    {"nadam", &OptimizerKernels::nadam,
     [](const Coefficients& c, double g, double p, double* s) {
       const double mean = average(c, s[0], g);
       return p - (c.size * mean + c.ahead * g) / under(c, squares(c, s[1], g));
     }},
    {"adadelta", &OptimizerKernels::adadelta,
     [](const Coefficients& c, double g, double p, double* s) {
       const double square = squares(c, s[0], g), delta = sqrt((s[1] + c.eps) / (square + c.eps)) * g;
       squares(c, s[1], delta);
       return p - c.size * delta;
     }},
    {"adamax", &OptimizerKernels::adamax,
     [](const Coefficients& c, double g, double p, double* s) {
       const double mean = average(c, s[0], g);
       return p - c.size * mean / (s[1] = std::max(c.old2 * s[1], fabs(g) + c.eps));
     }},
    {"lion", &OptimizerKernels::lion,
     [](const Coefficients& c, double g, double p, double* s) {
       const double old = s[0];
       s[0] += c.new2 * (g - old);
       return p - c.size * sign(old + c.new1 * (g - old));
     }},
};

unsigned seed = 1;
int failures = 0;
std::mt19937 bits;

Floats normal(int64_t n) {
  std::normal_distribution<float> law;
  Floats x(static_cast<size_t>(n));
  for (float& v : x) v = law(bits);
  return x;
}

// max |y - ref| / max |ref|; what cancels is held against 1, the size of the operands.
double distance(const Floats& y, const Doubles& ref) {
  double worst = 0, size = 1;
  for (size_t i = 0; i < ref.size(); i++) {
    if (std::isnan(double(y[i])) != std::isnan(ref[i])) return INFINITY;
    if (std::isnan(ref[i])) continue;
    worst = std::max(worst, fabs(double(y[i]) - ref[i]));
    size = std::max(size, fabs(ref[i]));
  }
  return worst / size;
}

void check(bool right, const char* isa, const std::string& what) {
  if (right) return;
  failures++;
  printf("FAILED %s: %s (optimizer_test %u)\n", isa, what.c_str(), seed);
}

void check_kernel(const KernelTable& table, const Case& which, int64_t n, bool nan) {
  UpdateStep step = {0.5f, 0.4f, 0.02f, 0.01f, 0.99f, 0.1f, 0.7f, 0.9f, 0.3f, 0.9f, 0.2f, 1.5f, 1e-3f};
  const Coefficients c = {double(step.size), double(step.ahead), double(step.old1), double(step.new1),
                          double(step.old2), double(step.new2),  double(step.root), double(step.eps)};
  Floats grad = normal(n), param = normal(n), state[3] = {normal(n), normal(n), normal(n)};
  for (Floats& s : state) {
    for (float& x : s) x = fabsf(x);
  }
  if (strstr(which.name, "centered") != nullptr) {
    for (float& x : state[0]) x += 10;  // a mean square well above the mean's square
  }
  if (n > 3) param[2] = 0;
  if (n > 3 && nan) grad[3] = NAN;
  double squared = 0;
  Doubles params, states[3];
  for (size_t i = 0; i < size_t(n); i++) {
    squared += double(grad[i]) * double(grad[i]);
    double s[3] = {double(state[0][i]), double(state[1][i]), double(state[2][i])};
    const double p = double(param[i]), scaled = double(grad[i]) * double(step.scale), limit = double(step.clip);
    const double clipped = std::isnan(scaled) ? scaled : std::clamp(scaled, -limit, limit);
    params.push_back(which.rule(c, clipped + double(step.l1) * sign(p) + double(step.decay) * p, p * double(step.keep), s));
    if (std::isnan(scaled)) params.back() = NAN;
    for (int k = 0; k < 3; k++) states[k].push_back(s[k]);
  }
  const UpdateArrays arrays = {grad.data(), param.data(), {state[0].data(), state[1].data(), state[2].data()}};
  const double sum = (table.optimizer.*which.kernel)(step, arrays, n);
  const std::string name = std::string(which.name).append(" ").append(std::to_string(n));
  check(nan ? n <= 3 || std::isnan(sum) : fabs(sum - squared) <= 2e-6 * squared, table.isa, name + " squares");
  check(distance(param, params) <= 4e-6, table.isa, name);
  for (int k = 0; k < 3 && !nan; k++) check(distance(state[k], states[k]) <= 2e-6, table.isa, name + " state");
}

}  // namespace

int main(int argc, char** argv) {
  seed = argc > 1 ? unsigned(atoi(argv[1])) : 1;
  for (const KernelTable* table : tested_tables()) {
    bits.seed(seed);
    for (int64_t n : {0, 1, 3, 15, 16, 17, 33, 100, 511, 512, 513, 1000, 4096}) {
      for (const Case& which : CASES) check_kernel(*table, which, n, false), check_kernel(*table, which, n, true);
    }
    printf("%s: %s\n", table->isa, failures ? "failed" : "ok");
  }
  return failures > 0;
}
