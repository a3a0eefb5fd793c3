// Type checks at the border.
#include "binding/call.h"

#include <math.h>

namespace hebb {

Call::Call(napi_env env, napi_callback_info info, size_t arguments) : env_(env) {
  size_t count = MOST;
  void* data = nullptr;
  if (napi_get_cb_info(env, info, &count, values_, nullptr, &data) != napi_ok) {
    ok_ = false;  // the environment is ending: there is nobody to tell
    return;
  }
  environment_ = static_cast<Environment*>(data);
  if (count < arguments) fail("expected " + std::to_string(arguments) + " arguments but received " + std::to_string(count));
}

napi_value Call::fail(const std::string& why) {
  if (ok_) Napi::TypeError::New(env_, "[native] " + why).ThrowAsJavaScriptException();
  ok_ = false;
  return nullptr;
}

napi_value Call::wrong(size_t i, const char* expected) { return fail("argument " + std::to_string(i) + " is not " + expected); }

napi_value Call::result(double value) const {
  napi_value result = nullptr;
  return napi_create_double(env_, value, &result) == napi_ok ? result : nullptr;
}

double Call::number(size_t i) {
  double value = 0;
  if (ok_ && napi_get_value_double(env_, values_[i], &value) != napi_ok) wrong(i, "a number");
  return value;
}

int64_t Call::integer(size_t i, int64_t low, int64_t high) {
  const double value = number(i);
  if (ok_ && !(value >= double(low) && value <= double(high) && value == floor(value))) wrong(i, "a whole number in its range");
  return ok_ ? int64_t(value) : low;
}

bool Call::flag(size_t i) {
  bool value = false;
  if (ok_ && napi_get_value_bool(env_, values_[i], &value) != napi_ok) wrong(i, "a boolean");
  return value;
}

std::string Call::text(size_t i) {
  char value[64] = "";
  size_t length = 0;
  if (ok_ && napi_get_value_string_utf8(env_, values_[i], value, sizeof value, &length) != napi_ok) wrong(i, "a string");
  return std::string(value, length);
}

// A shared buffer may change under our hands; a resizable one may lose its pages while a queued run uses them.
bool Call::plain(napi_value buffer, size_t i) {
  bool is_buffer = false, detached = false, resizable = false;
  napi_value property = nullptr;
  if (napi_is_arraybuffer(env_, buffer, &is_buffer) != napi_ok || !is_buffer)
    return wrong(i, "over an ArrayBuffer that isn't shared") != nullptr;
  if (napi_is_detached_arraybuffer(env_, buffer, &detached) != napi_ok || detached)
    return wrong(i, "over an ArrayBuffer that is still there") != nullptr;
  if (napi_get_named_property(env_, buffer, "resizable", &property) == napi_ok) napi_get_value_bool(env_, property, &resizable);
  if (resizable) wrong(i, "over an ArrayBuffer of fixed size");
  return ok_;
}

Bytes Call::array(size_t i, napi_typedarray_type type, const char* expected) {
  napi_typedarray_type actual;
  size_t length = 0, offset = 0;
  void* data = nullptr;
  napi_value buffer = nullptr;
  bool is_buffer = false;
  if (!ok_) return {};
  if (napi_get_typedarray_info(env_, values_[i], &actual, &length, &data, &buffer, &offset) != napi_ok || actual != type) {
    wrong(i, expected);
    return {};
  }
  if (napi_is_arraybuffer(env_, buffer, &is_buffer) != napi_ok || !is_buffer) {
    wrong(i, "over an ArrayBuffer that isn't shared");
    return {};
  }
  const int64_t size = type == napi_float64_array ? 8 : type == napi_int32_array ? 4 : 1;
  return {data, int64_t(length) * size};  // a detached or shrunken array has length 0
}

Bytes Call::view(size_t i) {
  bool typed = false, data_view = false;
  size_t length = 0, offset = 0;
  void* data = nullptr;
  napi_value buffer = nullptr;
  napi_typedarray_type type = napi_uint8_array;
  if (!ok_) return {};
  napi_is_typedarray(env_, values_[i], &typed);
  napi_is_dataview(env_, values_[i], &data_view);
  const auto read = [&] {
    return typed ? napi_get_typedarray_info(env_, values_[i], &type, &length, &data, &buffer, &offset)
                 : napi_get_dataview_info(env_, values_[i], &length, &data, &buffer, &offset);
  };
  if ((!typed && !data_view) || read() != napi_ok) {
    wrong(i, "a typed array or DataView");
    return {};
  }
  // Asking whether a buffer is resizable may run JavaScript: the memory is looked up afterwards.
  if (!plain(buffer, i) || read() != napi_ok) return {};
  static constexpr int64_t SIZES[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  if (typed && size_t(type) >= sizeof SIZES / sizeof *SIZES) {
    wrong(i, "of a known element type");
    return {};
  }
  return {data, int64_t(length) * (typed ? SIZES[type] : 1)};
}

Bytes Call::buffer(size_t i) {
  void* data = nullptr;
  size_t length = 0;
  if (!ok_ || !plain(values_[i], i)) return {};
  if (napi_get_arraybuffer_info(env_, values_[i], &data, &length) != napi_ok) wrong(i, "an ArrayBuffer");
  return {data, int64_t(length)};
}

}  // namespace hebb
