// Stand-in until the kernels land.
#include <string.h>
#include "kernels/table.h"
#define S2(x) #x
#define S(x) S2(x)
namespace hebb { namespace ISA {
extern const KernelTable table;
const KernelTable table = {S(ISA), 4, {}, {}, {}, {}, {}, {}, {[](int64_t) { return 0.0f; }, [](float* t, const float* s, int64_t n) { memcpy(t, s, size_t(n) * 4); }}};
} }
