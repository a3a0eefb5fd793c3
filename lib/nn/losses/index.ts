// All losses: a function each, and a Module around it that holds options.
export {
  BCELoss,
  type BCEOptions,
  BCEWithLogitsLoss,
  type BCEWithLogitsOptions,
  bceLoss,
  bceWithLogits,
  FocalLoss,
  type FocalOptions,
  focalLoss,
} from './binary.js';
export { CrossEntropyLoss, type CrossEntropyOptions, crossEntropy, NLLLoss, nllLoss } from './classes.js';
export { CTCLoss, type CTCOptions, ctcLoss } from './ctc.js';
export {
  GaussianNLLLoss,
  type GaussianNLLOptions,
  gaussianNllLoss,
  KLDivLoss,
  type KLDivOptions,
  klDiv,
  PoissonNLLLoss,
  type PoissonNLLOptions,
  poissonNllLoss,
} from './distributions.js';
export type { LabelOptions } from './labels.js';
export type { LossOptions, Reduction } from './loss.js';
export {
  CosineEmbeddingLoss,
  cosineEmbeddingLoss,
  HingeEmbeddingLoss,
  HingeLoss,
  hingeEmbeddingLoss,
  hingeLoss,
  type MarginOptions,
  MarginRankingLoss,
  MultiMarginLoss,
  type MultiMarginOptions,
  marginRankingLoss,
  multiMarginLoss,
  TripletMarginLoss,
  type TripletMarginOptions,
  tripletMarginLoss,
} from './margins.js';
export { DiceLoss, type DiceOptions, diceLoss } from './overlap.js';
export {
  HuberLoss,
  type HuberOptions,
  huberLoss,
  L1Loss,
  LogCoshLoss,
  l1Loss,
  logCoshLoss,
  MSELoss,
  mseLoss,
  SmoothL1Loss,
  type SmoothL1Options,
  smoothL1Loss,
} from './regression.js';
