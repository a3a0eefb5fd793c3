// Reads a chain body, checks everything that memory safety needs, and turns it into a Plan: registers become results with one
// definition each, inputs get the cheapest form, results get scratch blocks or go straight to an output.
#include <string>

#include "ops/chain_plan.h"
#include "ops/reader.h"

namespace hebb {
namespace {

struct StepInfo {
  const char* name;
  const char* types;
};
const StepInfo step_infos[CHAIN_STEPS] = {
#define X(id, name, types) {name, types},
    HEBB_CHAIN_STEPS(X)
#undef X
};

char type_of(DType dtype) {
  return dtype == DType::f32 || dtype == DType::bf16 || dtype == DType::f16 ? 'f' : dtype == DType::bool_ ? 'b' : 'i';
}
bool accepts(char wanted, char given) { return (wanted == 'f') == (given == 'f'); }  // b is an i
bool wide(DType dtype) { return dtype == DType::f32 || dtype == DType::i32; }

// Nanoseconds for one element; only has to tell dear from cheap.
double cost_of(ChainStep step) {
  switch (step) {
    case ChainStep::exp:
    case ChainStep::log:
    case ChainStep::tanh:
    case ChainStep::sigmoid:
    case ChainStep::erf:
    case ChainStep::gelu:
    case ChainStep::silu:
    case ChainStep::expm1:
    case ChainStep::log1p:
    case ChainStep::exp2:
    case ChainStep::log2:
    case ChainStep::log10:
    case ChainStep::sin:
    case ChainStep::cos:
    case ChainStep::atan:
    case ChainStep::atan2: return 0.15;
    case ChainStep::pow:
    case ChainStep::fmod: return 0.5;
    case ChainStep::floor_div_i:
    case ChainStep::remainder_i:
    case ChainStep::fmod_i:
    case ChainStep::pow_i: return 3;
    case ChainStep::uniform: return 0.5;
    case ChainStep::normal: return 1.0;
    case ChainStep::div:
    case ChainStep::sqrt:
    case ChainStep::rsqrt:
    case ChainStep::reciprocal: return 0.08;
    default: return 0.03;
  }
}

}  // namespace

// The state of one decoding.
class ChainDecoder {
 public:
  using Plan = Chain::Plan;
  using Form = Plan::Form;

  ChainDecoder(Reader& reader, Chain::Host host, Plan& plan) : reader_(reader), host_(host), plan_(plan) {}

  bool run(int64_t elements) {
    shape(elements);
    const int inputs = reader_.integer(0, Plan::MAX_INPUTS);
    for (int i = 0; i < inputs && reader_.ok(); i++) input(i);
    const int steps = reader_.integer(0, Plan::MAX_STEPS);
    for (int i = 0; i < steps && reader_.ok(); i++) step(i);
    const int outputs = reader_.integer(0, Plan::MAX_OUTPUTS);
    for (int i = 0; i < outputs && reader_.ok(); i++) output(i);
    if (reader_.ok() && host_ == Chain::Host::output && plan_.host_slot < 0) reader_.fail("chain: no output for the host");
    if (!reader_.ok()) return false;
    write_directly();
    place_blocks();
    estimate();
    return true;
  }

 private:
  struct Source {
    int32_t slot;
    char type;
  };

  Reader& reader_;
  const Chain::Host host_;
  Plan& plan_;
  int rank_ = 0;
  int64_t dims_[MAX_RANK] = {};
  char input_types_[Plan::MAX_INPUTS] = {};
  bool loaded_[Plan::MAX_INPUTS] = {};
  Source registers_[Plan::MAX_REGISTERS] = {};  // type 0: never written
  int32_t results_ = 0;
  DType host_dtype_ = DType::f32;

  void fail(const std::string& what, int i, const std::string& why) {
    reader_.fail("chain " + what + " " + std::to_string(i) + ": " + why);
  }
  Form form(int32_t slot) const { return plan_.inputs[size_t(slot)].form; }
  static bool is_input(int32_t slot) { return slot >= 0 && slot < Plan::FIRST_SCALAR; }
  // Whether reading this slot reads memory that an output may share.
  bool in_memory(int32_t slot) const { return is_input(slot) && form(slot) != Form::load && form(slot) != Form::splat; }

  void shape(int64_t elements) {
    rank_ = reader_.integer(0, MAX_RANK);
    int64_t product = 1;
    for (int d = 0; d < rank_; d++) {
      dims_[d] = reader_.size();
      product = reader_.product(product, dims_[d]);
    }
    plan_.elements = product;
    if (reader_.ok() && elements >= 0 && product != elements) {
      reader_.fail("chain: its shape has " + std::to_string(product) + " elements, not " + std::to_string(elements));
    }
  }

