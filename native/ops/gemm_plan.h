// How a matrix product is cut: decided from its shape, the ISA's tiles and the sizes of the caches, never from the number of threads.
#pragma once
#include "base/types.h"
#include "kernels/gemm.h"

namespace hebb {

struct CacheSizes {
  int64_t l1 = 48 << 10, l2 = 1 << 20, l3 = 32 << 20;  // bytes: the first two of one core
};

// C[b] (m, n) = op(A[b]) (m, k) · op(B[b]) (k, n)
struct GemmShape {
  int64_t batch = 1, m, n, k;
  bool trans_a = false, trans_b = false;    // A is stored (k, m), B is stored (n, k)
  bool batched_a = true, batched_b = true;  // false: one matrix for all b
};

struct GemmPlan {
  enum class Path {
    in_place,  // B read where it is
    packed,    // B copied into panels, a block at a time
    dots       // rows of A times rows of B
  };
  Path path = Path::in_place;
  int vectors = 1, strip = 1;      // of a tile
  int64_t width = 1;               // columns of a panel
  int64_t rows = 0, columns = 0;   // of C in one task
  int64_t depth = 0;               // of one block of k
  int64_t group = 0;               // rows of C between two looks at the epilogue
  int64_t row_tasks = 0, column_tasks = 0;
};

GemmPlan plan_gemm(const GemmShape& shape, const GemmKernels& kernels, int lanes, const CacheSizes& caches);

}  // namespace hebb
