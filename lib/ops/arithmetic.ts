// Arithmetic and rounding to a range: add, sub, mul, div and what a neuron's formula needs beside them.
import { add, cast, mul, sum } from '../core/basic.js';
import { promote } from '../core/dtype.js';
import { newOp } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { type Axes, broadcast } from '../core/shape.js';
import { Tensor } from '../core/tensor.js';
import { binaryOp, unaryOp } from './declare.js';

const neg = unaryOp({ name: 'neg', kernel: 'neg', integer: 'neg_i', grad: ({ dy }) => [neg(dy)] });
const sub = binaryOp({ name: 'sub', kernel: 'sub', integer: 'sub_i', grad: ({ dy }) => [dy, neg(dy)] });
const div = binaryOp(
  {
    name: 'div',
    kernel: 'div',
    grad: ({ inputs: [, b], y, dy }) => {
      const da = div(dy, b!);
      return [da, neg(mul(da, y))];
    },
  },
  'float',
);
const square = unaryOp({ name: 'square', kernel: 'square', grad: ({ inputs: [x], dy }) => [mul(mul(dy, x!), 2)] });
const sqrt = unaryOp({ name: 'sqrt', kernel: 'sqrt', grad: ({ y, dy }) => [div(mul(dy, 0.5), y)] });
const rsqrt = unaryOp({ name: 'rsqrt', kernel: 'rsqrt', grad: ({ y, dy }) => [mul(mul(dy, -0.5), mul(y, square(y)))] });
const reciprocal = unaryOp({ name: 'reciprocal', kernel: 'reciprocal', grad: ({ y, dy }) => [neg(mul(dy, square(y)))] });
const sign = unaryOp({ name: 'sign', kernel: 'sign', grad: ({ dy }) => [mul(dy, 0)] });
const abs = unaryOp({ name: 'abs', kernel: 'abs', integer: 'abs_i', grad: ({ inputs: [x], dy }) => [mul(dy, sign(x!))] });

/** At a tie both sides get half of the gradient, as PyTorch has it. */
const shares = (a: Tensor, b: Tensor, dy: Tensor, aWins: (a: Tensor, b: Tensor) => Tensor): Tensor[] => {
  const share = add(cast(aWins(a, b), 'f32'), mul(cast(a.eq(b), 'f32'), 0.5));
  return [mul(dy, share), mul(dy, sub(expand1(share), share))];
};
const expand1 = (like: Tensor): Tensor => add(mul(like, 0), 1);
const maximum = binaryOp({
  name: 'maximum',
  kernel: 'maximum',
  integer: 'maximum_i',
  grad: ({ inputs: [a, b], dy }) => shares(a!, b!, dy, (x, y) => x.gt(y)),
});
const minimum = binaryOp({
  name: 'minimum',
  kernel: 'minimum',
  integer: 'minimum_i',
  grad: ({ inputs: [a, b], dy }) => shares(a!, b!, dy, (x, y) => x.lt(y)),
});

const clampOp = newOp('clamp', { kind: 'element', float: 'clamp', int: null }, ({ inputs: [x, low, high], dy }) => [
  mul(dy, cast(x!.ge(low!).logicalAnd(x!.le(high!)), 'f32')),
  null,
  null,
]);

function clamp(a: Tensor, low: Tensor | number, high: Tensor | number): Tensor {
  const x = operand('clamp', a);
  const bounds = [operand('clamp', low), operand('clamp', high)];
  return record(
    clampOp,
    [x, ...bounds],
    bounds.reduce((s, t) => broadcast('clamp', s, t.shape), x.shape),
    promote(x.dtype, 'f32'),
  );
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * The sum of two; true + true is 2.
     * @throws {ShapeError} shapes that don't broadcast, as all ops of two operands.
     * @example
     * await tensor([1, 2]).add(1).data(); // → 2, 3
     */
    add(b: Tensor | number): Tensor;
    /** Elementwise difference. @example await tensor([1, 2]).sub(1).data(); // → 0, 1 */
    sub(b: Tensor | number): Tensor;
    /** Elementwise product. @example await tensor([1, 2]).mul(3).data(); // → 3, 6 */
    mul(b: Tensor | number): Tensor;
    /** Elementwise quotient; integers give f32. @example await tensor([1, 2]).div(2).data(); // → 0.5, 1 */
    div(b: Tensor | number): Tensor;
    /** -x. @example await tensor([1, -2]).neg().data(); // → -1, 2 */
    neg(): Tensor;
    /** x². @example await tensor([3]).square().data(); // → 9 */
    square(): Tensor;
    /** √x; NaN below 0. @example await tensor([9]).sqrt().data(); // → 3 */
    sqrt(): Tensor;
    /** 1/√x. @example await tensor([4]).rsqrt().data(); // → 0.5 */
    rsqrt(): Tensor;
    /** 1/x. @example await tensor([4]).reciprocal().data(); // → 0.25 */
    reciprocal(): Tensor;
    /** -1, 0 or 1; NaN for NaN. Its gradient is 0. @example await tensor([-3, 0]).sign().data(); // → -1, 0 */
    sign(): Tensor;
    /** |x|. @example await tensor([-3]).abs().data(); // → 3 */
    abs(): Tensor;
    /** The larger of two, NaN if one is; ties share the gradient. @example await tensor([1, 5]).maximum(3).data(); // → 3, 5 */
    maximum(b: Tensor | number): Tensor;
    /** The smaller of two, NaN if one is; ties share the gradient. @example await tensor([1, 5]).minimum(3).data(); // → 1, 3 */
    minimum(b: Tensor | number): Tensor;
    /**
     * Cuts to low … high, which broadcast; NaN stays. Its gradient is 1 from low to high, both included, else 0. Integers become f32.
     * @example
     * await tensor([-2, 0.5, 2]).clamp(-1, 1).data(); // → -1, 0.5, 1
     */
    clamp(low: Tensor | number, high: Tensor | number): Tensor;
    /**
     * The sum over all or some axes, 0 over an empty one; integers and bools give i32. bf16 and f16 are added up in f32 and rounded once.
     * @throws {IndexError} an axis out of range.
     * @example
     * await tensor([[1, 2], [3, 4]]).sum({ axis: 0 }).data(); // → 4, 6
     */
    sum(options?: Axes): Tensor;
  }
}

Tensor.prototype.add = function (b) {
  return add(this, b);
};
Tensor.prototype.sub = function (b) {
  return sub(this, b);
};
Tensor.prototype.mul = function (b) {
  return mul(this, b);
};
Tensor.prototype.div = function (b) {
  return div(this, b);
};
Tensor.prototype.neg = function () {
  return neg(this);
};
Tensor.prototype.square = function () {
  return square(this);
};
Tensor.prototype.sqrt = function () {
  return sqrt(this);
};
Tensor.prototype.rsqrt = function () {
  return rsqrt(this);
};
Tensor.prototype.reciprocal = function () {
  return reciprocal(this);
};
Tensor.prototype.sign = function () {
  return sign(this);
};
Tensor.prototype.abs = function () {
  return abs(this);
};
Tensor.prototype.maximum = function (b) {
  return maximum(this, b);
};
Tensor.prototype.minimum = function (b) {
  return minimum(this, b);
};
Tensor.prototype.clamp = function (low, high) {
  return clamp(this, low, high);
};
Tensor.prototype.sum = function (options) {
  return sum(this, options);
};
