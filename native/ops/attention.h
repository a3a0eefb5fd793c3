// What attention's forward and backward command share: the shape, the scratch of a thread, and one block's mask, scores and products.
#pragma once
#include "ops/op.h"
#include "ops/run.h"

namespace hebb {

// q is (batch, heads, queries, depth), k (batch, key_heads, keys, depth), v (batch, key_heads, keys, width); all contiguous.
struct AttentionShape {
  int64_t batch = 0, heads = 0, key_heads = 0, queries = 0, keys = 0, depth = 0, width = 0;
  bool causal = false;
  enum Mask : int32_t { none, boolean, added } mask = none;
  int64_t mask_steps[4] = {};  // elements of the mask from batch to batch, head to head, query to query, key to key; 0 where it spreads

  bool decode(Reader& reader);
  int64_t rows() const { return batch * heads * queries; }
  int64_t key_rows() const { return batch * key_heads * keys; }
  bool drops = false;  // weights, at random

  int64_t mask_bytes() const;
  double macs() const;  // multiply-adds of one of the products q · k
  float scale() const;
};

// The place of one block: queries from `query` on of a head, keys from `key` on.
struct AttentionPlace {
  int64_t batch, head, query, queries, key, keys;
};

// The operands that both commands begin with, by their buffers and scalars.
struct AttentionOperands {
  int32_t q = 0, k = 0, v = 0, mask = -1, drop = -1, seed = -1;

  bool decode(Reader& reader, const AttentionShape& shape);
};

// A thread's buffers and what it does with them; rows of `scores`, `slopes` and `bias` are ATTENTION_QUERIES long.
class AttentionWork {
 public:
  AttentionWork(const AttentionShape& shape, const AttentionOperands& operands, const Run& run, int worker);

  AttentionBlock block(const AttentionPlace& place) const;  // with the bias that `masks` has left
  bool masks(const AttentionPlace& place);  // makes bias and draws; false where the mask hides the whole block
  // to = left (keys, size) · rightᵀ, right being (queries, size): q with the keys, or dy with the values.
  void scores(const float* left, const float* right, int64_t keys, int64_t queries, int64_t size, float* turned, float* to) const;
  // c (m, n) = or += a · b, b (k, n) and c contiguous; element (i, k) of a is a[i · a_row + k · a_depth].
  void product(int64_t m, int64_t n, int64_t k, const float* a, int64_t a_row, int64_t a_depth, const float* b, float* c, bool adds) const;
  int64_t keys_seen(int64_t query, int64_t queries, int64_t key) const;  // of a block that begins at `key`, how many the queries may see

  static constexpr int64_t DEPTH = 512;  // of a turned operand: what is longer is turned part by part

  const KernelTable& table;
  float *turned_query, *turned_slope, *score, *slope, *bias, *draws, *rows;  // of a block
  float *top, *sum, *factor, *lse, *delta;  // of its queries

 private:
  const AttentionShape& shape_;
  void draw(const AttentionPlace& place);

  const void* mask_ = nullptr;
  float drop_ = 0;
  uint64_t seed_ = 0, counter_ = 0;
};

}  // namespace hebb
