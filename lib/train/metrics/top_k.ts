// TopKAccuracy: how often the right class is among the k best.
import { ArgumentError, arange, describe, ShapeError, type Tensor } from '../../core/index.js';
import { buffer, count } from './buffers.js';
import { rowsOf } from './labelled.js';
import { Metric } from './metric.js';

/** Options of `TopKAccuracy`. */
export interface TopKAccuracyOptions {
  /** 5 unless told. */
  readonly k?: number;
}

/**
 * The part of rows, from 0 to 1, whose class is among the k largest scores; NaN before the first. Of equal scores those of lower classes
 * come first, as `argmax` has it; a NaN is never among them. As scikit-learn's `top_k_accuracy_score`.
 *
 * @throws {ArgumentError} when k is no whole number ≥ 1.
 * @example
 * const top2 = new TopKAccuracy({ k: 2 });
 * top2.update(tensor([[3, 2, 1]]), tensor([1], { dtype: 'i32' }));
 * await top2.compute(); // → 1
 */
export class TopKAccuracy extends Metric {
  private readonly k: number;
  private readonly right = buffer([], 'i32');
  private readonly rows = buffer([], 'i32');

  constructor({ k = 5 }: TopKAccuracyOptions = {}) {
    super();
    if (!Number.isInteger(k) || k < 1)
      throw new ArgumentError('TopKAccuracy', `k must be a whole number ≥ 1, got ${describe(k)}`, { value: k });
    this.k = k;
  }

  /** Counts a batch. @param out Outputs (…, classes). @param y Labels (…) in i32 or u8. @throws {ShapeError} when they don't fit, or k exceeds the classes. */
  update(out: Tensor, y: Tensor): void {
    const { scores, labels, classes } = rowsOf('TopKAccuracy', out, y);
    if (this.k > classes) throw new ShapeError('TopKAccuracy', `k is ${this.k}, but there are ${classes} classes`, { value: out.shape });
    const own = scores.gather(1, labels.unsqueeze(1));
    const lower = arange(classes).lt(labels.unsqueeze(1));
    const before = scores.gt(own).logicalOr(scores.eq(own).logicalAnd(lower)).sum({ axis: 1, keepDim: true });
    count(this.right, before.lt(this.k).logicalAnd(own.eq(own)).sum());
    count(this.rows, y.size);
  }

  async compute(): Promise<number> {
    const [right, rows] = await Promise.all([this.right.item(), this.rows.item()]);
    return right / rows;
  }
}
