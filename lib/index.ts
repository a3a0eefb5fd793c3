/** What `import … from 'hebb'` gives.
 *
 * @packageDocumentation
 * @document ../docs/coming-from-pytorch.md
 * @document ../docs/coming-from-keras.md
 * @document ../docs/dtypes.md
 * @document ../docs/data.md
 * @document ../docs/architecture.md
 */
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
  type GradcheckOptions,
  type GradientEntry,
  GradientError,
  grad,
  gradcheck,
  gradgradcheck,
  HebbError,
  IndexError,
  type Info,
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
  type TensorOptions,
  type TypedArray,
  tensor,
  zeros,
} from './core/index.js';
export * from './data/index.js';
export * from './io/index.js';
export * as nn from './nn/index.js';
export {
  bernoulli,
  concat,
  einsum,
  exponential,
  eye,
  fullLike,
  type Index,
  type LikeOptions,
  linspace,
  logspace,
  meshgrid,
  multinomial,
  type NormOptions,
  normal,
  type Ordered,
  onesLike,
  type PadMode,
  type RandomOptions,
  randint,
  stack,
  truncatedNormal,
  type Unique,
  uniform,
  type VarianceOptions,
  where,
  zerosLike,
} from './ops/index.js';
export * as optim from './optim/index.js';
export * from './train/index.js';
