// Dropout: leaves out values, or whole channels, at random while training.
import { formatShape, type Generator, rand, type Shape, ShapeError, type Tensor } from '../core/index.js';
import { checkPart } from './check.js';
import { Module } from './module.js';

/** Options of the dropouts. */
export interface DropoutOptions {
  /** Where the mask comes from; the default one (see `manualSeed`) unless told. */
  readonly generator?: Generator;
}

/** The base of what leaves out at random while training, and hands x through in eval mode and in `predict`. */
export abstract class RandomMask extends Module {
  /** The probability of leaving out. */
  readonly p: number;
  readonly #generator: Generator | undefined;

  constructor(op: string, p: number, { generator }: DropoutOptions) {
    super();
    checkPart(op, 'p', p);
    this.p = p;
    this.#generator = generator;
  }

  forward(x: Tensor): Tensor {
    if (!this.training || this.p === 0) return x;
    return this.p === 1 ? x.mul(0) : this.masked(x);
  }

  /** What becomes of x while training, for 0 < p < 1. */
  protected abstract masked(x: Tensor): Tensor;

  /** True with probability 1 - p. The mask is drawn from a counter: the backward pass makes it again instead of keeping it. */
  protected kept(shape: Shape): Tensor {
    return rand(shape, { generator: this.#generator }).ge(this.p);
  }
}

/**
 * While training, sets each value to 0 with probability `p` (0.5 unless told) and scales the others by 1/(1-p); in eval mode and in
 * `predict`, hands x through. The mask is drawn from a counter: the backward pass makes it again instead of keeping it.
 *
 * Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
 *
 * @throws {ArgumentError} when `p` is not from 0 to 1.
 * @example
 * const layer = new nn.Dropout(0.2);
 * await layer.forward(ones([1000])).max().item(); // → 1.25
 * await layer.predict(ones([3])).data(); // → 1, 1, 1
 */
export class Dropout extends RandomMask {
  constructor(p = 0.5, options: DropoutOptions = {}) {
    super('Dropout', p, options);
  }

  protected masked(x: Tensor): Tensor {
    return x.mul(this.kept(x.shape)).mul(1 / (1 - this.p));
  }
}

/** Dropout of whole channels, which stand last. */
abstract class ChannelDropout extends RandomMask {
  readonly #op: string;
  readonly #axes: string;

  constructor(op: string, axes: string, p: number, options: DropoutOptions) {
    super(op, p, options);
    this.#op = op;
    this.#axes = axes;
  }

  /** x of the rank that the layer is for → the same shape. @throws {ShapeError} for another rank. */
  override forward(x: Tensor): Tensor {
    if (x.shape.length !== this.#axes.split(', ').length)
      throw new ShapeError(this.#op, `expects (${this.#axes}), got ${formatShape(x.shape)}`, { value: x.shape });
    return super.forward(x);
  }

  protected masked(x: Tensor): Tensor {
    const mask = this.kept(x.shape.map((n, i) => (i === 0 || i === x.shape.length - 1 ? n : 1)));
    return x.mul(mask).mul(1 / (1 - this.p));
  }
}

/**
 * Dropout of whole channels of sequences (N, L, C), channels last: while training, each channel of each sample is 0 with probability `p` (0.5
 * unless told), the others are scaled by 1/(1-p). Neighbouring values are alike, so that leaving out single ones would hide little.
 *
 * Source: Tompson et al., "Efficient object localization using convolutional networks", 2015.
 *
 * @throws {ArgumentError} when `p` is not from 0 to 1. @throws {ShapeError} for another rank.
 * @example
 * new nn.Dropout1d(0.2).forward(ones([8, 50, 16])); // of each sample, about three channels are 0
 */
export class Dropout1d extends ChannelDropout {
  constructor(p = 0.5, options: DropoutOptions = {}) {
    super('Dropout1d', 'N, L, C', p, options);
  }
}

/**
 * Dropout of whole channels of images (N, H, W, C), channels last; see `Dropout1d`.
 *
 * @throws {ArgumentError} when `p` is not from 0 to 1. @throws {ShapeError} for another rank.
 * @example
 * new nn.Dropout2d(0.2).forward(ones([8, 14, 14, 32])); // of each image, about six channels are 0
 */
export class Dropout2d extends ChannelDropout {
  constructor(p = 0.5, options: DropoutOptions = {}) {
    super('Dropout2d', 'N, H, W, C', p, options);
  }
}

/**
 * Dropout of whole channels of volumes (N, D, H, W, C), channels last; see `Dropout1d`.
 *
 * @throws {ArgumentError} when `p` is not from 0 to 1. @throws {ShapeError} for another rank.
 * @example
 * new nn.Dropout3d(0.2).forward(ones([2, 8, 14, 14, 32])).shape; // → [2, 8, 14, 14, 32]
 */
export class Dropout3d extends ChannelDropout {
  constructor(p = 0.5, options: DropoutOptions = {}) {
    super('Dropout3d', 'N, D, H, W, C', p, options);
  }
}
