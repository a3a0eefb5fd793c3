// The sum of the squared deviations from the mean, which variances are made of. A block's deviations are taken from the mean of all
// values before it (the first block's from its own), and corrected by their own sum: one pass, and no more is lost than rounding the
// result costs, since a block whose mean is far off adds to the result accordingly. Blocks are merged in f64 (Chan, Golub and LeVeque,
// "Updating formulae and a pairwise algorithm for computing sample variances", 1979). The state of n results is n means, n sums, and
// the one count that they share.

struct Deviations {
  double *mean, *sum, *count;
  Deviations(void* state, int64_t n) : mean(static_cast<double*>(state)), sum(mean + n), count(sum + n) {}
};

// What a block of d values, whose deviations from m have the sum `shift` and the squares' sum `square`, adds to a result of `count` values.
struct DeviationsMerge {
  double part, weight, inverse;
  DeviationsMerge(double count, double d) : part(d / (count + d)), weight(count * part), inverse(1 / d) {}
  SIMD_INLINE void one(double* mean, double* sum, double m, double shift, double square, const DeviationsMerge& by) {
    const double delta = m + shift * by.inverse - *mean;
    *mean += delta * by.part;
    *sum += square - shift * shift * by.inverse + delta * delta * by.weight;
  }
};

void deviations_start(void* state, int64_t n) { memset(state, 0, size_t(2 * n + 1) * sizeof(double)); }

SIMD_INLINE void deviations_from(float m, const float* x, int64_t n, double* shift, double* square) {
  const Vec center = set1(m);
  Vec a[4] = {zero(), zero(), zero(), zero()}, b[4] = {zero(), zero(), zero(), zero()};
  int64_t i = 0;
  for (; i + 4 * LANES <= n; i += 4 * LANES) {
    for (int k = 0; k < 4; k++) {
      const Vec d = sub(load(x + i + k * LANES), center);
      a[k] = add(a[k], d), b[k] = fma(d, d, b[k]);
    }
  }
  for (; i < n; i += LANES) {
    const int left = n - i < LANES ? int(n - i) : LANES;
    const Vec d = select(mask_n(left), sub(load_n(x + i, left), center), zero());
    a[0] = add(a[0], d), b[0] = fma(d, d, b[0]);
  }
  *shift = double(hsum(add(add(a[0], a[1]), add(a[2], a[3]))));
  *square = double(hsum(add(add(b[0], b[1]), add(b[2], b[3]))));
}

void deviations_rows(void* state, const void* values, int64_t n, int64_t length, int64_t) {
  const Deviations s(state, n);
  auto x = static_cast<const float*>(values);
  for (int64_t r = 0; r < n; r++, x += length) {
    double count = *s.count;
    for (int64_t i = 0; i < length; i += RUN) {
      const int64_t d = length - i < RUN ? length - i : RUN;
      const DeviationsMerge by(count, double(d));
      const float m = float(count == 0 ? double(hsum(run<Sum>(x + i, d))) * by.inverse : s.mean[r]);
      double shift, square;
      deviations_from(m, x + i, d, &shift, &square);
      DeviationsMerge::one(s.mean + r, s.sum + r, m, shift, square, by);
      count += double(d);
    }
  }
  *s.count += double(length);
}

template <int W> SIMD_INLINE Vec deviations_load(const float* p, int v, int count) {
  return W > 1 ? load(p + v * LANES) : load_n(p, count);
}

// W vectors of columns, of one perhaps only `count` lanes, down d <= DOWN rows.
template <int W>
SIMD_INLINE void deviations_tile(double* mean, double* sum, const float* x, int64_t d, int64_t stride, int count,
                                 const DeviationsMerge& by) {
  Vec center[W], shift[W], square[W];
  float m[W * LANES], s[W * LANES], q[W * LANES];
  for (int v = 0; v < W; v++) center[v] = shift[v] = square[v] = zero();
  if (by.weight == 0) {
    for (int64_t i = 0; i < d; i++) {
      for (int v = 0; v < W; v++) center[v] = add(center[v], deviations_load<W>(x + i * stride, v, count));
    }
    for (int v = 0; v < W; v++) center[v] = mul(center[v], set1(float(by.inverse))), store(m + v * LANES, center[v]);
  } else {
    for (int j = 0; j < W * LANES; j++) m[j] = j < count ? float(mean[j]) : 0;
    for (int v = 0; v < W; v++) center[v] = load(m + v * LANES);
  }
  for (int64_t i = 0; i < d; i++) {
    for (int v = 0; v < W; v++) {
      const Vec a = sub(deviations_load<W>(x + i * stride, v, count), center[v]);
      shift[v] = add(shift[v], a), square[v] = fma(a, a, square[v]);
    }
  }
  for (int v = 0; v < W; v++) store(s + v * LANES, shift[v]), store(q + v * LANES, square[v]);
  for (int j = 0; j < count; j++) DeviationsMerge::one(mean + j, sum + j, double(m[j]), double(s[j]), double(q[j]), by);
}

void deviations_columns(void* state, const void* values, int64_t length, int64_t n, int64_t stride, int64_t) {
  const Deviations s(state, n);
  auto x = static_cast<const float*>(values);
  for (int64_t i = 0; i < length; i += DOWN, x += DOWN * stride) {
    const int64_t d = length - i < DOWN ? length - i : DOWN;
    const DeviationsMerge by(*s.count, double(d));
    int64_t j = 0;
    for (; j + 4 * LANES <= n; j += 4 * LANES) deviations_tile<4>(s.mean + j, s.sum + j, x + j, d, stride, 4 * LANES, by);
    for (; j < n; j += LANES) deviations_tile<1>(s.mean + j, s.sum + j, x + j, d, stride, n - j < LANES ? int(n - j) : LANES, by);
    *s.count += double(d);
  }
}

void deviations_merge(void* state, const void* later, int64_t n) {
  const Deviations a(state, n), b(const_cast<void*>(later), n);
  if (*b.count == 0) return;
  const DeviationsMerge by(*a.count, *b.count);
  for (int64_t i = 0; i < n; i++) DeviationsMerge::one(a.mean + i, a.sum + i, b.mean[i], 0, b.sum[i], by);
  *a.count += *b.count;
}

void deviations_finish(const void* state, int64_t n, double, void* out) {
  auto sum = static_cast<const double*>(state) + n;
  auto y = static_cast<float*>(out);
  for (int64_t i = 0; i < n; i++) y[i] = float(sum[i]);
}
