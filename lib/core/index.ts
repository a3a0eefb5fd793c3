// The core's surface for the floors above. lib/ops adds the methods of Tensor.
import './detach.js';

export { grad } from './autograd.js';
export { defineOp } from './compose.js';
export { arange, full, ones, tensor, zeros } from './create.js';
export { bytesPerElement, DTYPES, isFloat, promote, type DType, type TypedArray } from './dtype.js';
export * from './errors.js';
export { roomInQueue } from './flight.js';
export { defaultGenerator, Generator, manualSeed, rand, randn, randperm } from './random.js';
export { inference, operand } from './record.js';
export { checkAxes, checkAxis, checkShape, describe, formatShape, sameShape, sizeOf, type Axes, type Shape } from './shape.js';
export { flush, run } from './stretch.js';
export { type StateDict, Tensor } from './tensor.js';
export { info, memoryUsage, setNumThreads, type MemoryUsage } from './usage.js';
export { Parameter } from './variable.js';

// For the floors above alone: stripped from the published types, as what they name is.
/** @internal */
export { stored, storedInPieces } from './create.js';
/** @internal */
export { withGenerator } from './random.js';
