// Cross-entropy of logits with integer labels, row by row: one fused forward (which keeps the log-sum-exp) and one fused backward.

import { partials } from '../core/autograd.js';
import { cast, mul, reshape } from '../core/basic.js';
import { arange } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import { DTypeError, ShapeError } from '../core/errors.js';
import { newOp, type Op } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { formatShape } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';

const backward = newOp(
  'crossEntropyGrad',
  {
    kind: 'command',
    opcode: 'cross_entropy_grad',
    args: ({ inputs: [logits] }, io) => [...logits!.shape, io.input(0), io.input(1), io.input(2), io.input(3), 1, io.output()],
  },
  ({ inputs: [logits, labels, , dy], dy: ddx }) => {
    const [n, classes] = logits!.shape as [number, number];
    const onehot = cast(reshape(labels!, [n, 1]).eq(arange(classes)), 'f32');
    const [dLogits, ddy] = partials([logits!, dy!], ddx, (x, d) => mul(x!.softmax(-1).sub(onehot), reshape(d!, [n, 1])));
    return [dLogits!, null, null, ddy!];
  },
);

const crossEntropyOp: Op = newOp(
  'crossEntropy',
  {
    kind: 'command',
    opcode: 'cross_entropy',
    fails: true,
    extra: ({ shape }) => [{ shape, dtype: 'f32' }],
    args: ({ inputs: [logits] }, io) => [...logits!.shape, io.input(0), io.input(1), io.output(0), io.output(1)],
  },
  ({ inputs: [logits, labels], y, dy }) => {
    const lse = record(lseOp, [y, logits!, labels!], y.shape, 'f32', [1]);
    return [record(backward, [logits!, labels!, lse, dy], logits!.shape, 'f32'), null];
  },
);

/** The rows' log-sum-exp, which the forward leaves beside the loss. */
const lseOp = newOp('logSumExp', { kind: 'pick', of: crossEntropyOp }, null);

/**
 * -log softmax(logits)[label] of each row.
 *
 * @param logits f32 (N, C). @param labels i32 or u8 (N), each from 0 to C-1.
 * @returns f32 (N).
 * @throws {ShapeError} {DTypeError}; a label out of range is an IndexError, as a rejection, that names position and value.
 * @example
 * await crossEntropyRows(tensor([[0, 0]]), tensor([1], { dtype: 'i32' })).data(); // → 0.693
 */
export function crossEntropyRows(logits: Tensor, labels: Tensor): Tensor {
  const x = operand('crossEntropy', logits);
  const y = operand('crossEntropy', labels);
  if (!isFloat(x.dtype)) throw new DTypeError('crossEntropy', `logits must be floats, got ${x.dtype}`, { value: x.dtype });
  if (isFloat(y.dtype) || y.dtype === 'bool')
    throw new DTypeError('crossEntropy', `labels must be class numbers as i32 or u8, got ${y.dtype}; tensor(labels, { dtype: 'i32' })?`, {
      value: y.dtype,
    });
  if (x.shape.length !== 2 || y.shape.length !== 1 || x.shape[0] !== y.shape[0])
    throw new ShapeError('crossEntropy', `expects logits (N, C) and labels (N), got ${formatShape(x.shape)} and ${formatShape(y.shape)}`, {
      value: [x.shape, y.shape],
    });
  if (x.shape[1] === 0) throw new ShapeError('crossEntropy', 'there are no classes', { value: x.shape });
  return record(crossEntropyOp, [cast(x, 'f32'), cast(y, 'i32')], y.shape, 'f32');
}
