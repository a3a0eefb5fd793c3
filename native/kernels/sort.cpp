// Keys of values and back, and the two passes of a radix sort over one digit.
#include "kernels/sort.h"

#include "simd/simd.h"

namespace ISA {
namespace {
namespace sorting {

constexpr int32_t TOP = INT32_MIN;

// A negative float is the larger the smaller its bits are.
struct Float {
  using T = float;
  SIMD_INLINE uint32_t key(float x) {
    int32_t bits;
    memcpy(&bits, &x, 4);
    return x != x ? ~0u : uint32_t(bits ^ (bits >> 31 | TOP));
  }
  SIMD_INLINE float value(uint32_t key) {
    const int32_t bits = int32_t(key), back = bits ^ (~(bits >> 31) | TOP);
    float x;
    memcpy(&x, &back, 4);
    return x;
  }
  SIMD_INLINE VecI keys(const float* p) {
    const Vec x = load(p);
    const VecI bits = as_int(x);
    return selecti(is_nan(x), set1i(-1), xori(bits, ori(srai(bits, 31), set1i(TOP))));
  }
};
struct Int {
  using T = int32_t;
  SIMD_INLINE uint32_t key(int32_t x) { return uint32_t(x ^ TOP); }
  SIMD_INLINE int32_t value(uint32_t key) { return int32_t(key) ^ TOP; }
  SIMD_INLINE VecI keys(const int32_t* p) { return xori(loadi(p), set1i(TOP)); }
};

template <class V> void keys(uint32_t* to, const void* values, int64_t n, uint32_t flip) {
  auto x = static_cast<const typename V::T*>(values);
  for (int64_t i = 0; i < n; i++) to[i] = V::key(x[i]) ^ flip;
}

template <class V> void pairs(uint64_t* to, const void* values, int64_t first, int64_t n, uint32_t flip) {
  auto x = static_cast<const typename V::T*>(values);
  for (int64_t i = 0; i < n; i++) to[i] = uint64_t(V::key(x[i]) ^ flip) << 32 | uint32_t(first + i);
}

template <class V> void values(void* results, const uint32_t* keys, int64_t n, uint32_t flip) {
  auto y = static_cast<typename V::T*>(results);
  for (int64_t i = 0; i < n; i++) y[i] = V::value(keys[i] ^ flip);
}

template <class V> void split(void* results, int32_t* positions, const uint64_t* pairs, int64_t n, uint32_t flip) {
  auto y = static_cast<typename V::T*>(results);
  for (int64_t i = 0; i < n && y; i++) y[i] = V::value(uint32_t(pairs[i] >> 32) ^ flip);
  for (int64_t i = 0; i < n && positions; i++) positions[i] = int32_t(uint32_t(pairs[i]));
}

template <class V> int64_t below(uint64_t* to, const void* values, int64_t first, int64_t n, uint32_t flip, uint32_t limit) {
  auto x = static_cast<const typename V::T*>(values);
  const VecI turn = set1i(int32_t(flip) ^ TOP), most = set1i(int32_t(limit) ^ TOP);  // compared as signed numbers
  int64_t count = 0, i = 0;
  const auto take = [&](int64_t end) {
    for (; i < end; i++) {
      const uint32_t key = V::key(x[i]) ^ flip;
      if (key < limit) to[count++] = uint64_t(key) << 32 | uint32_t(first + i);
    }
  };
  for (; i + 4 * LANES <= n;) {
    Mask any = lti(xori(V::keys(x + i), turn), most);
    for (int k = 1; k < 4; k++) any = mask_or(any, lti(xori(V::keys(x + i + k * LANES), turn), most));
    if (mask_any(any)) take(i + 4 * LANES);
    else i += 4 * LANES;
  }
  take(n);
  return count;
}

template <class K> SIMD_INLINE uint32_t digit_of(K key, int digit) {
  return uint32_t(key >> (8 * (sizeof(K) - 4) + 11 * unsigned(digit))) % hebb::SORT_BUCKETS;
}

template <class K> void count(uint32_t* counts, const void* from, int64_t n, int digit) {
  auto keys = static_cast<const K*>(from);
  for (int64_t i = 0; i < n; i++) counts[digit_of(keys[i], digit)]++;
}

template <class K> void scatter(void* to, uint32_t* places, const void* from, int64_t n, int digit) {
  auto keys = static_cast<const K*>(from);
  auto sorted = static_cast<K*>(to);
  for (int64_t i = 0; i < n; i++) sorted[places[digit_of(keys[i], digit)]++] = keys[i];
}

}  // namespace sorting

constexpr hebb::SortKernels sort_kernels = {
    {sorting::keys<sorting::Float>, sorting::keys<sorting::Int>},     {sorting::pairs<sorting::Float>, sorting::pairs<sorting::Int>},
    {sorting::values<sorting::Float>, sorting::values<sorting::Int>}, {sorting::split<sorting::Float>, sorting::split<sorting::Int>},
    {sorting::below<sorting::Float>, sorting::below<sorting::Int>},   {sorting::count<uint32_t>, sorting::count<uint64_t>},
    {sorting::scatter<uint32_t>, sorting::scatter<uint64_t>},
};

}  // namespace
}  // namespace ISA
