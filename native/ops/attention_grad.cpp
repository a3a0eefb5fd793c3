// attention_grad: the gradients of attention's operands. Weights are computed again from the rows' log-sum-exp, block by block. A task is a
// part of the keys of one key head, for all queries that see them: it alone writes its keys' gradients, and a query's gradient, where
// several parts add to it, is summed in their order. How many parts there are depends on the shape alone.
#include <algorithm>
#include <cstring>

#include "ops/attention.h"
#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"

namespace hebb {
namespace {

constexpr int64_t TASKS = 8;  // as many keep the threads of a desktop busy

struct AttentionGrad final : Command {
  AttentionShape shape;
  int64_t parts = 1, blocks = 0;  // of the keys; blocks a part
  AttentionOperands operands;
  int32_t y = 0, lse = 0, dy = 0, dq = 0, dk = -1, dv = -1, dmask = -1;

  void run(Run& run) const override {
    const int64_t heads = shape.batch * shape.key_heads;
    // The first parts, which in a causal attention have most to do, of all heads first.
    run.parallel(heads * parts, nanoseconds, [=, this, &run](int64_t task, int worker) { keys(run, worker, task % heads, task / heads); });
    const int64_t count = ceil_div(shape.queries, ATTENTION_QUERIES);
    const float scale = shape.scale();
    run.parallel(shape.batch * shape.heads * count, double(shape.rows() * shape.depth * parts) * 0.1, [=, this, &run](int64_t block, int) {
      const int64_t head = block / count, query = block % count * ATTENTION_QUERIES;
      const int64_t size = std::min(ATTENTION_QUERIES, shape.queries - query) * shape.depth;
      float* const sum = query_gradient(run, 0, head, query);
      for (int64_t part = 1; part < parts && query >= unseen(part); part++) {
        const float* const more = query_gradient(run, part, head, query);
        for (int64_t i = 0; i < size; i++) sum[i] += more[i];
      }
      run.kernels().attention.scale_rows(sum, &scale, 0, 1, size);
    });
  }

  // The first queries of a head, which see no key of the part: a whole number of blocks, or all.
  int64_t unseen(int64_t part) const { return shape.causal ? std::min(shape.queries, part * blocks * ATTENTION_KEYS) : 0; }

  // The values in scratch that a part needs for what it adds to the gradients of the queries; the first one writes them where they belong.
  int64_t own_values(int64_t part) const {
    return part == 0 ? 0 : shape.batch * shape.heads * (shape.queries - unseen(part)) * shape.depth;
  }

 private:
  // Where a part adds to the gradient of a query, `head` being counted through the batch.
  float* query_gradient(const Run& run, int64_t part, int64_t head, int64_t query) const {
    if (part == 0) return run.ptr<float>(dq) + (head * shape.queries + query) * shape.depth;
    float* own = static_cast<float*>(run.scratch());
    for (int64_t before = 1; before < part; before++) own += own_values(before);
    return own + (head * (shape.queries - unseen(part)) + query - unseen(part)) * shape.depth;
  }

  void keys(const Run& run, int worker, int64_t key_head, int64_t part) const {
    AttentionWork work(shape, operands, run, worker);
    const int64_t group = shape.heads / shape.key_heads, batch = key_head / shape.key_heads;
    const int64_t head = key_head % shape.key_heads * group, first = unseen(part);
    for (int64_t h = head; h < head + group; h++) {
      float* const sums = query_gradient(run, part, batch * shape.heads + h, first);
      std::memset(sums, 0, size_t((shape.queries - first) * shape.depth) * sizeof(float));
    }
    const int64_t end = std::min(shape.keys, (part + 1) * blocks * ATTENTION_KEYS);
    for (int64_t key = part * blocks * ATTENTION_KEYS; key < end; key += ATTENTION_KEYS) {
      const int64_t count = std::min(ATTENTION_KEYS, end - key), key_row = key_head * shape.keys + key;
      clear(run, dk, key_row, count, shape.depth);
      clear(run, dv, key_row, count, shape.width);
      for (int64_t h = head; h < head + group; h++) {
        for (int64_t query = 0; query < shape.queries; query += ATTENTION_QUERIES) {
          const int64_t queries = std::min(ATTENTION_QUERIES, shape.queries - query);
          const AttentionPlace place{batch, h, query, queries, key, work.keys_seen(query, queries, key)};
          if (dmask >= 0) clear_mask(run, place, count);
          if (place.keys > 0 && work.masks(place)) block(run, work, place, key_row, part);
        }
      }
      const float scale = shape.scale();
      if (dk >= 0) work.table.attention.scale_rows(run.ptr<float>(dk) + key_row * shape.depth, &scale, 0, count, shape.depth);
    }
  }

