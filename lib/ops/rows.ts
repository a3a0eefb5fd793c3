// Whole entries of an axis by their positions: indexSelect, indexAdd, take, oneHot, and the check that positions are in range.
import { cast, reshape } from '../core/basic.js';
import { arange } from '../core/create.js';
import { bytesPerElement, isFloat } from '../core/dtype.js';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.js';
import { newOp, type Op } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { checkAxis, checkShape, describe, formatShape, sizeOf } from '../core/shape.js';
import { Tensor } from '../core/tensor.js';
import { indices } from './gather.js';

const scatterRowsOp: Op = newOp(
  'indexAdd',
  {
    kind: 'command',
    opcode: 'scatter_add_rows',
    fails: true,
    args: ({ inputs: [, index], attrs: [axis], shape }, io) => [
      sizeOf(shape.slice(0, axis)),
      shape[axis!]!,
      sizeOf(shape.slice(axis! + 1)),
      index!.size,
      io.input(1),
      io.input(0),
      io.output(),
    ],
  },
  ({ inputs: [, index], attrs: [axis], dy }) => [rowsOf(dy, axis!, index!), null],
);

const gatherRowsOp: Op = newOp(
  'indexSelect',
  {
    kind: 'command',
    opcode: 'gather_rows',
    fails: true,
    args: ({ inputs: [x, index], attrs: [axis] }, io) => [
      sizeOf(x!.shape.slice(0, axis)),
      x!.shape[axis!]!,
      sizeOf(x!.shape.slice(axis! + 1)) * bytesPerElement[x!.dtype],
      index!.size,
      io.input(0),
      io.input(1),
      io.output(),
    ],
  },
  ({ inputs: [x, index], attrs: [axis], dy }) => [cast(addedRows(cast(dy, 'f32'), axis!, index!, x!.shape[axis!]!), x!.dtype), null],
);

/** The entries of an axis that an index of one axis names. */
export const rowsOf = (x: Tensor, axis: number, index: Tensor): Tensor =>
  record(gatherRowsOp, [x, index], x.shape.with(axis, index.size), x.dtype, [axis]);

/** Zeros, of n entries along the axis, with the entries of src added where the index says. */
function addedRows(src: Tensor, axis: number, index: Tensor, n: number): Tensor {
  const shape = src.shape.with(axis, n);
  return record(scatterRowsOp, [src, index], shape, 'f32', [axis, ...shape]);
}

function oneAxis(op: string, at: Tensor): Tensor {
  const index = indices(op, at);
  if (index.shape.length !== 1)
    throw new ShapeError(op, `indices must have one axis, got ${formatShape(index.shape)}`, { value: index.shape });
  return index;
}

function indexAdd(t: Tensor, axis: number, at: Tensor, rows: Tensor): Tensor {
  const x = operand('indexAdd', t);
  const index = oneAxis('indexAdd', at);
  const src = operand('indexAdd', rows);
  const k = checkAxis('indexAdd', axis, x.shape.length);
  if (!isFloat(x.dtype) || !isFloat(src.dtype))
    throw new DTypeError('indexAdd', `expects floats, got ${x.dtype} and ${src.dtype}; use scatterAdd() for i32`, { value: src.dtype });
  const expected = x.shape.with(k, index.size);
  if (src.shape.length !== expected.length || src.shape.some((n, i) => n !== expected[i]))
    throw new ShapeError('indexAdd', `expects ${formatShape(expected)} for ${index.size} indices, got ${formatShape(src.shape)}`, {
      value: src.shape,
    });
  return cast(cast(x, 'f32').add(addedRows(cast(src, 'f32'), k, index, x.shape[k]!)), x.dtype);
}

const checkOp = (name: string, wraps: 0 | 1): Op =>
  newOp(
    name,
    {
      kind: 'command',
      opcode: 'check_index',
      fails: true,
      args: ({ shape, attrs: [n] }, io) => [sizeOf(shape), n!, wraps, io.input(0), io.output()],
    },
    null,
  );
const checks = { at: checkOp('at', 1), with: checkOp('with', 1), take: checkOp('take', 1), oneHot: checkOp('oneHot', 0) };

/** The positions, of which one beyond n fails the run; but for oneHot those below 0 count from the end. */
export const checked = (op: keyof typeof checks, index: Tensor, n: number): Tensor => record(checks[op], [index], index.shape, 'i32', [n]);

function oneHot(t: Tensor, classes: number): Tensor {
  const index = indices('oneHot', t);
  const [n] = checkShape('oneHot', [classes]) as [number];
  if (n === 0) throw new ArgumentError('oneHot', `expects at least one class, got ${describe(classes)}`, { value: classes });
  return cast(checked('oneHot', index, n).unsqueeze(-1).eq(arange(n)), 'i32');
}

function indexSelect(t: Tensor, axis: number, at: Tensor): Tensor {
  const x = operand('indexSelect', t);
  const index = oneAxis('indexSelect', at);
  return rowsOf(x, checkAxis('indexSelect', axis, x.shape.length), index);
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * The entries of an axis that indices (i32 or u8, one axis) name; the axis gets their number.
     * @throws {ShapeError} {DTypeError} for another index; one out of range is an {IndexError}, as a rejection.
     * @example
     * await tensor([[1], [2]]).indexSelect(0, tensor([1, 1], { dtype: 'i32' })).data(); // → 2, 2
     */
    indexSelect(axis: number, index: Tensor): Tensor;
    /**
     * x with the entries of `src` added to those of an axis that indices (i32 or u8, one axis) name, in the order of the index. Floats only.
     * @param src In x's shape, but with as many entries along the axis as indices.
     * @throws {ShapeError} {DTypeError} for what doesn't fit; an index out of range is an {IndexError}, as a rejection.
     * @example
     * await tensor([1, 2]).indexAdd(0, tensor([1, 1], { dtype: 'i32' }), tensor([5, 6])).data(); // → 1, 13
     */
    indexAdd(axis: number, index: Tensor, src: Tensor): Tensor;
    /**
     * The values at positions of the flattened tensor, in the shape of the index (i32 or u8); negative ones count from the end.
     * @throws {DTypeError} for another index; one out of range is an {IndexError}, as a rejection.
     * @example
     * await tensor([[1, 2], [3, 4]]).take(tensor([0, -1], { dtype: 'i32' })).data(); // → 1, 4
     */
    take(index: Tensor): Tensor;
    /**
     * Rows with a 1 at the class that each index (i32 or u8, 0 … classes-1) names, i32: (…) → (…, classes).
     * @throws {DTypeError} {ArgumentError} for another index or no classes; a class out of range is an {IndexError}, as a rejection.
     * @example
     * await tensor([2, 0], { dtype: 'i32' }).oneHot(3).data(); // → 0, 0, 1, 1, 0, 0
     */
    oneHot(classes: number): Tensor;
  }
}

Tensor.prototype.indexSelect = function (axis, index) {
  return indexSelect(this, axis, index);
};
Tensor.prototype.indexAdd = function (axis, index, src) {
  return indexAdd(this, axis, index, src);
};
Tensor.prototype.take = function (index) {
  const x = operand('take', this);
  const places = checked('take', indices('take', index), x.size);
  return reshape(rowsOf(reshape(x, [x.size]), 0, reshape(places, [places.size])), places.shape);
};
Tensor.prototype.oneHot = function (classes) {
  return oneHot(this, classes);
};
