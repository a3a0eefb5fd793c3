// Joining tensors by concat, and taking entries of an axis by their indices.
import { permute } from '../core/basic.js';
import { bytesPerElement, isFloat } from '../core/dtype.js';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.js';
import { newOp, type Op } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { checkAxis, formatShape, sizeOf, stridesOf } from '../core/shape.js';
import { Tensor } from '../core/tensor.js';
import { range } from './parts.js';

const concatOp: Op = newOp(
  'concat',
  {
    kind: 'command',
    opcode: 'copy',
    parts: ({ inputs }) => inputs.length,
    args: ({ inputs, attrs: [axis], shape }, io, part = 0) => {
      const x = inputs[part]!;
      const strides = stridesOf(shape);
      const before = inputs.slice(0, part).reduce((n, t) => n + t.shape[axis!]!, 0);
      return [
        bytesPerElement[x.dtype],
        x.shape.length,
        ...x.shape,
        io.input(part),
        0,
        -1,
        ...stridesOf(x.shape),
        io.output(),
        before * strides[axis!]!,
        -1,
        ...strides,
      ];
    },
  },
  ({ inputs, attrs: [axis], dy }) => {
    let start = 0;
    return inputs.map((x) => {
      const part = range(dy, axis!, start, x.shape[axis!]!);
      start += x.shape[axis!]!;
      return part;
    });
  },
);

/**
 * Joins tensors along an axis (default 0); the other sizes must be equal.
 * @throws {ArgumentError} no tensors. @throws {ShapeError} {DTypeError} when they don't fit.
 * @example await concat([tensor([1, 2]), tensor([3])]).data(); // 1, 2, 3
 */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  if (!Array.isArray(tensors) || tensors.length === 0) throw new ArgumentError('concat', 'expects at least one tensor', { value: tensors });
  const nodes = tensors.map((t) => operand('concat', t));
  const [first] = nodes as [Tensor];
  const k = checkAxis('concat', axis, first.shape.length);
  for (const x of nodes) {
    if (x.dtype !== first.dtype) throw new DTypeError('concat', `dtypes differ: ${first.dtype} and ${x.dtype}`, { value: x.dtype });
    if (x.shape.length !== first.shape.length || x.shape.some((n, i) => i !== k && n !== first.shape[i]))
      throw new ShapeError('concat', `shapes ${formatShape(first.shape)} and ${formatShape(x.shape)} differ beyond axis ${k}`, {
        value: x.shape,
      });
  }
  if (nodes.length === 1) return first;
  const shape = first.shape.map((n, i) => (i === k ? nodes.reduce((s, x) => s + x.shape[k]!, 0) : n));
  return record(concatOp, nodes, shape, first.dtype, [k]);
}

const scatterRowsOp: Op = newOp(
  'indexAdd',
  {
    kind: 'command',
    opcode: 'scatter_add_rows',
    fails: true,
    args: ({ inputs: [src], shape }, io) => [shape[0]!, sizeOf(shape.slice(1)), src!.shape[0]!, io.input(1), io.input(0), io.output()],
  },
  ({ inputs: [, index], dy }) => [gatherRows(dy, index!), null],
);

const gatherRowsOp: Op = newOp(
  'indexSelect',
  {
    kind: 'command',
    opcode: 'gather_rows',
    fails: true,
    args: ({ inputs: [x, index] }, io) => [
      x!.shape[0]!,
      sizeOf(x!.shape.slice(1)) * bytesPerElement[x!.dtype],
      index!.size,
      io.input(0),
      io.input(1),
      io.output(),
    ],
  },
  ({ inputs: [x, index], dy }) => [record(scatterRowsOp, [dy, index!], x!.shape, 'f32', x!.shape), null],
);

const gatherRows = (x: Tensor, index: Tensor): Tensor => record(gatherRowsOp, [x, index], [index.size, ...x.shape.slice(1)], x.dtype);

function indexSelect(t: Tensor, axis: number, rows: Tensor): Tensor {
  const x = operand('indexSelect', t);
  const index = operand('indexSelect', rows);
  const k = checkAxis('indexSelect', axis, x.shape.length);
  if (isFloat(index.dtype) || index.dtype === 'bool')
    throw new DTypeError('indexSelect', `indices must be i32 or u8, got ${index.dtype}`, { value: index.dtype });
  if (index.shape.length !== 1)
    throw new ShapeError('indexSelect', `indices must have one axis, got ${formatShape(index.shape)}`, { value: index.shape });
  const whole = index.to('i32');
  if (k === 0) return gatherRows(x, whole);
  const order = x.shape.map((_, i) => (i === 0 ? k : i === k ? 0 : i));
  return permute(gatherRows(permute(x, order), whole), order);
}

declare module '../core/tensor.js' {
  interface Tensor {
    /** The entries of an axis that i32 indices (one axis) name; out of range is an IndexError, as a rejection. @example await tensor([[1], [2]]).indexSelect(0, tensor([1, 1], { dtype: 'i32' })).data(); // 2, 2 */
    indexSelect(axis: number, index: Tensor): Tensor;
  }
}

Tensor.prototype.indexSelect = function (axis, index) {
  return indexSelect(this, axis, index);
};
