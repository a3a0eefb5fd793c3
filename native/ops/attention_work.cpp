// One block of attention: its mask, its scores, and the products between them and rows of queries, keys and values.
#include <algorithm>
#include <cmath>

#include "ops/attention.h"
#include "ops/reader.h"

namespace hebb {

bool AttentionShape::decode(Reader& reader) {
  for (int64_t* size : {&batch, &heads, &key_heads, &queries, &keys, &depth, &width}) *size = reader.size();
  causal = reader.flag();
  mask = Mask(reader.integer(none, added));
  for (int64_t& step : mask_steps) step = reader.size();
  drops = reader.flag();
  const int64_t groups = reader.product(batch, heads);
  reader.product(reader.product(groups, queries), std::max(depth, width) + 1);
  reader.product(reader.product(groups, keys), std::max(depth, width) + 1);
  reader.product(groups, reader.product(queries, keys));
  if (reader.ok() && (heads > 0 ? key_heads == 0 || heads % key_heads != 0 : key_heads != 0)) reader.fail("heads don't divide");
  return reader.ok();
}

int64_t AttentionShape::mask_bytes() const {
  const int64_t sizes[4] = {batch, heads, queries, keys};
  int64_t last = 0;
  for (int i = 0; i < 4; i++) {
    if (sizes[i] == 0) return 0;
    last += (sizes[i] - 1) * mask_steps[i];
  }
  return mask == none ? 0 : (last + 1) * (mask == boolean ? 1 : 4);
}

double AttentionShape::macs() const {
  return double(batch) * double(heads) * double(queries) * double(keys) * double(depth) * (causal ? 0.5 : 1);
}

float AttentionShape::scale() const { return float(1 / std::sqrt(double(std::max<int64_t>(1, depth)))); }

bool AttentionOperands::decode(Reader& reader, const AttentionShape& shape) {
  q = reader.read(shape.rows() * shape.depth * 4);
  k = reader.read(shape.key_rows() * shape.depth * 4);
  v = reader.read(shape.key_rows() * shape.width * 4);
  if (shape.mask != AttentionShape::none) mask = reader.read(shape.mask_bytes());
  if (shape.drops) {
    drop = reader.read(4);
    seed = reader.scalar(2);
  }
  return reader.ok();
}

AttentionWork::AttentionWork(const AttentionShape& shape, const AttentionOperands& operands, const Run& run, int worker)
    : table(run.kernels()), shape_(shape) {
  constexpr int64_t TURNED = DEPTH * ATTENTION_QUERIES, BLOCK = ATTENTION_KEYS * ATTENTION_QUERIES;
  static_assert((2 * TURNED + 5 * BLOCK + 5 * ATTENTION_QUERIES) * int64_t(sizeof(float)) <= Run::THREAD_SCRATCH);
  float* next = static_cast<float*>(run.thread_scratch(worker));
  const auto take = [&next](int64_t count) { return (next += count) - count; };
  turned_query = take(TURNED);
  turned_slope = take(TURNED);
  for (float** block : {&score, &slope, &bias, &draws, &rows}) *block = take(BLOCK);
  for (float** row : {&top, &sum, &factor, &lse, &delta}) *row = take(ATTENTION_QUERIES);
  if (operands.mask >= 0) mask_ = run.ptr<const void>(operands.mask);
  if (operands.drop < 0) return;
  drop_ = *run.ptr<const float>(operands.drop);
  seed_ = uint64_t(run.scalar(operands.seed));
  counter_ = uint64_t(run.scalar(operands.seed + 1));
}

AttentionBlock AttentionWork::block(const AttentionPlace& place) const {
  const int64_t reach = shape_.causal ? place.query - place.key : place.keys;
  return {place.keys,
          place.queries,
          shape_.scale(),
          reach,
          mask_ ? bias : nullptr,
          score,
          shape_.drops ? draws : nullptr,
          drop_,
          drop_ < 1 ? 1 / (1 - drop_) : 0};
}

// As one tensor of all weights (batch, heads, queries, keys) would be drawn.
void AttentionWork::draw(const AttentionPlace& place) {
  const int64_t row = (place.batch * shape_.heads + place.head) * shape_.queries + place.query;
  for (int64_t i = 0; i < place.queries; i++) {
    ChainCall call{};
    call.dst = rows + i * ATTENTION_KEYS;
    call.count = place.keys;
    call.index = (row + i) * shape_.keys + place.key;
    call.seed = seed_;
    call.counter = counter_;
    table.chain.steps[int(ChainStep::uniform)](call);
  }
  table.transpose.transpose(rows, ATTENTION_KEYS * 4, draws, ATTENTION_QUERIES * 4, place.queries, place.keys, false);
}

bool AttentionWork::masks(const AttentionPlace& place) {
  if (shape_.drops) draw(place);
  if (mask_ == nullptr) return true;
  const int64_t* const step = shape_.mask_steps;
  const int64_t from = place.batch * step[0] + place.head * step[1] + place.query * step[2] + place.key * step[3];
  const bool boolean = shape_.mask == AttentionShape::boolean;
  const void* values = static_cast<const char*>(mask_) + from * (boolean ? 1 : 4);
  return table.attention.bias({place.keys, place.queries, values, boolean, step[2], step[3]}, bias);
}

int64_t AttentionWork::keys_seen(int64_t query, int64_t queries, int64_t key) const {
  const int64_t left = std::min(ATTENTION_KEYS, shape_.keys - key);
  return shape_.causal ? std::clamp<int64_t>(query + queries - key, 0, left) : left;
}

void AttentionWork::scores(const float* left, const float* right, int64_t keys, int64_t queries, int64_t size, float* turned,
                           float* to) const {
  constexpr int64_t FEW = 4;  // queries for which turning them costs more than it saves
  if (queries <= FEW) return table.gemm.dots({keys, queries, size, left, size, right, size, to, ATTENTION_QUERIES, false});
  const int vectors = int(std::min<int64_t>(2, ceil_div(queries, table.lanes)));
  const int64_t width = int64_t(vectors) * table.lanes, most = table.gemm.tile_rows[vectors];
  const int strip = int(ceil_div(keys, ceil_div(keys, most)));
  int64_t from = 0;
  do {
    const int64_t part = std::min(DEPTH, size - from);
    // One panel as wide as the block: its rows are what the tiles' panels step through.
    table.gemm.pack_transposed({part, queries, ATTENTION_QUERIES, right + from, size, turned});
    table.gemm.block({keys, queries, part, left + from, size, 1, size * strip, turned, ATTENTION_QUERIES, width, to, ATTENTION_QUERIES,
                      strip, vectors, from > 0});
    from += part;
  } while (from < size);
}

void AttentionWork::product(int64_t m, int64_t n, int64_t k, const float* a, int64_t a_row, int64_t a_depth, const float* b, float* c,
                            bool adds) const {
  if (m == 0 || n == 0) return;
  const int64_t across = ceil_div(n, table.lanes);
  const int wide = int(std::min<int64_t>(GEMM_VECTORS, across));
  const int vectors = m <= table.gemm.tile_rows[wide] ? wide : std::min(wide, 2);  // few rows leave the registers to a wide panel
  const int64_t most = table.gemm.tile_rows[vectors];
  const int strip = int(ceil_div(m, ceil_div(m, most)));
  table.gemm.block({m, n, k, a, a_row, a_depth, a_row * strip, b, n, int64_t(vectors) * table.lanes, c, n, strip, vectors, adds});
}

}  // namespace hebb
