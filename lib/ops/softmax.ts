// softmax and logSoftmax over one axis; native code does rows of the last.

import { partials } from '../core/autograd.js';
import { cast, mul, permute, sum } from '../core/basic.js';
import { isFloat } from '../core/dtype.js';
import { DTypeError } from '../core/errors.js';
import { newOp, type Op } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { checkAxis, sizeOf } from '../core/shape.js';
import { Tensor } from '../core/tensor.js';

const rows = (x: Tensor): [rows: number, cols: number] => [sizeOf(x.shape.slice(0, -1)), x.shape[x.shape.length - 1]!];

function softmaxRecord(name: string, log: 0 | 1, plain: (y: Tensor, dy: Tensor) => Tensor): Op {
  const backward = newOp(
    `${name}Grad`,
    { kind: 'command', opcode: 'softmax_grad', args: ({ inputs: [y] }, io) => [...rows(y!), log, io.input(0), io.input(1), io.output()] },
    ({ inputs, dy: ddx }) => partials(inputs, ddx, plain),
  );
  return newOp(
    name,
    { kind: 'command', opcode: 'softmax', args: ({ inputs: [x] }, io) => [...rows(x!), log, io.input(0), io.output()] },
    ({ y, dy }) => [record(backward, [y, dy], y.shape, 'f32')],
  );
}

const last = { axis: -1, keepDim: true };
const softmaxOp = softmaxRecord('softmax', 0, (y, dy) => mul(y, dy.sub(sum(mul(y, dy), last))));
const logSoftmaxOp = softmaxRecord('logSoftmax', 1, (y, dy) => dy.sub(mul(y.exp(), sum(dy, last))));

function along(op: Op, a: Tensor, axis: number): Tensor {
  const t = operand(op.name, a);
  if (!isFloat(t.dtype)) throw new DTypeError(op.name, `expects a float dtype, got ${t.dtype}; use .to('f32')`, { value: t.dtype });
  const x = cast(t, 'f32');
  const rank = x.shape.length;
  const k = checkAxis(op.name, axis, rank);
  if (k === rank - 1) return record(op, [x], x.shape, 'f32');
  const order = x.shape.map((_, i) => (i === k ? rank - 1 : i === rank - 1 ? k : i));
  const turned = permute(x, order);
  return permute(record(op, [turned], turned.shape, 'f32'), order);
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * eˣ / Σ eˣ along an axis, computed stably; a row of -Infinity gives NaN.
     * @throws {DTypeError} integers. @throws {IndexError} an axis out of range.
     * @example
     * await tensor([1, 1]).softmax(-1).data(); // → 0.5, 0.5
     */
    softmax(axis: number): Tensor;
    /**
     * The logarithm of softmax along an axis, computed stably.
     * @throws {DTypeError} integers. @throws {IndexError} an axis out of range.
     * @example
     * await tensor([1, 1]).logSoftmax(-1).data(); // → -0.693, -0.693
     */
    logSoftmax(axis: number): Tensor;
  }
}

Tensor.prototype.softmax = function (axis) {
  return along(softmaxOp, this, axis);
};
Tensor.prototype.logSoftmax = function (axis) {
  return along(logSoftmaxOp, this, axis);
};
