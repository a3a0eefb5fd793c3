// Reductions over any axes: mean, the extremes and where they are, counts and their logic (sum is the core's; variance.ts and norm.ts
// have what is composed of reductions).
import { cast, expand, inF32, mul, reduceAxes, reduceLowering, reduceNode, reshape, spread, sum } from '../core/basic.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError, ShapeError } from '../core/errors.js';
import { newOp, type Op } from '../core/op.js';
import { operand } from '../core/record.js';
import { type Axes, checkAxes, checkAxesOptions, checkAxis, describe, formatShape, sizeOf } from '../core/shape.js';
import { Tensor } from '../core/tensor.js';

const meanOp: Op = newOp('mean', reduceLowering('mean'), ({ inputs: [x], attrs: [first, count], dy }) => {
  const n = sizeOf(x!.shape.slice(first, first! + count!));
  return [spread(mul(dy, 1 / n), x!, first!, count!)];
});

/** The gradient goes to the extreme values, in equal shares. */
const extreme = (name: 'max' | 'min'): Op =>
  newOp(name, reduceLowering(name), ({ inputs: [x], y, attrs: [first, count], dy }) => {
    const hits = cast(x!.eq(spread(y, x!, first!, count!)), 'f32');
    const axes = Array.from({ length: count! }, (_, i) => first! + i);
    const share = hits.div(sum(hits, { axis: axes, keepDim: true }));
    return [mul(spread(dy, x!, first!, count!), share)];
  });
const maxOp = extreme('max');
const minOp = extreme('min');
const argmaxOp = newOp('argmax', reduceLowering('argmax'), null);
const argminOp = newOp('argmin', reduceLowering('argmin'), null);

function reduced(op: Op, a: Tensor, axes: Axes = {}): Tensor {
  checkAxesOptions(op.name, axes);
  return inF32(operand(op.name, a), (x) => reducedOf(op, x, axes));
}

function reducedOf(op: Op, t: Tensor, { axis, keepDim = false }: Axes): Tensor {
  const x = op === meanOp && !isFloat(t.dtype) ? cast(t, 'f32') : t;
  if (op === meanOp && axis === undefined && !keepDim) return reduceNode(op, x, 0, x.shape.length, x.dtype);
  const axes = checkAxes(op.name, axis, x.shape.length);
  if (op !== meanOp && axes.some((k) => x.shape[k] === 0))
    throw new ShapeError(op.name, `no ${op.name} over an empty axis of ${formatShape(x.shape)}`, { value: x.shape });
  const dtype = isFloat(x.dtype) ? x.dtype : 'i32';
  return reduceAxes(x, axes, keepDim, (node, first, count) => reduceNode(op, node, first, count, dtype));
}

function position(op: Op, a: Tensor, axis?: number, keepDim: unknown = false): Tensor {
  const x = operand(op.name, a);
  if (typeof keepDim !== 'boolean')
    throw new ArgumentError(op.name, `keepDim must be true or false, got ${describe(keepDim)}`, { value: keepDim });
  if (keepDim) {
    const all = x.shape.map(() => 1);
    return reshape(position(op, x, axis), axis === undefined ? all : x.shape.with(checkAxis(op.name, axis, x.shape.length), 1));
  }
  if (axis === undefined) {
    if (x.size === 0) throw new ShapeError(op.name, `no ${op.name} of an empty tensor ${formatShape(x.shape)}`, { value: x.shape });
    return reduceNode(op, reshape(x, [x.size]), 0, 1, 'i32');
  }
  const first = checkAxis(op.name, axis, x.shape.length);
  if (x.shape[first] === 0)
    throw new ShapeError(op.name, `no ${op.name} over an empty axis of ${formatShape(x.shape)}`, { value: x.shape });
  return reduceNode(op, x, first, 1, 'i32');
}

