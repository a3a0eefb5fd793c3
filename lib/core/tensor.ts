// The Tensor: a recorded node, or a stored value. Here stand its fields, its asking methods and how it shows itself; ops add their methods.
import { bytesPerElement, type DType, isFloat, type TypedArray } from './dtype.js';
import { DisposedError, ShapeError } from './errors.js';
import type { Flight } from './flight.js';
import { LEAF, NUMBER, type Op, VARIABLE } from './op.js';
import { formatShape, SCALAR, type Shape, sizeOf } from './shape.js';
import { releaseStorage, type Storage } from './storage.js';
import type { Parameter } from './variable.js';

/** Stored tensors up to so many bytes are plain JS memory, copied in with each run. */
export const SMALL = 4096;

/** @internal Bits of `Tensor.flags`; the first three pass from inputs to results. */
export const NEEDS_GRAD = 1;
export const OPAQUE = 2;
/** Recorded from an unstored node of an earlier stretch: asking for it looks closer. */
export const SUSPECT = 4;
export const INHERITED = NEEDS_GRAD | OPAQUE | SUSPECT;
/** Executed but not stored. */
export const MARKED = 8;
export const DISPOSED = 16;
/** A value of a variable that has been overwritten since. */
export const STALE = 32;
/** Stored, and its record dropped: what it was computed from can't be told any more. */
export const FORGOTTEN = 64;
/** The run that should have stored it failed, and its record was dropped. */
export const LOST = 128;

export const NO_INPUTS: readonly Tensor[] = Object.freeze([]);
export const NO_NUMBERS: readonly number[] = Object.freeze([]);

/** @internal How a tensor is read; set by stretch.ts, which imports this file. */
export const asking = {
  data: undefined as unknown as (t: Tensor) => Promise<TypedArray>,
  item: undefined as unknown as (t: Tensor) => Promise<number>,
};

/**
 * An n-dimensional array, or the recorded computation of one. Ops on tensors record; `item()`, `data()`, `run()` and an optimizer's
 * `step()` compute. A Tensor needs no disposal; `dispose()` only frees memory earlier.
 *
 * Its methods, where they don't say otherwise: an element op keeps the shape, and two operands broadcast as in NumPy, or a ShapeError tells the
 * axis at which they don't fit; the page on dtypes has what two of them give. Axes count from 0, negative ones from the end; one out of range is
 * an IndexError. A reduction drops its axes unless `keepDim`, and takes all unless `axis` names some. Nothing is changed in place.
 *
 * @example
 * const y = tensor([1, 2, 3]).mul(2).sum();
 * console.log(await y.item()); // → 12
 */
export class Tensor {
  /** Sizes, outermost first; `[]` for a scalar. */
  readonly shape: Shape;
  /** What the elements are. */
  readonly dtype: DType;
  /** @internal */ op: Op;
  /** @internal */ inputs: readonly Tensor[];
  /** @internal Structural numbers: part of the cache key. */ attrs: readonly number[];
  /** @internal Runtime numbers: passed with each run. */ scalars: readonly number[];
  /** @internal */ flags: number;
  /** @internal The flush count at recording. */ clock: number;
  /** @internal Scratch of walks. */ visit = 0;
  /** @internal Scratch of walks. */ index = 0;
  /** @internal Native memory, where it has some of its own. */ storage: Storage | null = null;
  /** @internal A small stored value. */ bytes: Uint8Array | null = null;
  /** @internal The run that will store it. */ flight: Flight | null = null;
  /** @internal The variable whose value this is. */ variable: Parameter | null = null;

  /** @internal */
  constructor(
    op: Op,
    inputs: readonly Tensor[],
    shape: Shape,
    dtype: DType,
    attrs: readonly number[],
    scalars: readonly number[],
    flags: number,
    clock: number,
  ) {
    this.op = op;
    this.inputs = inputs;
    this.shape = shape;
    this.dtype = dtype;
    this.attrs = attrs;
    this.scalars = scalars;
    this.flags = flags;
    this.clock = clock;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /**
   * The one value of a tensor with one element, of any dtype, as a number. Computes what is needed.
   * @throws {ShapeError} (as a rejection) when there is not exactly one element.
   * @example
   * await tensor([[1, 2], [3, 4]]).sum().item(); // → 10
   */
  item(): Promise<number> {
    if (this.size !== 1) return Promise.reject(new ShapeError('item', `expects one element, got ${formatShape(this.shape)}; use data()`));
    return asking.item(this);
  }

  /**
   * The values, row-major, as a copy of one's own: Float32Array for f32, bf16 and f16, Int32Array for i32, Uint8Array for u8 and bool.
   * @example
   * await tensor([1, 2]).add(1).data(); // → [2, 3]
   */
  data(): Promise<TypedArray> {
    return asking.data(this);
  }

  /**
   * Frees the memory now instead of at the next garbage collection. Runs in flight complete; later use throws a DisposedError.
   * @throws {DisposedError} for a Parameter, which is freed with its module.
   * @example
   * const x = zeros([1000, 1000]);
   * await run(x);
   * x.dispose();
   */
  dispose(): void {
    if (this.variable !== null || this.op === VARIABLE)
      throw new DisposedError('dispose', 'a Parameter owns its memory and is freed with its module');
    if (this.storage !== null) releaseStorage(this.storage);
    this.storage = null;
    this.bytes = null;
    this.op = LEAF;
    this.inputs = NO_INPUTS;
    this.flags |= DISPOSED;
  }

  /**
   * Tensors have no number: `await t.item()` reads one.
   * @throws {TypeError} where a number or a comparison is wanted.
   * @example
   * Number(tensor(1)); // throws TypeError
   */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return describeTensor(this);
    throw new TypeError(`${describeTensor(this)} is no number; await .item()`);
  }

