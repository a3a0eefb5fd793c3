// Transposes a matrix of 4-byte values by blocks of LANES × LANES that fit the registers.
#include "kernels/transpose.h"

#include "simd/simd.h"

namespace ISA {
namespace {
namespace transposition {

void transpose_matrix(const void* from, int64_t src_stride, void* to, int64_t dst_stride, int64_t rows, int64_t cols) {
  auto src = static_cast<const float*>(from);
  auto dst = static_cast<float*>(to);
  Vec block[LANES];
  for (int64_t j = 0; j < cols; j += LANES) {
    const int width = cols - j < LANES ? int(cols - j) : LANES;
    for (int64_t i = 0; i < rows; i += LANES) {
      const int height = rows - i < LANES ? int(rows - i) : LANES;
      if (width == LANES && height == LANES) {
        for (int k = 0; k < LANES; k++) block[k] = load(src + (i + k) * src_stride + j);
        transpose(block);
        for (int k = 0; k < LANES; k++) store(dst + (j + k) * dst_stride + i, block[k]);
      } else {
        for (int k = 0; k < LANES; k++) block[k] = k < height ? load_n(src + (i + k) * src_stride + j, width) : zero();
        transpose(block);
        for (int k = 0; k < width; k++) store_n(dst + (j + k) * dst_stride + i, block[k], height);
      }
    }
  }
}

}  // namespace transposition

constexpr hebb::TransposeKernels transpose_kernels = {transposition::transpose_matrix};

}  // namespace
}  // namespace ISA
