// What `import … from 'hebb'` gives.
export {
  arange,
  ArgumentError,
  defaultGenerator,
  defineOp,
  DisposedError,
  DTypeError,
  FormatError,
  full,
  Generator,
  grad,
  HebbError,
  IndexError,
  info,
  manualSeed,
  MemoryError,
  memoryUsage,
  ones,
  Parameter,
  rand,
  randn,
  randperm,
  run,
  setNumThreads,
  ShapeError,
  StaleError,
  Tensor,
  tensor,
  zeros,
  type Axes,
  type DType,
  type MemoryUsage,
  type Shape,
  type StateDict,
  type TypedArray,
} from './core/index.js';
export { concat, where } from './ops/index.js';
export * as optim from './optim/index.js';
export * from './data/index.js';
export * from './io/index.js';
export * as nn from './nn/index.js';
export * from './train/index.js';
