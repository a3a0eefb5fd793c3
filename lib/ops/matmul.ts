// Matrix products; leading axes are a batch. Transposed operands are read as they lie, never copied.
import { cast, expand, permute, reshape } from '../core/basic.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.js';
import { newOp, type Op } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { broadcast, checkAxis, formatShape, sameShape, sizeOf } from '../core/shape.js';
import { Tensor } from '../core/tensor.js';

/** The order of a matrix's transposition. */
const SWAPPED = Object.freeze([1, 0]);

const swapLast = (x: Tensor): Tensor => (x.shape.length === 2 ? permute(x, SWAPPED) : permute(x, leadingThenSwapped(x)));

const leadingThenSwapped = (x: Tensor): number[] =>
  [...x.shape.keys()].map((i, _, all) => (i < all.length - 2 ? i : 2 * all.length - 3 - i));

const matmulOp: Op = newOp(
  'matmul',
  {
    kind: 'command',
    opcode: 'gemm',
    swaps: true,
    epilogue: true,
    args: ({ inputs: [a, b], shape }, io) => {
      const [m, n] = shape.slice(-2) as [number, number];
      const batch = sizeOf(shape.slice(0, -2));
      const batched = (x: Tensor): number => (x.shape.length > 2 ? 1 : 0);
      const swapped = [io.swapped(0), io.swapped(1)].map(Number);
      return [batch, m, n, a!.shape[a!.shape.length - 1]!, ...swapped, io.input(0), batched(a!), io.input(1), batched(b!), io.output()];
    },
  },
  ({ inputs: [a, b], dy }) => [turnedLike(a!, dy, swapLast(b!)), turnedLike(b!, swapLast(a!), dy)],
);

/** left · right; where `like` is a transposed view, as the view of (rightᵀ · leftᵀ), whose own gradient then needs no copy to turn it back. */
const turnedLike = (like: Tensor, left: Tensor, right: Tensor): Tensor =>
  like.op.name === 'transpose' && like.shape.length === 2 ? swapLast(product(swapLast(right), swapLast(left))) : product(left, right);

/** (…, M, K) · (…, K, N), both of rank 2 or more; the result's batch is the broadcast of theirs. */
function product(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length === 2 && b.shape.length === 2) return record(matmulOp, [a, b], [a.shape[0]!, b.shape[1]!], 'f32');
  const lead = (x: Tensor): readonly number[] => x.shape.slice(0, -2);
  const [m, k] = a.shape.slice(-2) as [number, number];
  const n = b.shape[b.shape.length - 1]!;
  if (a.shape.length > 2 && b.shape.length === 2 && a.op.name !== 'transpose') {
    const rows = sizeOf(lead(a)) * m;
    return reshape(record(matmulOp, [reshape(a, [rows, k]), b], [rows, n], 'f32'), [...lead(a), m, n]);
  }
  const batch = broadcast('matmul', lead(a), lead(b));
  const spread = (x: Tensor): Tensor =>
    x.shape.length === 2 || sameShape(lead(x), batch) ? x : expand(x, [...batch, ...x.shape.slice(-2)]);
  return record(matmulOp, [spread(a), spread(b)], [...batch, m, n], 'f32');
}

function matmul(left: Tensor, right: Tensor): Tensor {
  const a = operand('matmul', left);
  const b = operand('matmul', right);
  if (!isFloat(a.dtype) || !isFloat(b.dtype))
    throw new DTypeError('matmul', `expects floats, got ${a.dtype} and ${b.dtype}; use .to('f32')`, { value: [a.dtype, b.dtype] });
  if (a.shape.length === 0 || b.shape.length === 0)
    throw new ShapeError('matmul', `expects matrices, got ${formatShape(a.shape)} x ${formatShape(b.shape)}`, {
      value: [a.shape, b.shape],
    });
  const x = cast(a.shape.length === 1 ? reshape(a, [1, ...a.shape]) : a, 'f32');
  const y = cast(b.shape.length === 1 ? reshape(b, [...b.shape, 1]) : b, 'f32');
  const inner = x.shape[x.shape.length - 1];
  if (inner !== y.shape[y.shape.length - 2]) {
    const hint = inner === y.shape[y.shape.length - 1] ? '; transpose b?' : '';
    throw new ShapeError('matmul', `inner sizes differ: ${formatShape(a.shape)} x ${formatShape(b.shape)}${hint}`, {
      value: [a.shape, b.shape],
    });
  }
  const result = product(x, y);
  if (a.shape.length > 1 && b.shape.length > 1) return result;
  const shape = [...result.shape];
  if (b.shape.length === 1) shape.pop();
  if (a.shape.length === 1) shape.splice(b.shape.length === 1 ? shape.length - 1 : shape.length - 2, 1);
  return reshape(result, shape);
}

function transpose(t: Tensor, axes: readonly number[]): Tensor {
  const x = operand('transpose', t);
  const rank = x.shape.length;
  if (axes.length === 0) return permute(x, rank === 2 ? SWAPPED : [...x.shape.keys()].reverse());
  const order = axes.map((axis) => checkAxis('transpose', axis, rank));
  if (order.length !== rank || new Set(order).size !== rank)
    throw new ArgumentError('transpose', `expects each of the ${rank} axes once, got (${axes.join(', ')})`, { value: axes });
  return permute(x, order);
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * The matrix product (…, M, K) · (…, K, N) → (…, M, N); leading axes broadcast; a vector is a row on the left, a column on the right, and
     * that axis is dropped.
     * @throws {ShapeError} when the inner sizes differ.
     * @example await tensor([[1, 2]]).matmul(tensor([[3], [4]])).data(); // → 11
     */
    matmul(b: Tensor): Tensor;
    /**
     * Reverses the axes, or reorders them as named; a matrix product reads a transposed operand as it lies.
     * @throws {ArgumentError} unless each axis is named once.
     * @example
     * tensor([[1, 2, 3]]).transpose().shape; // → 3, 1
     */
    transpose(...axes: number[]): Tensor;
    /**
     * The same values, row-major, in another shape; one size may be -1. Nothing is copied.
     * @throws {ShapeError} when the counts differ.
     * @example
     * tensor([1, 2, 3, 4]).reshape([2, -1]).shape; // → 2, 2
     */
    reshape(shape: readonly number[]): Tensor;
  }
}

Tensor.prototype.matmul = function (b) {
  return matmul(this, b);
};
Tensor.prototype.transpose = function (...axes) {
  return transpose(this, axes);
};
Tensor.prototype.reshape = function (shape) {
  return reshape(this, shape);
};
