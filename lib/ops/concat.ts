// concat: tensors joined along an axis.
import { bytesPerElement } from '../core/dtype.js';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.js';
import { newOp, type Op } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { checkAxis, formatShape, stridesOf } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
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
 * @example await concat([tensor([1, 2]), tensor([3])]).data(); // → 1, 2, 3
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
