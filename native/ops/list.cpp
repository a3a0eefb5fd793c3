// The addon's list of commands; docs/program.md describes each.
#include "ops/decoders.h"

namespace hebb {

const std::vector<OpDef>& op_list() {
  static const auto& list = *new std::vector<OpDef>{
      // never destroyed: threads may still read it while the process exits
      {"chain", decode_chain},
      {"gemm", decode_gemm},
      {"conv", decode_conv},
      {"conv_data", decode_conv_data},
      {"conv_weight", decode_conv_weight},
      {"pool", decode_pool},
      {"pool_grad", decode_pool_grad},
      {"pool_pick", decode_pool_pick},
      {"reduce", decode_reduce},
      {"softmax", decode_softmax},
      {"softmax_grad", decode_softmax_grad},
      {"cross_entropy", decode_cross_entropy},
      {"cross_entropy_grad", decode_cross_entropy_grad},
      {"group_norm", decode_group_norm},
      {"group_norm_grad", decode_group_norm_grad},
      {"attention", decode_attention},
      {"attention_grad", decode_attention_grad},
      {"layer_norm", decode_layer_norm},
      {"layer_norm_grad", decode_layer_norm_grad},
      {"copy", decode_copy},
      {"gather", decode_gather},
      {"scatter", decode_scatter},
      {"check_index", decode_check_index},
      {"gather_rows", decode_gather_rows},
      {"scatter_add_rows", decode_scatter_add_rows},
      {"divisors", decode_divisors},
      {"scan", decode_scan},
      {"linear_scan", decode_linear_scan},
      {"sort", decode_sort},
      {"top_k", decode_top_k},
      {"permutation", decode_permutation},
      {"randint", decode_randint},
      {"multinomial", decode_multinomial},
      {"recurrent", decode_recurrent},
      {"recurrent_grad", decode_recurrent_grad},
      {"norm", decode_norm},
      {"sgd", decode_sgd},
      {"adagrad", decode_adagrad},
      {"rmsprop", decode_rmsprop},
      {"adam", decode_adam},
      {"adadelta", decode_adadelta},
      {"adamax", decode_adamax},
      {"nadam", decode_nadam},
      {"radam", decode_radam},
      {"lion", decode_lion},
  };
  return list;
}

}  // namespace hebb
