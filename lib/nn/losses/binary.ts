// Losses of yes-or-no questions: each output is the probability of a yes, or its logit.
import type { Tensor } from '../../core/index.js';
import { where } from '../../ops/index.js';
import { checkNumber, checkPart } from '../check.js';
import { checkBroadcasts, checkSame, Loss, type LossOptions, reduce } from './loss.js';
import { positivePart, softPart } from './softplus.js';

/** Options of `bceLoss`. */
export interface BCEOptions extends LossOptions {
  /** A factor for each element's loss, of a shape that broadcasts to the outputs'. */
  readonly weight?: Tensor;
}

/** Options of `bceWithLogits`. */
export interface BCEWithLogitsOptions extends BCEOptions {
  /** How much a positive target counts, usually (classes): above 1 favours recall, below 1 precision. */
  readonly posWeight?: Tensor;
}

/** The logarithm of a probability of 0, as PyTorch has it; from there on gradients are 0. */
const LEAST_LOG = -100;
const TINY = Math.exp(LEAST_LOG);

/**
 * Binary cross-entropy of probabilities, -y·log p - (1-y)·log(1-p), the mean over all elements. Logarithms end at -100. Where outputs come
 * from a sigmoid, `bceWithLogits` without it is more exact.
 * @param p Probabilities from 0 to 1; others give NaN. @param y Targets from 0 to 1, of the same shape.
 * @throws {ShapeError} when the shapes differ or a weight doesn't broadcast.
 * @example
 * await nn.bceLoss(tensor([0.5]), tensor([1])).item(); // → 0.693
 */
export function bceLoss(p: Tensor, y: Tensor, { reduction = 'mean', weight }: BCEOptions = {}): Tensor {
  checkSame('bceLoss', p.shape, y.shape);
  const [never, always] = [p.abs().le(TINY), p.eq(1)];
  const logYes = where(never, LEAST_LOG, where(never, 1, p).log());
  const logNo = where(always, LEAST_LOG, where(always, 0, p).neg().log1p());
  const losses = y.mul(logYes).add(y.neg().add(1).mul(logNo)).neg();
  return reduce('bceLoss', weighted('bceLoss', losses, weight), reduction);
}

/**
 * Binary cross-entropy of probabilities sigmoid(logits), the mean over all elements.
 * @param logits Outputs before a sigmoid. @param y Targets from 0 to 1, of the same shape.
 * @throws {ShapeError} when the shapes differ or a weight doesn't broadcast.
 * @example
 * await nn.bceWithLogits(tensor([0]), tensor([1])).item(); // → 0.693
 */
export function bceWithLogits(logits: Tensor, y: Tensor, { reduction = 'mean', weight, posWeight }: BCEWithLogitsOptions = {}): Tensor {
  checkSame('bceWithLogits', logits.shape, y.shape);
  const losses = weighted('bceWithLogits', binaryLosses(logits, y, posWeight), weight);
  return reduce('bceWithLogits', losses, reduction);
}

/**
 * softplus(x) - x·y, large terms first: where a logit is certain and right the loss is what is left of them, not 0. With a weight of the
 * positive, (1-y)·softplus(x) + posWeight·y·softplus(-x).
 */
function binaryLosses(x: Tensor, y: Tensor, posWeight: Tensor | undefined): Tensor {
  if (posWeight === undefined) return positivePart(x).sub(x.mul(y)).add(softPart(x));
  checkBroadcasts('bceWithLogits', 'posWeight', posWeight, x.shape);
  return y.neg().add(1).mul(x.softplus()).add(y.mul(posWeight).mul(x.neg().softplus()));
}

function weighted(op: string, losses: Tensor, weight: Tensor | undefined): Tensor {
  if (weight === undefined) return losses;
  checkBroadcasts(op, 'weight', weight, losses.shape);
  return losses.mul(weight);
}

/** Options of `focalLoss`. */
export interface FocalOptions extends LossOptions {
  /** The weight of positives, from 0 to 1; that of negatives is 1 - alpha. 0.25 unless told. */
  readonly alpha?: number;
  /** How much less the easy ones count, ≥ 0; 2 unless told. With 0 it is a weighted `bceWithLogits`. */
  readonly gamma?: number;
}

/**
 * Binary cross-entropy in which what is classified well counts less: -α·(1 - pₜ)^γ·log pₜ, pₜ being the probability given to the truth. The
 * mean over all elements. For finding rare objects among much background.
 * Source: Lin, Goyal, Girshick, He, Dollár, "Focal loss for dense object detection", 2017.
 * @param logits Outputs before a sigmoid. @param y Labels 0 or 1, of the same shape.
 * @throws {ShapeError} when the shapes differ. @throws {ArgumentError} for `alpha` or `gamma` out of range.
 * @example
 * await nn.focalLoss(tensor([0]), tensor([1])).item(); // → 0.0433
 */
export function focalLoss(logits: Tensor, y: Tensor, { reduction = 'mean', alpha = 0.25, gamma = 2 }: FocalOptions = {}): Tensor {
  checkSame('focalLoss', logits.shape, y.shape);
  checkPart('focalLoss', 'alpha', alpha);
  checkNumber('focalLoss', 'gamma', gamma, 0);
  // The logit of pₜ: -log pₜ is softplus(-z), -log(1 - pₜ) is softplus(z).
  const z = logits.mul(y.mul(2).sub(1));
  const share = y.mul(2 * alpha - 1).add(1 - alpha);
  const losses = z.softplus().mul(-gamma).exp().mul(z.neg().softplus()).mul(share);
  return reduce('focalLoss', losses, reduction);
}

/**
 * `bceLoss` with its options.
 * @example
 * await new nn.BCELoss().forward(tensor([0.5]), tensor([1])).item(); // → 0.693
 */
export class BCELoss extends Loss<BCEOptions> {
  forward(p: Tensor, y: Tensor): Tensor {
    return bceLoss(p, y, this.options);
  }
}

/**
 * `bceWithLogits` with its options.
 * @example
 * const loss = new nn.BCEWithLogitsLoss({ posWeight: tensor([3]) });
 * await loss.forward(tensor([0]), tensor([1])).item(); // → 2.079
 */
export class BCEWithLogitsLoss extends Loss<BCEWithLogitsOptions> {
  forward(logits: Tensor, y: Tensor): Tensor {
    return bceWithLogits(logits, y, this.options);
  }
}

/**
 * `focalLoss` with its options.
 * @example
 * await new nn.FocalLoss({ gamma: 0, alpha: 0.5 }).forward(tensor([0]), tensor([1])).item(); // → 0.3466
 */
export class FocalLoss extends Loss<FocalOptions> {
  forward(logits: Tensor, y: Tensor): Tensor {
    return focalLoss(logits, y, this.options);
  }
}
