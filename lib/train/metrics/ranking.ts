// How well scores rank what is true above what isn't: ROC and precision-recall curves, and the areas under them. Exact, so all scores are kept.
import { ArgumentError, describe, run, type Tensor } from '../../core/index.js';
import { checkPaired } from './labelled.js';
import { Metric } from './metric.js';

/** For each distinct score, from the largest down: how many true and untrue rows have it or a larger one. */
interface Ranks {
  readonly thresholds: number[];
  readonly positives: number[];
  readonly negatives: number[];
}

abstract class Ranking<T> extends Metric<T> {
  private batches: { scores: Tensor; labels: Tensor }[] = [];

  /**
   * Counts a batch.
   * @param out A score a row: probabilities or logits, larger for what is true. @param y Labels 0 or 1, of the same shape.
   * @throws {ShapeError} when the shapes differ. A score of NaN and another label reject `compute` with an ArgumentError.
   */
  update(out: Tensor, y: Tensor): void {
    checkPaired(this.constructor.name, out, y);
    const batch = { scores: out.detach().to('f32'), labels: y.detach().to('f32') };
    run(batch.scores, batch.labels).catch(() => {}); // within the step's run; a failure shows when the values are read
    this.batches.push(batch);
  }

  override reset(): void {
    super.reset();
    this.batches = [];
  }

