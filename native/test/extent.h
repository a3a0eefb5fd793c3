// How far the tests go: which tables they take, and whether they are brief, as under a sanitizer or an emulator, where the same takes
// 5 to 50 times as long.
#pragma once
#include <stdlib.h>
#include <string.h>

#include <vector>

#include "runtime/dispatch.h"

namespace hebb {

#if defined(HEBB_BRIEF_TESTS)
constexpr bool BRIEF = true;
#else
constexpr bool BRIEF = false;
#endif

// The one that HEBB_ISA names, else all that this CPU supports but avx512bf16, which has no kernels of its own.
inline std::vector<const KernelTable*> tested_tables() {
  if (const char* only = getenv("HEBB_ISA")) return {choose_table(only)};
  std::vector<const KernelTable*> tables = supported_tables();
  std::erase_if(tables, [](const KernelTable* table) { return strcmp(table->isa, "avx512bf16") == 0; });
  return tables;
}

}  // namespace hebb