  void block(const Run& run, const AttentionWork& work, const AttentionPlace& place, int64_t key_row, int64_t part) const {
    const int64_t row = (place.batch * shape.heads + place.head) * shape.queries + place.query, at = row * shape.width;
    const float* const query_from = run.ptr<const float>(operands.q) + row * shape.depth;
    const float* const key_from = run.ptr<const float>(operands.k) + key_row * shape.depth;
    const float* const slope_from = run.ptr<const float>(dy) + at;
    const int64_t keys = place.keys, queries = place.queries;
    work.scores(key_from, query_from, keys, queries, shape.depth, work.turned_query, work.score);
    work.scores(run.ptr<const float>(operands.v) + key_row * shape.width, slope_from, keys, queries, shape.width, work.turned_slope,
                work.slope);
    work.table.attention.row_dots(slope_from, run.ptr<const float>(y) + at, work.delta, queries, shape.width);
    std::copy_n(run.ptr<const float>(lse) + row, queries, work.lse);
    work.table.attention.slope(work.block(place), work.lse, work.delta, work.slope);
    constexpr int64_t WIDTH = ATTENTION_QUERIES;
    if (dv >= 0)
      work.product(keys, shape.width, queries, work.score, WIDTH, 1, slope_from, run.ptr<float>(dv) + key_row * shape.width, true);
    if (dk >= 0)
      work.product(keys, shape.depth, queries, work.slope, WIDTH, 1, query_from, run.ptr<float>(dk) + key_row * shape.depth, true);
    work.product(queries, shape.depth, keys, work.slope, 1, WIDTH, key_from,
                 query_gradient(run, part, place.batch * shape.heads + place.head, place.query), true);
    if (dmask >= 0) work.table.transpose.transpose(work.slope, WIDTH * 4, mask_row(run, place), shape.keys * 4, keys, queries, false);
  }

  void clear(const Run& run, int32_t buffer, int64_t row, int64_t rows, int64_t size) const {
    if (buffer >= 0) std::memset(run.ptr<float>(buffer) + row * size, 0, size_t(rows * size) * sizeof(float));
  }

  float* mask_row(const Run& run, const AttentionPlace& place) const {
    return run.ptr<float>(dmask) + ((place.batch * shape.heads + place.head) * shape.queries + place.query) * shape.keys + place.key;
  }
  void clear_mask(const Run& run, const AttentionPlace& place, int64_t keys) const {
    float* const first = mask_row(run, place);
    for (int64_t i = 0; i < place.queries; i++) std::memset(first + i * shape.keys, 0, size_t(keys) * sizeof(float));
  }
};

}  // namespace

std::unique_ptr<Command> decode_attention_grad(Reader& reader) {
  auto command = std::make_unique<AttentionGrad>();
  AttentionGrad& c = *command;
  AttentionShape& shape = c.shape;
  if (!shape.decode(reader) || !c.operands.decode(reader, shape)) return nullptr;
  const int64_t q = shape.rows() * shape.depth * 4, k = shape.key_rows() * shape.depth * 4, v = shape.key_rows() * shape.width * 4;
  const int64_t y = shape.rows() * shape.width * 4;
  c.y = reader.read(y);
  c.lse = reader.read(shape.rows() * 4);
  c.dy = reader.read(y);
  c.dq = reader.write(q);
  c.dk = reader.write_or_none(k);
  c.dv = reader.write_or_none(v);
  c.dmask = reader.write_or_none(shape.rows() * shape.keys * 4);
  const int64_t key_blocks = ceil_div(shape.keys, ATTENTION_KEYS), tasks = shape.batch * shape.key_heads;
  const int64_t wanted = std::clamp<int64_t>(ceil_div(TASKS, std::max<int64_t>(1, tasks)), 1, std::max<int64_t>(1, key_blocks));
  c.blocks = std::max<int64_t>(1, ceil_div(key_blocks, wanted));
  c.parts = std::max<int64_t>(1, ceil_div(key_blocks, c.blocks));
  for (int64_t part = 1; part < c.parts; part++) c.scratch += c.own_values(part) * 4;
  const double scores = shape.macs() / double(std::max<int64_t>(1, shape.depth));
  c.nanoseconds = COMMAND_NANOSECONDS + shape.macs() * 0.05 + scores * 0.2 + memory_nanoseconds(2 * double(q + k + v));
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
