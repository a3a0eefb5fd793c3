// Runs Chains: binds the slots of a Plan, walks its steps block by block, and shares the blocks of a `chain` command out to threads.
#include <string.h>

#include <algorithm>

#include "ops/chain_plan.h"
#include "ops/decoders.h"
#include "ops/reader.h"
#include "ops/run.h"
#include "runtime/os.h"

namespace hebb {
namespace {

constexpr int64_t TASK = 16384, BIG_TASK = 65536;  // elements that a thread claims at once; the latter of big Chains
constexpr int64_t AHEAD = 3;                       // blocks between what is worked on and what is fetched from memory
constexpr int64_t FROM_MEMORY = 1 << 20;           // bytes of inputs that a core doesn't have at hand

// Makes the first value of a vector that of all its lanes.
void spread(char* vector) {
  int32_t lanes[CHAIN_LANES];
  memcpy(lanes, vector, 4);
  for (int64_t i = 1; i < CHAIN_LANES; i++) lanes[i] = lanes[0];
  memcpy(vector, lanes, sizeof lanes);
}

// A double as a vector of equal values of a step's type.
void fill_vector(char* vector, double value, char type) {
  const float as_float = float(value);
  int32_t as_int = value != value ? 0 : int32_t(std::clamp(value, -2147483648.0, 2147483647.0));
  if (type == 'b') as_int = value != 0;
  memcpy(vector, type == 'f' ? static_cast<const void*>(&as_float) : &as_int, 4);
  spread(vector);
}

uint64_t whole(double value) { return value >= 0 && value < 0x1p64 ? uint64_t(value) : 0; }

}  // namespace

void Chain::Plan::bind(const Run& run, Slots& slots, void* scratch) const {
  slots.scratch = static_cast<char*>(scratch);
  for (size_t s = 0; s < scalars.size(); s++) {
    char* const vector = slots.vector(int(s));
    fill_vector(vector, run.scalar(scalars[s].index), scalars[s].type);
    slots.set(FIRST_SCALAR + s, vector, 0);
  }
  for (size_t i = 0; i < inputs.size(); i++) {
    if (inputs[i].form != Form::splat) continue;
    char* const vector = slots.vector(MAX_SCALARS + int(i));
    run.kernels().chain.load[int(inputs[i].dtype)](vector, run.ptr<char>(inputs[i].buffer), 0, 1);
    spread(vector);
    slots.set(i, vector, 0);
  }
}

void Chain::Plan::block(const Run& run, Slots& slots, int64_t start, int64_t count, const void* host_in, Traffic traffic) const {
  const ChainKernels& kernels = run.kernels().chain;
  for (size_t i = 0; i < inputs.size(); i++) {
    const Input& in = inputs[i];
    if (in.form == Form::host) slots.set(i, host_in, 1);
    if (in.form != Form::direct && in.form != Form::load) continue;
    const int64_t size = bytes_of(in.dtype);
    const char* const memory = run.ptr<char>(in.buffer) + start * size;
    if (in.form == Form::direct) slots.set(i, memory, 1);
  }
  int64_t fetched = traffic.fetch_from;
  const int64_t share = round_up(ceil_div(traffic.fetch_to - traffic.fetch_from, std::max<int64_t>(int64_t(steps.size()), 1)), ALIGN / 4);
  for (const Step& step : steps) {
    // What is fetched for a later block is asked for bit by bit: a burst would fill the processor's list of misses, and stall it.
    const int64_t until = std::min(fetched + share, traffic.fetch_to);
    for (const Input& in : inputs) {
      if (in.form != Form::direct && in.form != Form::load) continue;
      const int64_t size = bytes_of(in.dtype);
      const char* const memory = run.ptr<char>(in.buffer) + start * size;
      for (int64_t k = fetched * size; k < until * size; k += ALIGN) __builtin_prefetch(memory + k);
    }
    fetched = until;
    ChainCall call = {};
    call.dst = step.output >= 0 ? run.ptr<char>(step.output) + start * 4 : slots.scratch + step.block * BLOCK_BYTES;
    slots.set(size_t(step.slot), call.dst, 1);
    call.count = count;
    if (step.kind == LOAD) {
      load(run, slots, inputs[size_t(step.slot)], step.slot, start, count);
      continue;
    }
    call.a = slots.operand(step.operand[0]);
    call.b = slots.operand(step.operand[1]);
    call.c = slots.operand(step.operand[2]);
    call.stream = traffic.stream && step.output >= 0 && step.alone && reinterpret_cast<uintptr_t>(call.dst) % ALIGN == 0;
    call.index = start;
    if (step.random >= 0) {
      call.seed = whole(run.scalar(step.random));
      call.counter = whole(run.scalar(step.random + 1));
    }
    kernels.steps[step.kind](call);
  }
  for (const Output& o : outputs) { kernels.store[int(o.dtype)](run.ptr<char>(o.buffer), start, slots.values[o.slot], count); }
}

// Brings elements start … of an input to its slot, which already names a scratch block; a piece of one row is found in place.
void Chain::Plan::load(const Run& run, Slots& slots, const Input& in, int32_t slot, int64_t start, int64_t count) const {
  const ChainKernels& kernels = run.kernels().chain;
  const char* const memory = run.ptr<char>(in.buffer);
  char* const block = const_cast<char*>(static_cast<const char*>(slots.values[slot]));
  if (in.form == Form::load) return kernels.load[int(in.dtype)](block, memory, start, count);
  const ChainView& v = in.view;
  const int last = v.rank - 1;
  const int64_t column = start % v.dims[last], step = v.strides[last];
  if (step > 1 || column + count > v.dims[last]) return kernels.gather[int(in.dtype)](block, memory, v, start, count);
  int64_t offset = column * step, row = start / v.dims[last];
  for (int d = last - 1; d >= 0; row /= v.dims[d--]) offset += row % v.dims[d] * v.strides[d];
  if (step == 1 && in.dtype != DType::f32 && in.dtype != DType::i32) return kernels.load[int(in.dtype)](block, memory, offset, count);
  if (step == 1) {
    slots.set(size_t(slot), memory + offset * 4, 1);
    return;
  }
  char* const vector = slots.vector(MAX_SCALARS + slot);
  kernels.load[int(in.dtype)](vector, memory, offset, 1);
  spread(vector);
  slots.set(size_t(slot), vector, 0);
}

int64_t Chain::elements() const { return plan_->elements; }
double Chain::nanoseconds() const { return plan_->nanoseconds; }

bool Chain::plain() const {
  const Plan& p = *plan_;
  return p.steps.empty() && p.outputs.empty() && p.host_slot == 0 && p.inputs.size() == 1 && p.inputs[0].form == Plan::Form::direct &&
         p.inputs[0].dtype == DType::f32;
}
int32_t Chain::plain_buffer() const { return plan_->inputs[0].buffer; }

const void* Chain::block(const Run& run, int64_t start, int64_t count, const void* host_in, void* scratch) const {
  Plan::Slots slots;
  plan_->bind(run, slots, scratch);
  plan_->block(run, slots, start, count, host_in, {});
  return plan_->host_slot < 0 ? nullptr : slots.values[plan_->host_slot];
}

namespace {

struct ChainCommand final : Command {
  Chain chain;

