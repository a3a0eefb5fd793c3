// AlphaDropout: dropout for nets of SELU, which keeps the mean and the variance of what it is given.
import type { Tensor } from '../core/index.js';
import { where } from '../ops/index.js';
import { type DropoutOptions, RandomMask } from './dropout.js';

/** What SELU gives far below 0: -scale · alpha. */
const LEAST = -1.7580993408473766;

/**
 * While training, sets each value to SELU's least one (-1.758) with probability `p` (0.5 unless told), and scales and shifts all so that
 * inputs of mean 0 and variance 1 keep both; in eval mode and in `predict`, hands x through.
 *
 * Source: Klambauer, Unterthiner, Mayr, Hochreiter, "Self-normalizing neural networks", 2017.
 *
 * @throws {ArgumentError} when `p` is not from 0 to 1.
 * @example
 * const net = new nn.Sequential(new nn.Linear(20, 64), new nn.SELU(), new nn.AlphaDropout(0.1), new nn.Linear(64, 2));
 * net.forward(randn([8, 20])).shape; // → [8, 2]
 */
export class AlphaDropout extends RandomMask {
  constructor(p = 0.5, options: DropoutOptions = {}) {
    super('AlphaDropout', p, options);
  }

  protected masked(x: Tensor): Tensor {
    const { p } = this;
    const scale = ((1 - p) * (1 + p * LEAST ** 2)) ** -0.5;
    return where(this.kept(x.shape), x, LEAST)
      .mul(scale)
      .add(-scale * p * LEAST);
  }
}
