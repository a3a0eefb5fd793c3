// How well scores rank what is true above what isn't: ROC and precision-recall curves, and the areas under them. Exact, so all scores are kept.
import { ArgumentError, describe, run, type Tensor, tensor } from '../../core/index.js';
import { checkPaired } from './labelled.js';
import { Metric } from './metric.js';

/** For each distinct score, from the largest down: how many true and untrue rows have it or a larger one. */
interface Ranks {
  readonly thresholds: Float32Array;
  readonly positives: Int32Array;
  readonly negatives: Int32Array;
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

  /** Counts at each distinct score; sorted and added up natively, so that many rows don't hold the event loop. */
  protected async ranks(): Promise<Ranks> {
    const read = await Promise.all(this.batches.map(({ scores, labels }) => Promise.all([scores.data(), labels.data()])));
    const op = this.constructor.name;
    const rows = read.reduce((sum, [scores]) => sum + scores.length, 0);
    if (rows === 0) return countRanks(new Float32Array(), new Int32Array());
    // A few lengths only, so that a metric looked at while it grows compiles few Programs; what fills up comes last.
    const length = 2 ** Math.ceil(Math.log2(rows));
    const allScores = new Float32Array(length).fill(-Infinity);
    const allLabels = new Int32Array(length);
    let row = 0;
    for (const [scores, labels] of read) {
      for (let i = 0; i < labels.length; i++, row++) {
        const [score, label] = [scores[i]!, labels[i]!];
        if (label !== 0 && label !== 1) throw new ArgumentError(op, `labels must be 0 or 1, got ${label} in row ${row}`, { value: label });
        if (Number.isNaN(score)) throw new ArgumentError(op, `the score of row ${row} is NaN`, { value: Number.NaN });
        allScores[row] = score;
        allLabels[row] = label;
      }
    }
    const { values, indices } = tensor(allScores).sort(0, { descending: true });
    const trueRows = tensor(allLabels).indexSelect(0, indices).cumsum(0);
    const [sorted, positives] = await Promise.all([values.data(), trueRows.data()]);
    return countRanks((sorted as Float32Array).subarray(0, rows), (positives as Int32Array).subarray(0, rows));
  }
}

/** @param sorted Scores, descending. @param upTo How many true rows there are up to each one. */
function countRanks(sorted: Float32Array, upTo: Int32Array): Ranks {
  const thresholds = new Float32Array(sorted.length);
  const positives = new Int32Array(sorted.length);
  const negatives = new Int32Array(sorted.length);
  let count = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (i + 1 < sorted.length && sorted[i] === sorted[i + 1]) continue;
    thresholds[count] = sorted[i]! + 0; // -0 is 0
    positives[count] = upTo[i]!;
    negatives[count++] = i + 1 - upTo[i]!;
  }
  return {
    thresholds: thresholds.subarray(0, count),
    positives: positives.subarray(0, count),
    negatives: negatives.subarray(0, count),
  };
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
    return {
      falsePositiveRate: rates(negatives),
      truePositiveRate: rates(positives),
      thresholds: [Infinity].concat(Array.from(thresholds)),
    };
  }
}

function rates(counts: Int32Array): number[] {
  const all = counts.at(-1) ?? 0;
  const parts = new Float64Array(counts.length + 1); // made into an array at once: numbers one by one would take many times as long
  parts[0] = 0 / all;
  for (let i = 0; i < counts.length; i++) parts[i + 1] = counts[i]! / all;
  return Array.from(parts);
}

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

const precisionAt = ({ positives, negatives }: Ranks, i: number): number => positives[i]! / (positives[i]! + negatives[i]!);

function precisionRecall(ranks: Ranks): PrecisionRecallPoints {
  const { thresholds, positives } = ranks;
  const n = thresholds.length;
  const all = positives.at(-1) ?? 0;
  const precision = new Float64Array(n + 1).fill(1);
  const recall = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) {
    precision[n - 1 - i] = precisionAt(ranks, i);
    recall[n - 1 - i] = positives[i]! / all;
  }
  return { precision: Array.from(precision), recall: Array.from(recall), thresholds: Array.from(thresholds).reverse() };
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
    return this.curve === 'roc' ? rocArea(ranks) : averagePrecision(ranks);
  }
}

/** Σ (recallₙ - recallₙ₋₁)·precisionₙ, from the highest threshold down. */
function averagePrecision(ranks: Ranks): number {
  const { positives } = ranks;
  let [area, before] = [0, 0];
  for (let i = 0; i < positives.length; i++) {
    area += (positives[i]! - before) * precisionAt(ranks, i);
    before = positives[i]!;
  }
  return area / before;
}

/** Trapezoids between the points. */
function rocArea({ positives, negatives }: Ranks): number {
  let [area, up, along] = [0, 0, 0];
  for (let i = 0; i < positives.length; i++) {
    area += ((negatives[i]! - along) * (positives[i]! + up)) / 2;
    up = positives[i]!;
    along = negatives[i]!;
  }
  return area / (up * along);
}
