// Tensors from JS values. Data are copied at once: what happens to the source later doesn't matter.

import { cast, expand, reshape } from './basic.js';
import { bytesPerElement, checkDType, type DType, isFloat } from './dtype.js';
import { ArgumentError, ShapeError } from './errors.js';
import { attach, landing } from './flight.js';
import { native } from './native.js';
import { LEAF, newOp } from './op.js';
import { clock, record } from './record.js';
import { checkShape, describe, formatShape, type Shape, sizeOf } from './shape.js';
import { allocate } from './storage.js';
import { NO_INPUTS, NO_NUMBERS, numberTensor, SMALL, Tensor } from './tensor.js';

/** Options of `tensor`. */
export interface TensorOptions {
  /** The nesting's, or one axis, unless told. */
  shape?: Shape;
  /** Of numbers f32, of booleans bool, of a typed array its own unless told. */
  dtype?: DType;
}

/**
 * A tensor from a number, a (nested) array of numbers or booleans, or a typed array, which is copied.
 *
 * @param values Nested arrays must not be ragged. Float64Array is rounded to f32. With dtype bf16 or f16 a Uint16Array holds bits, not numbers.
 * @param options `shape` (default: that of the nesting, or one axis), `dtype` (default f32 for numbers, bool for booleans, a typed array's own).
 * @throws {ShapeError} ragged nesting, or a count that doesn't fit `shape`. @throws {ArgumentError} values that aren't numbers, or that an integer dtype can't hold.
 * @example
 * tensor([[1, 2], [3, 4]]).shape; // → 2, 2
 * tensor(new Uint8Array([0, 255])).dtype; // → u8
 */
export function tensor(values: number | boolean | ArrayLike<number> | readonly unknown[], options: TensorOptions = {}): Tensor {
  const { data, shape: own, dtype: natural } = read(values);
  const dtype = options.dtype === undefined ? natural : checkDType('tensor', options.dtype);
  const shape = options.shape === undefined ? own : checkShape('tensor', options.shape);
  if (sizeOf(shape) !== data.length)
    throw new ShapeError('tensor', `${data.length} values don't fill shape ${formatShape(shape)} of ${sizeOf(shape)}`, { value: shape });
  if (dtype === 'bf16' || dtype === 'f16') {
    if (ArrayBuffer.isView(values) && viewName(values) === 'Uint16Array')
      return stored(new Uint8Array(new Uint16Array(data).buffer), shape, dtype);
    return cast(stored(toBytes(data, 'f32'), shape, 'f32'), dtype);
  }
  return stored(toBytes(data, dtype), shape, dtype);
}

/** A stored tensor that takes over `bytes` (small) or copies them (large). */
export function stored(bytes: Uint8Array, shape: Shape, dtype: DType): Tensor {
  const t = new Tensor(LEAF, NO_INPUTS, shape, dtype, NO_NUMBERS, NO_NUMBERS, 0, clock.now);
  if (bytes.byteLength <= SMALL) t.bytes = bytes;
  else {
    t.storage = allocate('tensor', bytes.byteLength);
    native().writeStorage(t.storage.slot, t.storage.generation, 0, bytes);
  }
  return t;
}

/** A large stored tensor whose memory is filled piece by piece, so that the event loop can turn in between. */
export interface Unfilled {
  readonly tensor: Tensor;
  write(byteOffset: number, piece: Uint8Array): void;
  /**
   * Reads from an open file's byte `position` on, off this thread. Nothing may close the file before.
   * @returns Whether all was read; the file system's own reason is for the caller to find.
   */
  read(byteOffset: number, bytes: number, file: number, position: number): Promise<boolean>;
}

export function storedInPieces(shape: Shape, dtype: DType): Unfilled {
  const t = new Tensor(LEAF, NO_INPUTS, shape, dtype, NO_NUMBERS, NO_NUMBERS, 0, clock.now);
  const storage = allocate('tensor', Math.max(sizeOf(shape) * bytesPerElement[dtype], 1));
  const { slot, generation } = storage;
  t.storage = storage;
  return {
    tensor: t,
    write: (byteOffset, piece) => native().writeStorage(slot, generation, byteOffset, piece),
    read(byteOffset, bytes, file, position) {
      attach();
      const reading = landing(native().readFile(slot, generation, byteOffset, file, position, bytes));
      return reading.then(
        () => true,
        () => false,
      );
    },
  };
}

