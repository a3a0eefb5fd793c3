// Attention's own arithmetic on one block of scores at a time; the products around it are the tiles of gemm.h. Scores lie turned, a key a
// row and a query a column: what is summed over keys then runs down the lanes of a vector, and keys and values are read where they are.
#pragma once
#include "base/types.h"

namespace hebb {

constexpr int64_t ATTENTION_QUERIES = 64, ATTENTION_KEYS = 256;  // the most that a block has; each of its rows has room for 64

// One block: scores, bias and slopes are (keys, ATTENTION_QUERIES), of which the first `queries` columns count.
struct AttentionBlock {
  int64_t keys, queries;
  float scale;         // of the products q · k
  int64_t reach;       // query i sees the first reach + i + 1 keys of the block; at least `keys` where it sees all
  const float* bias;   // added to the scaled products; or null
  float* scores;       // the products; become the weights
  const float* draws;  // uniform in [0, 1): a weight whose draw is below `drop` is left out, the others grow by `grown`; or null
  float drop, grown;
};

// A mask's values for one block: value (query i, key j) is values[i · query_step + j · key_step].
struct AttentionMask {
  int64_t keys, queries;
  const void* values;
  bool boolean;        // u8, where 0 means: not seen; else f32 to be added
  int64_t query_step, key_step;
};

struct AttentionKernels {
  // The next block of an online softmax (Milakov, Gimelshein, 2018): scores become exp(score - top), of which some may be dropped; `top`
  // and `sum`, one a query, take the whole block in, and what was summed up before is to be multiplied by `factor`.
  void (*weigh)(const AttentionBlock& block, float* top, float* sum, float* factor);
  // After the last one: `factor` becomes 1 / sum and lse the log-sum-exp; 0 and +inf for a query that saw nothing.
  void (*close)(const float* top, const float* sum, float* factor, float* lse, int64_t queries);
  // Scores become weights exp(score - lse), of which some may be dropped, and slopes, which hold dy · v, the scores' gradients
  // weight · (slope, where it isn't dropped, - delta).
  void (*slope)(const AttentionBlock& block, const float* lse, const float* delta, float* slopes);
  // The mask as a bias (keys, ATTENTION_QUERIES); false where no query sees a key.
  bool (*bias)(const AttentionMask& mask, float* bias);
  // x (rows, columns) *= factor[row · factor_step]
  void (*scale_rows)(float* x, const float* factor, int64_t factor_step, int64_t rows, int64_t columns);
  // out[row] = Σ a · b of the row; a and b are (rows, columns).
  void (*row_dots)(const float* a, const float* b, float* out, int64_t rows, int64_t columns);
};

}  // namespace hebb
