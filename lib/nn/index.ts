/** Layers, models, losses and first values, as users see them under `nn`.
 * @packageDocumentation
 */
export {
  type AttentionOptions,
  type AvgPoolOptions,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  groupNorm,
  instanceNorm,
  layerNorm,
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type NormalizeOptions,
  type PerAxis,
  type RotaryOptions,
  rmsNorm,
  rotaryEmbedding,
  scaledDotProductAttention,
} from '../ops/index.js';
export {
  CELU,
  ELU,
  GELU,
  type GELUOptions,
  LeakyReLU,
  LogSigmoid,
  LogSoftmax,
  Mish,
  ReLU,
  SELU,
  Sigmoid,
  SiLU,
  Softmax,
  Softmin,
  Softplus,
  type SoftplusOptions,
  Softsign,
  Tanh,
} from './activations.js';
export { AlphaDropout } from './alpha_dropout.js';
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, batchNorm } from './batch_norm.js';
export { Bilinear } from './bilinear.js';
export { Identity, Parallel, type ParallelOptions, Residual } from './branches.js';
export { checkpoint } from './checkpoint.js';
export { ModuleDict, ModuleList } from './containers.js';
export {
  Conv1d,
  Conv2d,
  Conv3d,
  type ConvLayerOptions,
  ConvTranspose1d,
  ConvTranspose2d,
  type ConvTransposeLayerOptions,
} from './conv.js';
export { Dropout, Dropout1d, Dropout2d, Dropout3d, type DropoutOptions } from './dropout.js';
export { Embedding, EmbeddingBag, type EmbeddingBagOptions, type EmbeddingOptions } from './embedding.js';
export { Flatten, Unflatten } from './flatten.js';
export { GLU, PReLU, type PReLUOptions, SwiGLU } from './gates.js';
export { GroupNorm, type GroupNormOptions } from './group_norm.js';
export { GRU, GRUCell } from './gru.js';
export {
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  ReLU6,
  RReLU,
  type RReLUOptions,
  Softshrink,
  Tanhshrink,
  Threshold,
} from './hard_activations.js';
export type { HookHandle } from './hooks.js';
export * as init from './init.js';
export { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from './instance_norm.js';
export { type CachedSteps, KVCache, type KVCacheSizes } from './kv_cache.js';
export { LayerNorm, type LayerNormOptions, RMSNorm, type RMSNormOptions } from './layer_norm.js';
export type { Lengths } from './lengths.js';
export { Linear, type LinearOptions } from './linear.js';
export * from './losses/index.js';
export { LSTM, LSTMCell } from './lstm.js';
export { type AnyModule, type ForwardHook, type ForwardPreHook, Module } from './module.js';
export { type AttentionMasks, MultiheadAttention, type MultiheadAttentionOptions } from './multihead_attention.js';
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
} from './pool.js';
export { LearnedPositions, RelativePositionBias, SinusoidalPositions, type SinusoidalPositionsOptions } from './positions.js';
export type { RecurrentOptions, SequenceOptions } from './recurrent.js';
export type { RecurrentCellOptions } from './recurrent_cell.js';
export type { RecurrentWeights } from './recurrent_weights.js';
export { RNN, RNNCell, type RNNNonlinearity } from './rnn.js';
export type { RunningNormOptions, RunningOptions } from './running.js';
export { Sequential } from './sequential.js';
export type { Loaded, LoadOptions } from './state.js';
export { StochasticDepth, type StochasticDepthOptions } from './stochastic_depth.js';
export {
  type DecoderStackMasks,
  type EncoderStackMasks,
  type StackOptions,
  Transformer,
  TransformerDecoder,
  TransformerEncoder,
  type TransformerMasks,
  type TransformerOptions,
} from './transformer.js';
export {
  type DecoderMasks,
  type EncoderMasks,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from './transformer_layers.js';
