// What the machine can do, for the benchmark to compare with: multiply-adds in registers, and copies.
#pragma once
#include <stdint.h>

#include <string>

namespace hebb {

struct Runtime;

double fma_gflops(Runtime& runtime, int threads, const std::string& isa);
double copy_bytes_per_second(Runtime& runtime, int64_t bytes, int threads);  // read and written, both counted; 0 without memory

}  // namespace hebb
