// Operations on the bits of integers, and on bools.
import { type DType, isFloat, promote } from '../core/dtype.js';
import { DTypeError } from '../core/errors.js';
import { operand, record } from '../core/record.js';
import { broadcast } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { addMethods, elementOp } from './declare.js';

function wholeOperand(name: string, value: Tensor | number, like?: DType): Tensor {
  const x = operand(name, value, like);
  if (isFloat(x.dtype)) throw new DTypeError(name, `expects integers or bools, got ${x.dtype}; use .to('i32')`, { value: x.dtype });
  return x;
}

/** Of two operands under broadcasting; of bools a bool, unless bits leave their place. */
function bitOp(name: string, integer: string, moves = false): (a: Tensor, b: Tensor | number) => Tensor {
  const op = elementOp({ name, integer, grad: null });
  return (a, b) => {
    const x = wholeOperand(name, a);
    const y = wholeOperand(name, b, 'i32');
    const dtype = promote(x.dtype, y.dtype);
    return record(op, [x, y], broadcast(name, x.shape, y.shape), moves && dtype === 'bool' ? 'i32' : dtype);
  };
}

const notOp = elementOp({ name: 'bitwiseNot', integer: 'xor_i', grad: null });
function bitwiseNot(x: Tensor): Tensor {
  const bits = wholeOperand('bitwiseNot', x);
  return bits.dtype === 'bool' ? bits.logicalNot() : record(notOp, [bits, operand('bitwiseNot', -1, 'i32')], bits.shape, bits.dtype);
}

declare module '../core/tensor.js' {
  interface Tensor {
    /** The bits that both have. @throws {DTypeError} floats, as the others here. @example await tensor([6], { dtype: 'i32' }).bitwiseAnd(3).item(); // → 2 */
    bitwiseAnd(b: Tensor | number): Tensor;
    /** The bits that either has. @example await tensor([6], { dtype: 'i32' }).bitwiseOr(3).item(); // → 7 */
    bitwiseOr(b: Tensor | number): Tensor;
    /** The bits that one alone has. @example await tensor([6], { dtype: 'i32' }).bitwiseXor(3).item(); // → 5 */
    bitwiseXor(b: Tensor | number): Tensor;
    /** All bits turned over: -1 - x, of u8 255 - x. @example await tensor([6], { dtype: 'i32' }).bitwiseNot().item(); // → -7 */
    bitwiseNot(): Tensor;
    /** x·2ᵇ modulo the dtype's size; 0 where b isn't 0 … 31. @example await tensor([3], { dtype: 'i32' }).bitwiseLeftShift(2).item(); // → 12 */
    bitwiseLeftShift(b: Tensor | number): Tensor;
    /** x / 2ᵇ, rounded down: the sign comes in. @example await tensor([-5], { dtype: 'i32' }).bitwiseRightShift(1).item(); // → -3 */
    bitwiseRightShift(b: Tensor | number): Tensor;
  }
}

addMethods({
  bitwiseAnd: bitOp('bitwiseAnd', 'and_i'),
  bitwiseOr: bitOp('bitwiseOr', 'or_i'),
  bitwiseXor: bitOp('bitwiseXor', 'xor_i'),
  bitwiseNot,
  bitwiseLeftShift: bitOp('bitwiseLeftShift', 'shl_i', true),
  bitwiseRightShift: bitOp('bitwiseRightShift', 'shr_i', true),
});
