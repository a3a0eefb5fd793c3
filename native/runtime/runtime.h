// What there is one of in a process: budget, pool, workspace, workers, executor, readers, kernels. It is made once and never
// destroyed: at exit its threads may be in mid-run.
#pragma once
#include <string>

#include "kernels/table.h"
#include "runtime/budget.h"
#include "runtime/executor.h"
#include "runtime/pool.h"
#include "runtime/readers.h"
#include "runtime/workers.h"
#include "runtime/workspace.h"

namespace hebb {

struct Runtime {
  struct Options {
    const KernelTable* kernels;
    int threads;
    int64_t memory;  // the budget in bytes
  };
  explicit Runtime(const Options& options)
      : kernels(options.kernels),
        budget(options.memory),
        pool(budget),
        workspace(budget, pool),
        workers(options.threads),
        executor(workers) {}

  const KernelTable* kernels;
  Budget budget;
  Pool pool;
  Workspace workspace;
  Workers workers;
  Executor executor;
  Readers readers;
};

// From HEBB_ISA, HEBB_NUM_THREADS and HEBB_MEMORY_LIMIT, else from the machine. False with the reason in `error`.
bool read_options(Runtime::Options& options, std::string& error);

// The process's runtime, made by the first caller; null with the reason in `error`.
Runtime* start_runtime(std::string& error);

}  // namespace hebb
