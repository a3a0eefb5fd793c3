// Shapes: validation, broadcasting, axes. Pure functions on arrays of sizes; nothing here knows a Tensor.
import { ArgumentError, IndexError, ShapeError } from './errors.js';

/** Sizes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Which axes a reduction takes, and whether they stay as size 1. */
export type Axes = {
  /** One axis or several; all unless told. Negative ones count from the end. */
  axis?: number | readonly number[];
  /** Whether they stay, with size 1; false unless told. */
  keepDim?: boolean;
};

export const MAX_RANK = 8;
const MAX_SIZE = 2 ** 31 - 1;
const MAX_ELEMENTS = 2 ** 46;

export const SCALAR: Shape = Object.freeze([]);

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i]!;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export const formatShape = (shape: Shape): string => `(${shape.join(', ')})`;

/** Throws unless `shape` is an array of whole sizes that memory could hold; returns its own frozen copy. */
export function checkShape(op: string, shape: unknown): Shape {
  if (!Array.isArray(shape)) throw new ShapeError(op, `shape must be an array of sizes, got ${describe(shape)}`, { value: shape });
  if (shape.length > MAX_RANK) throw new ShapeError(op, `at most ${MAX_RANK} axes, got ${shape.length}`, { value: shape });
  const copy = Array.from(shape as unknown[]);
  let size = 1;
  for (const dim of copy) {
    if (typeof dim !== 'number' || !Number.isInteger(dim) || dim < 0 || dim > MAX_SIZE)
      throw new ShapeError(
        op,
        `a size must be a whole number from 0 to 2^31-1, got ${describe(dim)} in [${copy.map(describe).join(', ')}]`,
        { value: shape },
      );
    size *= dim || 1;
  }
  if (size > MAX_ELEMENTS) throw new ShapeError(op, `${formatShape(copy as number[])} has more elements than any memory`, { value: shape });
  return Object.freeze(copy as number[]);
}

export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name ?? 'null-prototype object'}`;
  return typeof value === 'bigint' ? `${value}n` : String(value);
}

/** The shape that a and b broadcast to, by NumPy's rule. */
export function broadcast(op: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const m = a[a.length - i] ?? 1;
    const n = b[b.length - i] ?? 1;
    if (m !== n && m !== 1 && n !== 1)
      throw new ShapeError(op, `shapes ${formatShape(a)} and ${formatShape(b)} don't broadcast: axis -${i} has ${m} and ${n}`, {
        value: [a, b],
      });
    out[rank - i] = m === 1 ? n : m;
  }
  return out;
}

/** The axis as an index from 0; negative ones count from the end. */
export function checkAxis(op: string, axis: unknown, rank: number): number {
  if (typeof axis !== 'number' || !Number.isInteger(axis))
    throw new ArgumentError(op, `axis must be a whole number, got ${describe(axis)}`, { value: axis });
  if (axis < -rank || axis >= rank)
    throw new IndexError(op, `axis ${axis} is out of range for ${rank} axes${rank ? ` (${-rank} … ${rank - 1})` : ''}`, { value: axis });
  return axis < 0 ? axis + rank : axis;
}

/** A reduction's options: a bare axis, as other libraries take it, would else be overlooked and all be reduced. */
export function checkAxesOptions(op: string, options: unknown): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new ArgumentError(op, `expected { axis, keepDim }, got ${describe(options)}; write { axis: ${JSON.stringify(options)} }`, {
      value: options,
    });
}

/** The axes of a reduction, ascending; all of them when none is named. */
export function checkAxes(op: string, axis: number | readonly number[] | undefined, rank: number): number[] {
  if (axis === undefined) return Array.from({ length: rank }, (_, i) => i);
  const axes = (Array.isArray(axis) ? (axis as number[]) : [axis as number]).map((a) => checkAxis(op, a, rank)).sort((a, b) => a - b);
  for (let i = 1; i < axes.length; i++)
    if (axes[i] === axes[i - 1]) throw new ArgumentError(op, `axis ${axes[i]} is named twice`, { value: axis });
  return axes;
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  for (let i = shape.length - 1, step = 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
}

/** Whether `strides` are those of contiguous matrices with their last two axes swapped. */
export function isSwapped(shape: Shape, strides: readonly number[]): boolean {
  const rank = shape.length;
  if (rank < 2) return false;
  const stored = [...shape.slice(0, -2), shape[rank - 1]!, shape[rank - 2]!];
  const expected = stridesOf(stored);
  return shape.every(
    (n, i) => n === 1 || strides[i] === (i === rank - 1 ? expected[rank - 2] : i === rank - 2 ? expected[rank - 1] : expected[i]),
  );
}
