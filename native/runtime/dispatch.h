// Which kernels this CPU gets: one table per instruction set, best first.
#pragma once
#include <string>
#include <vector>

#include "kernels/table.h"

namespace hebb {

std::vector<const KernelTable*> supported_tables();        // best first, never empty
const KernelTable* choose_table(const std::string& name);  // by name, the best for ""; null where the CPU or this build lacks it

}  // namespace hebb
