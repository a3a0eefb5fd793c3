// Loads every op: the methods of Tensor, and the functions without a receiver.
import './arithmetic.js';
import './math.js';
import './activations.js';
import './powers.js';
import './division.js';
import './bits.js';
import './rounding.js';
import './trigonometry.js';
import './reduce.js';
import './norm.js';
import './variance.js';
import './softmax.js';
import './matmul.js';
import './views.js';
import './parts.js';
import './matrix.js';
import './gather.js';
import './rows.js';
import './at.js';
import './masks.js';
import './scan.js';
import './sort.js';
import './unique.js';

export type { NormalizeOptions } from './affine.js';
export type { Index } from './at.js';
export { type AttentionOptions, scaledDotProductAttention } from './attention.js';
export { where } from './compare.js';
export { concat } from './concat.js';
export {
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convWindow,
} from './conv.js';
export { crossEntropyRows } from './cross_entropy.js';
export { einsum } from './einsum.js';
export { batchNormalized, groupNorm, instanceNorm, instanceNormalized, type Normalized, normalizedBy } from './group_norm.js';
export { layerNorm, RMS_EPS, rmsNorm } from './layer_norm.js';
export type { NormOptions } from './norm.js';
export {
  type AvgPoolOptions,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  divisorOf,
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  poolWindow,
} from './pool.js';
export { bernoulli, exponential, multinomial, normal, type RandomOptions, randint, truncatedNormal, uniform } from './random.js';
export { eye, fullLike, type LikeOptions, linspace, logspace, meshgrid, onesLike, zerosLike } from './ranges.js';
export { gatesOf, type RecurrentKind, recurrent, recurrentStep } from './recurrent.js';
export { type PadMode, stack } from './repeat.js';
export { type RotaryOptions, rotaryEmbedding } from './rotary.js';
export { type PerAxis, perAxis } from './sliding.js';
export type { Ordered } from './sort.js';
export type { Unique } from './unique.js';
export type { VarianceOptions } from './variance.js';
