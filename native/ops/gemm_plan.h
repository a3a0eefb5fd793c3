// How a matrix product is cut: decided from its shape, the ISA's tiles and the sizes of the caches, never from the number of threads.
#pragma once
#include "base/types.h"
#include "kernels/gemm.h"
#include "runtime/os.h"

namespace hebb {

// C[b] (m, n) = op(A[b]) (m, k) · op(B[b]) (k, n)
struct GemmShape {
  int64_t batch = 1, m, n, k;
  bool trans_a = false, trans_b = false;    // A is stored (k, m), B is stored (n, k)
  bool batched_a = true, batched_b = true;  // false: one matrix for all b
};

struct GemmPlan {
  enum class Path {
    in_place,  // tiles read B where it is
    packed,    // B is copied into panels, a block at a time
    dots       // rows of A times rows of B
  };
  Path path = Path::in_place;
  bool swapped = false;            // computes Cᵀ = op(B)ᵀ · op(A)ᵀ: everything below is about that product
  int64_t m = 0, n = 0, k = 0;
  bool trans_a = false, trans_b = false;
  int vectors = 1, strip = 1;      // of a tile
  int64_t width = 1;               // columns of a panel
  int64_t rows = 0, columns = 0;   // of C in one task
  int64_t depth = 1;               // of one block of k
  int64_t group = 0;               // rows of C between two looks at the epilogue
  int64_t row_tasks = 1, column_tasks = 1;
};

// For m, n, batch > 0.
GemmPlan plan_gemm(const GemmShape& shape, const GemmKernels& kernels, int lanes, const os::Caches& caches);

constexpr int64_t PANEL_BYTES = 768 << 10,
                  TURNED_BYTES = 448 << 10;  // that a task needs at most for panels, and for Cᵀ where it is swapped
constexpr int64_t GEMM_SCRATCH = 1536 << 10;

}  // namespace hebb