  void input(int i) {
    Plan::Input in = {};
    in.buffer = reader_.read_or_none(0);
    in.dtype = DType(reader_.integer(0, DTYPES - 1));
    const bool strided = reader_.flag();
    int64_t last = plan_.elements - 1;  // the furthest element
    if (strided) {
      last = 0;
      int64_t strides[MAX_RANK];
      for (int d = 0; d < rank_; d++) {
        strides[d] = reader_.size();
        last += reader_.product(strides[d], dims_[d] > 0 ? dims_[d] - 1 : 0);
      }
      if (reader_.ok()) in.view = merged(strides);
    }
    const ChainView& v = in.view;
    const bool contiguous = !strided || plan_.elements == 0 || (v.rank == 1 && v.strides[0] == 1);
    in.form = !contiguous ? (v.rank == 1 && v.strides[0] == 0 ? Form::splat : Form::gather) : wide(in.dtype) ? Form::direct : Form::load;
    if (in.buffer < 0) {
      if (host_ != Chain::Host::input) return fail("input", i, "there is no host to take it from");
      if (in.dtype != DType::f32 || !contiguous) return fail("input", i, "the host's values are contiguous f32");
      in.form = Form::host;
    } else if (reader_.ok() && plan_.elements > 0 && (last + 1) * bytes_of(in.dtype) > reader_.bytes(in.buffer)) {
      return fail("input", i, "reaches beyond its buffer");
    }
    input_types_[i] = type_of(in.dtype);
    plan_.inputs.push_back(in);
  }

  // The view with as few dimensions as possible, at least one.
  ChainView merged(const int64_t* strides) const {
    ChainView v = {0, {}, {}};
    for (int d = 0; d < rank_; d++) {
      if (dims_[d] == 1) continue;
      if (v.rank > 0 && v.strides[v.rank - 1] == strides[d] * dims_[d]) {
        v.dims[v.rank - 1] *= dims_[d];
        v.strides[v.rank - 1] = strides[d];
      } else {
        v.dims[v.rank] = dims_[d];
        v.strides[v.rank++] = strides[d];
      }
    }
    if (v.rank == 0) v = {1, {1}, {1}};
    return v;
  }

  // Resolves a source that should be of type `wanted` (0: any, for outputs). Inputs are brought in before their first use.
  Source source(int32_t word, char wanted, const char* what, int i) {
    const int32_t kind = word >> 16, index = word & 0xffff;
    Source found = {-1, 0};
    if (word >= 0 && kind == 0 && index < int32_t(plan_.inputs.size())) {
      found = {index, input_types_[index]};
      if ((form(index) == Form::load || form(index) == Form::gather) && !loaded_[index]) {
        loaded_[index] = true;
        plan_.steps.push_back({Plan::LOAD, {index, -1, -1}, index});
      }
    } else if (word >= 0 && kind == 1 && index < Plan::MAX_REGISTERS) {
      found = registers_[index];
    } else if (word >= 0 && kind == 2 && index < reader_.scalars()) {
      found = {scalar(index, wanted), wanted};
    }
    if (found.type == 0) fail(what, i, "source " + std::to_string(word) + " names nothing");
    else if (wanted != 0 && !accepts(wanted, found.type)) fail(what, i, std::string("wants type ") + wanted + ", not " + found.type);
    return found;
  }

  int32_t scalar(int32_t index, char type) {
    auto& all = plan_.scalars;
    for (size_t s = 0; s < all.size(); s++) {
      if (all[s].index == index && all[s].type == type) return Plan::FIRST_SCALAR + int32_t(s);
    }
    all.push_back({index, type});
    return Plan::FIRST_SCALAR + int32_t(all.size()) - 1;
  }

  void step(int i) {
    const int32_t kind = reader_.integer(0, CHAIN_STEPS - 1), dst = reader_.integer(0, Plan::MAX_REGISTERS - 1);
    int32_t words[3];
    for (int32_t& word : words) word = reader_.integer();
    if (!reader_.ok()) return;
    const StepInfo& info = step_infos[kind];
    Plan::Step step = {kind, {-1, -1, -1}, -1};
    const char* wanted = info.types + 1;
    for (int k = 0; k < 3; k++) {
      if (*wanted == 0) {
        if (words[k] != -1) fail("step", i, std::string(info.name) + " has fewer operands");
        continue;
      }
      if (*wanted == 'S') {
        step.random = words[k] & 0xffff;
        if (words[k] < 0 || words[k] >> 16 != 2 || step.random + 1 >= reader_.scalars()) fail("step", i, "wants two scalars");
      } else {
        step.operand[k] = source(words[k], *wanted, "step", i).slot;
      }
      wanted++;
    }
    registers_[dst] = {append(step), info.types[0]};
  }

  int32_t append(Plan::Step step) {
    step.slot = Plan::FIRST_RESULT + results_++;
    plan_.steps.push_back(step);
    return step.slot;
  }

