// ConfusionMatrix: which class was taken for which.
import type { Parameter, Tensor } from '../../core/index.js';
import { buffer, count } from './buffers.js';
import { checkThreshold, decisionsOf } from './labelled.js';
import { Metric } from './metric.js';

/**
 * Counts of rows by true and predicted class: `compute()` gives a row for each true class, within it a number for each predicted one; no
 * rows before the first update. As scikit-learn's `confusion_matrix`.
 *
 * @param options `threshold`: for outputs of one number each, in the targets' shape, from here on they mean class 1.
 * @throws {ArgumentError} for a threshold that is no number.
 * @example
 * const matrix = new ConfusionMatrix();
 * matrix.update(tensor([[2, 1], [3, 0]]), tensor([0, 1], { dtype: 'i32' }));
 * await matrix.compute(); // → [[1, 0], [1, 0]]
 */
export class ConfusionMatrix extends Metric<number[][]> {
  private readonly threshold: number | undefined;
  /** (true, predicted); made when the number of classes is seen. */
  private counts: Parameter | null = null;

  constructor({ threshold }: { threshold?: number } = {}) {
    super();
    checkThreshold('ConfusionMatrix', threshold);
    this.threshold = threshold;
  }

  /**
   * Counts a batch.
   * @param out Outputs (…, classes), or as the targets with a `threshold`. @param y Labels (…) in i32 or u8.
   * @throws {ShapeError} when they don't fit. A label out of range rejects the next `compute` with an IndexError.
   */
  update(out: Tensor, y: Tensor): void {
    const { predicted, actual, classes } = decisionsOf('ConfusionMatrix', out, y, this.threshold);
    const pairs = actual.to('f32').transpose().matmul(predicted.to('f32'));
    count((this.counts ??= buffer([classes, classes], 'i32')), pairs.to('i32'));
  }

  async compute(): Promise<number[][]> {
    if (this.counts === null) return [];
    const [classes] = this.counts.shape as [number];
    const values = Array.from(await this.counts.data());
    return Array.from({ length: classes }, (_, row) => values.slice(row * classes, (row + 1) * classes));
  }
}
