// Comparisons, logic on bools, selection, casts. Comparisons give bool tensors, through which no gradient passes.
import { binary, cast } from '../core/basic.js';
import { checkDType, type DType, promote } from '../core/dtype.js';
import { DTypeError } from '../core/errors.js';
import { newOp } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { broadcast } from '../core/shape.js';
import { Tensor } from '../core/tensor.js';
import { binaryOp, elementOp } from './declare.js';

const compare = (name: string): ((a: Tensor, b: Tensor | number) => Tensor) =>
  binaryOp({ name, kernel: name, integer: `${name}_i`, grad: null }, 'bool');
const eq = compare('eq');
const ne = compare('ne');
const lt = compare('lt');
const le = compare('le');
const gt = compare('gt');
const ge = compare('ge');

const andOp = elementOp({ name: 'logicalAnd', integer: 'and', grad: null });
const orOp = elementOp({ name: 'logicalOr', integer: 'or', grad: null });
const xorOp = elementOp({ name: 'logicalXor', integer: 'ne_i', grad: null });
const notOp = elementOp({ name: 'logicalNot', integer: 'not', grad: null });

const bool = (op: string, x: Tensor): Tensor => {
  const node = operand(op, x);
  if (node.dtype !== 'bool') throw new DTypeError(op, `expects bool, got ${node.dtype}; compare first: x.ne(0)`, { value: node.dtype });
  return node;
};

const whereOp = newOp('where', { kind: 'element', float: 'select', int: 'select_i', mask: true }, ({ inputs: [mask], dy }) => [
  null,
  where(mask!, dy, 0),
  where(mask!, 0, dy),
]);

/**
 * a where the bool mask is true, else b; all three broadcast. The gradient goes to where each value came from.
 * @throws {DTypeError} a mask that isn't bool: compare first.
 * @example
 * await where(tensor([true, false]), 1, tensor([5, 6])).data(); // → 1, 6
 */
export function where(mask: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  const m = bool('where', mask);
  const like: DType = a instanceof Tensor ? a.dtype : b instanceof Tensor ? b.dtype : 'f32';
  const x = operand('where', a, like);
  const y = operand('where', b, like);
  return record(whereOp, [m, x, y], broadcast('where', m.shape, broadcast('where', x.shape, y.shape)), promote(x.dtype, y.dtype));
}

declare module '../core/tensor.js' {
  interface Tensor {
    /** Whether equal, as bool; NaN equals nothing. @example await tensor([1, 2]).eq(2).data(); // → 0, 1 */
    eq(b: Tensor | number): Tensor;
    /** Whether unequal. @example await tensor([1, 2]).ne(2).data(); // → 1, 0 */
    ne(b: Tensor | number): Tensor;
    /** Whether less. @example await tensor([1, 2]).lt(2).data(); // → 1, 0 */
    lt(b: Tensor | number): Tensor;
    /** Whether less or equal. @example await tensor([1, 2]).le(1).data(); // → 1, 0 */
    le(b: Tensor | number): Tensor;
    /** Whether greater. @example await tensor([1, 2]).gt(1).data(); // → 0, 1 */
    gt(b: Tensor | number): Tensor;
    /** Whether greater or equal. @example await tensor([1, 2]).ge(2).data(); // → 0, 1 */
    ge(b: Tensor | number): Tensor;
    /**
     * Both, of bools.
     * @throws {DTypeError} for other than bools, as the other logical ops: compare first.
     * @example
     * await tensor([true, true]).logicalAnd(tensor([true, false])).data(); // → 1, 0
     */
    logicalAnd(b: Tensor): Tensor;
    /** Either, of bools. @example await tensor([false, true]).logicalOr(tensor([false, false])).data(); // → 0, 1 */
    logicalOr(b: Tensor): Tensor;
    /** One of both alone, of bools. @example await tensor([true, true]).logicalXor(tensor([true, false])).data(); // → 0, 1 */
    logicalXor(b: Tensor): Tensor;
    /** Not, of bools. @example await tensor([true, false]).logicalNot().data(); // → 0, 1 */
    logicalNot(): Tensor;
    /**
     * a where this bool tensor is true, else b; all three broadcast.
     * @throws {DTypeError} where it isn't bool: compare first.
     * @example
     * await tensor([1, -1]).gt(0).where(10, 20).data(); // → 10, 20
     */
    where(a: Tensor | number, b: Tensor | number): Tensor;
    /**
     * Another dtype: floats truncate toward zero and saturate, NaN gives 0; to bool is whether it isn't 0. Gradients pass between floats.
     * @throws {DTypeError} an unknown dtype.
     * @example
     * await tensor([1.7, -3e9]).to('i32').data(); // → 1, -2147483648
     */
    to(dtype: DType): Tensor;
  }
}

Tensor.prototype.eq = function (b) {
  return eq(this, b);
};
Tensor.prototype.ne = function (b) {
  return ne(this, b);
};
Tensor.prototype.lt = function (b) {
  return lt(this, b);
};
Tensor.prototype.le = function (b) {
  return le(this, b);
};
Tensor.prototype.gt = function (b) {
  return gt(this, b);
};
Tensor.prototype.ge = function (b) {
  return ge(this, b);
};
Tensor.prototype.logicalAnd = function (b) {
  return binary(andOp, bool('logicalAnd', this), bool('logicalAnd', b), 'bool');
};
Tensor.prototype.logicalOr = function (b) {
  return binary(orOp, bool('logicalOr', this), bool('logicalOr', b), 'bool');
};
Tensor.prototype.logicalXor = function (b) {
  return binary(xorOp, bool('logicalXor', this), bool('logicalXor', b), 'bool');
};
Tensor.prototype.logicalNot = function () {
  const x = bool('logicalNot', this);
  return record(notOp, [x], x.shape, 'bool');
};
Tensor.prototype.where = function (a, b) {
  return where(this, a, b);
};
Tensor.prototype.to = function (dtype) {
  return cast(this, checkDType('to', dtype));
};
