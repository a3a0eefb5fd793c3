// The core's surface for the floors above. lib/ops adds the methods of Tensor.
import './detach.js';

export { grad } from './autograd.js';
export { checkpointed } from './checkpoint.js';
export { defineOp } from './compose.js';
export { arange, full, ones, stored, storedInPieces, type TensorOptions, tensor, type Unfilled, zeros } from './create.js';
export { bytesPerElement, DTYPES, type DType, isFloat, promote, type TypedArray } from './dtype.js';
export * from './errors.js';
export { roomInQueue } from './flight.js';
export { type GradcheckOptions, type GradientEntry, gradcheck, gradgradcheck } from './gradcheck.js';
export { defaultGenerator, Generator, manualSeed, rand, randn, randperm, withGenerator } from './random.js';
export { inference, operand } from './record.js';
export { type Axes, checkAxes, checkAxis, checkShape, describe, formatShape, type Shape, sameShape, sizeOf } from './shape.js';
export { flush, run } from './stretch.js';
export { type StateDict, Tensor } from './tensor.js';
export { type Info, info, type MemoryUsage, memoryUsage, setNumThreads } from './usage.js';
export { Parameter } from './variable.js';
