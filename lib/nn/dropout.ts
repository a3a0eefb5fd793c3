// Dropout: leaves out values at random while training.
import { type Generator, rand, type Tensor } from '../core/index.js';
import { checkPart } from './check.js';
import { Module } from './module.js';

/** Options of `Dropout`. */
export interface DropoutOptions {
  /** Where the mask comes from; the default one (see `manualSeed`) unless told. */
  readonly generator?: Generator;
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
export class Dropout extends Module {
  /** The probability of a 0. */
  readonly p: number;
  readonly #generator: Generator | undefined;

  constructor(p = 0.5, { generator }: DropoutOptions = {}) {
    super();
    checkPart('Dropout', 'p', p);
    this.p = p;
    this.#generator = generator;
  }

  forward(x: Tensor): Tensor {
    if (!this.training || this.p === 0) return x;
    if (this.p === 1) return x.mul(0);
    const kept = rand(x.shape, { generator: this.#generator }).ge(this.p);
    return x.mul(kept).mul(1 / (1 - this.p));
  }
}
