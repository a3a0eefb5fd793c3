// Checks the commands recurrent and recurrent_grad on every ISA that this CPU has: values against plain loops in float64, gradients against
// finite differences of these, equal bits on three threads, and what decoding refuses. Usage: recurrent_test [seed].
#include "kernels/recurrent.h"
#include "test/machine.h"

namespace {

const char* const KINDS[RECURRENT_KINDS] = {"tanh", "relu", "lstm", "gru"};

double sigmoid(double x) { return 1 / (1 + exp(-x)); }

// One recurrence in float64.
struct Case {
  int32_t kind, reverse, rows, steps, hidden;
  Ints lengths;  // none: all are whole
  std::vector<double> weight, inputs, bias, h0, c0;

  int32_t gates() const { return RECURRENT_CELLS[kind].gates * hidden; }
  int32_t length(int32_t n) const { return lengths.empty() ? steps : lengths[size_t(n)]; }

  void row(int32_t n, std::vector<double>& y, std::vector<double>& last) const {
    std::vector<double> h(h0.begin() + n * hidden, h0.begin() + (n + 1) * hidden),
        c(c0.begin() + n * hidden, c0.begin() + (n + 1) * hidden);
    for (int32_t i = 0; i < length(n); i++) {
      const int32_t t = reverse ? length(n) - 1 - i : i;
      const std::vector<double> before = h;
      for (int32_t j = 0; j < hidden; j++) {
        double x[4] = {}, q[4] = {};
        for (int32_t g = 0; g < RECURRENT_CELLS[kind].gates; g++) {
          const int32_t at = g * hidden + j;
          x[g] = inputs[size_t((n * steps + t) * gates() + at)];
          q[g] = kind == 3 ? bias[size_t(at)] : 0;
          for (int32_t k = 0; k < hidden; k++) q[g] += weight[size_t(at * hidden + k)] * before[size_t(k)];
        }
        double& state = h[size_t(j)];
        double& cell = c[size_t(j)];
        if (kind == 0) state = tanh(x[0] + q[0]);
        else if (kind == 1) state = std::max(0.0, x[0] + q[0]);
        else if (kind == 2) {
          cell = sigmoid(x[1] + q[1]) * cell + sigmoid(x[0] + q[0]) * tanh(x[2] + q[2]);
          state = sigmoid(x[3] + q[3]) * tanh(cell);
        } else {
          const double z = sigmoid(x[1] + q[1]);
          state = (1 - z) * tanh(x[2] + sigmoid(x[0] + q[0]) * q[2]) + z * state;
        }
        y[size_t((n * steps + t) * hidden + j)] = state;
      }
    }
    std::copy(c.begin(), c.end(), last.begin() + n * hidden);
  }
  std::vector<double> run(std::vector<double>* last_cell = nullptr) const {
    std::vector<double> y(size_t(rows * steps * hidden)), last(size_t(rows * hidden));
    for (int32_t n = 0; n < rows; n++) row(n, y, last);
    if (last_cell != nullptr) *last_cell = last;
    return y;
  }
};

Floats to_floats(const std::vector<double>& x) { return Floats(x.begin(), x.end()); }

std::vector<double> drawn(int64_t n, double scale) {
  std::vector<double> x;
  for (float v : normal(n)) x.push_back(double(float(v * scale)));
  return x;
}

void near(const Floats& found, const std::vector<double>& want, double slack, const std::string& what) {
  double most = 0;
  for (double w : want) most = std::max(most, fabs(w));
  for (size_t i = 0; i < want.size(); i++) {
    if (!(fabs(double(found[i]) - want[i]) <= slack * most)) return check(false, what + " is wrong at " + std::to_string(i));
  }
}

void check_case(Case one) {
  const auto [kind, reverse, rows, steps, hidden, lengths, weight, inputs, bias, h0, c0] = one;
  const std::string what = sized(KINDS[kind], {reverse, rows, steps, hidden, int32_t(lengths.size())});
  const bool lstm = kind == 2, gru = kind == 3;
  const size_t row = size_t(rows * hidden), values = row * size_t(steps), gates = size_t(rows * steps * one.gates());
  Machine machine;
  const auto empty = [&](size_t n) { return machine.buffer(Floats(n)); };
  const int32_t w = machine.buffer(to_floats(weight)), x = machine.buffer(to_floats(inputs));
  const int32_t first = machine.buffer(to_floats(h0)), cell = lstm ? machine.buffer(to_floats(c0)) : -1;
  const int32_t b = gru ? machine.buffer(to_floats(bias)) : -1, len = lengths.empty() ? -1 : machine.buffer(lengths);
  const int32_t y = empty(values), saved = empty(values * size_t(RECURRENT_CELLS[kind].saved)), cells = lstm ? empty(values) : -1;
  const int32_t before = empty(values), last = lstm ? empty(row) : -1;
  const int32_t dx = empty(gates), dh = gru ? empty(gates) : -1, dh0 = empty(row), dc0 = lstm ? empty(row) : -1;
  const std::vector<double> seed_y = drawn(int64_t(values), 1), seed_c = drawn(int64_t(row), 1);
  const int32_t dy = machine.buffer(to_floats(seed_y)), dlast = lstm ? machine.buffer(to_floats(seed_c)) : -1;

  if (!machine.decode("recurrent", {kind, reverse, rows, steps, hidden, w, len, x, b, first, cell, y, saved, cells, before, last})) {
    return check(false, what + ": " + machine.error);
  }
  machine.run_both(y, what);
  std::vector<double> want_last;
  near(machine.contents<float>(y), one.run(&want_last), 2e-6, what);
  if (lstm) near(machine.contents<float>(last), want_last, 2e-6, what + ", last cell");

  if (!machine.decode("recurrent_grad",
                      {kind, reverse, rows, steps, hidden, w, len, y, saved, cells, before, cell, dy, dlast, dx, dh, dh0, dc0})) {
    return check(false, what + " backward: " + machine.error);
  }
  machine.run_both(dx, what + " backward");
  const auto scalar = [&] {
    std::vector<double> c;
    const std::vector<double> found = one.run(&c);
    double sum = 0;
    for (size_t i = 0; i < values; i++) sum += found[i] * seed_y[i];
    for (size_t i = 0; lstm && i < row; i++) sum += c[i] * seed_c[i];
    return sum;
  };
  // Some places of each gradient are enough.
  const auto slopes = [&](std::vector<double>& at, int32_t gradient, const char* name) {
    const Floats found = machine.contents<float>(gradient);
    double most = 1e-3;
    for (float v : found) most = std::max(most, fabs(double(v)));
    for (int trial = 0; trial < (BRIEF ? 4 : 12) && !at.empty(); trial++) {
      const size_t i = bits() % at.size();
      const double kept = at[i], step = 1e-5;
      at[i] = kept + step;
      const double above = scalar();
      at[i] = kept - step;
      const double slope = (above - scalar()) / (2 * step);
      at[i] = kept;
      check(fabs(double(found[i]) - slope) <= 1e-5 * most, what + ", " + name + " at " + std::to_string(i));
    }
  };
  slopes(one.inputs, dx, "gradient of inputs");
  slopes(one.h0, dh0, "gradient of h0");
  if (lstm) slopes(one.c0, dc0, "gradient of c0");
}

void check_kind(int32_t kind) {
  const int32_t sizes[][3] = {{1, 1, 1}, {2, 3, 5}, {5, 4, 17}, {7, 2, 16}, {33, 3, 40}, {0, 3, 4}, {3, 1, 70}};
  for (const auto& [rows, steps, hidden] : sizes) {
    for (int32_t way = 0; way < 4; way++) {
      Ints lengths;
      for (int32_t n = 0; way >= 2 && n < rows; n++) lengths.push_back(1 + int32_t(bits() % unsigned(steps)));
      const int32_t gates = RECURRENT_CELLS[kind].gates * hidden;
      check_case({kind, way % 2, rows, steps, hidden, lengths, drawn(gates * hidden, 1 / sqrt(hidden)),
                  drawn(int64_t(rows) * steps * gates, 1), drawn(gates, 1), drawn(rows * hidden, 1), drawn(rows * hidden, 1)});
    }
  }
}

void check_refusals() {
  Machine machine;
  const int32_t w = machine.buffer(Floats(16 * 4)), x = machine.buffer(Floats(2 * 3 * 16)), h = machine.buffer(Floats(8));
  const int32_t y = machine.buffer(Floats(24)), saved = machine.buffer(Floats(96)), few = machine.buffer(Ints(1));
  const Ints good = {2, 0, 2, 3, 4, w, -1, x, -1, h, h, y, saved, y, -1, -1};
  check(machine.decode("recurrent", good), "recurrent: " + machine.error);
  const auto refused = [&](size_t place, int32_t value) {
    Ints args = good;
    args[place] = value;
    check(!machine.decode("recurrent", args), sized("recurrent takes", args));
  };
  refused(0, 4), refused(0, -1), refused(1, 2), refused(2, 3), refused(3, 4), refused(4, 5), refused(2, -1);
  refused(6, few), refused(7, h), refused(8, x), refused(9, few), refused(10, -1), refused(11, h), refused(12, y), refused(13, h);
  const Ints back = {2, 0, 2, 3, 4, w, -1, -1, saved, y, -1, h, y, -1, x, -1, h, h};
  check(machine.decode("recurrent_grad", back), "recurrent_grad: " + machine.error);
  for (size_t missing : {8, 9, 11, 14}) {
    Ints args = back;
    args[missing] = -1;
    check(!machine.decode("recurrent_grad", args), sized("recurrent_grad takes", args));
  }
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
    for (int32_t kind = 0; kind < RECURRENT_KINDS; kind++) check_kind(kind);
    check_refusals();
    printf("%s: %s\n", table->isa, failures ? "failed" : "ok");
  }
  return failures > 0;
}
