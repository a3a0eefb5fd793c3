// The decoders of all commands, one for each entry of list.cpp.
#pragma once
#include "ops/op.h"

namespace hebb {

std::unique_ptr<Command> decode_chain(Reader& reader);
std::unique_ptr<Command> decode_gemm(Reader& reader);
std::unique_ptr<Command> decode_conv(Reader& reader);
std::unique_ptr<Command> decode_conv_data(Reader& reader);
std::unique_ptr<Command> decode_conv_weight(Reader& reader);
std::unique_ptr<Command> decode_pool(Reader& reader);
std::unique_ptr<Command> decode_pool_grad(Reader& reader);
std::unique_ptr<Command> decode_pool_pick(Reader& reader);
std::unique_ptr<Command> decode_reduce(Reader& reader);
std::unique_ptr<Command> decode_softmax(Reader& reader);
std::unique_ptr<Command> decode_softmax_grad(Reader& reader);
std::unique_ptr<Command> decode_cross_entropy(Reader& reader);
std::unique_ptr<Command> decode_cross_entropy_grad(Reader& reader);
std::unique_ptr<Command> decode_group_norm(Reader& reader);
std::unique_ptr<Command> decode_group_norm_grad(Reader& reader);
std::unique_ptr<Command> decode_attention(Reader& reader);
std::unique_ptr<Command> decode_attention_grad(Reader& reader);
std::unique_ptr<Command> decode_layer_norm(Reader& reader);
std::unique_ptr<Command> decode_layer_norm_grad(Reader& reader);
std::unique_ptr<Command> decode_copy(Reader& reader);
std::unique_ptr<Command> decode_gather(Reader& reader);
std::unique_ptr<Command> decode_scatter(Reader& reader);
std::unique_ptr<Command> decode_check_index(Reader& reader);
std::unique_ptr<Command> decode_gather_rows(Reader& reader);
std::unique_ptr<Command> decode_scatter_add_rows(Reader& reader);
std::unique_ptr<Command> decode_divisors(Reader& reader);
std::unique_ptr<Command> decode_scan(Reader& reader);
std::unique_ptr<Command> decode_linear_scan(Reader& reader);
std::unique_ptr<Command> decode_sort(Reader& reader);
std::unique_ptr<Command> decode_top_k(Reader& reader);
std::unique_ptr<Command> decode_permutation(Reader& reader);
std::unique_ptr<Command> decode_randint(Reader& reader);
std::unique_ptr<Command> decode_multinomial(Reader& reader);
std::unique_ptr<Command> decode_recurrent(Reader& reader);
std::unique_ptr<Command> decode_recurrent_grad(Reader& reader);
std::unique_ptr<Command> decode_norm(Reader& reader);
std::unique_ptr<Command> decode_sgd(Reader& reader);
std::unique_ptr<Command> decode_adagrad(Reader& reader);
std::unique_ptr<Command> decode_rmsprop(Reader& reader);
std::unique_ptr<Command> decode_adam(Reader& reader);
std::unique_ptr<Command> decode_adadelta(Reader& reader);
std::unique_ptr<Command> decode_adamax(Reader& reader);
std::unique_ptr<Command> decode_nadam(Reader& reader);
std::unique_ptr<Command> decode_radam(Reader& reader);
std::unique_ptr<Command> decode_lion(Reader& reader);

}  // namespace hebb
