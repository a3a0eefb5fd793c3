// attention: softmax(q · kᵀ / √depth + mask) · v block by block, so that scores never leave a thread's cache (Dao, "FlashAttention-2",
// 2023). A task is 64 queries of one head; where it may see few keys it comes late.
#include "ops/attention.h"

#include <algorithm>
#include <cstring>

#include "ops/decoders.h"
#include "ops/estimate.h"
#include "ops/reader.h"

namespace hebb {
namespace {

struct Attention final : Command {
  AttentionShape shape;
  AttentionOperands operands;
  int32_t out = 0, lse = -1;

  void run(Run& run) const override {
    const int64_t blocks = ceil_div(shape.queries, ATTENTION_QUERIES);
    run.parallel(shape.batch * shape.heads * blocks, nanoseconds, [=, this, &run](int64_t task, int worker) {
      const int64_t head = task / blocks, query = (blocks - 1 - task % blocks) * ATTENTION_QUERIES;
      queries(run, worker, head / shape.heads, head % shape.heads, query);
    });
  }

 private:
  void queries(const Run& run, int worker, int64_t batch, int64_t head, int64_t query) const {
    AttentionWork work(shape, operands, run, worker);
    const AttentionKernels& kernels = work.table.attention;
    const int64_t count = std::min(ATTENTION_QUERIES, shape.queries - query);
    const int64_t row = (batch * shape.heads + head) * shape.queries + query;
    const int64_t key_row = (batch * shape.key_heads + head / (shape.heads / shape.key_heads)) * shape.keys;
    const float* const from = run.ptr<const float>(operands.q) + row * shape.depth;
    float* const to = run.ptr<float>(out) + row * shape.width;
    std::fill_n(work.top, ATTENTION_QUERIES, -__builtin_inff());
    std::fill_n(work.sum, ATTENTION_QUERIES, 0.0f);
    bool adds = false;
    for (int64_t key = 0; key < shape.keys; key += ATTENTION_KEYS) {
      const AttentionPlace place{batch, head, query, count, key, work.keys_seen(query, count, key)};
      if (place.keys == 0) break;
      if (!work.masks(place)) continue;
      const float* const key_from = run.ptr<const float>(operands.k) + (key_row + key) * shape.depth;
      const float* const value_from = run.ptr<const float>(operands.v) + (key_row + key) * shape.width;
      work.scores(key_from, from, place.keys, count, shape.depth, work.turned_query, work.score);
      kernels.weigh(work.block(place), work.top, work.sum, work.factor);
      if (adds) kernels.scale_rows(to, work.factor, 1, count, shape.width);
      work.product(count, shape.width, place.keys, work.score, 1, ATTENTION_QUERIES, value_from, to, adds);
      adds = true;
    }
    kernels.close(work.top, work.sum, work.factor, work.lse, count);
    if (adds) kernels.scale_rows(to, work.factor, 1, count, shape.width);
    else std::memset(to, 0, size_t(count * shape.width) * sizeof *to);
    if (lse >= 0) std::copy_n(work.lse, count, run.ptr<float>(lse) + row);
  }
};

}  // namespace

std::unique_ptr<Command> decode_attention(Reader& reader) {
  auto command = std::make_unique<Attention>();
  AttentionShape& shape = command->shape;
  if (!shape.decode(reader) || !command->operands.decode(reader, shape)) return nullptr;
  command->out = reader.write(shape.rows() * shape.width * 4);
  command->lse = reader.write_or_none(shape.rows() * 4);
  const double scores = shape.macs() / double(std::max<int64_t>(1, shape.depth));
  command->nanoseconds = COMMAND_NANOSECONDS + shape.macs() * 0.02 + scores * 0.2;
  return reader.ok() ? std::move(command) : nullptr;
}

}  // namespace hebb
