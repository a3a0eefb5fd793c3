// The Chain as other ops use it: standalone command, epilogue of a gemm, prologue of a reduction.
#pragma once
#include <memory>
#include <vector>

#include "base/types.h"

namespace hebb {

class Reader;
class Run;

class Chain {
 public:
  enum class Host { none, input, output };  // whether buffer -1 may stand for a gemm's result, or for what a reduction takes

  // Decodes and validates a chain body; false after Reader::fail. `elements` is the number that its shape must have (-1: any),
  // `host_dtype` the type of the values that a host takes.
  bool decode(Reader& reader, Host host, int64_t elements, DType host_dtype = DType::f32);

  int64_t elements() const;
  double nanoseconds() const;             // estimate for all elements on one thread
  bool plain() const;                     // no steps and one contiguous f32 input that is the only host output: read it directly
  int32_t plain_buffer() const;

  // Computes elements start … start+count-1 (count at most CHAIN_BLOCK). `host_in` holds the host input's values for them (may be
  // memory that an output aliases); returns where the host output's values are (in `scratch` or straight in a buffer).
  // `scratch` is this worker's own SCRATCH bytes, 64-byte aligned.
  const void* block(const Run& run, int64_t start, int64_t count, const void* host_in, void* scratch) const;

  void run_all(Run& run) const;  // all elements, on all threads: a Chain without host

  static constexpr int64_t SCRATCH = 48 * CHAIN_BLOCK * 4;

 private:
  friend class ChainDecoder;
  struct Plan;
  std::shared_ptr<const Plan> plan_;
};

}  // namespace hebb