interface Source {
  data: ArrayLike<number>;
  shape: Shape;
  dtype: DType;
}

const arrayDType: Readonly<Record<string, DType>> = {
  Float16Array: 'f16',
  Float32Array: 'f32',
  Float64Array: 'f32',
  Int32Array: 'i32',
  Int16Array: 'i32',
  Uint16Array: 'i32',
  Int8Array: 'i32',
  Uint8Array: 'u8',
  Uint8ClampedArray: 'u8',
};

function read(values: unknown): Source {
  if (typeof values === 'number') return { data: [values], shape: [], dtype: 'f32' };
  if (typeof values === 'boolean') return { data: [Number(values)], shape: [], dtype: 'bool' };
  if (ArrayBuffer.isView(values)) return readView(values);
  if (Array.isArray(values)) return readNested(values);
  throw new ArgumentError('tensor', `expects a number, an array or a typed array, got ${describe(values)}`, { value: values });
}

type ArrayClass = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => Float64Array;
const typedArray = Object.getPrototypeOf(Float64Array.prototype) as Float64Array;
/** What a typed array of any realm is, whatever a subclass tells of itself. */
const truth = (key: 'buffer' | 'byteOffset' | 'length' | typeof Symbol.toStringTag): ((view: ArrayBufferView) => unknown) => {
  const { get } = Object.getOwnPropertyDescriptor(typedArray, key)!;
  return (view) => get!.call(view);
};
const [bufferOf, offsetOf, lengthOf] = [truth('buffer'), truth('byteOffset'), truth('length')];
/** The kind of a typed array; a DataView has none. */
const viewName = truth(Symbol.toStringTag) as (view: ArrayBufferView) => string | undefined;

function readView(view: ArrayBufferView): Source {
  const name = viewName(view) ?? 'DataView';
  const dtype = arrayDType[name];
  if (dtype === undefined)
    throw new ArgumentError('tensor', `expects a typed array of 8 to 32 bits or Float64Array, got ${name}`, { value: view });
  try {
    // The one test that tells memory that is gone from a legal empty array on every Node: this throws.
    typedArray.values.call(view as Float64Array);
  } catch {
    throw new ArgumentError('tensor', `the ${name}'s buffer is detached (transferred to another thread?), or smaller than it was`, {
      value: view,
    });
  }
  const Plain = (globalThis as unknown as Record<string, ArrayClass>)[name]!;
  const data = new Plain(bufferOf(view) as ArrayBuffer, offsetOf(view) as number, lengthOf(view) as number);
  return { data, shape: [data.length], dtype };
}

function readNested(values: readonly unknown[]): Source {
  const shape: number[] = [];
  for (let level: unknown = values; Array.isArray(level); level = (level as unknown[])[0]) {
    shape.push(level.length);
    if (shape.length > 8) throw new ShapeError('tensor', 'arrays nested deeper than 8 levels', { value: values });
  }
  const data = new Float64Array(sizeOf(shape));
  let booleans = 0;
  let at = 0;
  const fill = (level: unknown, depth: number, path: string): void => {
    if (depth === shape.length) {
      if (typeof level === 'boolean') booleans++;
      else if (typeof level !== 'number')
        throw new ArgumentError('tensor', `expects numbers, got ${describe(level)} at ${path || 'the top'}`, { value: level });
      data[at++] = Number(level);
      return;
    }
    if (!Array.isArray(level) || level.length !== shape[depth])
      throw new ShapeError(
        'tensor',
        `ragged array: ${Array.isArray(level) ? `${level.length} values` : describe(level)} at ${path || 'the top'}, expected ${shape[depth]}`,
        { value: level },
      );
    for (let i = 0; i < shape[depth]!; i++) fill(level[i], depth + 1, `${path}[${i}]`);
  };
  fill(values, 0, '');
  if (booleans && booleans !== data.length) throw new ArgumentError('tensor', 'numbers and booleans are mixed', { value: values });
  return { data, shape, dtype: booleans ? 'bool' : 'f32' };
}

