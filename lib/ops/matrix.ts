// Diagonals, triangles and products of vectors: diagonal, diag, trace, tril, triu, outer, dot.
import { cast, mul, reshape, sum } from '../core/basic.js';
import { arange } from '../core/create.js';
import { ArgumentError, ShapeError } from '../core/errors.js';
import { clock, operand } from '../core/record.js';
import { checkAxis, checkShape, describe, formatShape, stridesOf } from '../core/shape.js';
import { numberTensor, Tensor } from '../core/tensor.js';
import { placed, windowed } from './window.js';

function checkOffset(op: string, offset: unknown): number {
  if (Number.isInteger(offset)) return offset as number;
  throw new ArgumentError(op, `a diagonal's offset must be a whole number, got ${describe(offset)}`, { value: offset });
}

function diagonal(op: string, t: Tensor, offset: number, axis1: number, axis2: number): Tensor {
  const x = operand(op, t);
  const rank = x.shape.length;
  const [rows, cols] = [checkAxis(op, axis1, rank), checkAxis(op, axis2, rank)];
  if (rows === cols) throw new ArgumentError(op, `axis ${rows} is named twice`, { value: [axis1, axis2] });
  const k = checkOffset(op, offset);
  const [down, right] = [Math.max(0, -k), Math.max(0, k)];
  const length = Math.max(0, Math.min(x.shape[rows]! - down, x.shape[cols]! - right));
  const strides = stridesOf(x.shape);
  const rest = x.shape.map((_, i) => i).filter((i) => i !== rows && i !== cols);
  return windowed(x, {
    shape: [...rest.map((i) => x.shape[i]!), length],
    strides: [...rest.map((i) => strides[i]!), strides[rows]! + strides[cols]!],
    offset: length === 0 ? 0 : down * strides[rows]! + right * strides[cols]!,
  });
}

function diag(t: Tensor, offset: number): Tensor {
  const x = operand('diag', t);
  if (x.shape.length === 2) return diagonal('diag', x, offset, 0, 1);
  if (x.shape.length !== 1)
    throw new ShapeError('diag', `expects a vector or a matrix, got ${formatShape(x.shape)}; use diagonal()`, { value: x.shape });
  const k = checkOffset('diag', offset);
  const n = x.shape[0]! + Math.abs(k);
  const window = { shape: x.shape, strides: [n + 1], offset: x.shape[0] === 0 ? 0 : Math.max(k, -k * n) };
  return placed(numberTensor(0, x.dtype, clock.now), checkShape('diag', [n, n]), window, x);
}

function triangle(op: 'tril' | 'triu', t: Tensor, offset: number): Tensor {
  const x = operand(op, t);
  const k = checkOffset(op, offset);
  if (x.shape.length < 2) throw new ShapeError(op, `expects matrices, got ${formatShape(x.shape)}`, { value: x.shape });
  const [rows, cols] = x.shape.slice(-2) as [number, number];
  const edge = reshape(arange(rows), [rows, 1]).add(k);
  const inside = op === 'tril' ? arange(cols).le(edge) : arange(cols).ge(edge);
  return x.dtype === 'bool' ? x.logicalAnd(inside) : cast(inside.where(x, 0), x.dtype);
}

const vector = (op: string, t: Tensor): Tensor => {
  const x = operand(op, t);
  if (x.shape.length !== 1) throw new ShapeError(op, `expects vectors, got ${formatShape(x.shape)}`, { value: x.shape });
  return x;
};

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * The diagonal of the matrices in two axes (default 0 and 1), as the last axis; above the main one where `offset` > 0, below it where < 0.
     * @throws {ArgumentError} an offset that is no whole number, or one axis twice.
     * @example
     * await tensor([[1, 2], [3, 4]]).diagonal().data(); // → 1, 4
     */
    diagonal(offset?: number, axis1?: number, axis2?: number): Tensor;
    /**
     * A matrix with this vector on its diagonal, or the diagonal of this matrix; `offset` as for `diagonal`.
     * @throws {ShapeError} for other than a vector or a matrix.
     * @example
     * await tensor([1, 2]).diag().data(); // → 1, 0, 0, 2
     */
    diag(offset?: number): Tensor;
    /**
     * The sum of a matrix's diagonal, a scalar.
     * @throws {ShapeError} for other than a matrix.
     * @example
     * await tensor([[1, 2], [3, 4]]).trace().item(); // → 5
     */
    trace(): Tensor;
    /**
     * The lower triangle of the matrices in the last two axes: zeros above the diagonal `offset` (default 0).
     * @throws {ShapeError} for fewer than two axes.
     * @example
     * await tensor([[1, 2], [3, 4]]).tril().data(); // → 1, 0, 3, 4
     */
    tril(offset?: number): Tensor;
    /**
     * The upper triangle of the matrices in the last two axes: zeros below the diagonal `offset` (default 0).
     * @throws {ShapeError} for fewer than two axes.
     * @example
     * await tensor([[1, 2], [3, 4]]).triu(1).data(); // → 0, 2, 0, 0
     */
    triu(offset?: number): Tensor;
    /**
     * The matrix of all products of two vectors: (M) and (N) → (M, N).
     * @throws {ShapeError} for other than vectors.
     * @example
     * await tensor([1, 2]).outer(tensor([3, 4])).data(); // → 3, 4, 6, 8
     */
    outer(b: Tensor): Tensor;
    /**
     * The sum of the products of two vectors, a scalar.
     * @throws {ShapeError} for other than vectors, or when they differ in length.
     * @example
     * await tensor([1, 2]).dot(tensor([3, 4])).item(); // → 11
     */
    dot(b: Tensor): Tensor;
  }
}

Tensor.prototype.diagonal = function (offset = 0, axis1 = 0, axis2 = 1) {
  return diagonal('diagonal', this, offset, axis1, axis2);
};
Tensor.prototype.diag = function (offset = 0) {
  return diag(this, offset);
};
Tensor.prototype.trace = function () {
  const x = operand('trace', this);
  if (x.shape.length !== 2) throw new ShapeError('trace', `expects a matrix, got ${formatShape(x.shape)}`, { value: x.shape });
  return sum(diagonal('trace', x, 0, 0, 1));
};
Tensor.prototype.tril = function (offset = 0) {
  return triangle('tril', this, offset);
};
Tensor.prototype.triu = function (offset = 0) {
  return triangle('triu', this, offset);
};
Tensor.prototype.outer = function (b) {
  const [x, y] = [vector('outer', this), vector('outer', b)];
  return mul(reshape(x, [x.shape[0]!, 1]), y);
};
Tensor.prototype.dot = function (b) {
  const [x, y] = [vector('dot', this), vector('dot', b)];
  if (x.shape[0] !== y.shape[0])
    throw new ShapeError('dot', `lengths differ: ${x.shape[0]} and ${y.shape[0]}`, { value: [x.shape, y.shape] });
  return sum(mul(x, y));
};
