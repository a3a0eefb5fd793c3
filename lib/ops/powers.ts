// Powers, and exponentials and logarithms to other bases or near 0.
import { mul } from '../core/basic.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError } from '../core/errors.js';
import { NUMBER } from '../core/op.js';
import { operand } from '../core/record.js';
import type { Tensor } from '../core/tensor.js';
import { addMethods, binaryOp, unaryOp } from './declare.js';

const expm1 = unaryOp({ name: 'expm1', kernel: 'expm1', grad: ({ y, dy }) => [mul(dy, y.add(1))] });
const exp2 = unaryOp({ name: 'exp2', kernel: 'exp2', grad: ({ y, dy }) => [mul(dy, y.mul(Math.LN2))] });
const log1p = unaryOp({ name: 'log1p', kernel: 'log1p', grad: ({ inputs: [x], dy }) => [dy.div(x!.add(1))] });
const log2 = unaryOp({ name: 'log2', kernel: 'log2', grad: ({ inputs: [x], dy }) => [dy.div(x!.mul(Math.LN2))] });
const log10 = unaryOp({ name: 'log10', kernel: 'log10', grad: ({ inputs: [x], dy }) => [dy.div(x!.mul(Math.LN10))] });

/** The derivative by a is 0 where b is, the one by b where a is and b isn't negative: as PyTorch has it. */
const general = binaryOp({
  name: 'pow',
  kernel: 'pow',
  integer: 'pow_i',
  grad: ({ inputs, y, dy }) => {
    const [a, b] = inputs as [Tensor, Tensor];
    const da = b.eq(0).where(0, mul(dy, b.mul(a.pow(b.sub(1)))));
    if (b.op === NUMBER) return [da, null];
    return [
      da,
      a
        .eq(0)
        .logicalAnd(b.ge(0))
        .where(0, mul(dy, y.mul(a.log()))),
    ];
  },
});

function pow(x: Tensor, exponent: Tensor | number): Tensor {
  const a = operand('pow', x);
  if (exponent === 2) return isFloat(a.dtype) ? a.square() : a.mul(a);
  if (exponent === 0.5) return a.sqrt();
  if (typeof exponent === 'number' && Number.isInteger(exponent) && exponent < 0 && !isFloat(a.dtype))
    throw new ArgumentError('pow', `${a.dtype} holds no negative powers, got ${exponent}; use .to('f32')`, { value: exponent });
  return exponent === -1 ? a.reciprocal() : general(a, exponent);
}

declare module '../core/tensor.js' {
  interface Tensor {
    /** eˣ - 1, exact near 0. @example await tensor([1e-10]).expm1().item(); // → 1e-10 */
    expm1(): Tensor;
    /** 2ˣ. @example await tensor([3]).exp2().item(); // → 8 */
    exp2(): Tensor;
    /** log(1 + x), exact near 0; -Infinity at -1, NaN below. @example await tensor([1e-10]).log1p().item(); // → 1e-10 */
    log1p(): Tensor;
    /** The logarithm to base 2. @example await tensor([8]).log2().item(); // → 3 */
    log2(): Tensor;
    /** The logarithm to base 10. @example await tensor([1000]).log10().item(); // → 3 */
    log10(): Tensor;
    /**
     * x to the power of a number or, under broadcasting, of a tensor: of a negative x for whole exponents alone, else NaN. Integers give
     * integers (modulo 2³²), of whose negative powers all but those of ±1 are 0.
     * @throws {ArgumentError} an integer tensor to a negative whole number.
     * @example await tensor([2, 3]).pow(3).data(); // → 8, 27
     */
    pow(exponent: Tensor | number): Tensor;
  }
}

addMethods({ expm1, exp2, log1p, log2, log10, pow });
