// How probable a model holds what is true: log-loss and perplexity.
import { ArgumentError, describe, type Tensor } from '../../core/index.js';
import { crossEntropy } from '../../nn/index.js';
import { accumulate, buffer, count } from './buffers.js';
import { rowsOf } from './labelled.js';
import { Metric } from './metric.js';

/** The mean of -log p(label) over rows. */
abstract class MeanNegativeLog extends Metric {
  private readonly sum = buffer([]);
  private readonly rest = buffer([]);
  private readonly rows = buffer([], 'i32');

  protected add(losses: Tensor, rows: Tensor | number): void {
    accumulate(this.sum, this.rest, losses.sum());
    count(this.rows, rows);
  }

  protected async mean(): Promise<number> {
    const [sum, rest, rows] = await Promise.all([this.sum.item(), this.rest.item(), this.rows.item()]);
    return (sum + rest) / rows;
  }
}

/** Options of `LogLoss`. */
export interface LogLossOptions {
  /** Whether outputs are probabilities, each row with a sum of 1, instead of logits; false unless told. */
  readonly probabilities?: boolean;
}

/** The distance from 1 to the next f32: probabilities count as at least this, as in scikit-learn. */
const LEAST = 2 ** -23;

/**
 * The mean of -log p over rows, p being the probability given to the row's class; NaN before the first. Outputs are logits unless told.
 * As scikit-learn's `log_loss`.
 * @throws {ShapeError} in `update`, when outputs and labels don't fit.
 * @example
 * const loss = new LogLoss({ probabilities: true });
 * loss.update(tensor([[0.5, 0.5]]), tensor([0], { dtype: 'i32' }));
 * await loss.compute(); // → 0.693
 */
export class LogLoss extends MeanNegativeLog {
  private readonly probabilities: boolean;

  constructor({ probabilities = false }: LogLossOptions = {}) {
    super();
    this.probabilities = probabilities;
  }

  /**
   * Counts a batch.
   * @param out Logits, or probabilities (…, classes). @param y Labels (…) in i32 or u8.
   * @throws {ShapeError} when they don't fit. A label out of range rejects the next `compute` with an IndexError.
   */
  update(out: Tensor, y: Tensor): void {
    const { scores, labels } = rowsOf('LogLoss', out, y);
    this.add(this.probabilities ? negativeLogs(scores, labels) : crossEntropy(scores, labels, { reduction: 'none' }), y.size);
  }

  compute(): Promise<number> {
    return this.mean();
  }
}

const negativeLogs = (p: Tensor, labels: Tensor): Tensor =>
  p
    .gather(1, labels.unsqueeze(1))
    .clamp(LEAST, 1 - LEAST)
    .log()
    .neg();

/** Options of `Perplexity`. */
export interface PerplexityOptions {
  /** Rows with this label count for nothing, as padding; none unless told. */
  readonly ignoreIndex?: number;
}

/**
 * e to the mean cross-entropy of logits: as uncertain as a choice among so many tokens. NaN before the first.
 * @throws {ArgumentError} for an `ignoreIndex` that isn't whole. @throws {ShapeError} in `update`, when outputs and labels don't fit.
 * @example
 * const perplexity = new Perplexity({ ignoreIndex: 0 });
 * perplexity.update(zeros([1, 3, 50]), tensor([[7, 9, 0]], { dtype: 'i32' }));
 * await perplexity.compute(); // → 50
 */
export class Perplexity extends MeanNegativeLog {
  private readonly ignoreIndex: number | undefined;

  constructor({ ignoreIndex }: PerplexityOptions = {}) {
    super();
    if (ignoreIndex !== undefined && !Number.isInteger(ignoreIndex)) {
      throw new ArgumentError('Perplexity', `ignoreIndex must be a whole number, got ${describe(ignoreIndex)}`, { value: ignoreIndex });
    }
    this.ignoreIndex = ignoreIndex;
  }

  /**
   * Counts a batch.
   * @param out Logits (…, tokens). @param y Labels (…) in i32 or u8.
   * @throws {ShapeError} when they don't fit. A label out of range rejects the next `compute` with an IndexError.
   */
  update(out: Tensor, y: Tensor): void {
    const { ignoreIndex } = this;
    const { scores, labels } = rowsOf('Perplexity', out, y);
    this.add(
      crossEntropy(scores, labels, { reduction: 'none', ignoreIndex }),
      ignoreIndex === undefined ? y.size : labels.ne(ignoreIndex).sum(),
    );
  }

  async compute(): Promise<number> {
    return Math.exp(await this.mean());
  }
}