/** How many values are true, once `test` has made bools of them. */
function counted(op: string, a: Tensor, axes: Axes = {}, test = (x: Tensor): Tensor => cast(x, 'bool')): Tensor {
  checkAxesOptions(op, axes);
  const x = operand(op, a);
  checkAxes(op, axes.axis, x.shape.length);
  return sum(test(x), axes);
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * The mean over all or some axes, as a float; NaN over an empty axis.
     * @throws {IndexError} an axis out of range.
     * @example
     * await tensor([[1, 2], [3, 4]]).mean({ axis: 1 }).data(); // → 1.5, 3.5
     */
    mean(options?: Axes): Tensor;
    /**
     * The largest value over all or some axes, NaN if there is one. Equal ones share the gradient.
     * @throws {ShapeError} over an empty axis. @throws {IndexError} an axis out of range.
     * @example
     * await tensor([1, 3, 2]).max().item(); // → 3
     */
    max(options?: Axes): Tensor;
    /**
     * The smallest value over all or some axes, NaN if there is one. Equal ones share the gradient.
     * @throws {ShapeError} over an empty axis. @throws {IndexError} an axis out of range.
     * @example
     * await tensor([1, 3, 2]).min().item(); // → 1
     */
    min(options?: Axes): Tensor;
    /**
     * The index of the largest value along an axis, which it drops unless `keepDim`, or of the flattened tensor without one; i32. Of equal values the first, and NaN
     * counts as the largest. Not differentiable.
     * @throws {ShapeError} over an empty axis. @throws {IndexError} an axis out of range.
     * @example
     * await tensor([1, 3, 2]).argmax().item(); // → 1
     */
    argmax(axis?: number, options?: { keepDim?: boolean }): Tensor;
    /**
     * The index of the smallest value along an axis, which it drops unless `keepDim`, or of the flattened tensor without one; i32. Of equal values the first, and NaN
     * counts as the smallest. Not differentiable.
     * @throws {ShapeError} over an empty axis. @throws {IndexError} an axis out of range.
     * @example
     * await tensor([1, 3, 2]).argmin().item(); // → 0
     */
    argmin(axis?: number, options?: { keepDim?: boolean }): Tensor;
    /**
     * How many values aren't 0 (NaN isn't) over all or some axes, as i32.
     * @throws {IndexError} an axis out of range.
     * @example
     * await tensor([0, 3, 2]).countNonzero().item(); // → 2
     */
    countNonzero(options?: Axes): Tensor;
    /**
     * Whether no value is 0 or false over all or some axes, as bool; true over an empty one.
     * @throws {IndexError} an axis out of range.
     * @example
     * await tensor([true, false]).all().item(); // → 0
     */
    all(options?: Axes): Tensor;
    /**
     * Whether a value isn't 0 or false over all or some axes, as bool; false over an empty one.
     * @throws {IndexError} an axis out of range.
     * @example
     * await tensor([true, false]).any().item(); // → 1
     */
    any(options?: Axes): Tensor;
    /**
     * Broadcasts to a larger shape without copying: sizes of 1 grow, and axes may be added in front.
     * @throws {ShapeError} a shape that it doesn't broadcast to.
     * @example
     * await tensor([1, 2]).expand([2, 2]).data(); // → 1, 2, 1, 2
     */
    expand(shape: readonly number[]): Tensor;
  }
}

Tensor.prototype.mean = function (options) {
  return reduced(meanOp, this, options);
};
Tensor.prototype.max = function (options) {
  return reduced(maxOp, this, options);
};
Tensor.prototype.min = function (options) {
  return reduced(minOp, this, options);
};
Tensor.prototype.argmax = function (axis, { keepDim } = {}) {
  return position(argmaxOp, this, axis, keepDim);
};
Tensor.prototype.argmin = function (axis, { keepDim } = {}) {
  return position(argminOp, this, axis, keepDim);
};
Tensor.prototype.countNonzero = function (options) {
  return counted('countNonzero', this, options);
};
Tensor.prototype.all = function (options) {
  return counted('all', this, options, (x) => x.eq(0)).eq(0);
};
Tensor.prototype.any = function (options) {
  return counted('any', this, options).gt(0);
};
Tensor.prototype.expand = function (shape) {
  return expand(this, shape);
};