  void output(int i) {
    const int32_t buffer = reader_.write_or_none(0);
    const DType dtype = DType(reader_.integer(0, DTYPES - 1));
    const char wanted = dtype == DType::bool_ ? 'b' : dtype == DType::u8 || dtype == DType::i32 ? 'i' : 'f';
    Source from = source(reader_.integer(), wanted, "output", i);
    if (!reader_.ok()) return;
    const bool scalar = !is_input(from.slot) && from.slot < Plan::FIRST_RESULT;
    const bool vectors = is_input(from.slot) && (form(from.slot) == Form::splat || form(from.slot) == Form::gather);
    if (scalar || vectors || (is_input(from.slot) && buffer >= 0 && wide(dtype))) {
      from.slot = append({int32_t(wanted == 'f' ? ChainStep::copy : ChainStep::copy_i), {from.slot, -1, -1}, -1});
    }
    if (buffer < 0) {
      if (host_ != Chain::Host::output || plan_.host_slot >= 0) return fail("output", i, "there is no host to take it");
      if (!wide(dtype)) return fail("output", i, "the host takes f32 or i32");
      plan_.host_slot = from.slot;
      host_dtype_ = dtype;
    } else if (plan_.elements * bytes_of(dtype) > reader_.bytes(buffer)) {
      fail("output", i, "its buffer is too small");
    } else if (is_input(from.slot)) {
      plan_.outputs.insert(plan_.outputs.begin(), {buffer, dtype, from.slot});  // before one that overwrites it
    } else {
      plan_.outputs.push_back({buffer, dtype, from.slot});
    }
  }

  // Lets a step write its result to an output of the same width, where nothing after it reads memory that the output may share.
  void write_directly() {
    auto& steps = plan_.steps;
    auto& outputs = plan_.outputs;
    for (const Plan::Output& o : outputs) {
      if (in_memory(o.slot)) return;
    }
    if (in_memory(plan_.host_slot)) return;
    for (size_t s = steps.size(); s-- > 0;) {
      Plan::Step& step = steps[s];
      for (size_t o = 0; o < outputs.size() && step.kind != Plan::LOAD; o++) {
        if (outputs[o].slot != step.slot || !wide(outputs[o].dtype)) continue;
        step.output = outputs[o].buffer;
        outputs.erase(outputs.begin() + int64_t(o));
        plan_.direct_bytes += plan_.elements * 4;
        break;
      }
      bool reads = step.kind == Plan::LOAD;
      for (int32_t operand : step.operand) reads = reads || in_memory(operand);
      if (reads) return;
    }
  }

  // Gives every other result the first scratch block that no live one holds; a result may take its operand's.
  void place_blocks() {
    auto& steps = plan_.steps;
    size_t last_use[Plan::SLOTS] = {};
    bool kept[Plan::SLOTS] = {};  // to the end
    for (size_t s = 0; s < steps.size(); s++) {
      for (int32_t operand : steps[s].operand) {
        if (operand >= 0 && steps[s].kind != Plan::LOAD) last_use[operand] = s;
      }
    }
    for (const Plan::Output& o : plan_.outputs) kept[o.slot] = true;
    if (plan_.host_slot >= 0) kept[plan_.host_slot] = true;
    int32_t holder[Plan::BLOCKS];
    for (int32_t& slot : holder) slot = -1;
    for (size_t s = 0; s < steps.size(); s++) {
      Plan::Step& step = steps[s];
      step.alone = !kept[step.slot] && last_use[step.slot] <= s;
      if (step.output >= 0) continue;
      for (int32_t b = 0; b < Plan::BLOCKS && step.block < 0; b++) {
        if (holder[b] >= 0 && (kept[holder[b]] || last_use[holder[b]] > s)) continue;
        holder[b] = step.slot;
        step.block = b;
      }
    }
  }

  void estimate() {
    double each = 0;
    bool blocks = false;
    for (const Plan::Step& step : plan_.steps) {
      each += step.kind == Plan::LOAD ? 0.05 : cost_of(ChainStep(step.kind));
      blocks = blocks || step.block >= 0;
    }
    for (const Plan::Input& in : plan_.inputs) {
      each += in.form == Form::gather ? 0.2 : in.form == Form::splat ? 0 : double(bytes_of(in.dtype)) * 0.02;
      if (in.form == Form::direct || in.form == Form::load) plan_.read_bytes += plan_.elements * bytes_of(in.dtype);
    }
    for (const Plan::Output& o : plan_.outputs) each += double(bytes_of(o.dtype)) * 0.04;
    plan_.nanoseconds = 60 + double(plan_.elements) * each + double(plan_.direct_bytes) * 0.04;
    plan_.span = span(blocks);
  }

  // Blocks that don't cross a gathered row find it in place; without scratch blocks, a block has no limit.
  int64_t span(bool blocks) const {
    int64_t row = 0;
    for (const Plan::Input& in : plan_.inputs) {
      const int last = in.view.rank - 1;
      if (in.form == Form::gather && in.view.strides[last] <= 1 && in.view.dims[last] > row) row = in.view.dims[last];
    }
    if (row >= CHAIN_BLOCK / 4) return ceil_div(row, ceil_div(row, CHAIN_BLOCK));
    return blocks ? CHAIN_BLOCK : 8 * CHAIN_BLOCK;
  }
};

bool Chain::decode(Reader& reader, Host host, int64_t elements) {
  auto plan = std::make_shared<Plan>();
  if (!ChainDecoder(reader, host, *plan).run(elements)) return false;
  plan_ = std::move(plan);
  return true;
}

}  // namespace hebb
