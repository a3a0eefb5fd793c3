// Losses of outputs that describe a distribution: how unlikely it makes the target, or how far it is from another one.
import { ArgumentError, type Tensor } from '../../core/index.js';
import { where } from '../../ops/index.js';
import { checkNumber } from '../check.js';
import { checkBroadcasts, checkSame, Loss, type LossOptions, type Reduction, reduce } from './loss.js';

/** Options of `klDiv`. */
export interface KLDivOptions {
  /** 'batchMean' is the sum over the number of rows along axis 0: the divergence of a row, as mathematics has it. 'mean' unless told. */
  readonly reduction?: Reduction | 'batchMean';
  /** Whether the targets are log-probabilities too; false unless told. */
  readonly logTarget?: boolean;
}

/**
 * The Kullback-Leibler divergence Σ y·(log y - logP), pointwise; the mean over all elements unless told.
 * @param logP Log-probabilities, for example of `logSoftmax`. @param y Probabilities (with `logTarget` their logarithms), of the same shape.
 * @throws {ShapeError} when the shapes differ.
 * @example
 * await nn.klDiv(tensor([[0.5, 0.5]]).log(), tensor([[1, 0]]), { reduction: 'batchMean' }).item(); // → 0.693
 */
export function klDiv(logP: Tensor, y: Tensor, { reduction = 'mean', logTarget = false }: KLDivOptions = {}): Tensor {
  checkSame('klDiv', logP.shape, y.shape);
  const losses = logTarget ? y.exp().mul(y.sub(logP)) : timesLog(y).sub(y.mul(logP));
  if (reduction !== 'batchMean') return reduce('klDiv', losses, reduction);
  if (logP.shape.length === 0) throw new ArgumentError('klDiv', "'batchMean' needs rows along axis 0, got a scalar", { value: reduction });
  return losses.sum().div(logP.shape[0]!);
}

/** y·log y, and 0 for 0. */
function timesLog(y: Tensor): Tensor {
  const zero = y.eq(0);
  return where(zero, 0, y.mul(where(zero, 1, y).log()));
}

/** Options of `poissonNllLoss`. */
export interface PoissonNLLOptions extends LossOptions {
  /** Whether outputs are the logarithms of the rates; true unless told. */
  readonly logInput?: boolean;
  /** Adds Stirling's approximation of log y! for y > 1; false unless told. */
  readonly full?: boolean;
  /** Added to a rate before its logarithm, where `logInput` is false; 1e-8 unless told. */
  readonly eps?: number;
}

/**
 * The negative logarithm of the probability of counts `y` under Poisson distributions, without log y!; the mean over all elements.
 * @param x Rates, or unless told otherwise their logarithms. @param y Counts ≥ 0, of the same shape.
 * @throws {ShapeError} when the shapes differ. @throws {ArgumentError} for `eps` ≤ 0.
 * @example
 * await nn.poissonNllLoss(tensor([0]), tensor([3])).item(); // → 1
 */
export function poissonNllLoss(
  x: Tensor,
  y: Tensor,
  { reduction = 'mean', logInput = true, full = false, eps = 1e-8 }: PoissonNLLOptions = {},
): Tensor {
  checkSame('poissonNllLoss', x.shape, y.shape);
  checkNumber('poissonNllLoss', 'eps', eps, 0, true);
  const losses = logInput ? x.exp().sub(y.mul(x)) : x.sub(y.mul(x.add(eps).log()));
  return reduce('poissonNllLoss', full ? losses.add(stirling(y)) : losses, reduction);
}

/** y·log y - y + ½·log(2πy) for y > 1, else 0. */
function stirling(y: Tensor): Tensor {
  const many = y.gt(1);
  const count = where(many, y, 1);
  const log = count.log();
  return where(
    many,
    count
      .mul(log)
      .sub(count)
      .add(log.add(Math.log(2 * Math.PI)).mul(0.5)),
    0,
  );
}

/** Options of `gaussianNllLoss`. */
export interface GaussianNLLOptions extends LossOptions {
  /** Adds the constant ½·log 2π; false unless told. */
  readonly full?: boolean;
  /** Smaller variances count as this one, > 0; 1e-6 unless told. */
  readonly eps?: number;
}

/**
 * The negative logarithm of the density of `y` under normal distributions, ½·(log v + (x - y)²/v), the mean over all elements.
 * Source: Nix, Weigend, "Estimating the mean and variance of the target probability distribution", 1994.
 * @param x Means. @param y Targets, of the same shape. @param variance v ≥ 0, of a shape that broadcasts to theirs; below 0 gives NaN. Where
 *   it is smaller than `eps` the gradient to it is that at `eps`.
 * @throws {ShapeError} when the shapes don't fit. @throws {ArgumentError} for `eps` ≤ 0.
 * @example
 * await nn.gaussianNllLoss(tensor([1]), tensor([3]), tensor([4])).item(); // → 1.1931
 */
export function gaussianNllLoss(
  x: Tensor,
  y: Tensor,
  variance: Tensor,
  { reduction = 'mean', full = false, eps = 1e-6 }: GaussianNLLOptions = {},
): Tensor {
  checkSame('gaussianNllLoss', x.shape, y.shape);
  checkBroadcasts('gaussianNllLoss', 'variance', variance, x.shape);
  checkNumber('gaussianNllLoss', 'eps', eps, 0, true);
  // As a value at least eps, in gradients the variance itself.
  const missing = where(variance.lt(0), Number.NaN, where(variance.lt(eps), variance.neg().add(eps), 0));
  const v = variance.add(missing.detach());
  const losses = v.log().add(x.sub(y).square().div(v)).mul(0.5);
  return reduce('gaussianNllLoss', full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses, reduction);
}

/**
 * `klDiv` with its options.
 * @example
 * const loss = new nn.KLDivLoss({ reduction: 'batchMean' });
 * await loss.forward(tensor([[0.5, 0.5]]).log(), tensor([[1, 0]])).item(); // → 0.693
 */
export class KLDivLoss extends Loss<KLDivOptions> {
  forward(logP: Tensor, y: Tensor): Tensor {
    return klDiv(logP, y, this.options);
  }
}

/**
 * `poissonNllLoss` with its options.
 * @example
 * await new nn.PoissonNLLLoss({ logInput: false }).forward(tensor([2]), tensor([0])).item(); // → 2
 */
export class PoissonNLLLoss extends Loss<PoissonNLLOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return poissonNllLoss(x, y, this.options);
  }
}

/**
 * `gaussianNllLoss` with its options; takes means, targets and variances.
 * @example
 * await new nn.GaussianNLLLoss().forward(tensor([1]), tensor([3]), tensor([1])).item(); // → 2
 */
export class GaussianNLLLoss extends Loss<GaussianNLLOptions, [Tensor, Tensor, Tensor]> {
  forward(x: Tensor, y: Tensor, variance: Tensor): Tensor {
    return gaussianNllLoss(x, y, variance, this.options);
  }
}
