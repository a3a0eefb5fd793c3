// Losses that ask for a margin and no more: of a class's score over the others', of one rank over another, between near and far.
import { ArgumentError, arange, describe, formatShape, ShapeError, type Tensor } from '../../core/index.js';
import { where } from '../../ops/index.js';
import { checkNumber } from '../check.js';
import { checkLabels, classesOf, scoresOf, weightsOf } from './labels.js';
import { checkSame, Loss, type LossOptions, reduce } from './loss.js';

/** Options of losses with a margin. */
export interface MarginOptions extends LossOptions {
  /** What a distance or score must exceed; each loss has its own default. */
  readonly margin?: number;
}

/** max(x, 0); its gradient at 0 is 1, as PyTorch's margins have it. */
const excess = (x: Tensor): Tensor => x.clamp(0, Infinity);

/**
 * The hinge loss max(0, 1 - y·x) of a support vector machine, the mean over all elements.
 * Source: Cortes, Vapnik, "Support-vector networks", 1995.
 * @param x Scores. @param y Labels -1 or 1, of the same shape. @param options `margin`: 1 unless told.
 * @throws {ShapeError} when the shapes differ.
 * @example
 * await nn.hingeLoss(tensor([0.5, 2]), tensor([1, -1])).item(); // → 1.75
 */
export function hingeLoss(x: Tensor, y: Tensor, { reduction = 'mean', margin = 1 }: MarginOptions = {}): Tensor {
  checkSame('hingeLoss', x.shape, y.shape);
  checkNumber('hingeLoss', 'margin', margin);
  return reduce('hingeLoss', x.mul(y).neg().add(margin).relu(), reduction);
}

/**
 * For distances x of pairs: x where y is 1 (alike), max(0, margin - x) where y is -1 (unlike); the mean over all elements.
 * @param x Distances. @param y Labels -1 or 1, of the same shape. @param options `margin`: 1 unless told.
 * @throws {ShapeError} when the shapes differ.
 * @example
 * await nn.hingeEmbeddingLoss(tensor([2, 0.25]), tensor([1, -1])).item(); // → 1.375
 */
export function hingeEmbeddingLoss(x: Tensor, y: Tensor, { reduction = 'mean', margin = 1 }: MarginOptions = {}): Tensor {
  checkSame('hingeEmbeddingLoss', x.shape, y.shape);
  checkNumber('hingeEmbeddingLoss', 'margin', margin);
  return reduce('hingeEmbeddingLoss', where(y.eq(1), x, excess(x.neg().add(margin))), reduction);
}

/** Options of `multiMarginLoss`. */
export interface MultiMarginOptions extends MarginOptions {
  /** The power of each excess: 1 or 2; 1 unless told. */
  readonly p?: 1 | 2;
  /** How much rows of each class count (classes); the mean stays the one over rows. All alike unless told. */
  readonly weight?: Tensor;
}

/**
 * Σ max(0, margin - x[y] + x[c])ᵖ / classes over the classes c other than y, the mean over all rows: the score of the label shall exceed all
 * others by the margin. Source: Crammer, Singer, "On the algorithmic implementation of multiclass kernel-based vector machines", 2001.
 * @param x Scores (…, classes). @param y Labels (…) from 0 to classes-1 in i32 or u8. @param options `margin`: 1 unless told.
 * @throws {ShapeError} when the shapes don't fit. A label out of range rejects the run with an IndexError.
 * @example
 * await nn.multiMarginLoss(tensor([[0, 1]]), tensor([0], { dtype: 'i32' })).item(); // → 1
 */
export function multiMarginLoss(x: Tensor, y: Tensor, { reduction = 'mean', margin = 1, p = 1, weight }: MultiMarginOptions = {}): Tensor {
  const op = 'multiMarginLoss';
  const classes = classesOf(op, 'scores', x, weight);
  checkLabels(op, 'scores', x, y);
  checkNumber(op, 'margin', margin);
  if (p !== 1 && p !== 2) throw new ArgumentError(op, `p must be 1 or 2, got ${describe(p)}`, { value: p });
  const excesses = x.sub(scoresOf(x, y).unsqueeze(-1)).add(margin).relu();
  const powers = p === 1 ? excesses : excesses.square();
  const losses = where(arange(classes).eq(y.unsqueeze(-1)), 0, powers).mean({ axis: -1 });
  return reduce(op, weight === undefined ? losses : losses.mul(weightsOf(weight, y)), reduction);
}

/**
 * max(0, margin - y·(a - b)): a shall rank above b where y is 1, below it where y is -1. The mean over all elements.
 * @param a Scores. @param b Scores of the others, of the same shape. @param y Labels -1 or 1, of the same shape.
 * @param options `margin`: 0 unless told.
 * @throws {ShapeError} when the shapes differ.
 * @example
 * await nn.marginRankingLoss(tensor([1]), tensor([3]), tensor([1])).item(); // → 2
 */
export function marginRankingLoss(a: Tensor, b: Tensor, y: Tensor, { reduction = 'mean', margin = 0 }: MarginOptions = {}): Tensor {
  checkSame('marginRankingLoss', a.shape, b.shape);
  checkSame('marginRankingLoss', a.shape, y.shape);
  checkNumber('marginRankingLoss', 'margin', margin);
  return reduce('marginRankingLoss', excess(a.sub(b).mul(y).neg().add(margin)), reduction);
}

/** Options of `tripletMarginLoss`. */
export interface TripletMarginOptions extends MarginOptions {
  /** The distance is the p-norm, p ≥ 1; 2 unless told. */
  readonly p?: number;
  /** Added to each difference, so that a distance of 0 has a gradient; 1e-6 unless told. */
  readonly eps?: number;
  /** Takes the negative's distance from the positive where that is less than from the anchor; false unless told. */
  readonly swap?: boolean;
}

