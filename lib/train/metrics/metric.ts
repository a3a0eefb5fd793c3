// Metrics: numbers that people read, counted natively inside the runs that training makes anyway.
import { Parameter, type Tensor, zeros } from '../../core/index.js';

/**
 * The base of metrics. State is kept in buffers (`new Parameter(…, { requiresGrad: false })`) held as plain properties: `update` assigns
 * them, and so is part of the step's run; only `compute` reads. A failed update rejects the next `compute`. What a Trainer takes computes
 * one number; others may compute a curve or a matrix.
 *
 * @example
 * class MeanError extends Metric {
 *   total = new Parameter(zeros([]), { requiresGrad: false });
 *   rows = new Parameter(zeros([]), { requiresGrad: false });
 *   update(out: Tensor, y: Tensor) {
 *     this.total.assign(this.total.add(out.sub(y).abs().sum()));
 *     this.rows.assign(this.rows.add(y.size));
 *   }
 *   async compute() { return (await this.total.item()) / (await this.rows.item()); }
 * }
 */
export abstract class Metric<T = number> {
  /** Counts a batch: records, computes nothing. */
  abstract update(...tensors: Tensor[]): void;

  /** The value over all that was counted since the last reset. */
  abstract compute(): Promise<T>;

  /** Forgets what was counted: all buffers become zero. */
  reset(): void {
    for (const buffer of Object.values(this)) if (buffer instanceof Parameter) buffer.assign(zeros(buffer.shape, { dtype: buffer.dtype }));
  }

  /** One with the same settings and a count of its own, from zero. `evaluate` and validation count on such ones. */
  fresh(): this {
    const copy: this = Object.assign(Object.create(Object.getPrototypeOf(this)), this);
    for (const [name, buffer] of Object.entries(copy)) {
      if (buffer instanceof Parameter)
        Object.assign(copy, { [name]: new Parameter(zeros(buffer.shape, { dtype: buffer.dtype }), { requiresGrad: false }) });
    }
    copy.reset();
    return copy;
  }
}
