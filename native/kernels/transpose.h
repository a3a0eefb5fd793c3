// Kernels that move values without changing them.
#pragma once
#include "base/types.h"

namespace hebb {

struct TransposeKernels {
  // dst (cols, rows) = the transpose of src (rows, cols), values of 4 bytes; strides are bytes from row to row. `stream`: the
  // result goes around the caches where its alignment allows.
  void (*transpose)(const void* src, int64_t src_stride, void* dst, int64_t dst_stride, int64_t rows, int64_t cols, bool stream);
};

}  // namespace hebb
