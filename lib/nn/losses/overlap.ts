// Losses of areas: how little a predicted one overlaps with the true one.
import { formatShape, ShapeError, type Tensor } from '../../core/index.js';
import { checkNumber } from '../check.js';
import { checkSame, Loss, type LossOptions, reduce } from './loss.js';

/** Options of `diceLoss`. */
export interface DiceOptions extends LossOptions {
  /** Added above and below the fraction, ≥ 0, so that two empty areas have a loss of 0; 1 unless told. */
  readonly smooth?: number;
}

/**
 * 1 - (2·Σ p·y + smooth) / (Σ p + Σ y + smooth) for each sample and class, the sums going over the axes in between; the mean over all.
 * For segmentation where an area is small beside the rest.
 * Source: Milletari, Navab, Ahmadi, "V-Net", 2016, with the denominator of Sudre et al., 2017.
 * @param p Probabilities (samples, …, classes), as `sigmoid` or `softmax` gives them; for one class the last size is 1.
 * @param y Masks from 0 to 1, of the same shape.
 * @throws {ShapeError} when the shapes differ or have fewer than three axes. @throws {ArgumentError} for `smooth` < 0.
 * @example
 * await nn.diceLoss(ones([1, 4, 4, 1]), ones([1, 4, 4, 1])).item(); // → 0
 */
export function diceLoss(p: Tensor, y: Tensor, { reduction = 'mean', smooth = 1 }: DiceOptions = {}): Tensor {
  checkSame('diceLoss', p.shape, y.shape);
  checkNumber('diceLoss', 'smooth', smooth, 0);
  if (p.shape.length < 3) {
    throw new ShapeError('diceLoss', `expects (samples, …, classes) with an area in between, got ${formatShape(p.shape)}; reshape it`, {
      value: p.shape,
    });
  }
  const area = { axis: p.shape.map((_, axis) => axis).slice(1, -1) };
  const overlap = p.mul(y).sum(area).mul(2).add(smooth);
  return reduce('diceLoss', overlap.div(p.add(y).sum(area).add(smooth)).neg().add(1), reduction);
}

/**
 * `diceLoss` with its options.
 * @example
 * await new nn.DiceLoss().forward(zeros([1, 3, 3, 1]), ones([1, 3, 3, 1])).item(); // → 0.9
 */
export class DiceLoss extends Loss<DiceOptions> {
  forward(p: Tensor, y: Tensor): Tensor {
    return diceLoss(p, y, this.options);
  }
}
