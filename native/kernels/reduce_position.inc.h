// argmax and argmin: the state is n best values, then their n positions. A piece of a row gives its best value first, and is searched
// for the position only where that is better than what came before.

SIMD_INLINE Mask equal(float value, const float* p) { return eq(load(p), set1(value)); }
SIMD_INLINE Mask equal(int32_t value, const int32_t* p) { return eqi(loadi(p), set1i(value)); }
// The first position of `value`, which is there; of a NaN where it is NaN.
template <class T> int64_t find(T value, const T* x) {
  int64_t i = 0;
  if (value == value) {
    while (x[i] != value) i++;
  } else {
    while (x[i] == x[i]) i++;
  }
  return i;
}

template <class R> void position_start(void* state, int64_t n) {
  auto best = static_cast<typename R::T*>(state);
  for (int64_t i = 0; i < n; i++) best[i] = R::START;
  memset(best + n, 0, size_t(n) * 4);
}

template <class R> void position_rows(void* state, const void* values, int64_t n, int64_t length, int64_t first) {
  auto best = static_cast<typename R::T*>(state);
  auto at = reinterpret_cast<int32_t*>(best + n);
  auto x = static_cast<const typename R::T*>(values);
  for (int64_t r = 0; r < n; r++, x += length) {
    for (int64_t i = 0; i < length; i += RUN) {
      const int64_t count = length - i < RUN ? length - i : RUN;
      const typename R::T top = R::fold(run<R>(x + i, count));
      if (!R::better(top, best[r])) continue;
      int64_t skip = 0;
      while (skip + LANES <= count && top == top && !mask_any(equal(top, x + i + skip))) skip += LANES;
      best[r] = top;
      at[r] = int32_t(first + i + skip + find(top, x + i + skip));
    }
  }
}

template <class R> SIMD_INLINE void position_step(typename R::V* best, VecI* at, typename R::V x, VecI position) {
  const Mask m = R::better(x, *best);
  *best = choose(m, x, *best);
  *at = selecti(m, position, *at);
}

template <class R> void position_columns(void* state, const void* values, int64_t length, int64_t n, int64_t stride, int64_t first) {
  constexpr int W = 4;
  auto best = static_cast<typename R::T*>(state);
  auto at = reinterpret_cast<int32_t*>(best + n);
  for (int64_t i = 0; i < length; i += DOWN) {
    auto x = static_cast<const typename R::T*>(values) + i * stride;
    const int64_t down = length - i < DOWN ? length - i : DOWN;
    int64_t j = 0;
    for (; j + W * LANES <= n; j += W * LANES) {
      typename R::V top[W];
      VecI where[W];
      for (int k = 0; k < W; k++) top[k] = fetch(best + j + k * LANES), where[k] = loadi(at + j + k * LANES);
      for (int64_t d = 0; d < down; d++) {
        for (int k = 0; k < W; k++)
          position_step<R>(&top[k], &where[k], fetch(x + d * stride + j + k * LANES), set1i(int32_t(first + i + d)));
      }
      for (int k = 0; k < W; k++) put(best + j + k * LANES, top[k]), storei(at + j + k * LANES, where[k]);
    }
    for (; j < n; j += LANES) {
      const int count = n - j < LANES ? int(n - j) : LANES;
      typename R::V top = fetch_n(best + j, count);
      VecI where = loadi_n(at + j, count);
      for (int64_t d = 0; d < down; d++) position_step<R>(&top, &where, fetch_n(x + d * stride + j, count), set1i(int32_t(first + i + d)));
      put_n(best + j, top, count), storei_n(at + j, where, count);
    }
  }
}

template <class R> void position_merge(void* state, const void* later, int64_t n) {
  auto best = static_cast<typename R::T*>(state);
  auto x = static_cast<const typename R::T*>(later);
  auto at = reinterpret_cast<int32_t*>(best + n);
  auto where = reinterpret_cast<const int32_t*>(x + n);
  for (int64_t i = 0; i < n; i++) {
    if (R::better(x[i], best[i])) best[i] = x[i], at[i] = where[i];
  }
}

void position_finish(const void* state, int64_t n, double, void* out) {
  memcpy(out, static_cast<const int32_t*>(state) + n, size_t(n) * 4);
}
