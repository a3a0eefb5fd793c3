// Replaying: pointers, then one command after the other.
#include "ops/program.h"

#include "runtime/runtime.h"

namespace hebb {

Fault Program::replay(Runtime& runtime, const Site& site, const double* scalars, void* const* bases) const {
  Run run;
  run.workers_ = &runtime.workers;
  run.kernels_ = runtime.kernels;
  run.threads_ = site.threads;
  run.scalars_ = scalars;
  run.stop_ = site.stop;

  char* const workspace = static_cast<char*>(runtime.workspace.ensure(workspace_bytes_ + scratch_bytes_));
  if (workspace == nullptr) {
    run.fail(Fault::memory, 0, workspace_bytes_ + scratch_bytes_, runtime.budget.limit());
    return run.fault_;
  }
  run.scratch_ = workspace + workspace_bytes_;
  for (size_t i = 0; i < places_.size(); i++) {
    char* const base = places_[i].base == 0 ? workspace : static_cast<char*>(bases[places_[i].base - 1]);
    pointers_[i] = base + places_[i].offset;
  }
  run.pointers_ = pointers_.data();

  for (; run.command_ < int32_t(commands_.size()); run.command_++) {
    if (run.command_ == first_write_) run.stop_ = nullptr;
    commands_[size_t(run.command_)]->run(run);
    if (run.stopped()) run.fail(Fault::stopped, 0, 0, 0);
    if (run.fault_.code != Fault::none) return run.fault_;
  }
  return run.fault_;
}

}  // namespace hebb
