// Settings from the environment, and the one Runtime.
#include "runtime/runtime.h"

#include <stdlib.h>

#include <algorithm>
#include <mutex>

#include "runtime/dispatch.h"
#include "runtime/os.h"

namespace hebb {

static std::string setting(const char* name) {
  const char* const value = getenv(name);
  return value == nullptr ? "" : value;
}

// A whole number from 1 to `most`, clamped to it; 0 for anything else.
static int64_t parse_count(const std::string& text, int64_t most) {
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) return 0;
  return std::min<int64_t>(strtoll(text.c_str(), nullptr, 10), most);
}

bool read_options(Runtime::Options& options, std::string& error) {
  const std::string isa = setting("HEBB_ISA"), threads = setting("HEBB_NUM_THREADS"), memory = setting("HEBB_MEMORY_LIMIT");
  options.kernels = choose_table(isa);
  if (options.kernels == nullptr) {
    std::string names;
    for (const KernelTable* table : supported_tables()) names += (names.empty() ? "" : ", ") + std::string(table->isa);
    error = "HEBB_ISA is \"" + isa + "\"; this CPU and this build support " + names;
    return false;
  }
  options.threads = int(threads.empty() ? std::min(os::usable_cores(), Workers::MAX_THREADS) : parse_count(threads, Workers::MAX_THREADS));
  if (options.threads == 0) {
    error = "HEBB_NUM_THREADS is \"" + threads + "\"; expected a whole number from 1";
    return false;
  }
  options.memory = memory.empty() ? os::usable_memory() / 10 * 8 : parse_bytes(memory);
  if (options.memory <= 0) {
    error = "HEBB_MEMORY_LIMIT is \"" + memory + "\"; expected bytes, such as 536870912, 512M or 4G";
    return false;
  }
  return true;
}

Runtime* start_runtime(std::string& error) {
  static std::mutex& mutex = *new std::mutex;
  static Runtime* runtime = nullptr;
  const std::lock_guard<std::mutex> lock(mutex);
  if (runtime != nullptr) return runtime;
  Runtime::Options options;
  if (!read_options(options, error)) return nullptr;
  Runtime* const started = new Runtime(options);
  if (!started->workers.prepare()) {
    delete started;
    error = "there is no memory for the first worker's scratch";
    return nullptr;
  }
  os::keep_loaded();
  return runtime = started;
}

}  // namespace hebb