const ranges = { i32: [-(2 ** 31), 2 ** 31 - 1], u8: [0, 255], bool: [0, 1] } as const;

function toBytes(data: ArrayLike<number>, dtype: 'f32' | 'i32' | 'u8' | 'bool'): Uint8Array {
  // A typed array given to a constructor is copied as memory; `from` would go through its iterator.
  if (dtype === 'f32') return new Uint8Array(new Float32Array(data).buffer);
  const Own = dtype === 'i32' ? Int32Array : Uint8Array;
  if (!(data instanceof Own) || dtype === 'bool') {
    const [low, high] = ranges[dtype];
    for (let i = 0; i < data.length; i++) {
      const value = data[i]!;
      if (!(Number.isInteger(value) && value >= low && value <= high))
        throw new ArgumentError('tensor', `${dtype} holds whole numbers from ${low} to ${high}, got ${value} at position ${i}`, { value });
    }
  }
  return new Uint8Array(new Own(data).buffer);
}

function numberOf(op: string, value: unknown): number {
  if (typeof value !== 'number') throw new ArgumentError(op, `expects a number, got ${describe(value)}`, { value });
  return value;
}

/**
 * A tensor of `shape` with every element `value`; f32 unless a dtype is given. It takes no memory until it is asked for.
 * @throws {ShapeError} an impossible shape. @throws {ArgumentError} a value that the dtype can't hold.
 * @example
 * await full([2, 2], 7).data(); // → 7, 7, 7, 7
 */
export function full(shape: Shape, value: number, { dtype = 'f32' }: { dtype?: DType } = {}): Tensor {
  const sizes = checkShape('full', shape);
  if (!isFloat(checkDType('full', dtype))) toBytes([numberOf('full', value)], dtype as 'i32');
  const number = numberTensor(numberOf('full', value), dtype, clock.now);
  return sizes.length ? expand(number, sizes) : reshape(expand(number, [1]), []);
}

/**
 * Zeros, f32 unless a dtype is given.
 * @throws {ShapeError} an impossible shape.
 * @example
 * await zeros([3]).data(); // → 0, 0, 0
 */
export const zeros = (shape: Shape, options: { dtype?: DType } = {}): Tensor => full(shape, 0, options);

/**
 * Ones, f32 unless a dtype is given.
 * @throws {ShapeError} an impossible shape.
 * @example
 * await ones([3], { dtype: 'i32' }).data(); // → 1, 1, 1
 */
export const ones = (shape: Shape, options: { dtype?: DType } = {}): Tensor => full(shape, 1, options);

const indexOp = newOp('arange', { kind: 'element', float: null, int: 'index' }, null);

/**
 * Evenly spaced values from `start` (default 0) to below `end`; i32 when all three are whole numbers, else f32.
 * @throws {ArgumentError} numbers that aren't finite, or a step of 0.
 * @example
 * await arange(4).data(); // → 0, 1, 2, 3
 * await arange(1, 2, 0.25).data(); // → 1, 1.25, 1.5, 1.75
 */
export function arange(...args: [end: number] | [start: number, end: number, step?: number]): Tensor {
  const [start, end, step = 1] = args.length === 1 ? [0, args[0]] : args;
  if (![start, end, step].every(Number.isFinite) || step === 0)
    throw new ArgumentError('arange', `no range from ${start} to ${end} by ${step}`, { value: args });
  const shape = checkShape('arange', [Math.max(0, Math.ceil((end - start) / step))]);
  const index = record(indexOp, [], shape, 'i32', shape);
  const x = [start, end, step].every(Number.isInteger) ? index : cast(index, 'f32');
  return start === 0 && step === 1 ? x : x.mul(step).add(start);
}
