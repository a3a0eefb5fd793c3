// What `import … from 'hebb'` gives.
export {
  ArgumentError,
  type Axes,
  arange,
  DisposedError,
  type DType,
  DTypeError,
  defaultGenerator,
  defineOp,
  FormatError,
  full,
  Generator,
  grad,
  HebbError,
  IndexError,
  info,
  MemoryError,
  type MemoryUsage,
  manualSeed,
  memoryUsage,
  ones,
  Parameter,
  rand,
  randn,
  randperm,
  run,
  type Shape,
  ShapeError,
  StaleError,
  type StateDict,
  setNumThreads,
  Tensor,
  type TypedArray,
  tensor,
  zeros,
} from './core/index.js';
export * from './data/index.js';
export * from './io/index.js';
export * as nn from './nn/index.js';
export { concat, type NormOptions, type VarianceOptions, where } from './ops/index.js';
export * as optim from './optim/index.js';
export * from './train/index.js';
