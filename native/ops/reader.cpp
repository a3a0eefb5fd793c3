// The checks behind each argument.
#include "ops/reader.h"

namespace hebb {

constexpr int64_t MOST_ELEMENTS = INT64_C(1) << 46;

std::nullptr_t Reader::fail(const std::string& why) {
  if (error_.empty()) error_ = why;
  return nullptr;
}

int32_t Reader::integer() {
  if (!ok()) return 0;
  if (next_ >= count_) {
    fail("too few arguments: " + std::to_string(count_));
    return 0;
  }
  return args_[next_++];
}

int32_t Reader::integer(int32_t low, int32_t high) {
  const int32_t value = integer();
  if (ok() && (value < low || value > high)) {
    fail("argument " + std::to_string(next_ - 1) + " is " + std::to_string(value) + ", not in " + std::to_string(low) + " … " +
         std::to_string(high));
  }
  return ok() ? value : low;
}

int32_t Reader::buffer(int64_t bytes, bool none, std::vector<int32_t>& seen) {
  const int32_t number = integer();
  if (!ok() || (none && number == -1)) return -1;
  if (number < 0 || number >= int64_t(buffers_.size())) {
    fail("argument " + std::to_string(next_ - 1) + ": there is no buffer " + std::to_string(number));
    return -1;
  }
  const int64_t held = buffers_[size_t(number)].bytes;
  if (bytes < 0 || bytes > held) {
    fail("buffer " + std::to_string(number) + " holds " + std::to_string(held) + " bytes, needed are " + std::to_string(bytes));
    return -1;
  }
  seen.push_back(number);
  return number;
}

int32_t Reader::read(int64_t bytes) { return buffer(bytes, false, reads_); }
int32_t Reader::write(int64_t bytes) { return buffer(bytes, false, writes_); }
int32_t Reader::read_or_none(int64_t bytes) { return buffer(bytes, true, reads_); }
int32_t Reader::write_or_none(int64_t bytes) { return buffer(bytes, true, writes_); }

int32_t Reader::scalar(int32_t consecutive) {
  const int32_t index = integer();
  if (ok() && (index < 0 || int64_t(index) + consecutive > scalars_)) {
    fail("argument " + std::to_string(next_ - 1) + ": there is no scalar " + std::to_string(int64_t(index) + consecutive - 1));
  }
  return ok() ? index : 0;
}

int32_t Reader::scalar_or_none() {
  if (ok() && next_ < count_ && args_[next_] == -1) {
    next_++;
    return -1;
  }
  return scalar();
}

int64_t Reader::product(int64_t a, int64_t b) {
  int64_t result = 0;
  if (a < 0 || b < 0 || __builtin_mul_overflow(a, b, &result) || result > MOST_ELEMENTS) {
    fail("a size is negative or beyond 2^46");
    return 0;
  }
  return result;
}

}  // namespace hebb
