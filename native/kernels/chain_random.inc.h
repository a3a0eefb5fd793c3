// Random steps: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). Element i is word i mod 4 of
// block counter + i / 4, so that any thread can start anywhere.

// Blocks that are computed at once: lane l of group g holds block PHILOX_GROUPS * l + g, so that transposing the rows (group, word)
// leaves the words in their order.
constexpr int PHILOX_GROUPS = LANES < 4 ? 1 : LANES / 4, PHILOX_ROWS = 4 * PHILOX_GROUPS;
constexpr int64_t PHILOX_BATCH = int64_t(PHILOX_ROWS) * LANES;

// The four words of the blocks first + offset[lane]; offsets are small.
SIMD_INLINE void philox(uint64_t seed, uint64_t first, VecI offset, VecI words[4]) {
  const VecI low = set1i(int32_t(first)), sign = set1i(INT32_MIN);
  VecI c0 = addi(low, offset), c2 = set1i(0), c3 = set1i(0);
  VecI c1 = selecti(lti(xori(c0, sign), xori(low, sign)), set1i(int32_t(first >> 32) + 1), set1i(int32_t(first >> 32)));
  uint32_t key0 = uint32_t(seed), key1 = uint32_t(seed >> 32);
  for (int round = 0; round < 10; round++) {
    VecI high0, low0, high1, low1;
    mulhilo_u32(c0, set1i(int32_t(0xd2511f53u)), &high0, &low0);
    mulhilo_u32(c2, set1i(int32_t(0xcd9e8d57u)), &high1, &low1);
    c0 = xori(xori(high1, c1), set1i(int32_t(key0)));
    c1 = low1;
    c2 = xori(xori(high0, c3), set1i(int32_t(key1)));
    c3 = low0;
    key0 += 0x9e3779b9u;
    key1 += 0xbb67ae85u;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

// Words become values in [0, 1) …
struct ChainUniform {
  SIMD_INLINE Vec fraction(VecI word) { return mul(to_float(shri(word, 8)), set1(0x1p-24f)); }
  SIMD_INLINE void values(const VecI words[4], Vec* rows) {
    for (int w = 0; w < 4; w++) rows[w] = fraction(words[w]);
  }
};

// … or, by pairs, normal ones (Box and Muller, 1958).
struct ChainNormal {
  SIMD_INLINE void pair(VecI w0, VecI w1, Vec* rows) {
    const Vec u = add(ChainUniform::fraction(w0), set1(0x1p-24f));  // in (0, 1]
    const Vec r = sqrt(mul(set1(-2.0f), log(u)));
    Vec sine, cosine;
    sincos_turns(ChainUniform::fraction(w1), &sine, &cosine);
    rows[0] = mul(r, cosine);
    rows[1] = mul(r, sine);
  }
  SIMD_INLINE void values(const VecI words[4], Vec* rows) {
    pair(words[0], words[1], rows);
    pair(words[2], words[3], rows + 2);
  }
};

template <class Kind> void chain_random(const ChainCall& call) {
  float batch[PHILOX_BATCH];
  float* const dst = static_cast<float*>(call.dst);
  const VecI lane = muli(iota(), set1i(PHILOX_GROUPS));
  int64_t skip = call.index & 3;  // values of the first block that stand before the first element
  uint64_t block = call.counter + uint64_t(call.index >> 2);
  for (int64_t done = 0; done < call.count; block += uint64_t(PHILOX_BATCH / 4), skip = 0) {
    Vec rows[PHILOX_ROWS];
    for (int g = 0; g < PHILOX_GROUPS; g++) {
      VecI words[4];
      philox(call.seed, block, addi(lane, set1i(g)), words);
      Kind::values(words, rows + 4 * g);
    }
    if (LANES > 1) transpose(rows);
    const int64_t left = call.count - done, count = PHILOX_BATCH - skip < left ? PHILOX_BATCH - skip : left;
    float* const to = count == PHILOX_BATCH ? dst + done : batch;
    for (int r = 0; r < PHILOX_ROWS; r++) store(to + r * LANES, rows[r]);
    if (to == batch) memcpy(dst + done, batch + skip, size_t(count) * sizeof *dst);
    done += count;
  }
}

void chain_uniform(const ChainCall& call) { chain_random<ChainUniform>(call); }
void chain_normal(const ChainCall& call) { chain_random<ChainNormal>(call); }