  void run(Run& run) const override { chain.run_all(run); }
};

}  // namespace

void Chain::run_all(Run& run) const {
  static const int64_t beyond_caches = os::caches().l3;
  const Plan& plan = *plan_;
  const bool stream = plan.direct_bytes >= beyond_caches / 2 && plan.direct_bytes + plan.read_bytes >= beyond_caches;
  const bool fetch = plan.span <= CHAIN_BLOCK && plan.read_bytes >= FROM_MEMORY;
  const int64_t task = plan.span * ((plan.elements < 16 * BIG_TASK ? TASK : BIG_TASK) / plan.span);
  run.parallel(ceil_div(plan.elements, task), plan.nanoseconds, [&](int64_t index, int worker) {
    Plan::Slots slots;
    plan.bind(run, slots, run.thread_scratch(worker));
    const int64_t end = std::min(plan.elements, (index + 1) * task);
    for (int64_t start = index * task; start < end; start += plan.span) {
      const int64_t left = plan.elements - start, later = fetch ? AHEAD * plan.span : left;
      plan.block(run, slots, start, std::min(plan.span, left), nullptr, {stream, later, std::min(later + plan.span, left)});
    }
    if (stream) run.kernels().chain.fence();
  });
}

std::unique_ptr<Command> decode_chain(Reader& reader) {
  auto command = std::make_unique<ChainCommand>();
  if (!command->chain.decode(reader, Chain::Host::none, -1)) return nullptr;
  command->nanoseconds = command->chain.nanoseconds();
  return command;
}

}  // namespace hebb