/**
 * max(0, d(anchor, positive) - d(anchor, negative) + margin), d being a distance over the last axis; the mean over all triplets.
 * Source: Balntas, Riba, Ponsa, Mikolajczyk, "Learning local feature descriptors with triplets and shallow CNNs", 2016.
 * @param anchor (…, features). @param positive Alike, of the same shape. @param negative Unlike, of the same shape.
 * @param options `margin`: 1 unless told.
 * @throws {ShapeError} when the shapes differ. @throws {ArgumentError} for options out of range.
 * @example
 * await nn.tripletMarginLoss(tensor([[0, 0]]), tensor([[0, 1]]), tensor([[3, 4]])).item(); // → 0
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  { reduction = 'mean', margin = 1, p = 2, eps = 1e-6, swap = false }: TripletMarginOptions = {},
): Tensor {
  const op = 'tripletMarginLoss';
  checkSame(op, anchor.shape, positive.shape);
  checkSame(op, anchor.shape, negative.shape);
  checkFeatures(op, anchor);
  checkNumber(op, 'margin', margin);
  checkNumber(op, 'eps', eps, 0);
  checkNumber(op, 'p', p, 1);
  const distance = (a: Tensor, b: Tensor): Tensor => {
    const difference = a.sub(b).add(eps);
    if (p === 1) return difference.abs().sum({ axis: -1 });
    if (p === 2) return difference.square().sum({ axis: -1 }).sqrt();
    return difference
      .abs()
      .pow(p)
      .sum({ axis: -1 })
      .pow(1 / p);
  };
  const far = distance(anchor, negative);
  const apart = swap ? far.minimum(distance(positive, negative)) : far;
  return reduce(op, excess(distance(anchor, positive).sub(apart).add(margin)), reduction);
}

/**
 * 1 - cos(a, b) where y is 1 (alike), max(0, cos(a, b) - margin) where y is -1 (unlike), over the last axis; the mean over all pairs.
 * @param a (…, features). @param b Of the same shape. @param y Labels -1 or 1 (…). @param options `margin`: from -1 to 1, 0 unless told.
 * @throws {ShapeError} when the shapes don't fit.
 * @example
 * await nn.cosineEmbeddingLoss(tensor([[1, 0]]), tensor([[0, 1]]), tensor([1])).item(); // → 1
 */
export function cosineEmbeddingLoss(a: Tensor, b: Tensor, y: Tensor, { reduction = 'mean', margin = 0 }: MarginOptions = {}): Tensor {
  const op = 'cosineEmbeddingLoss';
  checkSame(op, a.shape, b.shape);
  checkFeatures(op, a);
  checkSame(op, a.shape.slice(0, -1), y.shape);
  checkNumber(op, 'margin', margin);
  const inverse = (x: Tensor): Tensor => x.square().sum({ axis: -1 }).add(1e-12).rsqrt();
  const cosine = a.mul(b).sum({ axis: -1 }).mul(inverse(a)).mul(inverse(b));
  return reduce(op, where(y.eq(1), cosine.neg().add(1), excess(cosine.sub(margin))), reduction);
}

function checkFeatures(op: string, x: Tensor): void {
  if (x.shape.length === 0) throw new ShapeError(op, `expects (…, features), got ${formatShape(x.shape)}`, { value: x.shape });
}

/**
 * `hingeLoss` with its options.
 * @example
 * await new nn.HingeLoss().forward(tensor([0.5, 2]), tensor([1, -1])).item(); // → 1.75
 */
export class HingeLoss extends Loss<MarginOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return hingeLoss(x, y, this.options);
  }
}

/**
 * `hingeEmbeddingLoss` with its options.
 * @example
 * await new nn.HingeEmbeddingLoss().forward(tensor([2, 0.25]), tensor([1, -1])).item(); // → 1.375
 */
export class HingeEmbeddingLoss extends Loss<MarginOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return hingeEmbeddingLoss(x, y, this.options);
  }
}

/**
 * `multiMarginLoss` with its options.
 * @example
 * await new nn.MultiMarginLoss({ p: 2 }).forward(tensor([[0, 1]]), tensor([0], { dtype: 'i32' })).item(); // → 2
 */
export class MultiMarginLoss extends Loss<MultiMarginOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return multiMarginLoss(x, y, this.options);
  }
}

/**
 * `marginRankingLoss` with its options.
 * @example
 * await new nn.MarginRankingLoss({ margin: 1 }).forward(tensor([1]), tensor([3]), tensor([1])).item(); // → 3
 */
export class MarginRankingLoss extends Loss<MarginOptions, [Tensor, Tensor, Tensor]> {
  forward(a: Tensor, b: Tensor, y: Tensor): Tensor {
    return marginRankingLoss(a, b, y, this.options);
  }
}

/**
 * `tripletMarginLoss` with its options.
 * @example
 * const loss = new nn.TripletMarginLoss({ margin: 5 });
 * await loss.forward(tensor([[0, 0]]), tensor([[0, 1]]), tensor([[3, 4]])).item(); // → 1
 */
export class TripletMarginLoss extends Loss<TripletMarginOptions, [Tensor, Tensor, Tensor]> {
  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/**
 * `cosineEmbeddingLoss` with its options.
 * @example
 * await new nn.CosineEmbeddingLoss().forward(tensor([[1, 0]]), tensor([[0, 1]]), tensor([1])).item(); // → 1
 */
export class CosineEmbeddingLoss extends Loss<MarginOptions, [Tensor, Tensor, Tensor]> {
  forward(a: Tensor, b: Tensor, y: Tensor): Tensor {
    return cosineEmbeddingLoss(a, b, y, this.options);
  }
}
