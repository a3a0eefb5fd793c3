// The kernels of one ISA in one translation unit, compiled once per ISA; only the table is visible from outside.
#include "kernels/table.h"

#include "kernels/attention.cpp"
#include "kernels/chain.cpp"
#include "kernels/conv.cpp"
#include "kernels/gemm.cpp"
#include "kernels/group_norm.cpp"
#include "kernels/layer_norm.cpp"
#include "kernels/move.cpp"
#include "kernels/optimizer.cpp"
#include "kernels/peak.cpp"
#include "kernels/pool.cpp"
#include "kernels/recurrent.cpp"
#include "kernels/reduce.cpp"
#include "kernels/scan.cpp"
#include "kernels/softmax.cpp"
#include "kernels/sort.cpp"
#include "kernels/transpose.cpp"

#define HEBB_STRING_OF(x) #x
#define HEBB_NAME_OF(x) HEBB_STRING_OF(x)

namespace hebb {
namespace ISA {

extern const KernelTable table;
constexpr KernelTable table = {
    HEBB_NAME_OF(ISA),         ::ISA::LANES,
    ::ISA::attention_kernels,  ::ISA::chain_kernels,
    ::ISA::conv_kernels,       ::ISA::gemm_kernels,
    ::ISA::group_norm_kernels, ::ISA::layer_norm_kernels,
    ::ISA::move_kernels,       ::ISA::optimizer_kernels,
    ::ISA::pool_kernels,       ::ISA::reduce_kernels,
    ::ISA::scan_kernels,       ::ISA::softmax_kernels,
    ::ISA::sort_kernels,       ::ISA::transpose_kernels,
    ::ISA::peak_kernels,       ::ISA::recurrent_kernels,
};

}  // namespace ISA
}  // namespace hebb
