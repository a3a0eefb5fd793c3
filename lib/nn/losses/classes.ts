// Losses of outputs that are scores of classes: cross-entropy, of labels or of probabilities.
import { ArgumentError, formatShape, isFloat, ShapeError, sameShape, type Tensor } from '../../core/index.js';
import { crossEntropyRows, where } from '../../ops/index.js';
import { checkPart } from '../check.js';
import { Loss, type LossOptions, reduce } from './loss.js';

/** Options of losses with class labels. */
export interface LabelOptions extends LossOptions {
  /** How much each class counts (classes); the mean is then the weighted one. All alike unless told. */
  readonly weight?: Tensor;
  /** Rows with this label count for nothing; none unless told. */
  readonly ignoreIndex?: number;
}

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends LabelOptions {
  /** Moves this part of each target evenly to all classes; 0 unless told. Source: Szegedy et al., "Rethinking Inception", 2015. */
  readonly labelSmoothing?: number;
}

/**
 * Cross-entropy of the classes' probabilities softmax(logits), the mean over all rows.
 *
 * @param logits (…, classes), before a softmax.
 * @param y (…) labels from 0 to classes-1 in i32 or u8, or (…, classes) probabilities as floats. With probabilities, `weight` leaves the
 *   mean that over rows, as in PyTorch.
 * @throws {ShapeError} when the shapes don't fit. A label out of range rejects the run with an IndexError that names the row.
 * @example
 * await nn.crossEntropy(tensor([[2, 0]]), tensor([0], { dtype: 'i32' })).item(); // log(1 + e⁻²)
 */
export function crossEntropy(
  logits: Tensor,
  y: Tensor,
  { reduction = 'mean', labelSmoothing = 0, weight, ignoreIndex }: CrossEntropyOptions = {},
): Tensor {
  const op = 'crossEntropy';
  const classes = classesOf(op, 'logits', logits, weight);
  checkPart(op, 'labelSmoothing', labelSmoothing);
  if (isFloat(y.dtype) && sameShape(y.shape, logits.shape)) {
    if (ignoreIndex !== undefined) throw new ArgumentError(op, 'ignoreIndex needs labels, not probabilities', { value: ignoreIndex });
    const targets = labelSmoothing === 0 ? y : y.mul(1 - labelSmoothing).add(labelSmoothing / classes);
    const logs = logits.logSoftmax(-1).mul(targets);
    return reduce(op, (weight === undefined ? logs : logs.mul(weight)).sum({ axis: -1 }).neg(), reduction);
  }
  checkLabels(op, logits, y);
  return reduceLabelled(op, y, { reduction, weight, ignoreIndex }, (labels, weights) => {
    const rows = rowsOf(logits, labels, classes);
    const own = weights === null ? rows : rows.mul(weights);
    if (labelSmoothing === 0) return own;
    const logs = logits.logSoftmax(-1);
    const all = (weight === undefined ? logs : logs.mul(weight)).sum({ axis: -1 });
    return own.mul(1 - labelSmoothing).sub(all.mul(labelSmoothing / classes));
  });
}

/** The loss of each row; the kernel takes rows of one batch axis. */
function rowsOf(logits: Tensor, labels: Tensor, classes: number): Tensor {
  const y = labels.to('i32');
  if (logits.shape.length === 2) return crossEntropyRows(logits, y);
  return crossEntropyRows(logits.reshape([y.size, classes]), y.reshape([y.size])).reshape(y.shape);
}

/**
 * Reduces the losses that `rows` gives for labels (those to ignore replaced by 0) and, where classes have weights, for each label's weight:
 * without the ignored ones, and divided by the sum of the weights.
 */
function reduceLabelled(
  op: string,
  y: Tensor,
  { reduction = 'mean', weight, ignoreIndex }: LabelOptions,
  rows: (labels: Tensor, weights: Tensor | null) => Tensor,
): Tensor {
  const counted = ignoreIndex === undefined ? null : y.ne(ignoreIndex);
  const labels = counted === null ? y : where(counted, y, 0);
  const weights = weight === undefined ? null : weight.indexSelect(0, labels.reshape([y.size])).reshape(y.shape);
  const all = rows(labels, weights);
  const losses = counted === null ? all : where(counted, all, 0);
  if (reduction !== 'mean' || (counted === null && weights === null)) return reduce(op, losses, reduction);
  if (weights === null) return losses.sum().div(counted!.sum());
  return losses.sum().div((counted === null ? weights : where(counted, weights, 0)).sum());
}

/** The number of classes, the last size of `scores`; throws when there is none, or when class weights don't fit. */
function classesOf(op: string, what: string, scores: Tensor, weight: Tensor | undefined): number {
  const classes = scores.shape.at(-1);
  if (classes === undefined) throw new ShapeError(op, `expects ${what} (…, classes), got a scalar`, { value: scores.shape });
  if (weight !== undefined && !sameShape(weight.shape, [classes])) {
    throw new ShapeError(op, `${classes} classes need a weight (${classes}), got ${formatShape(weight.shape)}`, { value: weight.shape });
  }
  return classes;
}

function checkLabels(op: string, logits: Tensor, y: Tensor): void {
  const expected = logits.shape.slice(0, -1);
  const got = `got ${formatShape(y.shape)} in ${y.dtype}`;
  if (y.dtype !== 'i32' && y.dtype !== 'u8') {
    const wanted = `labels ${formatShape(expected)} in i32 or u8, or probabilities ${formatShape(logits.shape)} in f32`;
    throw new ArgumentError(op, `expects ${wanted}, ${got}`, { value: y.dtype });
  }
  if (!sameShape(y.shape, expected)) {
    const shapes = `logits ${formatShape(logits.shape)} need labels ${formatShape(expected)}`;
    throw new ShapeError(op, `${shapes}, got ${formatShape(y.shape)}`, { value: y.shape });
  }
}

/**
 * `crossEntropy` with its options.
 * @example
 * const loss = new nn.CrossEntropyLoss({ labelSmoothing: 0.1 });
 */
export class CrossEntropyLoss extends Loss<CrossEntropyOptions> {
  forward(logits: Tensor, y: Tensor): Tensor {
    return crossEntropy(logits, y, this.options);
  }
}
