// What losses with class labels share: their checks, class weights, and rows that are left out.
import { ArgumentError, describe, formatShape, ShapeError, sameShape, type Tensor } from '../../core/index.js';
import { where } from '../../ops/index.js';
import { type LossOptions, reduce } from './loss.js';

/** Options of losses with class labels. */
export interface LabelOptions extends LossOptions {
  /** How much each class counts (classes); the mean is then the weighted one. All alike unless told. */
  readonly weight?: Tensor;
  /** Rows with this label count for nothing; none unless told. */
  readonly ignoreIndex?: number;
}

/** The number of classes, the last size of `scores`; throws when there is none, or when class weights don't fit. */
export function classesOf(op: string, what: string, scores: Tensor, weight: Tensor | undefined): number {
  const classes = scores.shape.at(-1);
  if (classes === undefined) throw new ShapeError(op, `expects ${what} (…, classes), got a scalar`, { value: scores.shape });
  if (classes === 0) throw new ShapeError(op, 'there are no classes', { value: scores.shape });
  if (weight !== undefined && !sameShape(weight.shape, [classes])) {
    throw new ShapeError(op, `${classes} classes need a weight (${classes}), got ${formatShape(weight.shape)}`, { value: weight.shape });
  }
  return classes;
}

/** Throws unless y is a label for each row of `scores`; `or` says what it may be instead. */
export function checkLabels(op: string, what: string, scores: Tensor, y: Tensor, or = ''): void {
  const expected = scores.shape.slice(0, -1);
  if (y.dtype !== 'i32' && y.dtype !== 'u8') {
    const wanted = `labels ${formatShape(expected)} in i32 or u8${or}`;
    throw new ArgumentError(op, `expects ${wanted}, got ${formatShape(y.shape)} in ${y.dtype}`, { value: y.dtype });
  }
  if (!sameShape(y.shape, expected)) {
    const shapes = `${what} ${formatShape(scores.shape)} need labels ${formatShape(expected)}`;
    throw new ShapeError(op, `${shapes}, got ${formatShape(y.shape)}`, { value: y.shape });
  }
}

/** For each label the weight of its class. */
export const weightsOf = (weight: Tensor, labels: Tensor): Tensor =>
  weight.indexSelect(0, labels.reshape([labels.size])).reshape(labels.shape);

/** For each label the score of its class. A label out of range is an IndexError, as a rejection. */
export const scoresOf = (scores: Tensor, labels: Tensor): Tensor => scores.gather(-1, labels.unsqueeze(-1)).squeeze(-1);

/**
 * Reduces the losses that `rows` gives for labels (those to ignore replaced by 0) and, where classes have weights, for each label's weight:
 * without the ignored ones, and divided by the sum of the weights.
 */
export function reduceLabelled(
  op: string,
  y: Tensor,
  { reduction = 'mean', weight, ignoreIndex }: LabelOptions,
  rows: (labels: Tensor, weights: Tensor | null) => Tensor,
): Tensor {
  if (ignoreIndex !== undefined && !Number.isInteger(ignoreIndex))
    throw new ArgumentError(op, `ignoreIndex must be a whole number, got ${describe(ignoreIndex)}`, { value: ignoreIndex });
  const counted = ignoreIndex === undefined ? null : y.ne(ignoreIndex);
  const labels = counted === null ? y : where(counted, y, 0);
  const weights = weight === undefined ? null : weightsOf(weight, labels);
  const all = rows(labels, weights);
  const losses = counted === null ? all : where(counted, all, 0);
  if (reduction !== 'mean' || (counted === null && weights === null)) return reduce(op, losses, reduction);
  if (weights === null) return losses.sum().div(counted!.sum());
  return losses.sum().div((counted === null ? weights : where(counted, weights, 0)).sum());
}
