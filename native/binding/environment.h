// What one Node environment (the main thread or a worker_thread) owns here: storages, Programs, its lane to the executor, and
// the way by which finished runs come back. Only its own thread calls it.
#pragma once
#include <napi.h>

#include <memory>
#include <vector>

#include "ops/play.h"
#include "runtime/executor.h"
#include "runtime/runtime.h"
#include "runtime/storage.h"

namespace hebb {

// A queued copy from a storage into an ArrayBuffer.
class Fetch : public Task {
 public:
  Fault execute(const Site& site) override;

  const char* source = nullptr;
  char* target = nullptr;
  int64_t bytes = 0;
};

class Environment {
 public:
  static constexpr double INLINE_BELOW = 50'000;         // nanoseconds: a longer Program never runs in the call
  static constexpr int64_t READ_AT_ONCE = 256 << 10;     // bytes

  static Environment* create(napi_env env, Runtime& runtime);  // null where Node refuses

  bool attach(napi_value done);
  bool attached() const { return done_ != nullptr; }

  int32_t keep(std::unique_ptr<Program> program);  // its id
  const Program* program(int64_t id) const;
  void release(int64_t id);

  Play* spare_play();
  void put_back(Play* play);
  // Runs it in the call where `in_call` and the rules allow it, else queues it: 0 done and `output`, a Uint8Array, filled; -1 failed;
  // n > 0 queued as run n, which fills `output` when it is delivered; -2 no thread could be started. Takes the play.
  int64_t run(Play* play, int64_t program, bool in_call, int64_t failures_seen, napi_value output);
  int64_t fetch(std::unique_ptr<Fetch> fetch);
  int64_t read(std::unique_ptr<FileRead> read);

  void report_memory();  // tells V8 what has changed
  int64_t delivered_failures() const { return delivered_failures_; }
  size_t programs() const { return program_count_; }
  int64_t program_bytes() const { return program_bytes_; }

  Runtime& runtime;
  StorageTable storages;
  Fault last_fault;

 private:
  struct Entry {
    std::unique_ptr<Program> program;
    int32_t uses = 0;  // queued, running or undelivered
    bool released = false;
  };
  Environment(napi_env env, Runtime& runtime);
  static void end(void* environment);
  template <class Submit> int64_t queue(Task& task, const Submit& submit);
  void deliver();
  void deliver(Task& task);
  void settle(Task& task);
  void drop(Entry& entry, size_t place);
  void fill(napi_value output, const Play& play);

  napi_env env_;
  Lane lane_;
  napi_threadsafe_function way_back_ = nullptr;
  napi_ref done_ = nullptr;
  std::vector<Entry> programs_;  // id - 1
  std::vector<int32_t> free_ids_;
  size_t program_count_ = 0;
  int64_t program_bytes_ = 0;
  std::vector<Play*> spare_;
  int64_t runs_ = 0;     // numbers given
  int64_t pending_ = 0;  // queued, running or undelivered
  int64_t delivered_failures_ = 0, reported_bytes_ = 0;
};

napi_value fault_object(napi_env env, const Fault& fault);

}  // namespace hebb
