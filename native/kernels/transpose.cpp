// Transposes a matrix of 4-byte values: blocks of LANES × LANES in registers, in tiles whose rows of either side stay in the
// caches and the TLB. Down a tile first, so that whole lines of dst are written one after the other.
#include "kernels/transpose.h"

#include "simd/simd.h"

namespace ISA {
namespace {
namespace transposition {

constexpr int64_t DOWN = 64, ACROSS = 256;  // rows and columns of a tile
constexpr int64_t AHEAD = 32;  // columns that are asked for before they are needed: the CPU doesn't follow 64 rows by itself

struct Matrices {
  const char* src;
  int64_t src_stride;
  char* dst;
  int64_t dst_stride;

  const float* from(int64_t i, int64_t j) const { return reinterpret_cast<const float*>(src + i * src_stride) + j; }
  float* to(int64_t i, int64_t j) const { return reinterpret_cast<float*>(dst + j * dst_stride) + i; }
};

template <bool STREAM> SIMD_INLINE void whole_block(const Matrices& m, int64_t i, int64_t j) {
  Vec block[LANES];
  for (int k = 0; k < LANES; k++) {
    block[k] = load(m.from(i + k, j));
    if (STREAM) __builtin_prefetch(m.from(i + k, j + AHEAD), 0, 2);
  }
  transpose(block);
  for (int k = 0; k < LANES; k++) STREAM ? stream(m.to(i, j + k), block[k]) : store(m.to(i, j + k), block[k]);
}

void edge_block(const Matrices& m, int64_t i, int64_t j, int height, int width) {
  Vec block[LANES];
  for (int k = 0; k < LANES; k++) block[k] = k < height ? load_n(m.from(i + k, j), width) : zero();
  transpose(block);
  for (int k = 0; k < width; k++) store_n(m.to(i, j + k), block[k], height);
}

template <bool STREAM> void tile(const Matrices& m, int64_t top, int64_t bottom, int64_t left, int64_t right) {
  for (int64_t j = left; j < right; j += LANES) {
    for (int64_t i = top; i < bottom; i += LANES) {
      const int64_t height = bottom - i, width = right - j;
      if (height >= LANES && width >= LANES) whole_block<STREAM>(m, i, j);
      else edge_block(m, i, j, int(height < LANES ? height : LANES), int(width < LANES ? width : LANES));
    }
  }
}

void transpose_matrix(const void* src, int64_t src_stride, void* dst, int64_t dst_stride, int64_t rows, int64_t cols, bool stream) {
  const Matrices m = {static_cast<const char*>(src), src_stride, static_cast<char*>(dst), dst_stride};
  const bool aligned = (reinterpret_cast<uintptr_t>(dst) | uintptr_t(dst_stride)) % (LANES * 4) == 0;
  const auto move = stream && aligned ? tile<true> : tile<false>;
  for (int64_t j = 0; j < cols; j += ACROSS) {
    for (int64_t i = 0; i < rows; i += DOWN) move(m, i, i + DOWN < rows ? i + DOWN : rows, j, j + ACROSS < cols ? j + ACROSS : cols);
  }
  if (stream) stream_fence();
}

}  // namespace transposition

constexpr hebb::TransposeKernels transpose_kernels = {transposition::transpose_matrix};

}  // namespace
}  // namespace ISA
