// StochasticDepth: leaves out a residual branch at random while training.
import { ArgumentError, describe, type Tensor } from '../core/index.js';
import { type DropoutOptions, RandomMask } from './dropout.js';

/** Options of `StochasticDepth`. */
export interface StochasticDepthOptions extends DropoutOptions {
  /** Whether each sample's branch falls by itself ('row', as unless told), or that of all together ('batch'). */
  readonly mode?: 'row' | 'batch';
}

/**
 * The end of a residual branch: while training, sets all of a sample, or of the batch, to 0 with probability `p` and scales what stays by
 * 1/(1-p); in eval mode and in `predict`, hands x through. The samples stand along the first axis.
 *
 * Source: Huang, Sun, Liu, Sedra, Weinberger, "Deep networks with stochastic depth", 2016.
 *
 * @throws {ArgumentError} when `p` is not from 0 to 1, or for another mode.
 * @example
 * const block = new nn.Residual(new nn.Sequential(new nn.Linear(32, 32), new nn.ReLU(), new nn.StochasticDepth(0.1)));
 * block.forward(randn([8, 32])).shape; // → [8, 32]
 */
export class StochasticDepth extends RandomMask {
  /** Whether each sample's branch falls by itself ('row'), or that of all together ('batch'). */
  readonly mode: 'row' | 'batch';

  constructor(p: number, { mode = 'row', ...options }: StochasticDepthOptions = {}) {
    super('StochasticDepth', p, options);
    if (mode !== 'row' && mode !== 'batch')
      throw new ArgumentError('StochasticDepth', `mode must be 'row' or 'batch', got ${describe(mode)}`, { value: mode });
    this.mode = mode;
  }

  protected masked(x: Tensor): Tensor {
    const mask = this.kept(x.shape.map((n, i) => (i === 0 && this.mode === 'row' ? n : 1)));
    return x.mul(mask).mul(1 / (1 - this.p));
  }
}
