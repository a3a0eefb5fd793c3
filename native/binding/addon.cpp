// The addon's exports, as binding.d.ts declares them. They check, translate and pass on; nothing is computed here.
#include <string.h>

#include "binding/call.h"
#include "binding/environment.h"
#include "kernels/chain.h"
#include "runtime/dispatch.h"
#include "runtime/os.h"
#include "runtime/yardstick.h"

namespace hebb {

constexpr int64_t MOST_BYTES = INT64_C(1) << 50;

static napi_value info(napi_env env, napi_callback_info callback) {
  const Call call(env, callback, 0);
  if (!call.ok()) return nullptr;
  const Runtime& runtime = call.environment().runtime;
  const auto names = [env](const auto& list, const auto& name) {
    Napi::Array array = Napi::Array::New(env, list.size());
    for (uint32_t i = 0; i < list.size(); i++) array.Set(i, Napi::String::New(env, name(list[i])));
    return array;
  };
#define X(id, name, types) name,
  static constexpr const char* STEPS[] = {HEBB_CHAIN_STEPS(X)};
#undef X
  const os::Caches sizes = os::caches();
  Napi::Object caches = Napi::Object::New(env), result = Napi::Object::New(env);
  caches.Set("l1", double(sizes.l1));
  caches.Set("l2", double(sizes.l2));
  caches.Set("l3", double(sizes.l3));
  result.Set("version", Program::VERSION);
  result.Set("isa", runtime.kernels->isa);
  result.Set("isas", names(supported_tables(), [](const KernelTable* table) { return table->isa; }));
  result.Set("threads", runtime.workers.threads());
  result.Set("cores", os::usable_cores());
  result.Set("ops", names(op_list(), [](const OpDef& op) { return op.name; }));
  result.Set("steps", names(std::vector<const char*>(std::begin(STEPS), std::end(STEPS)), [](const char* name) { return name; }));
  result.Set("caches", caches);
  return result;
}

static napi_value attach(napi_env env, napi_callback_info callback) {
  Call call(env, callback, 1);
  napi_valuetype type;
  if (!call.ok()) return nullptr;
  if (napi_typeof(env, call.value(0), &type) != napi_ok || type != napi_function) return call.fail("attach takes a function");
  if (!call.environment().attach(call.value(0))) return call.fail("attach was called before");
  return nullptr;
}

static napi_value create_storage(napi_env env, napi_callback_info callback) {
  Call call(env, callback, 1);
  const int64_t bytes = call.integer(0, 0, MOST_BYTES);
  if (!call.ok()) return nullptr;
  const Storage* const storage = call.environment().storages.create(bytes);
  if (storage == nullptr) return call.result(-1);
  call.environment().report_memory();
  return call.result(double(storage->slot) + double(storage->generation) * 0x1p32);
}

static napi_value free_storage(napi_env env, napi_callback_info callback) {
  Call call(env, callback, 2);
  const int64_t slot = call.integer(0, INT32_MIN, UINT32_MAX), generation = call.integer(1, INT32_MIN, UINT32_MAX);
  if (!call.ok()) return nullptr;
  if (slot <= INT32_MAX && generation <= INT32_MAX) call.environment().storages.free(int32_t(slot), int32_t(generation));
  call.environment().report_memory();
  return nullptr;
}

// The storage of arguments 0 and 1, of which `bytes` from argument 2 on are asked for; null after a failure.
static Storage* storage_range(Call& call, int64_t bytes) {
  const int64_t slot = call.integer(0, 0, INT32_MAX), generation = call.integer(1, 0, INT32_MAX), offset = call.integer(2, 0, MOST_BYTES);
  if (!call.ok()) return nullptr;
  Storage* const storage = call.environment().storages.find(int32_t(slot), int32_t(generation));
  if (storage == nullptr) {
    call.fail("there is no such storage");
  } else if (bytes > storage->bytes - offset) {
    call.fail(std::to_string(bytes) + " bytes at " + std::to_string(offset) + " are outside a storage of " +
              std::to_string(storage->bytes));
  }
  return call.ok() ? storage : nullptr;
}

static napi_value write_storage(napi_env env, napi_callback_info callback) {
  Call call(env, callback, 4);
  const Bytes source = call.ok() ? call.view(3) : Bytes();
  const Storage* const storage = storage_range(call, source.bytes);
  if (storage == nullptr) return nullptr;
  if (storage->uses > 0) return call.fail("a queued run uses the storage");
  if (source.bytes > 0) memcpy(static_cast<char*>(storage->data) + int64_t(call.number(2)), source.data, size_t(source.bytes));
  return nullptr;
}

static napi_value read_storage(napi_env env, napi_callback_info callback) {
  Call call(env, callback, 4);
  const Bytes target = call.ok() ? call.buffer(3) : Bytes();
  Storage* const storage = storage_range(call, target.bytes);
  if (storage == nullptr) return nullptr;
  const char* const source = static_cast<char*>(storage->data) + int64_t(call.number(2));
  if (storage->uses == 0 && target.bytes <= Environment::READ_AT_ONCE) {
    if (target.bytes > 0) memcpy(target.data, source, size_t(target.bytes));
    return call.result(0);
  }
  if (!call.environment().attached()) return call.fail("attach must be called first");
  std::unique_ptr<Fetch> fetch(new Fetch);
  fetch->source = source;
  fetch->target = static_cast<char*>(target.data);
  fetch->bytes = target.bytes;
  fetch->uses = {{storage, false}};
  if (napi_create_reference(env, call.value(3), 1, reinterpret_cast<napi_ref*>(&fetch->keeper)) != napi_ok) return nullptr;
  const int64_t number = call.environment().fetch(std::move(fetch));
  return number > 0 ? call.result(double(number)) : call.fail("the system starts no thread");
}

// Only the storage's life is watched over, not who touches its bytes meanwhile: a tensor in the making is known to nobody else.
static napi_value read_file(napi_env env, napi_callback_info callback) {
  Call call(env, callback, 6);
  const int64_t file = call.integer(3, 0, INT32_MAX), position = call.integer(4, 0, MOST_BYTES), bytes = call.integer(5, 0, MOST_BYTES);
  Storage* const storage = storage_range(call, bytes);
  if (storage == nullptr) return nullptr;
  if (!call.environment().attached()) return call.fail("attach must be called first");
  std::unique_ptr<FileRead> read(new FileRead);
  read->file = int(file);
  read->position = position;
  read->bytes = bytes;
  read->to = static_cast<char*>(storage->data) + int64_t(call.number(2));
  read->uses = {{storage, true}};
  const int64_t number = call.environment().read(std::move(read));
  return number > 0 ? call.result(double(number)) : call.fail("the system starts no thread");
}

static napi_value compile(napi_env env, napi_callback_info callback) {
  Call call(env, callback, 1);
  const Bytes words = call.array(0, napi_int32_array, "an Int32Array");
  if (!call.ok()) return nullptr;
  std::string error;
  std::unique_ptr<Program> program = Program::decode(static_cast<const int32_t*>(words.data), words.bytes / 4, op_list(), error);
  if (program == nullptr) return call.fail("invalid Program: " + error);
  return call.result(call.environment().keep(std::move(program)));
}

static napi_value release(napi_env env, napi_callback_info callback) {
  Call call(env, callback, 1);
  const int64_t id = call.integer(0, 0, INT32_MAX);
  if (call.ok()) call.environment().release(id);
  return nullptr;
}

static napi_value cost(napi_env env, napi_callback_info callback) {
  Call call(env, callback, 1);
  const Program* const program = call.environment().program(call.integer(0, 0, INT32_MAX));
  if (!call.ok()) return nullptr;
  return program == nullptr ? call.fail("there is no such Program") : call.result(program->nanoseconds());
}

static napi_value run(napi_env env, napi_callback_info callback) {
  Call call(env, callback, 7);
  const int64_t id = call.integer(0, 0, INT32_MAX);
  const Bytes scalars = call.array(1, napi_float64_array, "a Float64Array"), handles = call.array(2, napi_int32_array, "an Int32Array");
  const Bytes input = call.array(3, napi_uint8_array, "a Uint8Array"), output = call.array(4, napi_uint8_array, "a Uint8Array");
  const bool in_call = call.flag(5);
  const double failures_seen = call.number(6);
  if (!call.ok()) return nullptr;
  Environment& environment = call.environment();
  const Program* const program = environment.program(id);
  if (program == nullptr) return call.fail("there is no such Program");
  const int64_t leaves = int64_t(program->leaves().size());
  if (scalars.bytes != 8 * int64_t(program->scalars()))
    return call.fail("the Program has " + std::to_string(program->scalars()) + " scalars");
  if (handles.bytes != 8 * leaves) return call.fail("the Program has " + std::to_string(leaves) + " leaves");
  if (input.bytes != program->input_bytes())
    return call.fail("the Program takes " + std::to_string(program->input_bytes()) + " bytes of input");
  if (output.bytes != program->output_bytes())
    return call.fail("the Program gives " + std::to_string(program->output_bytes()) + " bytes of output");
  if (!environment.attached()) return call.fail("attach must be called first");

  Play* const play = environment.spare_play();
  play->prepare(*program);
  const int32_t* const pairs = static_cast<const int32_t*>(handles.data);
  for (int64_t i = 0; i < leaves; i++) {
    Storage* const storage = environment.storages.find(pairs[2 * i], pairs[2 * i + 1]);
    if (storage == nullptr || storage->bytes != program->leaves()[size_t(i)].bytes) {
      environment.put_back(play);
      return call.fail("leaf " + std::to_string(i) + (storage == nullptr ? " names no storage" : " has another size than the Program's"));
    }
    play->set_leaf(i, storage);
  }
  if (scalars.bytes > 0) memcpy(play->scalars(), scalars.data, size_t(scalars.bytes));
  if (input.bytes > 0) memcpy(play->input(), input.data, size_t(input.bytes));
  const int64_t outcome = environment.run(play, id, in_call, int64_t(failures_seen), call.value(4));
  return outcome == -2 ? call.fail("the system starts no thread") : call.result(double(outcome));
}

static napi_value fault(napi_env env, napi_callback_info callback) {
  const Call call(env, callback, 0);
  return call.ok() ? fault_object(env, call.environment().last_fault) : nullptr;
}

static napi_value memory(napi_env env, napi_callback_info callback) {
  const Call call(env, callback, 0);
  if (!call.ok()) return nullptr;
  const Environment& environment = call.environment();
  const Runtime& runtime = environment.runtime;
  const double values[] = {double(environment.storages.bytes()), double(runtime.pool.pooled()),  double(runtime.workspace.bytes()),
                           double(runtime.budget.limit()),       double(environment.programs()), double(environment.program_bytes())};
  void* data = nullptr;
  napi_value buffer, result;
  if (napi_create_arraybuffer(env, sizeof values, &data, &buffer) != napi_ok) return nullptr;
  memcpy(data, values, sizeof values);
  return napi_create_typedarray(env, napi_float64_array, sizeof values / 8, buffer, 0, &result) == napi_ok ? result : nullptr;
}

static napi_value set_threads(napi_env env, napi_callback_info callback) {
  Call call(env, callback, 1);
  const double threads = call.number(0);
  if (!call.ok()) return nullptr;
  if (threads != threads) return call.fail("a number of threads can't be NaN");
  return call.result(call.environment().runtime.workers.set_threads(threads < 1                      ? 1
                                                                    : threads > Workers::MAX_THREADS ? Workers::MAX_THREADS
                                                                                                     : int(threads)));
}

static napi_value fma_peak(napi_env env, napi_callback_info callback) {
  Call call(env, callback, 2);
  const int threads = int(call.integer(0, 1, Workers::MAX_THREADS));
  const std::string isa = call.text(1);
  if (!call.ok()) return nullptr;
  if (choose_table(isa) == nullptr) return call.fail("this CPU and this build don't support \"" + isa + "\"");
  return call.result(fma_gflops(call.environment().runtime, threads, isa));
}

static napi_value copy_speed(napi_env env, napi_callback_info callback) {
  Call call(env, callback, 2);
  const int64_t bytes = call.integer(0, 64, MOST_BYTES);
  const int threads = int(call.integer(1, 1, Workers::MAX_THREADS));
  if (!call.ok()) return nullptr;
  return call.result(copy_bytes_per_second(call.environment().runtime, bytes, threads));
}

static Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  std::string error;
  Runtime* const runtime = start_runtime(error);
  if (runtime == nullptr) {
    Napi::Error::New(env, error).ThrowAsJavaScriptException();
    return exports;
  }
  Environment* const environment = Environment::create(env, *runtime);
  if (environment == nullptr) return exports;  // ending while it loads
  static constexpr struct {
    const char* name;
    napi_callback function;
  } FUNCTIONS[] = {{"info", info},
                   {"attach", attach},
                   {"createStorage", create_storage},
                   {"freeStorage", free_storage},
                   {"writeStorage", write_storage},
                   {"readStorage", read_storage},
                   {"readFile", read_file},
                   {"compile", compile},
                   {"release", release},
                   {"cost", cost},
                   {"run", run},
                   {"fault", fault},
                   {"memory", memory},
                   {"setThreads", set_threads},
                   {"fmaPeak", fma_peak},
                   {"copySpeed", copy_speed}};
  for (const auto& entry : FUNCTIONS) {
    napi_value function;
    if (napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.function, environment, &function) != napi_ok) return exports;
    if (napi_set_named_property(env, exports, entry.name, function) != napi_ok) return exports;
  }
  return exports;
}

}  // namespace hebb

using hebb::initialise;
NODE_API_MODULE(hebb, initialise)
