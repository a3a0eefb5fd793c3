// The same values under other axes: permute, swapAxes, moveAxis, squeeze, unsqueeze, flatten, unflatten, broadcastTo. Nothing is copied here.
import { expand, permute, reshape } from '../core/basic.js';
import { ArgumentError, ShapeError } from '../core/errors.js';
import { operand } from '../core/record.js';
import { checkAxes, checkAxis, checkShape, describe, formatShape, MAX_RANK, type Shape, sizeOf } from '../core/shape.js';
import { Tensor } from '../core/tensor.js';

function swapAxes(t: Tensor, first: number, second: number): Tensor {
  const x = operand('swapAxes', t);
  const a = checkAxis('swapAxes', first, x.shape.length);
  const b = checkAxis('swapAxes', second, x.shape.length);
  return permute(
    x,
    x.shape.map((_, i) => (i === a ? b : i === b ? a : i)),
  );
}

function moveAxis(t: Tensor, from: number | readonly number[], to: number | readonly number[]): Tensor {
  const x = operand('moveAxis', t);
  const rank = x.shape.length;
  const places = (axes: number | readonly number[]): number[] =>
    (Array.isArray(axes) ? (axes as number[]) : [axes as number]).map((axis) => checkAxis('moveAxis', axis, rank));
  const [sources, targets] = [places(from), places(to)];
  if (sources.length !== targets.length || new Set(sources).size !== sources.length || new Set(targets).size !== targets.length)
    throw new ArgumentError('moveAxis', `expects as many places as axes, each once, got ${describe(from)} to ${describe(to)}`, {
      value: [from, to],
    });
  const rest = x.shape.map((_, i) => i).filter((i) => !sources.includes(i));
  return permute(
    x,
    x.shape.map((_, i) => (targets.includes(i) ? sources[targets.indexOf(i)]! : rest.shift()!)),
  );
}

function squeeze(t: Tensor, axis?: number | readonly number[]): Tensor {
  const x = operand('squeeze', t);
  const axes = checkAxes('squeeze', axis, x.shape.length);
  return reshape(
    x,
    x.shape.filter((n, i) => n !== 1 || !axes.includes(i)),
  );
}

function unsqueeze(t: Tensor, axis: number): Tensor {
  const x = operand('unsqueeze', t);
  const place = checkAxis('unsqueeze', axis, x.shape.length + 1);
  if (x.shape.length === MAX_RANK)
    throw new ShapeError('unsqueeze', `${formatShape(x.shape)} has ${MAX_RANK} axes already`, { value: x.shape });
  return reshape(x, x.shape.toSpliced(place, 0, 1));
}

function flatten(t: Tensor, start: number, end: number): Tensor {
  const x = operand('flatten', t);
  if (x.shape.length === 0) return reshape(x, [1]);
  const first = checkAxis('flatten', start, x.shape.length);
  const last = checkAxis('flatten', end, x.shape.length);
  if (last < first) throw new ArgumentError('flatten', `axis ${start} comes after axis ${end}`, { value: [start, end] });
  return reshape(x, x.shape.toSpliced(first, last - first + 1, sizeOf(x.shape.slice(first, last + 1))));
}

function unflatten(t: Tensor, axis: number, sizes: Shape): Tensor {
  const x = operand('unflatten', t);
  const k = checkAxis('unflatten', axis, x.shape.length);
  const bad = (): never => {
    throw new ShapeError('unflatten', `axis ${k} of ${formatShape(x.shape)} doesn't part into ${describe(sizes)}`, { value: sizes });
  };
  if (!Array.isArray(sizes) || sizes.length === 0) return bad();
  const free = sizes.indexOf(-1);
  const known = checkShape(
    'unflatten',
    sizes.map((n, i) => (i === free ? 1 : n)),
  );
  const parts = [...known];
  if (free >= 0) parts[free] = sizeOf(known) === 0 ? bad() : x.shape[k]! / sizeOf(known);
  if (!parts.every(Number.isInteger) || sizeOf(parts) !== x.shape[k]!) bad();
  return reshape(x, checkShape('unflatten', x.shape.toSpliced(k, 1, ...parts)));
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * Reorders the axes as named: `transpose` with all of them. Nothing is copied here.
     * @throws {ArgumentError} unless each axis is named once.
     * @example
     * zeros([2, 3, 4]).permute(2, 0, 1).shape; // → 4, 2, 3
     */
    permute(...axes: number[]): Tensor;
    /**
     * Exchanges two axes.
     * @throws {IndexError} an axis out of range.
     * @example
     * zeros([2, 3, 4]).swapAxes(0, -1).shape; // → 4, 3, 2
     */
    swapAxes(a: number, b: number): Tensor;
    /**
     * Moves axes to other places; the rest keep their order.
     * @throws {ArgumentError} unless there are as many places as axes, each once.
     * @example
     * zeros([2, 3, 4]).moveAxis(0, -1).shape; // → 3, 4, 2
     */
    moveAxis(from: number | readonly number[], to: number | readonly number[]): Tensor;
    /**
     * Drops axes of size 1: all, or those named, of which larger ones stay.
     * @throws {IndexError} an axis out of range.
     * @example
     * zeros([1, 3, 1]).squeeze().shape; // → 3
     */
    squeeze(axis?: number | readonly number[]): Tensor;
    /**
     * Adds an axis of size 1, which becomes `axis`.
     * @throws {IndexError} beyond the number of axes. @throws {ShapeError} beyond 8 axes.
     * @example
     * zeros([3]).unsqueeze(-1).shape; // → 3, 1
     */
    unsqueeze(axis: number): Tensor;
    /**
     * Makes one axis of those from `start` (default 0) to `end` (default the last), row-major.
     * @throws {ArgumentError} where `start` comes after `end`.
     * @example
     * zeros([2, 3, 4]).flatten(1).shape; // → 2, 12
     */
    flatten(start?: number, end?: number): Tensor;
    /**
     * Parts an axis into several; one size may be -1.
     * @throws {ShapeError} when they don't multiply to it.
     * @example
     * zeros([2, 12]).unflatten(1, [3, -1]).shape; // → 2, 3, 4
     */
    unflatten(axis: number, sizes: readonly number[]): Tensor;
    /**
     * NumPy's name of `expand`.
     * @throws {ShapeError} a shape that it doesn't broadcast to.
     * @example
     * tensor([1, 2]).broadcastTo([3, 2]).shape; // → 3, 2
     */
    broadcastTo(shape: readonly number[]): Tensor;
  }
}

Tensor.prototype.permute = function (...axes) {
  const x = operand('permute', this);
  const order = axes.map((axis) => checkAxis('permute', axis, x.shape.length));
  if (order.length !== x.shape.length || new Set(order).size !== order.length)
    throw new ArgumentError('permute', `expects each of the ${x.shape.length} axes once, got (${axes.join(', ')})`, { value: axes });
  return permute(x, order);
};
Tensor.prototype.swapAxes = function (a, b) {
  return swapAxes(this, a, b);
};
Tensor.prototype.moveAxis = function (from, to) {
  return moveAxis(this, from, to);
};
Tensor.prototype.squeeze = function (axis) {
  return squeeze(this, axis);
};
Tensor.prototype.unsqueeze = function (axis) {
  return unsqueeze(this, axis);
};
Tensor.prototype.flatten = function (start = 0, end = -1) {
  return flatten(this, start, end);
};
Tensor.prototype.unflatten = function (axis, sizes) {
  return unflatten(this, axis, sizes);
};
Tensor.prototype.broadcastTo = function (shape) {
  return expand(this, shape);
};
