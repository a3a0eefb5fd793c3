// Losses of outputs that are scores of classes: cross-entropy, of labels or of probabilities, and its second half alone.
import { ArgumentError, formatShape, isFloat, sameShape, type Tensor } from '../../core/index.js';
import { crossEntropyRows } from '../../ops/index.js';
import { checkPart } from '../check.js';
import { checkLabels, classesOf, type LabelOptions, reduceLabelled, scoresOf } from './labels.js';
import { Loss, reduce } from './loss.js';

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
 * await nn.crossEntropy(tensor([[2, 0]]), tensor([0], { dtype: 'i32' })).item(); // → 0.1269
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
  checkLabels(op, 'logits', logits, y, `, or probabilities ${formatShape(logits.shape)} in f32`);
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
 * The negative log-probabilities of the labels, the mean over all rows: the second half of a cross-entropy, for models that end in logSoftmax.
 *
 * @param logP Log-probabilities (…, classes). @param y Labels (…) from 0 to classes-1 in i32 or u8.
 * @throws {ShapeError} when the shapes don't fit. A label out of range rejects the run with an IndexError that names the row.
 * @example
 * await nn.nllLoss(tensor([[0.25, 0.75]]).log(), tensor([0], { dtype: 'i32' })).item(); // → 1.3863
 */
export function nllLoss(logP: Tensor, y: Tensor, options: LabelOptions = {}): Tensor {
  classesOf('nllLoss', 'logP', logP, options.weight);
  checkLabels('nllLoss', 'logP', logP, y);
  return reduceLabelled('nllLoss', y, options, (labels, weights) => {
    const rows = scoresOf(logP, labels).neg();
    return weights === null ? rows : rows.mul(weights);
  });
}

/**
 * `crossEntropy` with its options.
 * @example
 * const loss = new nn.CrossEntropyLoss({ labelSmoothing: 0.1 });
 * await loss.forward(tensor([[2, 0]]), tensor([0], { dtype: 'i32' })).item(); // → 0.2269
 */
export class CrossEntropyLoss extends Loss<CrossEntropyOptions> {
  forward(logits: Tensor, y: Tensor): Tensor {
    return crossEntropy(logits, y, this.options);
  }
}

/**
 * `nllLoss` with its options.
 * @example
 * const loss = new nn.NLLLoss({ ignoreIndex: 0 });
 * await loss.forward(tensor([[0.25, 0.75], [0.5, 0.5]]).log(), tensor([0, 1], { dtype: 'i32' })).item(); // → 0.693
 */
export class NLLLoss extends Loss<LabelOptions> {
  forward(logP: Tensor, y: Tensor): Tensor {
    return nllLoss(logP, y, this.options);
  }
}
