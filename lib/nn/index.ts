// lib/nn: layers, models, losses and first values. Users see it as the namespace `nn`.
export {
  type AttentionOptions,
  layerNorm,
  type NormalizeOptions,
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
export { Bilinear } from './bilinear.js';
export { Identity, Parallel, type ParallelOptions, Residual } from './branches.js';
export { checkpoint } from './checkpoint.js';
export { ModuleDict, ModuleList } from './containers.js';
export { Dropout, type DropoutOptions } from './dropout.js';
export { Embedding, EmbeddingBag, type EmbeddingBagOptions, type EmbeddingOptions } from './embedding.js';
export { Flatten, Unflatten } from './flatten.js';
export { GLU, PReLU, type PReLUOptions, SwiGLU } from './gates.js';
export { Hardshrink, Hardsigmoid, Hardswish, Hardtanh, ReLU6, Softshrink, Tanhshrink, Threshold } from './hard_activations.js';
export type { HookHandle } from './hooks.js';
export * as init from './init.js';
export { KVCache, type KVCacheSizes } from './kv_cache.js';
export { LayerNorm, type LayerNormOptions, RMSNorm, type RMSNormOptions } from './layer_norm.js';
export { Linear, type LinearOptions } from './linear.js';
export * from './losses/index.js';
export { type AnyModule, type ForwardHook, type ForwardPreHook, Module } from './module.js';
export { type AttentionMasks, MultiheadAttention, type MultiheadAttentionOptions } from './multihead_attention.js';
export { LearnedPositions, RelativePositionBias, SinusoidalPositions, type SinusoidalPositionsOptions } from './positions.js';
export { Sequential } from './sequential.js';
export type { Loaded, LoadOptions } from './state.js';
export {
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
