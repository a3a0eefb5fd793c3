// Checks the commands' own work, decoding, cutting and threads, on every ISA that this CPU has: each against plain loops in float64,
// then on three threads with equal bits. Kernels have kernels_test, Chains chain_test. Usage: ops_test [seed].
#include "kernels/chain.h"
#include "test/machine.h"
#include "test/reduced_line.h"

namespace {

void check_reduce(int kind, int32_t outer, int32_t axis, int32_t inner, bool negated) {
  const bool ints = kind >= SUM_I;
  const int32_t total = outer * axis * inner, results = outer * inner;
  const std::string what = sized("reduce", {kind, outer, axis, inner, negated});
  Floats x = normal(total);
  Ints xi;
  for (float& v : x) {
    if (bits() % 4 == 0) v = roundf(v);  // ties
    xi.push_back(int32_t(v * 5) | (kind == PROD_I));
    if (kind == PROD) v = factor(v);
  }
  Machine machine;
  const int32_t in = ints ? machine.buffer(xi) : machine.buffer(x), out = machine.buffer(Floats(size_t(results)));
  const int32_t dtype = ints ? 3 : 0, negate = int32_t(ints ? ChainStep::neg_i : ChainStep::neg);
  Ints args = {kind, outer, axis, inner, out, 1, total, 1, in, dtype, 0, negated ? 1 : 0};
  if (negated) args.insert(args.end(), {negate, 0, 0, -1, -1});
  args.insert(args.end(), {1, -1, dtype, negated ? 1 << 16 : 0});
  const bool decoded = machine.decode("reduce", args);
  check(decoded != (is_extreme(kind) && axis == 0 && results > 0), what + " decodes: " + machine.error);
  if (!decoded) return;
  machine.run_both(out, what);

  const Floats y = machine.contents<float>(out);
  const Ints yi = machine.contents<int32_t>(out);
  for (int32_t r = 0; r < results; r++) {
    std::vector<double> line;
    for (int32_t i = 0; i < axis; i++) {
      const size_t at = size_t((r / inner * axis + i) * inner + r % inner);
      line.push_back((negated ? -1 : 1) * (ints ? double(xi[at]) : double(x[at])));
    }
    const double ref = reduced_line(kind, line), got = gives_float(kind) ? double(y[size_t(r)]) : double(yi[size_t(r)]);
    const double bound = reduced_bound(kind, line, ref);
    if (!(fabs(got - ref) <= bound) && !(std::isnan(got) && std::isnan(ref))) {
      return check(false, what + " gives " + std::to_string(got) + ", not " + std::to_string(ref));
    }
  }
}

void check_reductions() {
  const Ints shapes[] = {{1, 1, 1},     {1, 0, 3},     {3, 0, 1},     {0, 3, 3},     {3, 3, 0},     {1, 4, 1},     {5, 7, 1},
                         {3, 1000, 1},  {2000, 3, 1},  {1, 99999, 1}, {3, 70000, 1}, {1, 32, 128},  {1, 128, 10},  {1, 1000, 513},
                         {2, 300, 700}, {1, 70000, 3}, {200, 4, 8},   {1000, 3, 5},  {7, 600, 1},   {1, 5000, 64}, {64, 49, 32},
                         {2, 2, 50000}, {100, 1, 1},   {1, 1, 1000},  {70, 520, 1},  {1, 600, 512}, {4, 33, 1500}, {1, 1, 0}};
  for (int kind = 0; kind < REDUCE_KINDS; kind++) {
    for (const Ints& s : shapes) {
      for (bool negated : {false, true}) check_reduce(kind, s[0], s[1], s[2], negated);
    }
  }
}

// A permuted and perhaps flipped copy, with a gap before the source, whose offset may come at run time.
void check_copy(int32_t bytes, const Ints& dims, const Ints& order, bool flip, bool runtime_offset) {
  const int32_t rank = int32_t(dims.size()), gap = 3;
  const std::string what = sized(sized(sized("copy", {bytes}).c_str(), dims).c_str(), order);
  Ints strides(dims.size()), sizes, from, to(dims.size());
  int32_t total = 1, offset = gap;
  for (int32_t d = rank - 1; d >= 0; total *= dims[size_t(d--)]) strides[size_t(d)] = total;
  for (int32_t d : order) sizes.push_back(dims[size_t(d)]), from.push_back(strides[size_t(d)]);
  for (int32_t d = rank - 1, n = 1; d >= 0; n *= sizes[size_t(d--)]) to[size_t(d)] = n;
  if (flip && total > 0 && rank > 0) offset += (sizes[0] - 1) * from[0], from[0] = -from[0];

  std::vector<uint8_t> x(size_t((total + gap) * bytes)), ref(size_t(total * bytes));
  for (uint8_t& v : x) v = uint8_t(bits());
  for (int32_t i = 0; i < total; i++) {
    int32_t at = offset;
    for (int32_t d = rank - 1, rest = i; d >= 0; rest /= sizes[size_t(d--)]) at += rest % sizes[size_t(d)] * from[size_t(d)];
    memcpy(&ref[size_t(i * bytes)], &x[size_t(at * bytes)], size_t(bytes));
  }
  Machine machine;
  machine.scalars = {double(offset)};
  const int32_t src = machine.buffer(x), dst = machine.buffer(std::vector<uint8_t>(ref.size()));
  Ints args = {bytes, rank};
  args.insert(args.end(), sizes.begin(), sizes.end());
  args.insert(args.end(), {src, runtime_offset ? 0 : offset, runtime_offset ? 0 : -1});
  args.insert(args.end(), from.begin(), from.end());
  args.insert(args.end(), {dst, 0, -1});
  args.insert(args.end(), to.begin(), to.end());
  if (!machine.decode("copy", args)) return check(false, what + ": " + machine.error);
  machine.run_both(dst, what);
  check(machine.contents<uint8_t>(dst) == ref, what);
  if (!runtime_offset || total == 0) return;
  for (double wrong : {1e9, double(offset + total + gap), -1e6, 0.5 + offset, double(NAN), double(INFINITY)}) {
    machine.scalars[0] = wrong;
    check(machine.run().code == Fault::offset_range, what + " takes the offset " + std::to_string(wrong));
  }
}

void check_copies() {
  const std::pair<Ints, Ints> cases[] = {{{}, {}},
                                         {{5}, {0}},
                                         {{0, 3}, {1, 0}},
                                         {{7, 9}, {1, 0}},
                                         {{100, 200}, {1, 0}},
                                         {{300, 400}, {1, 0}},
                                         {{3, 5, 7}, {2, 0, 1}},
                                         {{3, 5, 7}, {1, 0, 2}},
                                         {{2, 12, 8, 16}, {0, 2, 1, 3}},
                                         {{2, 64, 3, 17}, {0, 3, 1, 2}},
                                         {{4, 28, 28, 33}, {0, 3, 1, 2}},
                                         {{2, 3, 2, 3, 2, 3, 2, 3}, {7, 1, 5, 3, 4, 2, 6, 0}},
                                         {{100000}, {0}},
                                         {{1, 40000, 2}, {2, 1, 0}},
                                         {{30, 40, 2}, {1, 0, 2}},
                                         {{30, 40, 4}, {1, 0, 2}},
                                         {{30, 40, 8}, {1, 0, 2}},
                                         {{5, 30, 40, 16}, {0, 2, 1, 3}},
                                         {{50, 60, 3}, {2, 0, 1}},
                                         {{3, 500, 60}, {1, 2, 0}}};
  for (int32_t bytes : {1, 2, 4}) {
    for (const auto& [dims, order] : cases) {
      for (bool flip : {false, true}) check_copy(bytes, dims, order, flip, bits() % 2);
    }
  }
  Machine machine;
  const int32_t x = machine.buffer(Floats{1, 2, 3}), y = machine.buffer(Floats(12));
  check(machine.decode("copy", {4, 2, 3, 4, x, 0, -1, 1, 0, y, 0, -1, 4, 1}), "broadcast copy: " + machine.error);
  machine.run_both(y, "broadcast copy");
  check(machine.contents<float>(y) == Floats{1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3}, "broadcast copy");
  const Ints wrong[] = {{4, 2, 3, 4, x, 1, -1, 1, 0, y, 0, -1, 4, 1},
                        {4, 2, 3, 4, x, 0, -1, 1, 0, y, 0, -1, 4, 2},
                        {4, 2, 3, 4, x, 0, -1, 1, 0, y, 0, -1, 0, 1},
                        {4, 2, 3, 4, x, 0, -1, -1, 0, y, 0, -1, 4, 1},
                        {3, 2, 3, 4, x, 0, -1, 1, 0, y, 0, -1, 4, 1},
                        {4, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1},
                        {4, 1, 2147483647, x, 0, -1, 2147483647, y, 0, -1, 2147483647}};
  for (const Ints& args : wrong) check(!machine.decode("copy", args), sized("copy takes", args));
}

void check_labels() {
  const int32_t rows = 1000, classes = 37;
  const Floats x = normal(rows * classes);
  Ints labels(static_cast<size_t>(rows));
  for (int32_t& label : labels) label = int32_t(bits() % classes);
  Machine machine;
  const int32_t logits = machine.buffer(x), label = machine.buffer(labels), loss = machine.buffer(Floats(size_t(rows)));
  const int32_t lse = machine.buffer(Floats(size_t(rows))), dx = machine.buffer(x), one = machine.buffer(Floats{0.5f});
  check(machine.decode("cross_entropy", {rows, classes, logits, label, loss, lse}), machine.error);
  machine.run_both(loss, "cross_entropy");
  const Floats losses = machine.contents<float>(loss);
  for (size_t r = 0; r < size_t(rows); r++) {
    double sum = 0;
    for (size_t c = 0; c < size_t(classes); c++) sum += exp(double(x[r * size_t(classes) + c]));
    const double ref = log(sum) - double(x[r * size_t(classes) + size_t(labels[r])]);
    if (fabs(ref - double(losses[r])) > 4e-6) return check(false, "cross_entropy's value");
  }
  check(machine.decode("cross_entropy_grad", {rows, classes, logits, label, lse, one, 0, dx}), machine.error);
  machine.run_both(dx, "cross_entropy_grad");
  check(!machine.decode("cross_entropy_grad", {rows, classes, logits, label, lse, one, 1, dx}), "a gradient that is too small");
  (&machine.first<int32_t>(label))[777] = classes;
  (&machine.first<int32_t>(label))[500] = -1;
  check(machine.decode("cross_entropy", {rows, classes, logits, label, loss, lse}), machine.error);
  const Fault fault = machine.run(3);
  check(fault.code == Fault::index_range && fault.row == 500 && fault.value == -1 && fault.limit == classes,
        "the first wrong label is told");
}

// Attention against plain loops in double, a query and a head at a time; and sizes that don't fit each other.
void check_attention() {
  const int32_t batch = 2, heads = 4, key_heads = 2, queries = 70, keys = 300, depth = 9, width = 5;
  const Floats q = normal(batch * heads * queries * depth), k = normal(batch * key_heads * keys * depth);
  const Floats v = normal(batch * key_heads * keys * width), y(size_t(batch * heads * queries * width));
  Machine machine;
  const int32_t from = machine.buffer(q), key = machine.buffer(k), value = machine.buffer(v), out = machine.buffer(y);
  const int32_t lse = machine.buffer(Floats(size_t(batch * heads * queries))), dy = machine.buffer(normal(int64_t(y.size())));
  const int32_t dq = machine.buffer(q), dk = machine.buffer(k), dv = machine.buffer(v);
  const Ints shape = {batch, heads, key_heads, queries, keys, depth, width, 1, 0, 0, 0, 0, 0, 0};
  const auto with = [&shape](size_t place, int32_t size, const Ints& more) {
    Ints args = shape;
    args[place] = size;
    args.insert(args.end(), more.begin(), more.end());
    return args;
  };
  check(machine.decode("attention", with(0, batch, {from, key, value, out, lse})), machine.error);
  machine.run_both(out, "attention");
  const Floats found = machine.contents<float>(out);
  for (int32_t row = 0; row < batch * heads * queries; row++) {
    const int32_t head = row / queries, seen = row % queries + 1, first = head / (heads / key_heads) * keys;
    std::vector<double> weights;
    double sum = 0;
    for (int32_t j = 0; j < seen; j++) {
      double dot = 0;
      for (int32_t i = 0; i < depth; i++) dot += double(q[size_t(row * depth + i)]) * double(k[size_t((first + j) * depth + i)]);
      weights.push_back(exp(dot / sqrt(double(depth))));
      sum += weights.back();
    }
    for (int32_t i = 0; i < width; i++) {
      double ref = 0;
      for (int32_t j = 0; j < seen; j++) ref += weights[size_t(j)] / sum * double(v[size_t((first + j) * width + i)]);
      if (fabs(ref - double(found[size_t(row * width + i)])) > 1e-5) return check(false, "attention's value");
    }
  }
  const Ints rest = {from, key, value, out, lse, dy, dq, dk, dv, -1};
  check(machine.decode("attention_grad", with(0, batch, rest)), machine.error);
  for (const int32_t gradient : {dq, dk, dv}) machine.run_both(gradient, "attention_grad");
  check(!machine.decode("attention", with(2, 3, {from, key, value, out, lse})), "heads that don't divide");
  check(!machine.decode("attention", with(2, 0, {from, key, value, out, lse})), "no heads of keys");
  check(!machine.decode("attention", with(4, keys + 1, {from, key, value, out, lse})), "keys that are too few");
  check(!machine.decode("attention", with(8, 2, {from, key, value, out, lse})), "a mask that is missing");
  check(!machine.decode("attention", with(11, 1, {from, key, value, out, lse, 0})), "too many arguments");
  check(!machine.decode("attention_grad", with(3, queries + 1, rest)), "gradients that are too small");
}

void check_rows() {
  const int32_t rows = 50, size = 70, count = 3000;
  const Floats table = normal(rows * size);
  Ints at(static_cast<size_t>(count));
  for (int32_t& i : at) i = int32_t(bits() % rows);
  Floats picked, added(table.size(), 0);
  for (int32_t i : at) picked.insert(picked.end(), table.begin() + i * size, table.begin() + (i + 1) * size);
  for (size_t i = 0; i < picked.size(); i++) added[size_t(at[i / size]) * size_t(size) + i % size] += picked[i];
  Machine machine;
  const int32_t src = machine.buffer(table), index = machine.buffer(at), out = machine.buffer(Floats(picked.size())),
                sum = machine.buffer(table);
  check(machine.decode("gather_rows", {1, rows, size * 4, count, src, index, out}), machine.error);
  machine.run_both(out, "gather_rows");
  check(machine.contents<float>(out) == picked, "gather_rows");
  check(machine.decode("scatter_add_rows", {1, rows, size, count, index, out, sum}), machine.error);
  machine.run_both(sum, "scatter_add_rows");
  check(machine.contents<float>(sum) == added, "scatter_add_rows");
  (&machine.first<int32_t>(index))[77] = rows;
  for (const char* op : {"gather_rows", "scatter_add_rows"}) {
    const bool gather = op[0] == 'g';
    check(machine.decode(op, gather ? Ints{1, rows, size * 4, count, src, index, out} : Ints{1, rows, size, count, index, out, sum}),
          machine.error);
    const Fault fault = machine.run(3);
    check(fault.code == Fault::index_range && fault.row == 77 && fault.value == rows && fault.limit == rows, std::string(op) + "'s fault");
  }
}

void check_permutation() {
  for (int32_t n : {0, 1, 2, 5, 1000}) {
    Machine machine;
    machine.scalars = {42, 7};
    const int32_t out = machine.buffer(Ints(size_t(n)));
    check(machine.decode("permutation", {n, 0, out}), machine.error);
    machine.run();
    Ints order = machine.contents<int32_t>(out), all(order.size());
    std::iota(all.begin(), all.end(), 0);
    check(n < 1000 || order != all, "permutation does nothing");
    std::sort(order.begin(), order.end());
    check(order == all, sized("permutation", {n}));
  }
  Machine machine;
  machine.scalars = {1, 0};
  const int32_t out = machine.buffer(Ints(4)), draws = 20000;
  int seen[4][4] = {};
  check(machine.decode("permutation", {4, 0, out}), machine.error);
  for (; machine.scalars[1] < draws; machine.scalars[1]++) {
    machine.run();
    for (int k = 0; k < 4; k++) seen[k][(&machine.first<int32_t>(out))[k]]++;
  }
  for (auto& row : seen) {
    for (int n : row) check(abs(n - draws / 4) < 400, "permutation favours some");
  }
}

void check_updates() {
  const Ints sizes = {5, 4096, 10000, 0, 70000, 1};
  Machine machine;
  machine.scalars = {0.5, 0.01, 0.1, 0, 0.9, 0.999, 1e-8, 0.02, 0, 0.3, 0.9, 0.999, 1e-8};  // clip; two groups
  const int32_t step = machine.buffer(Floats{2, 2, 2, 2, 2, 7}), norm = machine.buffer(Floats{0}), cond = machine.buffer(Floats{0});
  const int32_t scale = machine.buffer(Floats{0.25f}), first = scale + 1;
  const int32_t count = int32_t(sizes.size()), last = count - 1;  // which is the second group
  Ints adam = {0, count, step, cond, scale, norm, 2, 1, 1, 0, 7, count}, norms = {norm, count};
  Floats before, grads, means, squares;
  double total = 0;
  for (int32_t i = 0; i < count; i++) {
    const int32_t n = sizes[size_t(i)];
    const Floats p = normal(n), g = normal(n), m = normal(n);
    Floats v = normal(n);
    for (float& x : v) x *= x;
    for (float x : g) total += double(x) * double(x);
    const int32_t param = machine.buffer(p), grad = machine.buffer(g);
    adam.insert(adam.end(), {i == last, i, n, param, grad, machine.buffer(m), machine.buffer(v)});
    norms.insert(norms.end(), {n, grad});
    before.insert(before.end(), p.begin(), p.end());
    grads.insert(grads.end(), g.begin(), g.end());
    means.insert(means.end(), m.begin(), m.end());
    squares.insert(squares.end(), v.begin(), v.end());
  }
  const auto params = [&] {
    Floats all;
    for (int32_t i = 0; i < count; i++) {
      const Floats p = machine.contents<float>(first + 4 * i);
      all.insert(all.end(), p.begin(), p.end());
    }
    return all;
  };
  const auto right_norm = [&] { return fabs(double(machine.first<float>(norm)) - sqrt(total)) <= 2e-6 * sqrt(total); };
  check(machine.decode("norm", norms), machine.error);
  machine.run_both(norm, "norm");
  check(right_norm(), "norm");
  machine.first<float>(norm) = 0;
  check(machine.decode("adam", adam), machine.error);
  machine.run(3);
  check(params() == before && machine.contents<float>(step) == Floats({2, 2, 2, 2, 2, 7}) && right_norm(), "adam under a false condition");
  machine.first<float>(cond) = 1;
  machine.run(3);
  check(machine.contents<float>(step) == Floats({3, 3, 3, 3, 3, 8}) && right_norm(), "adam's steps and norm");
  const Floats after = params();
  double worst = 0;
  for (size_t i = 0; i < after.size(); i++) {
    const bool second = i + 1 == after.size();
    const double lr = second ? 0.02 : 0.01, taken = second ? 8 : 3, kept = second ? 1 : 1 - 0.01 * 0.1;
    const double l1 = second ? copysign(0.3, double(before[i])) : 0;
    const double g = std::clamp(double(grads[i]) * 0.25, -0.5, 0.5) + l1, m = double(means[i]) * 0.9 + g * 0.1;
    const double denominator = sqrt(double(squares[i]) * 0.999 + g * g * 0.001) / sqrt(1 - pow(0.999, taken)) + 1e-8;
    worst = std::max(worst, fabs(double(before[i]) * kept - lr / (1 - pow(0.9, taken)) * m / denominator - double(after[i])));
  }
  check(worst < 1e-6 * 5, "adam");
  const auto refused = [&](size_t place, int32_t value) {
    Ints wrong = adam;
    wrong[place] = value;
    return !machine.decode("adam", wrong);
  };
  check(refused(1, count + 1) && refused(7, 4) && refused(10, 8) && refused(11, 1000000) && refused(12, 2) && refused(13, count),
        "adam's arguments are checked");

  // SGD: the first velocity is the gradient, whatever the dampening.
  Machine sgd;
  sgd.scalars = {INFINITY, 0.1, 0, 0, 0.9, 0.5};
  const int32_t taken = sgd.buffer(Floats{0}), p = sgd.buffer(Floats{1, 2, 3}), g = sgd.buffer(Floats{1, -1, 2});
  const int32_t v = sgd.buffer(Floats{0, 0, 0});
  check(sgd.decode("sgd", {0, 1, taken, -1, -1, -1, 1, 2, 1, 1, 0, 0, 3, p, g, v}), sgd.error);
  sgd.run();
  check(sgd.contents<float>(v) == Floats{1, -1, 2} && fabsf(sgd.first<float>(p) - 0.9f) < 1e-6f, "sgd's first step");
  sgd.run();
  check(fabsf(sgd.first<float>(v) - 1.4f) < 1e-6f && fabsf(sgd.first<float>(p) - 0.76f) < 1e-6f && sgd.first<float>(taken) == 2,
        "sgd's second step");
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
    check_reductions();
    check_copies();
    check_labels();
    check_attention();
    check_rows();
    check_permutation();
    check_updates();
    printf("%s: %s\n", table->isa, failures ? "failed" : "ok");
  }
  return failures > 0;
}
