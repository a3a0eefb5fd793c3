// The loop of the Chain's steps: four vectors at a time, so that the latencies of one vector's arithmetic hide behind the others',
// then single vectors, the last one masked. What is computed is in chain.cpp.

using hebb::ChainCall;
using hebb::ChainOperand;

// How lanes of each type get in and out of memory.
template <class V> struct ChainMemory;
template <> struct ChainMemory<Vec> {
  using T = float;
  static Vec get(const T* p) { return load(p); }
  static Vec get_n(const T* p, int n) { return load_n(p, n); }
  static void put(T* p, Vec v) { store(p, v); }
  static void put_n(T* p, Vec v, int n) { store_n(p, v, n); }
};
template <> struct ChainMemory<VecI> {
  using T = int32_t;
  static VecI get(const T* p) { return loadi(p); }
  static VecI get_n(const T* p, int n) { return loadi_n(p, n); }
  static void put(T* p, VecI v) { storei(p, v); }
  static void put_n(T* p, VecI v, int n) { storei_n(p, v, n); }
};

// An operand as the loop reads it.
template <class V> struct ChainReader {
  using M = ChainMemory<V>;
  const typename M::T* p;
  const int64_t step;
  explicit ChainReader(const ChainOperand& o) : p(static_cast<const typename M::T*>(o.values)), step(o.unit * LANES) {}
  V at(int k) const { return M::get(p + k * step); }
  V first_n(int n) const { return M::get_n(p, n); }
  void advance(int vectors) { p += vectors * step; }
};

template <class R, class F, class... Reader> SIMD_INLINE void chain_loop(const ChainCall& call, F f, Reader... in) {
  using M = ChainMemory<R>;
  typename M::T* dst = static_cast<typename M::T*>(call.dst);
  int64_t left = call.count;
  if constexpr (__is_same(R, Vec)) {
    for (; call.stream && left >= 4 * LANES; left -= 4 * LANES, dst += 4 * LANES) {
      const Vec r0 = f(in.at(0)...), r1 = f(in.at(1)...), r2 = f(in.at(2)...), r3 = f(in.at(3)...);
      stream(dst, r0);
      stream(dst + LANES, r1);
      stream(dst + 2 * LANES, r2);
      stream(dst + 3 * LANES, r3);
      (in.advance(4), ...);
    }
  }
  for (; left >= 4 * LANES; left -= 4 * LANES, dst += 4 * LANES) {
    const R r0 = f(in.at(0)...), r1 = f(in.at(1)...), r2 = f(in.at(2)...), r3 = f(in.at(3)...);
    M::put(dst, r0);
    M::put(dst + LANES, r1);
    M::put(dst + 2 * LANES, r2);
    M::put(dst + 3 * LANES, r3);
    (in.advance(4), ...);
  }
  for (; left > 0; left -= LANES, dst += LANES) {
    const int n = left < LANES ? int(left) : LANES;
    M::put_n(dst, f(in.first_n(n)...), n);
    (in.advance(1), ...);
  }
}

// R, A, B, C are Vec or VecI: the types of the result and of the operands.
template <class R, class A, class F> SIMD_INLINE void chain_map(const ChainCall& call, F f) {
  chain_loop<R>(call, f, ChainReader<A>(call.a));
}
template <class R, class A, class B, class F> SIMD_INLINE void chain_map(const ChainCall& call, F f) {
  chain_loop<R>(call, f, ChainReader<A>(call.a), ChainReader<B>(call.b));
}
template <class R, class A, class B, class C, class F> SIMD_INLINE void chain_map(const ChainCall& call, F f) {
  chain_loop<R>(call, f, ChainReader<A>(call.a), ChainReader<B>(call.b), ChainReader<C>(call.c));
}
