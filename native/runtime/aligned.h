// A 64-byte aligned region that grows and keeps its memory: the small operands of a run.
#pragma once
#include <stdint.h>
#include <string.h>

#include <new>

#include "base/types.h"

namespace hebb {

class AlignedBytes {
 public:
  AlignedBytes() = default;
  AlignedBytes(const AlignedBytes&) = delete;
  AlignedBytes& operator=(const AlignedBytes&) = delete;
  ~AlignedBytes() { ::operator delete(data_, std::align_val_t(ALIGN)); }

  // At least `bytes`; contents are lost when it grows. Null when there is no memory.
  void* ensure(int64_t bytes) {
    if (data_ != nullptr && bytes <= bytes_) return data_;
    ::operator delete(data_, std::align_val_t(ALIGN));
    bytes_ = round_up(bytes, ALIGN) + (bytes == 0 ? ALIGN : 0);
    data_ = ::operator new(size_t(bytes_), std::align_val_t(ALIGN), std::nothrow);
    if (data_ != nullptr) memset(data_, 0, size_t(bytes_));
    return data_;
  }
  void* data() { return data_; }
  const void* data() const { return data_; }

 private:
  void* data_ = nullptr;
  int64_t bytes_ = 0;
};

}  // namespace hebb
