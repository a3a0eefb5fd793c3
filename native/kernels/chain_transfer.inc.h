// Transfers between a Chain's blocks, which hold f32 or i32, and memory of any dtype and stride.

using hebb::ChainView;

// One dtype each: T in memory, V in lanes.
struct ChainF32 {
  using T = float;
  using V = Vec;
  static Vec get(const T* p) { return load(p); }
  static Vec get_n(const T* p, int n) { return load_n(p, n); }
  static void put(T* p, Vec v) { store(p, v); }
  static void put_n(T* p, Vec v, int n) { store_n(p, v, n); }
};
struct ChainBF16 {
  using T = uint16_t;
  using V = Vec;
  static Vec get(const T* p) { return load_bf16(p); }
  static Vec get_n(const T* p, int n) { return load_bf16_n(p, n); }
  static void put(T* p, Vec v) { store_bf16(p, v); }
  static void put_n(T* p, Vec v, int n) { store_bf16_n(p, v, n); }
};
struct ChainF16 {
  using T = uint16_t;
  using V = Vec;
  static Vec get(const T* p) { return load_f16(p); }
  static Vec get_n(const T* p, int n) { return load_f16_n(p, n); }
  static void put(T* p, Vec v) { store_f16(p, v); }
  static void put_n(T* p, Vec v, int n) { store_f16_n(p, v, n); }
};
struct ChainI32 {
  using T = int32_t;
  using V = VecI;
  static VecI get(const T* p) { return loadi(p); }
  static VecI get_n(const T* p, int n) { return loadi_n(p, n); }
  static void put(T* p, VecI v) { storei(p, v); }
  static void put_n(T* p, VecI v, int n) { storei_n(p, v, n); }
};
struct ChainU8 {
  using T = uint8_t;
  using V = VecI;
  static VecI get(const T* p) { return load_u8(p); }
  static VecI get_n(const T* p, int n) { return load_u8_n(p, n); }
  static void put(T* p, VecI v) { store_u8(p, v); }
  static void put_n(T* p, VecI v, int n) { store_u8_n(p, v, n); }
};
struct ChainBool : ChainU8 {  // loads as u8
  static void put(T* p, VecI v) { store_u8(p, chain_bool(chain_true(v))); }
  static void put_n(T* p, VecI v, int n) { store_u8_n(p, chain_bool(chain_true(v)), n); }
};

template <class D, class S> SIMD_INLINE void chain_convert(typename D::T* dst, const typename S::T* src, int64_t count) {
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) D::put(dst + i, S::get(src + i));
  if (i < count) D::put_n(dst + i, S::get_n(src + i, int(count - i)), int(count - i));
}

template <class D> void chain_load(void* dst, const void* src, int64_t first, int64_t count) {
  using Wide = ChainMemory<typename D::V>;
  chain_convert<Wide, D>(static_cast<typename Wide::T*>(dst), static_cast<const typename D::T*>(src) + first, count);
}

template <class D> void chain_store(void* dst, int64_t first, const void* src, int64_t count) {
  using Wide = ChainMemory<typename D::V>;
  chain_convert<D, Wide>(static_cast<typename D::T*>(dst) + first, static_cast<const typename Wide::T*>(src), count);
}

// A run of a view: count values, `step` elements apart.
template <class D>
SIMD_INLINE void chain_gather_run(typename ChainMemory<typename D::V>::T* dst, const typename D::T* src, int64_t step, int64_t count) {
  using Wide = ChainMemory<typename D::V>;
  if (step == 1) return chain_convert<Wide, D>(dst, src, count);
  typename D::T packed[LANES];
  if (step == 0) {
    for (int i = 0; i < LANES; i++) packed[i] = *src;
    const typename D::V value = D::get(packed);
    for (int64_t i = 0; i < count; i += LANES) Wide::put_n(dst + i, value, count - i < LANES ? int(count - i) : LANES);
    return;
  }
  for (int64_t i = 0; i < count; i += LANES) {
    const int n = count - i < LANES ? int(count - i) : LANES;
    for (int k = 0; k < n; k++) packed[k] = src[(i + k) * step];
    Wide::put_n(dst + i, D::get_n(packed, n), n);
  }
}

template <class D> void chain_gather(void* to, const void* from, const ChainView& view, int64_t first, int64_t count) {
  typename ChainMemory<typename D::V>::T* dst = static_cast<typename ChainMemory<typename D::V>::T*>(to);
  const int last = view.rank - 1;
  int64_t at[hebb::MAX_RANK], offset = 0, rest = first;
  for (int d = last; d >= 0; d--) {
    at[d] = rest % view.dims[d];
    rest /= view.dims[d];
    offset += at[d] * view.strides[d];
  }
  // Rows that repeat: once one is there, what is there doubles.
  const int64_t period = last == 1 && view.strides[0] == 0 ? view.dims[1] : count;
  for (int64_t done = 0; done < count;) {
    if (done >= period) {
      const int64_t n = done / period * period;
      memcpy(dst + done, dst + done - n, size_t(count - done < n ? count - done : n) * sizeof *dst);
      done += n;
      continue;
    }
    const int64_t row = view.dims[last] - at[last], run = row < count - done ? row : count - done;
    chain_gather_run<D>(dst + done, static_cast<const typename D::T*>(from) + offset, view.strides[last], run);
    done += run;
    at[last] += run;
    offset += run * view.strides[last];
    for (int d = last; d > 0 && at[d] == view.dims[d]; d--) {
      offset += view.strides[d - 1] - at[d] * view.strides[d];
      at[d] = 0;
      at[d - 1]++;
    }
  }
}
