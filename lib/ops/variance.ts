// Variance and standard deviation over any axes, from one pass that sums the squared deviations from the mean.
import { cast, inF32, keptShape, mul, permute, reduceLowering, reduceNode, reshape, spread } from '../core/basic.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError } from '../core/errors.js';
import { newOp, type Op } from '../core/op.js';
import { operand } from '../core/record.js';
import { type Axes, checkAxes, checkAxesOptions, describe, sizeOf } from '../core/shape.js';
import { Tensor } from '../core/tensor.js';
import { rooted } from './norm.js';

/** Σ (x - mean)² over adjacent axes. */
const deviationsOp: Op = newOp('deviations', reduceLowering('deviations'), ({ inputs: [x], attrs: [first, count], dy }) => {
  const axis = Array.from({ length: count! }, (_, i) => first! + i);
  return [mul(spread(mul(dy, 2), x!, first!, count!), x!.sub(x!.mean({ axis, keepDim: true })))];
});

/** Which axes a variance takes, and what it divides by. */
export type VarianceOptions = Axes & {
  /** What is subtracted from the number of values before it divides: 1 unless told, 0 for the values of a whole population. */
  correction?: number;
};

function variance(op: string, a: Tensor, options: VarianceOptions = {}): Tensor {
  checkAxesOptions(op, options);
  const { axis, keepDim = false, correction = 1 } = options;
  const t = operand(op, a);
  const x = isFloat(t.dtype) ? t : cast(t, 'f32');
  const axes = checkAxes(op, axis, x.shape.length);
  if (typeof correction !== 'number' || !(correction >= 0))
    throw new ArgumentError(op, `correction must be a number from 0, got ${describe(correction)}`, { value: correction });
  const n = sizeOf(axes.map((k) => x.shape[k]!));
  const sums = deviations(x, axes);
  const result = mul(sums, 1 / Math.max(0, n - correction));
  return keepDim ? reshape(result, keptShape(x.shape, axes)) : result;
}

/** Axes that aren't neighbours are moved together first: deviations of deviations are none of the whole. */
function deviations(x: Tensor, axes: readonly number[]): Tensor {
  const count = axes.length;
  if (count === 0) return mul(x, 0);
  if (axes[count - 1]! - axes[0]! === count - 1) return reduceNode(deviationsOp, x, axes[0]!, count, 'f32');
  const kept = x.shape.map((_, k) => k).filter((k) => !axes.includes(k));
  return reduceNode(deviationsOp, permute(x, [...kept, ...axes]), kept.length, count, 'f32');
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * The variance over all or some axes: Σ (x - mean)² / (n - correction), in one stable pass. NaN where n ≤ correction leaves nothing to
     * divide by; the gradient is exact, and the second one too.
     * @throws {ArgumentError} a negative correction. @throws {IndexError} an axis out of range.
     * @example await tensor([1, 2, 3, 4]).var().item(); // → 1.667
     */
    var(options?: VarianceOptions): Tensor;
    /**
     * The standard deviation, √var; where that is 0 its gradient is 0.
     * @throws {ArgumentError} and {IndexError} as `var`.
     * @example
     * await tensor([1, 3]).std({ correction: 0 }).item(); // → 1
     */
    std(options?: VarianceOptions): Tensor;
  }
}

Tensor.prototype.var = function (options) {
  return inF32(operand('var', this), (x) => variance('var', x, options));
};
Tensor.prototype.std = function (options) {
  return inF32(operand('std', this), (x) => rooted(variance('std', x, options)));
};
