// Precision, recall and F-beta: how well each class is found, and their averages.
import { ArgumentError, describe, type Parameter, type Tensor } from '../../core/index.js';
import { buffer, count, total, values } from './buffers.js';
import { checkThreshold, decisionsOf } from './labelled.js';
import { Metric } from './metric.js';

/**
 * How the classes' scores become one: `macro` is their mean over all classes that occur in targets or outputs, `weighted` the mean by the
 * number of targets, `micro` the score of all decisions counted together.
 */
export type Average = 'macro' | 'micro' | 'weighted';

/** Options of `Precision` and `Recall`. */
export interface ClassScoreOptions {
  /** 'macro' unless told. */
  readonly average?: Average;
  /** For outputs of one number each, in the targets' shape: from here on they mean class 1, whose score is computed. */
  readonly threshold?: number;
}

abstract class ClassScore extends Metric {
  private readonly average: Average;
  private readonly threshold: number | undefined;
  /** For each class, how often it was predicted rightly, predicted, and true; made when the number of classes is seen. */
  private right: Parameter | null = null;
  private predicted: Parameter | null = null;
  private actual: Parameter | null = null;

  constructor({ average = 'macro', threshold }: ClassScoreOptions) {
    super();
    const op = this.constructor.name;
    if (!['macro', 'micro', 'weighted'].includes(average))
      throw new ArgumentError(op, `average must be 'macro', 'micro' or 'weighted', got ${describe(average)}`, { value: average });
    checkThreshold(op, threshold);
    this.average = average;
    this.threshold = threshold;
  }

  /** The score of counts; NaN where it is 0 / 0. */
  protected abstract score(right: number, predicted: number, actual: number): number;

  /**
   * Counts a batch.
   * @param out Outputs (…, classes), or as the targets with a `threshold`. @param y Labels (…) in i32 or u8.
   * @throws {ShapeError} when they don't fit. A label out of range rejects the next `compute` with an IndexError.
   */
  update(out: Tensor, y: Tensor): void {
    const { predicted, actual, classes } = decisionsOf(this.constructor.name, out, y, this.threshold);
    count((this.right ??= buffer([classes], 'i32')), predicted.mul(actual).sum({ axis: 0 }));
    count((this.predicted ??= buffer([classes], 'i32')), predicted.sum({ axis: 0 }));
    count((this.actual ??= buffer([classes], 'i32')), actual.sum({ axis: 0 }));
  }

  /** The averaged score, or with a threshold that of class 1; NaN before the first row. A score of 0 / 0 counts as 0. */
  async compute(): Promise<number> {
    const counts = await this.read();
    if (counts === null) return Number.NaN;
    const [right, predicted, actual] = counts;
    if (this.average === 'micro' && this.threshold === undefined) return this.score(total(right), total(predicted), total(actual)) || 0;
    const scores = this.scoresOf(counts);
    if (this.threshold !== undefined) return scores[1]!;
    const weights = this.average === 'weighted' ? actual : actual.map((n, i) => Number(n + predicted[i]! > 0));
    return total(scores.map((score, i) => score * weights[i]!)) / total(weights);
  }

  /** The score of each class, 0 where it is 0 / 0; empty before the first row. */
  async perClass(): Promise<number[]> {
    const counts = await this.read();
    return counts === null ? [] : this.scoresOf(counts);
  }

  private async read(): Promise<[right: number[], predicted: number[], actual: number[]] | null> {
    if (this.right === null || this.predicted === null || this.actual === null) return null;
    const [right, predicted, actual] = await values(this.right, this.predicted, this.actual);
    return total(actual!) === 0 ? null : [right!, predicted!, actual!];
  }

  private scoresOf([right, predicted, actual]: [number[], number[], number[]]): number[] {
    return right.map((n, i) => this.score(n, predicted[i]!, actual[i]!) || 0);
  }
}

/**
 * Of what was predicted as a class, the part that is of it, from 0 to 1; NaN before the first row. As scikit-learn's `precision_score`.
 * @throws {ArgumentError} for an unknown average or a threshold that is no number.
 * @example
 * const precision = new Precision({ average: 'macro' });
 * precision.update(tensor([[2, 1], [3, 0]]), tensor([0, 1], { dtype: 'i32' }));
 * await precision.compute(); // → 0.25
 */
export class Precision extends ClassScore {
  constructor(options: ClassScoreOptions = {}) {
    super(options);
  }

  protected score(right: number, predicted: number): number {
    return right / predicted;
  }
}

/**
 * Of what is of a class, the part that was predicted as it, from 0 to 1; NaN before the first row. As scikit-learn's `recall_score`.
 * @throws {ArgumentError} for an unknown average or a threshold that is no number.
 * @example
 * const recall = new Recall({ threshold: 0.5 });
 * recall.update(tensor([0.9, 0.2, 0.1]), tensor([1, 1, 0]));
 * await recall.compute(); // → 0.5
 */
export class Recall extends ClassScore {
  constructor(options: ClassScoreOptions = {}) {
    super(options);
  }

  protected score(right: number, _predicted: number, actual: number): number {
    return right / actual;
  }
}

/** Options of `FBetaScore`. */
export interface FBetaScoreOptions extends ClassScoreOptions {
  /** How many times as important recall is as precision, > 0; 1 unless told: F1. */
  readonly beta?: number;
}

/**
 * The weighted harmonic mean of precision and recall, (1 + β²)·p·r / (β²·p + r), from 0 to 1; NaN before the first row. As scikit-learn's
 * `fbeta_score`.
 * @throws {ArgumentError} for an unknown average, a threshold that is no number, or a beta that is not positive.
 * @example
 * const f1 = new FBetaScore();
 * f1.update(tensor([[2, 1], [0, 3]]), tensor([0, 1], { dtype: 'i32' }));
 * await f1.compute(); // → 1
 */
export class FBetaScore extends ClassScore {
  private readonly beta: number;

  constructor({ beta = 1, ...options }: FBetaScoreOptions = {}) {
    super(options);
    if (!(beta > 0 && beta < Infinity))
      throw new ArgumentError('FBetaScore', `beta must be a number > 0, got ${describe(beta)}`, { value: beta });
    this.beta = beta;
  }

  protected score(right: number, predicted: number, actual: number): number {
    const weight = this.beta ** 2;
    return ((1 + weight) * right) / (weight * actual + predicted);
  }
}
