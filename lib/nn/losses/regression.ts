// Losses of outputs that are numbers: powers of the distance between output and target, and forms that outliers move less.
import type { Tensor } from '../../core/index.js';
import { where } from '../../ops/index.js';
import { checkNumber } from '../check.js';
import { checkSame, Loss, type LossOptions, reduce } from './loss.js';

/**
 * The mean of (a - b)² over all elements.
 * @param a Outputs. @param b Targets, of the same shape.
 * @throws {ShapeError} when the shapes differ: broadcasting here is nearly always a mistake.
 * @example
 * await nn.mseLoss(tensor([1, 2]), tensor([1, 4])).item(); // → 2
 */
export function mseLoss(a: Tensor, b: Tensor, { reduction = 'mean' }: LossOptions = {}): Tensor {
  checkSame('mseLoss', a.shape, b.shape);
  return reduce('mseLoss', a.sub(b).square(), reduction);
}

/**
 * The mean of |a - b| over all elements (MAE). Its gradient where both are equal is 0.
 * @param a Outputs. @param b Targets, of the same shape.
 * @throws {ShapeError} when the shapes differ.
 * @example
 * await nn.l1Loss(tensor([1, 2]), tensor([1, 4])).item(); // → 1
 */
export function l1Loss(a: Tensor, b: Tensor, { reduction = 'mean' }: LossOptions = {}): Tensor {
  checkSame('l1Loss', a.shape, b.shape);
  return reduce('l1Loss', a.sub(b).abs(), reduction);
}

/** Options of `huberLoss`. */
export interface HuberOptions extends LossOptions {
  /** The distance from which on the loss grows linearly, > 0; 1 unless told. */
  readonly delta?: number;
}

/**
 * Half the squared distance d = |a - b| up to `delta`, and delta·(d - delta/2) beyond; the mean over all elements.
 * Source: Huber, "Robust estimation of a location parameter", 1964.
 * @param a Outputs. @param b Targets, of the same shape.
 * @throws {ShapeError} when the shapes differ. @throws {ArgumentError} for another `delta`.
 * @example
 * await nn.huberLoss(tensor([1, 2]), tensor([1, 4])).item(); // → 0.75
 */
export function huberLoss(a: Tensor, b: Tensor, { reduction = 'mean', delta = 1 }: HuberOptions = {}): Tensor {
  checkSame('huberLoss', a.shape, b.shape);
  checkNumber('huberLoss', 'delta', delta, 0, true);
  const difference = a.sub(b);
  const distance = difference.abs();
  const losses = where(distance.le(delta), difference.square().mul(0.5), distance.sub(delta / 2).mul(delta));
  return reduce('huberLoss', losses, reduction);
}

/** Options of `smoothL1Loss`. */
export interface SmoothL1Options extends LossOptions {
  /** The distance below which the loss is quadratic, ≥ 0; 1 unless told. With 0 it is `l1Loss`. */
  readonly beta?: number;
}

/**
 * The squared distance d = |a - b| over 2·beta below `beta`, and d - beta/2 from there on; the mean over all elements.
 * Source: Girshick, "Fast R-CNN", 2015.
 * @param a Outputs. @param b Targets, of the same shape.
 * @throws {ShapeError} when the shapes differ. @throws {ArgumentError} for another `beta`.
 * @example
 * await nn.smoothL1Loss(tensor([1, 2]), tensor([1, 4]), { beta: 2 }).item(); // → 0.5
 */
export function smoothL1Loss(a: Tensor, b: Tensor, { reduction = 'mean', beta = 1 }: SmoothL1Options = {}): Tensor {
  checkSame('smoothL1Loss', a.shape, b.shape);
  checkNumber('smoothL1Loss', 'beta', beta, 0);
  const difference = a.sub(b);
  const distance = difference.abs();
  if (beta === 0) return reduce('smoothL1Loss', distance, reduction);
  const losses = where(distance.lt(beta), difference.square().mul(0.5 / beta), distance.sub(beta / 2));
  return reduce('smoothL1Loss', losses, reduction);
}

/**
 * The mean of log cosh(a - b) over all elements: like half the square near 0, like the distance less log 2 far away, and smooth everywhere.
 * As Keras's `LogCosh`.
 * @param a Outputs. @param b Targets, of the same shape.
 * @throws {ShapeError} when the shapes differ.
 * @example
 * await nn.logCoshLoss(tensor([0, 100]), tensor([0, 0])).item(); // → 49.653
 */
export function logCoshLoss(a: Tensor, b: Tensor, { reduction = 'mean' }: LossOptions = {}): Tensor {
  checkSame('logCoshLoss', a.shape, b.shape);
  // cosh d = e^d·(1 + e^-2d) / 2
  const difference = a.sub(b);
  return reduce('logCoshLoss', difference.add(difference.mul(-2).softplus()).sub(Math.LN2), reduction);
}

/**
 * `mseLoss` with its options.
 * @example
 * await new nn.MSELoss({ reduction: 'sum' }).forward(tensor([1, 2]), tensor([1, 4])).item(); // → 4
 */
export class MSELoss extends Loss {
  forward(a: Tensor, b: Tensor): Tensor {
    return mseLoss(a, b, this.options);
  }
}

/**
 * `l1Loss` with its options.
 * @example
 * await new nn.L1Loss().forward(tensor([1, 2]), tensor([1, 4])).item(); // → 1
 */
export class L1Loss extends Loss {
  forward(a: Tensor, b: Tensor): Tensor {
    return l1Loss(a, b, this.options);
  }
}

/**
 * `huberLoss` with its options.
 * @example
 * await new nn.HuberLoss({ delta: 2 }).forward(tensor([1, 2]), tensor([1, 4])).item(); // → 1
 */
export class HuberLoss extends Loss<HuberOptions> {
  forward(a: Tensor, b: Tensor): Tensor {
    return huberLoss(a, b, this.options);
  }
}

/**
 * `smoothL1Loss` with its options.
 * @example
 * await new nn.SmoothL1Loss({ beta: 2 }).forward(tensor([1, 2]), tensor([1, 4])).item(); // → 0.5
 */
export class SmoothL1Loss extends Loss<SmoothL1Options> {
  forward(a: Tensor, b: Tensor): Tensor {
    return smoothL1Loss(a, b, this.options);
  }
}

/**
 * `logCoshLoss` with its options.
 * @example
 * await new nn.LogCoshLoss().forward(tensor([0, 100]), tensor([0, 0])).item(); // → 49.653
 */
export class LogCoshLoss extends Loss {
  forward(a: Tensor, b: Tensor): Tensor {
    return logCoshLoss(a, b, this.options);
  }
}
