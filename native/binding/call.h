// Reading the arguments of a call from JavaScript. Each is checked; the first that is wrong throws a TypeError and makes ok() false.
#pragma once
#include <napi.h>
#include <stdint.h>

#include <string>

namespace hebb {

class Environment;

struct Bytes {
  void* data = nullptr;
  int64_t bytes = 0;
};

class Call {
 public:
  static constexpr size_t MOST = 7;

  Call(napi_env env, napi_callback_info info, size_t arguments);

  napi_env env() const { return env_; }
  Environment& environment() const { return *environment_; }
  bool ok() const { return ok_; }
  napi_value value(size_t i) const { return values_[i]; }

  double number(size_t i);
  int64_t integer(size_t i, int64_t low, int64_t high);
  bool flag(size_t i);
  std::string text(size_t i);
  // The memory of a typed array of that type, neither shared nor detached; valid until JavaScript runs again.
  Bytes array(size_t i, napi_typedarray_type type, const char* expected);
  Bytes view(size_t i);     // of any typed array or DataView over a plain ArrayBuffer
  Bytes buffer(size_t i);   // of a plain ArrayBuffer: neither shared, detached nor resizable

  napi_value fail(const std::string& why);  // throws a TypeError; always null, to be returned
  napi_value result(double value) const;

 private:
  bool plain(napi_value buffer, size_t i);
  napi_value wrong(size_t i, const char* expected);

  napi_env env_;
  Environment* environment_ = nullptr;
  bool ok_ = true;
  napi_value values_[MOST];
};

}  // namespace hebb
