// The mean of a loss over rows, not over batches: a smaller last batch weighs less.
import { Parameter, type Tensor, zeros } from '../core/index.js';

export class MeanLoss {
  readonly #sum = new Parameter(zeros([]), { requiresGrad: false });
  readonly #rows = new Parameter(zeros([]), { requiresGrad: false });

  /** Counts a batch of `rows` whose mean is `loss`. */
  update(loss: Tensor, rows: number): void {
    this.#sum.assign(this.#sum.add(loss.mul(rows)));
    this.#rows.assign(this.#rows.add(rows));
  }

  async compute(): Promise<number> {
    const [sum, rows] = await Promise.all([this.#sum.item(), this.#rows.item()]);
    return sum / rows;
  }

  reset(): void {
    this.#sum.assign(zeros([]));
    this.#rows.assign(zeros([]));
  }
}
