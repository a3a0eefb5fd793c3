// A decoded Chain: what each block does, in order. Every input, scalar and step result has a slot: where a block finds its values.
#pragma once
#include <vector>

#include "kernels/chain.h"
#include "ops/chain.h"

namespace hebb {

struct Chain::Plan {
  // How an input gets to the steps: in place (direct, host), once per run as a vector of equal values (splat), or converted (load)
  // or collected (gather) into a block before its first use.
  enum class Form { direct, host, splat, load, gather };
  struct Input {
    int32_t buffer;
    DType dtype;
    Form form;
    ChainView view;  // of a gather
  };
  struct Scalar {
    int32_t index;  // in the run's table
    char type;      // f, i or b
  };
  static constexpr int32_t LOAD = -1;  // a step that brings an input to its slot
  struct Step {
    int32_t kind;        // ChainStep, or LOAD
    int32_t operand[3];  // slots; of a LOAD the input; -1 where unused
    int32_t slot;        // of the result
    int32_t block = -1;  // the scratch block of the result …
    int32_t output = -1; // … or the buffer that it is written to directly
    int32_t random = -1; // index of the seed's scalar
    bool alone = true;   // nothing but that buffer wants the result
  };
  struct Output {
    int32_t buffer;
    DType dtype;
    int32_t slot;
  };

  int64_t elements = 0;
  double nanoseconds = 0;
  int64_t span = CHAIN_BLOCK;  // elements of a block when the Chain itself cuts
  int64_t direct_bytes = 0;    // that direct outputs write, and
  int64_t read_bytes = 0;      // that contiguous inputs read, for all elements
  std::vector<Input> inputs;
  std::vector<Scalar> scalars;
  std::vector<Step> steps;
  std::vector<Output> outputs;  // those that no step writes directly
  int32_t host_slot = -1;       // of the host output

  // Slots: inputs, then scalars, then results.
  static constexpr int MAX_INPUTS = 24, MAX_STEPS = 64, MAX_REGISTERS = 16, MAX_OUTPUTS = 8;
  static constexpr int FIRST_SCALAR = MAX_INPUTS, MAX_SCALARS = 3 * MAX_STEPS + MAX_OUTPUTS;
  static constexpr int FIRST_RESULT = FIRST_SCALAR + MAX_SCALARS, MAX_RESULTS = MAX_STEPS + MAX_OUTPUTS;
  static constexpr int SLOTS = FIRST_RESULT + MAX_RESULTS;

  // Scratch: blocks, then one vector for each scalar and each input.
  static constexpr int64_t BLOCK_BYTES = CHAIN_BLOCK * 4, BLOCKS = MAX_INPUTS + MAX_REGISTERS, VECTOR_BYTES = CHAIN_LANES * 4;
  static_assert(BLOCKS * BLOCK_BYTES + (MAX_SCALARS + MAX_INPUTS) * VECTOR_BYTES <= SCRATCH);

  // A worker's view of a run: where the slots are. Pointers and units apart: both in one would be copied as one word of 16 bytes, and
  // wait for the two stores of 8 that made it.
  struct Slots {
    const void* values[SLOTS];
    int64_t unit[SLOTS];
    char* scratch;
    void set(size_t slot, const void* at, int64_t advance) { values[slot] = at, unit[slot] = advance; }
    ChainOperand operand(int32_t slot) const { return slot < 0 ? ChainOperand{} : ChainOperand{values[slot], unit[slot]}; }
    char* vector(int i) const { return scratch + BLOCKS * BLOCK_BYTES + i * VECTOR_BYTES; }
  };
  // How a block treats the memory: where several passes leave it idle, and the CPU forgets its own prefetching, later elements are asked
  // for.
  struct Traffic {
    bool stream = false;                     // direct outputs go around the caches
    int64_t fetch_from = 0, fetch_to = 0;  // elements after the block's first one
  };
  void bind(const Run& run, Slots& slots, void* scratch) const;  // scalars and splats: once for all blocks
  void block(const Run& run, Slots& slots, int64_t start, int64_t count, const void* host_in, Traffic traffic) const;

 private:
  void load(const Run& run, Slots& slots, const Input& in, int32_t slot, int64_t start, int64_t count) const;
};

}  // namespace hebb
