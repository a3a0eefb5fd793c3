// Losses: how far outputs are from targets, as one number to make small. A function each, and a Module around it that holds options.
import { ArgumentError, formatShape, type Shape, ShapeError, type Tensor } from '../core/index.js';
import { crossEntropyRows, where } from '../ops/index.js';
import { Module } from './module.js';

/** What becomes of one loss an element or row: their mean (unless told), their sum, or all of them. */
export type Reduction = 'mean' | 'sum' | 'none';

/** Options that all losses take. */
export interface LossOptions {
  readonly reduction?: Reduction;
}

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends LossOptions {
  /** Moves this part of each target evenly to all classes; 0 unless told. */
  readonly labelSmoothing?: number;
  /** Rows with this label count for nothing; none unless told. */
  readonly ignoreIndex?: number;
}

/**
 * The mean of (a - b)² over all elements.
 * @param a Outputs. @param b Targets, of the same shape.
 * @throws {ShapeError} when the shapes differ: broadcasting here is nearly always a mistake.
 * @example
 * await nn.mseLoss(tensor([1, 2]), tensor([1, 4])).item(); // 2
 */
export function mseLoss(a: Tensor, b: Tensor, { reduction = 'mean' }: LossOptions = {}): Tensor {
  checkSame('mseLoss', a.shape, b.shape);
  return reduce('mseLoss', a.sub(b).square(), reduction);
}

/**
 * Binary cross-entropy of probabilities sigmoid(logits), the mean over all elements.
 * @param logits Outputs before a sigmoid. @param y Targets from 0 to 1, of the same shape.
 * @throws {ShapeError} when the shapes differ.
 * @example
 * await nn.bceWithLogits(tensor([0]), tensor([1])).item(); // log 2
 */
export function bceWithLogits(logits: Tensor, y: Tensor, { reduction = 'mean' }: LossOptions = {}): Tensor {
  checkSame('bceWithLogits', logits.shape, y.shape);
  // max(x, 0) - x·y + log(1 + e^-|x|), which no logit overflows. Written with `where`, its gradient is right at 0 too, where relu and abs bend.
  const positive = logits.ge(0);
  const magnitude = where(positive, logits, logits.neg());
  const losses = where(positive, logits, 0).sub(logits.mul(y)).add(magnitude.neg().exp().add(1).log());
  return reduce('bceWithLogits', losses, reduction);
}

/**
 * Cross-entropy of the classes' probabilities softmax(logits), the mean over all rows.
 *
 * @param logits (…, classes), before a softmax.
 * @param y (…) labels from 0 to classes-1 in i32 or u8, or (…, classes) probabilities in f32.
 * @throws {ShapeError} when the shapes don't fit. A label out of range rejects the run with an IndexError that names the row.
 * @example
 * await nn.crossEntropy(tensor([[2, 0]]), tensor([0], { dtype: 'i32' })).item(); // log(1 + e⁻²)
 */
export function crossEntropy(
  logits: Tensor,
  y: Tensor,
  { reduction = 'mean', labelSmoothing = 0, ignoreIndex }: CrossEntropyOptions = {},
): Tensor {
  const classes = logits.shape.at(-1);
  if (classes === undefined) throw new ShapeError('crossEntropy', 'expects logits (…, classes), got a scalar', { value: logits.shape });
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ArgumentError('crossEntropy', `labelSmoothing must be from 0 to 1, got ${labelSmoothing}`, { value: labelSmoothing });
  }
  const smooth = (rows: Tensor): Tensor =>
    labelSmoothing === 0 ? rows : rows.mul(1 - labelSmoothing).sub(logits.logSoftmax(-1).mean({ axis: -1 }).mul(labelSmoothing));
  if (y.dtype === 'f32' && formatShape(y.shape) === formatShape(logits.shape)) {
    if (ignoreIndex !== undefined)
      throw new ArgumentError('crossEntropy', 'ignoreIndex needs labels, not probabilities', { value: ignoreIndex });
    return reduce('crossEntropy', smooth(logits.logSoftmax(-1).mul(y).sum({ axis: -1 }).neg()), reduction);
  }
  checkLabels(logits, y);
  if (ignoreIndex === undefined) return reduce('crossEntropy', smooth(rowsOf(logits, y, classes)), reduction);
  const counted = y.ne(ignoreIndex);
  const rows = where(counted, smooth(rowsOf(logits, where(counted, y, 0), classes)), 0);
  return reduction === 'mean' ? rows.sum().div(counted.sum()) : reduce('crossEntropy', rows, reduction);
}

/** The loss of each row; the kernel takes rows of one batch axis. */
function rowsOf(logits: Tensor, y: Tensor, classes: number): Tensor {
  const labels = y.to('i32');
  if (logits.shape.length === 2) return crossEntropyRows(logits, labels);
  return crossEntropyRows(logits.reshape([y.size, classes]), labels.reshape([y.size])).reshape(y.shape);
}

function checkLabels(logits: Tensor, y: Tensor): void {
  const expected = formatShape(logits.shape.slice(0, -1));
  if (y.dtype !== 'i32' && y.dtype !== 'u8') {
    throw new ArgumentError(
      'crossEntropy',
      `expects labels ${expected} in i32 or u8, or probabilities ${formatShape(logits.shape)} in f32, got ${formatShape(y.shape)} in ${y.dtype}`,
      {
        value: y.dtype,
      },
    );
  }
  if (formatShape(y.shape) !== expected) {
    throw new ShapeError('crossEntropy', `logits ${formatShape(logits.shape)} need labels ${expected}, got ${formatShape(y.shape)}`, {
      value: y.shape,
    });
  }
}

function checkSame(op: string, a: Shape, b: Shape): void {
  if (formatShape(a) !== formatShape(b)) {
    throw new ShapeError(op, `outputs are ${formatShape(a)}, targets ${formatShape(b)}; reshape one of them`, { value: b });
  }
}

function reduce(op: string, losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === 'mean') return losses.mean();
  if (reduction === 'sum') return losses.sum();
  if (reduction === 'none') return losses;
  throw new ArgumentError(op, `reduction must be 'mean', 'sum' or 'none', got ${reduction}`, { value: reduction });
}

/** A loss as a Module: takes outputs and targets, holds the function's options. */
abstract class Loss<O extends LossOptions> extends Module<[Tensor, Tensor]> {
  readonly options: O;

  constructor(options: O = {} as O) {
    super();
    this.options = options;
  }
}

/** `mseLoss` with its options. */
export class MSELoss extends Loss<LossOptions> {
  forward(a: Tensor, b: Tensor): Tensor {
    return mseLoss(a, b, this.options);
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

/** `bceWithLogits` with its options. */
export class BCEWithLogitsLoss extends Loss<LossOptions> {
  forward(logits: Tensor, y: Tensor): Tensor {
    return bceWithLogits(logits, y, this.options);
  }
}
