// How far outputs are from targets that are numbers: mean squared and absolute errors, and the part of the variance explained.
import { type Parameter, ShapeError, type Tensor } from '../../core/index.js';
import { accumulate, buffer, count, total, values } from './buffers.js';
import { checkPaired } from './labelled.js';
import { Metric } from './metric.js';

abstract class MeanError extends Metric {
  private readonly sum = buffer([]);
  private readonly rest = buffer([]);
  private readonly elements = buffer([], 'i32');

  /** The error of each element. */
  protected abstract errors(out: Tensor, y: Tensor): Tensor;

  /** Counts a batch. @param out Outputs. @param y Targets, of the same shape. @throws {ShapeError} when the shapes differ. */
  update(out: Tensor, y: Tensor): void {
    checkPaired(this.constructor.name, out, y);
    accumulate(this.sum, this.rest, this.errors(out, y).sum().to('f32'));
    count(this.elements, y.size);
  }

  /** The mean over all elements so far; NaN before the first. */
  async compute(): Promise<number> {
    const [sum, rest, elements] = await Promise.all([this.sum.item(), this.rest.item(), this.elements.item()]);
    return (sum + rest) / elements;
  }
}

/**
 * The mean of (out - y)² over all elements; NaN before the first. As scikit-learn's `mean_squared_error`.
 * @throws {ShapeError} in `update`, when outputs and targets have different shapes.
 * @example
 * const error = new MeanSquaredError();
 * error.update(tensor([1, 2]), tensor([1, 4]));
 * await error.compute(); // → 2
 */
export class MeanSquaredError extends MeanError {
  protected errors(out: Tensor, y: Tensor): Tensor {
    return out.sub(y).square();
  }
}

/**
 * The mean of |out - y| over all elements; NaN before the first. As scikit-learn's `mean_absolute_error`.
 * @throws {ShapeError} in `update`, when outputs and targets have different shapes.
 * @example
 * const error = new MeanAbsoluteError();
 * error.update(tensor([1, 2]), tensor([1, 4]));
 * await error.compute(); // → 1
 */
export class MeanAbsoluteError extends MeanError {
  protected errors(out: Tensor, y: Tensor): Tensor {
    return out.sub(y).abs();
  }
}

/**
 * The coefficient of determination, 1 - Σ(y - out)² / Σ(y - mean y)²: 1 for exact outputs, 0 for outputs that are always the mean. Of
 * several outputs a row, the mean of theirs. NaN before the second row; where the targets are all alike, 1 for exact outputs, else 0.
 * As scikit-learn's `r2_score`.
 * @throws {ShapeError} in `update`, when outputs and targets have different shapes, or no rows.
 * @example
 * const r2 = new R2Score();
 * r2.update(tensor([1, 2, 3]), tensor([1, 2, 4]));
 * await r2.compute(); // → 0.7857
 */
export class R2Score extends Metric {
  private readonly rows = buffer([], 'i32');
  /** A number an output, made when their number is seen: the targets' mean, their squared distances from it, and the squared errors. */
  private mean: Parameter | null = null;
  private spread: Parameter | null = null;
  private spreadRest: Parameter | null = null;
  private errors: Parameter | null = null;
  private errorsRest: Parameter | null = null;

  /** Counts a batch. @param out Outputs (rows, …). @param y Targets, of the same shape. @throws {ShapeError} when the shapes don't fit. */
  update(out: Tensor, y: Tensor): void {
    checkPaired('R2Score', out, y);
    const [added] = y.shape;
    if (added === undefined) throw new ShapeError('R2Score', 'expects rows along axis 0, got a scalar', { value: y.shape });
    if (added === 0) return;
    const outputs = y.size / added;
    const [found, targets] = [out, y].map((t) => t.to('f32').reshape([added, outputs])) as [Tensor, Tensor];
    const mean = (this.mean ??= buffer([outputs]));
    // Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
    const own = targets.mean({ axis: 0 });
    const within = targets.sub(own).square().sum({ axis: 0 });
    const before = this.rows.to('f32');
    const shift = own.sub(mean);
    const share = before.add(added).reciprocal().mul(added);
    const between = shift.square().mul(before).mul(share);
    accumulate((this.spread ??= buffer([outputs])), (this.spreadRest ??= buffer([outputs])), within.add(between));
    const errors = targets.sub(found).square().sum({ axis: 0 });
    accumulate((this.errors ??= buffer([outputs])), (this.errorsRest ??= buffer([outputs])), errors);
    count(mean, shift.mul(share));
    count(this.rows, added);
  }

  async compute(): Promise<number> {
    const { spread, spreadRest, errors, errorsRest } = this;
    if (spread === null || spreadRest === null || errors === null || errorsRest === null) return Number.NaN;
    const [[rows], ...sums] = (await values(this.rows, spread, spreadRest, errors, errorsRest)) as [number[], ...number[][]];
    if (rows! < 2) return Number.NaN;
    const scores = sums[0]!.map((all, i) => {
      const [varied, missed] = [all + sums[1]![i]!, sums[2]![i]! + sums[3]![i]!];
      return varied > 0 ? 1 - missed / varied : Number(missed === 0);
    });
    return total(scores) / scores.length;
  }
}
