// Remainders and division with rounding: of floats, exact however far apart the two are; of integers, where a zero divisor is refused.
import { binaryDType, cast, mul } from '../core/basic.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError } from '../core/errors.js';
import { newOp } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { broadcast } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { where } from './compare.js';
import { addMethods, binaryOp, composedOp, elementOp } from './declare.js';

type Binary = (a: Tensor, b: Tensor | number) => Tensor;

/** An op with a form for floats and, by a Chain step, one for integers. */
function division(name: string, integer: string, float: Binary): Binary {
  const whole = elementOp({ name, integer, grad: null });
  const divisors = newOp(
    name,
    { kind: 'command', opcode: 'divisors', fails: true, args: ({ size }, io) => [size, io.input(0), io.output()] },
    null,
  );
  return (a, b) => {
    const x = operand(name, a);
    const y = operand(name, b, x.dtype);
    if (isFloat(x.dtype) || isFloat(y.dtype)) return float(x, y);
    if (b === 0) throw new ArgumentError(name, "an integer can't be divided by 0; use .to('f32') for Infinity and NaN", { value: b });
    const divisor = typeof b === 'number' ? y : record(divisors, [cast(y, 'i32')], y.shape, 'i32');
    return record(whole, [x, divisor], broadcast(name, x.shape, y.shape), binaryDType(x.dtype, y.dtype, 'same'));
  };
}

const fmod: Binary = binaryOp({
  name: 'fmod',
  kernel: 'fmod',
  grad: ({ inputs: [a, b], dy }) => [dy, mul(dy, a!.div(b!).trunc().neg())],
});

/** Whether rounding down differs from rounding towards 0: there is a rest, and its sign isn't the divisor's. */
const falls = (rest: Tensor, b: Tensor): Tensor => rest.ne(0).logicalAnd(rest.lt(0).ne(b.lt(0)));
const remainder = composedOp({
  name: 'remainder',
  forward: (...xs) => {
    const [a, b] = xs as [Tensor, Tensor];
    const rest = fmod(a, b);
    return where(falls(rest, b), rest.add(b), rest);
  },
  grad: ({ inputs: [a, b], dy }) => [dy, mul(dy, a!.floorDivide(b!).neg())],
});
const floorDivide = composedOp({
  name: 'floorDivide',
  forward: (...xs) => {
    const [a, b] = xs as [Tensor, Tensor];
    const rest = fmod(a, b);
    const quotient = a.sub(rest).div(b);
    return where(b.eq(0), a.div(b), where(falls(rest, b), quotient.sub(1), quotient).round());
  },
  grad: ({ dy }) => [mul(dy, 0), mul(dy, 0)],
});

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * What is left of this after division by b, with the sign of this (C's fmod, JavaScript's %); exact.
     * @throws {ArgumentError} integers by 0; as a rejection where b is a tensor.
     * @example await tensor([-7, 7]).fmod(3).data(); // → -1, 1
     */
    fmod(b: Tensor | number): Tensor;
    /**
     * What is left of this after floorDivide, with the sign of b (Python's %).
     * @throws {ArgumentError} integers by 0; as a rejection where b is a tensor.
     * @example await tensor([-7, 7]).remainder(3).data(); // → 2, 1
     */
    remainder(b: Tensor | number): Tensor;
    /**
     * The quotient, rounded down (Python's //); integers give integers. Its gradient is 0.
     * @throws {ArgumentError} integers by 0; as a rejection where b is a tensor.
     * @example await tensor([-7, 7], { dtype: 'i32' }).floorDivide(2).data(); // → -4, 3
     */
    floorDivide(b: Tensor | number): Tensor;
  }
}

addMethods({
  fmod: division('fmod', 'fmod_i', fmod),
  remainder: division('remainder', 'remainder_i', remainder),
  floorDivide: division('floorDivide', 'floor_div_i', floorDivide),
});
