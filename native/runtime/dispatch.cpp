// The tables of this build and what each needs of the CPU. Compiled with baseline flags, as all that runs before the choice.
#include "runtime/dispatch.h"

namespace hebb {

// Defined once per instruction set by kernels/table.cpp.
#if defined(__x86_64__)
namespace avx512 {
extern const KernelTable table;
}
namespace avx2 {
extern const KernelTable table;
}
namespace sse2 {
extern const KernelTable table;
}
#elif defined(__aarch64__)
namespace neon {
extern const KernelTable table;
}
#endif
namespace scalar {
extern const KernelTable table;
}

#if defined(__x86_64__)
// Has no kernels of its own yet: every slot is AVX-512's.
static const KernelTable* avx512bf16_table() {
  static const KernelTable table = [] {
    KernelTable borrowed = avx512::table;
    borrowed.isa = "avx512bf16";
    return borrowed;
  }();
  return &table;
}
#endif

std::vector<const KernelTable*> supported_tables() {
  std::vector<const KernelTable*> tables;
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (avx512 && __builtin_cpu_supports("avx512bf16")) tables.push_back(avx512bf16_table());
  if (avx512) tables.push_back(&avx512::table);
  if (avx2) tables.push_back(&avx2::table);
  tables.push_back(&sse2::table);
#elif defined(__aarch64__)
  tables.push_back(&neon::table);
#endif
  tables.push_back(&scalar::table);
  return tables;
}

const KernelTable* choose_table(const std::string& name) {
  for (const KernelTable* table : supported_tables()) {
    if (name.empty() || name == table->isa) return table;
  }
  return nullptr;
}

}  // namespace hebb
