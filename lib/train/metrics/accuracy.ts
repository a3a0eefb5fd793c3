// Accuracy: how many rows were classified right.
import { ArgumentError, formatShape, Parameter, ShapeError, type Tensor, zeros } from '../../core/index.js';
import { Metric } from './metric.js';

/** Options of `Accuracy`. */
export interface AccuracyOptions {
  /**
   * For outputs of one number each, in the targets' shape: from here on they mean class 1. 0.5 for probabilities, 0 for logits. Without
   * it, outputs are (…, classes) and the largest wins.
   */
  readonly threshold?: number;
}

/**
 * The part of rows, from 0 to 1, whose class is right; NaN before the first. As scikit-learn's `accuracy_score`.
 *
 * @throws {ArgumentError} for a threshold that is no number. @throws {ShapeError} in `update`, when outputs and targets don't fit.
 * @example
 * const accuracy = new Accuracy();
 * accuracy.update(tensor([[2, 1], [0, 3]]), tensor([0, 0], { dtype: 'i32' }));
 * await accuracy.compute(); // → 0.5
 */
export class Accuracy extends Metric {
  private readonly threshold: number | undefined;
  private readonly right = new Parameter(zeros([], { dtype: 'i32' }), { requiresGrad: false });
  private readonly rows = new Parameter(zeros([], { dtype: 'i32' }), { requiresGrad: false });

  constructor({ threshold }: AccuracyOptions = {}) {
    super();
    if (Number.isNaN(threshold)) throw new ArgumentError('Accuracy', 'threshold must be a number, got NaN', { value: threshold });
    this.threshold = threshold;
  }

  /**
   * Counts a batch.
   * @param out Outputs (…, classes), or as the targets with a `threshold`. @param y Targets (…).
   * @throws {ShapeError} when they don't fit.
   */
  update(out: Tensor, y: Tensor): void {
    const found = this.threshold === undefined ? out.shape.slice(0, -1) : out.shape;
    if (formatShape(found) !== formatShape(y.shape) || out.shape.length === 0) {
      const remedy = this.threshold === undefined ? '; outputs of one number each take { threshold }' : '';
      throw new ShapeError('Accuracy', `outputs ${formatShape(out.shape)} don't fit targets ${formatShape(y.shape)}${remedy}`, {
        value: out.shape,
      });
    }
    const classes = this.threshold === undefined ? out.argmax(-1) : out.ge(this.threshold);
    this.right.assign(this.right.add(classes.eq(y).sum()));
    this.rows.assign(this.rows.add(y.size));
  }

  async compute(): Promise<number> {
    const [right, rows] = await Promise.all([this.right.item(), this.rows.item()]);
    return right / rows;
  }
}
