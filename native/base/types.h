// The few types and constants that every floor shares. No code but `static` functions: this header is also compiled once per ISA.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace hebb {

enum class DType : int32_t { f32 = 0, bf16 = 1, f16 = 2, i32 = 3, u8 = 4, bool_ = 5 };
constexpr int DTYPES = 6;

constexpr int64_t ALIGN = 64;      // of every buffer, in bytes
constexpr int MAX_RANK = 8;
constexpr int64_t CHAIN_BLOCK = 1024;  // elements that a Chain handles at a time; a register holds as many

static constexpr int64_t bytes_of(DType type) {
  return type == DType::f32 || type == DType::i32 ? 4 : type == DType::bf16 || type == DType::f16 ? 2 : 1;
}

static constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
static constexpr int64_t round_up(int64_t a, int64_t b) { return ceil_div(a, b) * b; }

}  // namespace hebb
