// Parts of tensors along an axis: narrow, split, chunk, and mirror images by flip.
import { ArgumentError, IndexError } from '../core/errors.js';
import { operand } from '../core/record.js';
import { checkAxes, checkAxis, describe, formatShape, sizeOf, stridesOf } from '../core/shape.js';
import { Tensor } from '../core/tensor.js';
import { windowed } from './window.js';

/** `length` entries of axis k of x from `start`, both known to be in range. */
export function range(x: Tensor, k: number, start: number, length: number): Tensor {
  if (length === x.shape[k]) return x;
  const strides = stridesOf(x.shape);
  return windowed(x, { shape: x.shape.with(k, length), strides, offset: start * strides[k]!, moving: true });
}

function narrow(t: Tensor, axis: number, start: number, length: number): Tensor {
  const x = operand('narrow', t);
  const k = checkAxis('narrow', axis, x.shape.length);
  const size = x.shape[k]!;
  if (!Number.isInteger(start) || !Number.isInteger(length) || start < 0 || length < 0 || start + length > size)
    throw new IndexError('narrow', `start ${describe(start)} and length ${describe(length)} leave axis ${k} of ${formatShape(x.shape)}`, {
      value: [start, length],
    });
  return range(x, k, start, length);
}

/** Parts of the given sizes, one after the other. */
function cut(x: Tensor, k: number, sizes: readonly number[]): Tensor[] {
  let start = 0;
  return sizes.map((length) => range(x, k, (start += length) - length, length));
}

const equalSizes = (total: number, size: number): number[] =>
  Array.from({ length: Math.max(1, Math.ceil(total / size)) }, (_, i) => Math.min(size, total - i * size));

function split(t: Tensor, size: number | readonly number[], axis: number): Tensor[] {
  const x = operand('split', t);
  const k = checkAxis('split', axis, x.shape.length);
  const total = x.shape[k]!;
  if (Array.isArray(size)) {
    const sizes = size as number[];
    if (!sizes.every((n) => Number.isInteger(n) && n >= 0) || sizes.reduce((a, b) => a + b, 0) !== total)
      throw new ArgumentError('split', `sizes ${describe(size)} don't add up to the ${total} of axis ${k}`, { value: size });
    return cut(x, k, sizes);
  }
  if (!Number.isInteger(size) || (size as number) < 1)
    throw new ArgumentError('split', `expects a size of at least 1 or a list of sizes, got ${describe(size)}`, { value: size });
  return cut(x, k, equalSizes(total, size as number));
}

function chunk(t: Tensor, count: number, axis: number): Tensor[] {
  const x = operand('chunk', t);
  const k = checkAxis('chunk', axis, x.shape.length);
  if (!Number.isInteger(count) || count < 1)
    throw new ArgumentError('chunk', `expects a count of at least 1, got ${describe(count)}`, { value: count });
  return cut(x, k, equalSizes(x.shape[k]!, Math.max(1, Math.ceil(x.shape[k]! / count))));
}

function flip(t: Tensor, axis?: number | readonly number[]): Tensor {
  const x = operand('flip', t);
  const axes = checkAxes('flip', axis, x.shape.length).filter((k) => x.shape[k]! > 1);
  if (axes.length === 0 || sizeOf(x.shape) === 0) return x;
  const strides = stridesOf(x.shape);
  const offset = axes.reduce((sum, k) => sum + strides[k]! * (x.shape[k]! - 1), 0);
  return windowed(x, { shape: x.shape, strides: strides.map((s, k) => (axes.includes(k) ? -s : s)), offset });
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * `length` entries of an axis from `start`. Where it starts is a runtime number: another one compiles no new Program.
     * @throws {IndexError} where they leave the axis.
     * @example
     * await tensor([1, 2, 3]).narrow(0, 1, 2).data(); // → 2, 3
     */
    narrow(axis: number, start: number, length: number): Tensor;
    /**
     * Parts of `size` entries along an axis (default 0), the last one perhaps smaller; or parts of the sizes listed.
     * @throws {ArgumentError} when listed sizes don't add up to the axis.
     * @example
     * tensor([1, 2, 3, 4, 5]).split(2).map((part) => part.size); // → 2, 2, 1
     */
    split(size: number | readonly number[], axis?: number): Tensor[];
    /**
     * At most `count` parts of equal size along an axis (default 0), the last one perhaps smaller.
     * @throws {ArgumentError} a count that is no whole number from 1.
     * @example
     * tensor([1, 2, 3, 4, 5]).chunk(2).map((part) => part.size); // → 3, 2
     */
    chunk(count: number, axis?: number): Tensor[];
    /**
     * Reverses the order along one axis, several or all. The shape stays.
     * @throws {IndexError} an axis out of range.
     * @example
     * await tensor([1, 2, 3]).flip().data(); // → 3, 2, 1
     */
    flip(axis?: number | readonly number[]): Tensor;
  }
}

Tensor.prototype.narrow = function (axis, start, length) {
  return narrow(this, axis, start, length);
};
Tensor.prototype.split = function (size, axis = 0) {
  return split(this, size, axis);
};
Tensor.prototype.chunk = function (count, axis = 0) {
  return chunk(this, count, axis);
};
Tensor.prototype.flip = function (axis) {
  return flip(this, axis);
};
