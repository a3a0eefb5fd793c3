// Submitting runs, bringing their results back, and the end of an environment.
#include "binding/environment.h"

#include <string.h>

#include <algorithm>

namespace hebb {

constexpr int64_t PATIENCE = 400'000'000;  // nanoseconds that an ending environment waits for its run to stop
constexpr size_t MOST_SPARE = 32;
constexpr int64_t REPORT_STEP = 32 << 20;  // bytes

Fault Fetch::execute(const Site& site) {
  constexpr int64_t PIECE = 1 << 20;
  Fault fault;
  for (int64_t done = 0; done < bytes; done += PIECE) {
    if (site.stop->load(std::memory_order_relaxed)) {
      fault.code = Fault::stopped;
      break;
    }
    memcpy(target + done, source + done, size_t(std::min(PIECE, bytes - done)));
  }
  return fault;
}

static void let_go(napi_env env, Task& task) {
  if (task.keeper != nullptr) napi_delete_reference(env, static_cast<napi_ref>(task.keeper));
  task.keeper = nullptr;
}

Environment::Environment(napi_env env, Runtime& runtime)
    : runtime(runtime),
      storages(runtime.pool),
      env_(env),
      // Called by the executor. It can only fail when the environment is ending, and then nobody waits for the result.
      lane_(
          [](void* context) {
            napi_call_threadsafe_function(static_cast<Environment*>(context)->way_back_, nullptr, napi_tsfn_nonblocking);
          },
          this) {}

Environment* Environment::create(napi_env env, Runtime& runtime) {
  Environment* const environment = new Environment(env, runtime);
  napi_value name;
  const auto deliver = [](napi_env env, napi_value, void* context, void*) {
    if (env != nullptr) static_cast<Environment*>(context)->deliver();
  };
  if (napi_create_string_utf8(env, "hebb", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, environment, deliver, &environment->way_back_) !=
          napi_ok) {
    delete environment;
    return nullptr;
  }
  napi_unref_threadsafe_function(env, environment->way_back_);
  // Added after Node's own hook for the way back, hence called before it.
  napi_add_env_cleanup_hook(env, end, environment);
  runtime.executor.enter(environment->lane_);
  return environment;
}

void Environment::end(void* context) {
  Environment* const environment = static_cast<Environment*>(context);
  const bool left =
      environment->runtime.executor.leave(environment->lane_, PATIENCE) && environment->runtime.readers.leave(environment->lane_, PATIENCE);
  napi_release_threadsafe_function(environment->way_back_, napi_tsfn_abort);
  if (!left) return;  // its run still uses all of it: rather a leak than a crash
  environment->storages.clear();
  delete environment;
}

bool Environment::attach(napi_value done) { return done_ == nullptr && napi_create_reference(env_, done, 1, &done_) == napi_ok; }

int32_t Environment::keep(std::unique_ptr<Program> program) {
  if (free_ids_.empty()) {
    programs_.emplace_back();
    free_ids_.push_back(int32_t(programs_.size()));
  }
  const int32_t id = free_ids_.back();
  free_ids_.pop_back();
  program_count_++;
  program_bytes_ += program->bytes();
  programs_[size_t(id - 1)] = {std::move(program), 0, false};
  return id;
}

const Program* Environment::program(int64_t id) const {
  if (id < 1 || id > int64_t(programs_.size()) || programs_[size_t(id - 1)].released) return nullptr;
  return programs_[size_t(id - 1)].program.get();
}

void Environment::release(int64_t id) {
  if (program(id) == nullptr) return;
  Entry& entry = programs_[size_t(id - 1)];
  entry.released = true;
  program_count_--;
  program_bytes_ -= entry.program->bytes();
  if (entry.uses == 0) drop(entry, size_t(id - 1));
}

void Environment::drop(Entry& entry, size_t place) {
  entry.program.reset();
  free_ids_.push_back(int32_t(place + 1));
}

Play* Environment::spare_play() {
  if (spare_.empty()) return new Play(runtime);
  Play* const play = spare_.back();
  spare_.pop_back();
  return play;
}

void Environment::put_back(Play* play) {
  if (spare_.size() < MOST_SPARE) {
    spare_.push_back(play);
  } else {
    delete play;
  }
}

template <class Submit> int64_t Environment::queue(Task& task, const Submit& submit) {
  task.number = runs_ + 1;
  for (const Use& use : task.uses) storages.use(use.storage);
  if (!submit()) {
    for (const Use& use : task.uses) storages.leave(use.storage);
    return -2;
  }
  // As long as something is to come, the process stays: someone awaits it.
  if (pending_++ == 0) napi_ref_threadsafe_function(env_, way_back_);
  return ++runs_;
}

int64_t Environment::run(Play* play, int64_t program, bool in_call, int64_t failures_seen, napi_value output) {
  play->number = 0;
  play->failures_seen = failures_seen;
  if (in_call && pending_ == 0 && play->estimate < INLINE_BELOW && runtime.executor.try_run(lane_, *play)) {
    const bool failed = play->fault.code != Fault::none;
    if (failed) {
      last_fault = play->fault;
      delivered_failures_++;
    } else {
      fill(output, *play);
    }
    put_back(play);
    return failed ? -1 : 0;
  }
  play->label = program;
  if (play->program().output_bytes() > 0 && napi_create_reference(env_, output, 1, reinterpret_cast<napi_ref*>(&play->keeper)) != napi_ok)
    play->keeper = nullptr;
  programs_[size_t(program - 1)].uses++;
  const int64_t number = queue(*play, [&] { return runtime.executor.submit(lane_, *play); });
  if (number < 0) {
    programs_[size_t(program - 1)].uses--;
    let_go(env_, *play);
    put_back(play);
  }
  return number;
}

int64_t Environment::fetch(std::unique_ptr<Fetch> fetch) {
  fetch->label = 0;
  fetch->steady = true;
  fetch->failures_seen = delivered_failures_;
  const int64_t number = queue(*fetch, [&] { return runtime.executor.submit(lane_, *fetch); });
  if (number > 0) fetch.release();
  return number;
}

int64_t Environment::read(std::unique_ptr<FileRead> read) {
  const int64_t number = queue(*read, [&] { return runtime.readers.submit(lane_, *read); });
  if (number > 0) read.release();
  return number;
}

// One call brings back all that has finished.
void Environment::deliver() {
  napi_handle_scope scope;
  while (Task* const task = lane_.next_finished()) {
    if (napi_open_handle_scope(env_, &scope) != napi_ok) return;
    deliver(*task);
    napi_close_handle_scope(env_, scope);
  }
}

void Environment::deliver(Task& task) {
  napi_value arguments[3], done, global, output, ignored;
  const bool failed = task.fault.code != Fault::none;
  bool made = napi_create_double(env_, double(task.number), &arguments[0]) == napi_ok &&
              napi_create_double(env_, double(task.nanoseconds), &arguments[1]) == napi_ok &&
              napi_get_null(env_, &arguments[2]) == napi_ok && napi_get_reference_value(env_, done_, &done) == napi_ok &&
              napi_get_global(env_, &global) == napi_ok;
  if (failed) {
    if (task.fault.code != Fault::file) delivered_failures_++;  // a read that failed poisons nothing
    arguments[2] = fault_object(env_, task.fault);
    made = made && arguments[2] != nullptr;
  } else if (task.label > 0 && task.keeper != nullptr) {
    made = made && napi_get_reference_value(env_, static_cast<napi_ref>(task.keeper), &output) == napi_ok;
    if (made) fill(output, static_cast<const Play&>(task));
  }
  settle(task);
  if (!made || napi_call_function(env_, global, done, 3, arguments, &ignored) != napi_pending_exception) return;
  // It threw: an uncaught exception, as from any callback. While the environment is ending there is none to get.
  napi_value error;
  if (napi_get_and_clear_last_exception(env_, &error) == napi_ok) napi_fatal_exception(env_, error);
}

// Looked up again: JavaScript may have detached the array since the call.
void Environment::fill(napi_value output, const Play& play) {
  const size_t bytes = size_t(play.program().output_bytes());
  size_t length = 0;
  void* data = nullptr;
  if (bytes > 0 && napi_get_typedarray_info(env_, output, nullptr, &length, &data, nullptr, nullptr) == napi_ok && length == bytes)
    memcpy(data, play.output(), bytes);
}

void Environment::settle(Task& task) {
  for (const Use& use : task.uses) storages.leave(use.storage);
  report_memory();
  if (--pending_ == 0) napi_unref_threadsafe_function(env_, way_back_);
  let_go(env_, task);
  if (task.label == 0) {
    delete &task;
    return;
  }
  const size_t place = size_t(task.label - 1);
  Entry& entry = programs_[place];
  if (--entry.uses == 0 && entry.released) drop(entry, place);
  put_back(&static_cast<Play&>(task));
}

// In steps, and down only when most has gone: V8 starts a collection for every 64 MiB that it is told of, though they may be the
// results of one run that come and go in the same pooled memory.
void Environment::report_memory() {
  const int64_t bytes = storages.bytes();
  const int64_t step = std::min(std::max(REPORT_STEP, reported_bytes_ / 4), runtime.budget.limit() / 8);
  if (bytes < reported_bytes_ + step && bytes >= reported_bytes_ / 4) return;
  int64_t total = 0;
  napi_adjust_external_memory(env_, bytes - reported_bytes_, &total);
  reported_bytes_ = bytes;
}

napi_value fault_object(napi_env env, const Fault& fault) {
  const struct {
    const char* name;
    int64_t value;
  } fields[] = {{"code", fault.code},   {"command", fault.command}, {"row", fault.row},
                {"value", fault.value}, {"limit", fault.limit},     {"cause", fault.cause_run}};
  napi_value object = nullptr, number = nullptr;
  if (napi_create_object(env, &object) != napi_ok) return nullptr;
  for (const auto& field : fields) {
    if (napi_create_double(env, double(field.value), &number) != napi_ok ||
        napi_set_named_property(env, object, field.name, number) != napi_ok) {
      return nullptr;
    }
  }
  return object;
}

}  // namespace hebb