  /** Counts at each distinct score. */
  protected async ranks(): Promise<Ranks> {
    const read = await Promise.all(this.batches.map(({ scores, labels }) => Promise.all([scores.data(), labels.data()])));
    const op = this.constructor.name;
    // One number a row, so that sorting needs no comparing function: the score's place among all f32, and in its last bit the label.
    const keys = new Float64Array(read.reduce((rows, [scores]) => rows + scores.length, 0));
    let row = 0;
    for (const [scores, labels] of read) {
      for (const [i, label] of labels.entries()) {
        if (label !== 0 && label !== 1) throw new ArgumentError(op, `labels must be 0 or 1, got ${label} in row ${row}`, { value: label });
        if (Number.isNaN(scores[i])) throw new ArgumentError(op, `the score of row ${row} is NaN`, { value: Number.NaN });
        keys[row++] = 2 * placeOf(scores[i]!) + label;
      }
    }
    return countRanks(keys.sort());
  }
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** A whole number that grows with the f32 x. */
function placeOf(x: number): number {
  float[0] = x + 0; // -0 is 0
  return bits[0]! & 0x80000000 ? ~bits[0]! >>> 0 : (bits[0]! | 0x80000000) >>> 0;
}

function scoreAt(place: number): number {
  bits[0] = place & 0x80000000 ? place & 0x7fffffff : ~place;
  return float[0]!;
}

function countRanks(keys: Float64Array): Ranks {
  const ranks: Ranks = { thresholds: [], positives: [], negatives: [] };
  let [positive, negative] = [0, 0];
  for (let i = keys.length - 1; i >= 0; i--) {
    const place = Math.floor(keys[i]! / 2);
    if (keys[i]! % 2 === 1) positive++;
    else negative++;
    if (i > 0 && Math.floor(keys[i - 1]! / 2) === place) continue;
    ranks.thresholds.push(scoreAt(place));
    ranks.positives.push(positive);
    ranks.negatives.push(negative);
  }
  return ranks;
}

/** The points of a ROC curve, from the highest threshold down. */
export interface RocPoints {
  /** Of the untrue rows, the part that reaches the threshold. */
  falsePositiveRate: number[];
  /** Of the true rows, the part that reaches it. */
  truePositiveRate: number[];
  /** Infinity, then each distinct score. */
  thresholds: number[];
}

/**
 * The receiver operating characteristic: for each threshold from high to low, the part of untrue and of true rows that reach it. It begins
 * at (0, 0) with an infinite threshold. A rate without rows of its kind is NaN. As scikit-learn's `roc_curve`, with every point.
 * @throws {ShapeError} in `update`, when scores and labels have different shapes. @throws {ArgumentError} in `compute`, for a score of NaN or a
 *   label other than 0 and 1.
 * @example
 * const roc = new RocCurve();
 * roc.update(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1]));
 * const { falsePositiveRate, truePositiveRate } = await roc.compute();
 * console.log(falsePositiveRate); // → 0, 0, 0.5, 0.5, 1
 * console.log(truePositiveRate); // → 0, 0.5, 0.5, 1, 1
 */
export class RocCurve extends Ranking<RocPoints> {
  async compute(): Promise<RocPoints> {
    const { thresholds, positives, negatives } = await this.ranks();
    return { falsePositiveRate: rates(negatives), truePositiveRate: rates(positives), thresholds: [Infinity, ...thresholds] };
  }
}

const rates = (counts: readonly number[]): number[] => [0, ...counts].map((n) => n / (counts.at(-1) ?? 0));

/** The points of a precision-recall curve, from the lowest threshold up. */
export interface PrecisionRecallPoints {
  /** Of the rows that reach the threshold, the part that is true; 1 at the end. */
  precision: number[];
  /** Of the true rows, the part that reaches it; 0 at the end. */
  recall: number[];
  /** Each distinct score; one fewer than the points. */
  thresholds: number[];
}

/**
 * Precision and recall for each threshold from low to high; behind the last threshold stand a precision of 1 and a recall of 0.
 * As scikit-learn's `precision_recall_curve`.
 * @throws {ShapeError} {ArgumentError} as `RocCurve`.
 * @example
 * const curve = new PrecisionRecallCurve();
 * curve.update(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1]));
 * const { precision, recall } = await curve.compute();
 * console.log(precision); // → 0.5, 0.667, 0.5, 1, 1
 * console.log(recall); // → 1, 1, 0.5, 0.5, 0
 */
export class PrecisionRecallCurve extends Ranking<PrecisionRecallPoints> {
  async compute(): Promise<PrecisionRecallPoints> {
    return precisionRecall(await this.ranks());
  }
}

function precisionRecall({ thresholds, positives, negatives }: Ranks): PrecisionRecallPoints {
  const all = positives.at(-1) ?? 0;
  const precision = positives.map((n, i) => n / (n + negatives[i]!)).reverse();
  const recall = positives.map((n) => n / all).reverse();
  return { precision: [...precision, 1], recall: [...recall, 0], thresholds: [...thresholds].reverse() };
}

/** Options of `AUC`. */
export interface AUCOptions {
  /** 'roc' unless told. */
  readonly curve?: 'roc' | 'pr';
}

/**
 * The area under a curve of binary scores, from 0 to 1. Of the ROC curve: how often a true row has a larger score than an untrue one, equal
 * ones counting half. Of the precision-recall curve: the average precision, Σ (recallₙ - recallₙ₋₁)·precisionₙ, without interpolation. NaN
 * while rows of one kind are missing (for 'pr', true ones). As scikit-learn's `roc_auc_score` and `average_precision_score`.
 *
 * @throws {ArgumentError} for another curve.
 * @example
 * const auc = new AUC();
 * auc.update(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1]));
 * await auc.compute(); // → 0.75
 */
export class AUC extends Ranking<number> {
  private readonly curve: 'roc' | 'pr';

  constructor({ curve = 'roc' }: AUCOptions = {}) {
    super();
    if (curve !== 'roc' && curve !== 'pr')
      throw new ArgumentError('AUC', `curve must be 'roc' or 'pr', got ${describe(curve)}`, { value: curve });
    this.curve = curve;
  }

  async compute(): Promise<number> {
    const ranks = await this.ranks();
    if (this.curve === 'roc') return rocArea(ranks);
    if (ranks.thresholds.length === 0) return Number.NaN;
    const { precision, recall } = precisionRecall(ranks);
    return recall.slice(1).reduce((area, next, i) => area + (recall[i]! - next) * precision[i]!, 0);
  }
}

/** Trapezoids between the points. */
function rocArea({ positives, negatives }: Ranks): number {
  let [area, up, along] = [0, 0, 0];
  for (const [i, positive] of positives.entries()) {
    area += ((negatives[i]! - along) * (positive + up)) / 2;
    [up, along] = [positive, negatives[i]!];
  }
  return area / (up * along);
}