  /**
   * dtype, shape and, where they are known, the values (up to 100); else what to await.
   * @example
   * String(tensor([1, 2])); // → Tensor f32 (2) [1, 2]
   * String(tensor([1, 2]).add(1)); // → Tensor f32 (2) not computed; await .item()
   */
  toString(): string {
    return describeTensor(this);
  }

  /**
   * A tensor isn't written as JSON by mistake.
   * @throws {TypeError} always; `await t.data()` reads values.
   * @example
   * JSON.stringify({ x: tensor(1) }); // throws TypeError
   */
  toJSON(): never {
    throw new TypeError(`${describeTensor(this)} can't be written as JSON; await .data()`);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return describeTensor(this);
  }
}

/** Tensors by name; it has no prototype, so any key is safe. */
export type StateDict = Record<string, Tensor>;

/** @internal Whether native code or JS holds the value (or will, once its run is done). */
export const isStored = (t: Tensor): boolean => t.bytes !== null || t.storage !== null || t.flight !== null;

/** @internal */
export const bytesOf = (t: Tensor): number => sizeOf(t.shape) * bytesPerElement[t.dtype];

/** @internal */
export function numberTensor(value: number, dtype: DType, clock: number): Tensor {
  return new Tensor(NUMBER, NO_INPUTS, SCALAR, dtype, NO_NUMBERS, [value], 0, clock);
}

/** @internal Small values are read from JS memory as the typed array that users see. */
export function viewOf(t: Tensor, bytes: Uint8Array): TypedArray {
  const { buffer, byteOffset } = bytes;
  const size = sizeOf(t.shape);
  if (t.dtype === 'f32') return new Float32Array(buffer, byteOffset, size);
  if (t.dtype === 'i32') return new Int32Array(buffer, byteOffset, size);
  if (isFloat(t.dtype)) return widen(new Uint16Array(buffer, byteOffset, size), t.dtype);
  return new Uint8Array(buffer, byteOffset, size);
}

function widen(bits: Uint16Array, dtype: DType): Float32Array {
  const out = new Float32Array(bits.length);
  if (dtype === 'bf16') {
    const words = new Uint32Array(out.buffer);
    for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
    return out;
  }
  for (let i = 0; i < bits.length; i++) {
    const sign = bits[i]! & 0x8000 ? -1 : 1;
    const exponent = (bits[i]! >> 10) & 31;
    const fraction = bits[i]! & 1023;
    out[i] =
      sign *
      (exponent === 31 ? (fraction ? NaN : Infinity) : exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
  }
  return out;
}

function describeTensor(t: Tensor): string {
  const head = `Tensor ${t.dtype} ${formatShape(t.shape)}`;
  if (t.flags & DISPOSED) return `${head} disposed`;
  if (t.bytes === null) return `${head} ${t.storage === null ? 'not computed; await .item()' : 'computed; await .data()'}`;
  const values = viewOf(t, t.bytes);
  return `${head} ${nested(Array.from(values.subarray(0, 100), shortNumber), t.shape, 0).text}${values.length > 100 ? ' …' : ''}`;
}

const shortNumber = (x: number): string => (Number.isInteger(x) ? String(x) : String(Number(x.toPrecision(5))));

function nested(values: string[], shape: Shape, at: number): { text: string; next: number } {
  if (shape.length === 0) return { text: values[at] ?? '…', next: at + 1 };
  const parts: string[] = [];
  for (let i = 0; i < shape[0]! && (at < values.length || i === 0); i++) {
    const part = nested(values, shape.slice(1), at);
    parts.push(part.text);
    at = part.next;
  }
  return { text: `[${parts.join(', ')}]`, next: at };
}
