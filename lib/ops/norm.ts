// Norms of vectors, and the logarithm of a sum of exponentials, over any axes.
import { cast, inF32, sum } from '../core/basic.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError, ShapeError } from '../core/errors.js';
import { operand } from '../core/record.js';
import { type Axes, checkAxes, checkAxesOptions, describe, formatShape } from '../core/shape.js';
import { Tensor } from '../core/tensor.js';
import { where } from './compare.js';

/** √x for x ≥ 0, with gradient 0 at 0, as PyTorch has it for norms and deviations. */
export function rooted(x: Tensor): Tensor {
  const none = x.eq(0);
  return where(none, 0, where(none, 1, x).sqrt());
}

/** xᵖ for x ≥ 0, with gradient 0 at 0. */
function power(x: Tensor, p: number): Tensor {
  const none = x.eq(0);
  return where(none, p > 0 ? 0 : Infinity, where(none, 1, x).log().mul(p).exp());
}

/** Which norm, over which axes. */
export type NormOptions = Axes & {
  /** The order, ±Infinity and 0 among them; 2 unless told. */
  ord?: number;
};

function norm(a: Tensor, options: NormOptions = {}): Tensor {
  checkAxesOptions('norm', options);
  const { ord = 2, ...axes } = options;
  const t = operand('norm', a);
  const over = checkAxes('norm', axes.axis, t.shape.length);
  if (typeof ord !== 'number' || Number.isNaN(ord))
    throw new ArgumentError('norm', `ord must be a number, got ${describe(ord)}`, { value: ord });
  if ((ord < 0 || ord === Infinity) && over.some((k) => t.shape[k] === 0))
    throw new ShapeError('norm', `no norm of order ${ord} over an empty axis of ${formatShape(t.shape)}`, { value: t.shape });
  return inF32(isFloat(t.dtype) ? t : cast(t, 'f32'), (x) => {
    if (ord === 2) return rooted(sum(x.square(), axes));
    if (ord === 1) return sum(x.abs(), axes);
    if (ord === Infinity) return x.abs().max(axes);
    if (ord === -Infinity) return x.abs().min(axes);
    if (ord === 0) return cast(x.countNonzero(axes), 'f32');
    return power(sum(power(x.abs(), ord), axes), 1 / ord);
  });
}

/** The largest value is subtracted before exp and added after log; it has no gradient of its own. */
function logSumExp(a: Tensor, axes: Axes = {}): Tensor {
  checkAxesOptions('logSumExp', axes);
  const t = operand('logSumExp', a);
  const over = checkAxes('logSumExp', axes.axis, t.shape.length);
  return inF32(isFloat(t.dtype) ? t : cast(t, 'f32'), (x) => {
    if (x.size === 0) return sum(x.exp(), axes).log();
    const top = x.max({ axis: over, keepDim: true }).detach();
    const shift = where(top.abs().eq(Infinity), 0, top);
    const total = sum(x.sub(shift).exp(), { axis: over, keepDim: axes.keepDim });
    return total.log().add(shift.reshape(total.shape));
  });
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * The norm of the values over all or some axes: (Σ |x|^ord)^(1/ord), by default the Euclidean one. `ord` Infinity gives the largest |x|,
     * -Infinity the smallest, 0 how many aren't 0. Where a Euclidean norm is 0, its gradient is 0.
     * @throws {ShapeError} over an empty axis, where no largest or smallest value exists. @throws {ArgumentError} an order that is no number.
     * @example await tensor([3, -4]).norm().item(); // → 5
     */
    norm(options?: NormOptions): Tensor;
    /**
     * log Σ eˣ over all or some axes, computed stably; -Infinity over an empty one. Integers give f32.
     * @throws {IndexError} an axis out of range.
     * @example
     * await tensor([0, 0]).logSumExp().item(); // → 0.693
     */
    logSumExp(options?: Axes): Tensor;
  }
}

Tensor.prototype.norm = function (options) {
  return norm(this, options);
};
Tensor.prototype.logSumExp = function (options) {
  return logSumExp(this, options);
};
