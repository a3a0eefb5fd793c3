// A Program with the operands of one run: the task that the executor runs. Reused from run to run, so that a replay
// allocates nothing.
#pragma once
#include <stdint.h>

#include <vector>

#include "ops/program.h"
#include "runtime/aligned.h"
#include "runtime/executor.h"

namespace hebb {

class Play : public Task {
 public:
  explicit Play(Runtime& runtime) : runtime_(runtime) {}

  // Before each run: its Program, then room for the operands that the caller fills in. Storages have been checked against leaves().
  void prepare(const Program& program);
  void set_leaf(int64_t leaf, Storage* storage) {
    uses[size_t(leaf)] = {storage, program_->leaves()[size_t(leaf)].access != Access::read};
    bases_[size_t(2 + leaf)] = storage->data;
  }
  double* scalars() { return scalars_.data(); }
  void* input() { return input_.data(); }
  const void* output() const { return output_.data(); }
  const Program& program() const { return *program_; }

  Fault execute(const Site& site) override { return program_->replay(runtime_, site, scalars_.data(), bases_.data()); }

 private:
  Runtime& runtime_;
  const Program* program_ = nullptr;
  std::vector<double> scalars_;
  std::vector<void*> bases_;  // input, output, leaves
  AlignedBytes input_, output_;
};

}  // namespace hebb
