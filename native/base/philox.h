// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"): four random words from a key and a counter.
#pragma once
#include "base/types.h"

namespace hebb {

struct PhiloxWords {
  uint32_t word[4];
};

static constexpr PhiloxWords philox(uint64_t key, uint64_t low, uint64_t high) {
  uint32_t c[4] = {uint32_t(low), uint32_t(low >> 32), uint32_t(high), uint32_t(high >> 32)};
  uint32_t k[2] = {uint32_t(key), uint32_t(key >> 32)};
  for (int round = 0; round < 10; round++) {
    const uint64_t p = uint64_t(0xD2511F53u) * c[0], q = uint64_t(0xCD9E8D57u) * c[2];
    const uint32_t next[4] = {uint32_t(q >> 32) ^ c[1] ^ k[0], uint32_t(q), uint32_t(p >> 32) ^ c[3] ^ k[1], uint32_t(p)};
    for (int i = 0; i < 4; i++) c[i] = next[i];
    k[0] += 0x9E3779B9u;
    k[1] += 0xBB67AE85u;
  }
  return {{c[0], c[1], c[2], c[3]}};
}

// A whole number from 0 to below `range`, each as likely (Lemire, "Fast random integer generation in an interval", 2019), from word `lane`
// of a block. A word that would favour some is drawn again, with the number of the attempt in the counter's upper half.
static constexpr uint32_t philox_below(uint64_t key, uint64_t block, int lane, uint32_t word, uint32_t range) {
  uint64_t draw = uint64_t(word) * range;
  for (uint64_t attempt = 1; uint32_t(draw) < range && uint32_t(draw) < (0u - range) % range; attempt++) {
    draw = uint64_t(philox(key, block, attempt).word[lane]) * range;
  }
  return uint32_t(draw >> 32);
}

static_assert(philox(0, 0, 0).word[0] == 0x6627e8d5u && philox(0, 0, 0).word[3] == 0x9b00dbd8u, "the published test vector");

}  // namespace hebb
