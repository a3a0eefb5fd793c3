// Adam and AdamW: steps scaled by running moments of the gradient.

import { ArgumentError } from '../core/errors.js';
import { describe } from '../core/shape.js';
import type { Parameter } from '../core/variable.js';
import { type Common, checkNumber, Optimizer } from './optimizer.js';

/** Options of Adam and AdamW. */
export interface AdamOptions extends Common {
  /** Decay rates of the first and second moment. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the root of the second moment. Default 1e-8. */
  eps?: number;
}

abstract class AdamFamily extends Optimizer {
  constructor(name: string, params: Parameter[], options: AdamOptions, decoupled: boolean, defaultDecay: number) {
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = defaultDecay } = options;
    if (!Array.isArray(betas) || betas.length !== 2)
      throw new ArgumentError(name, `betas must be two numbers, got ${describe(betas)}`, { value: betas });
    const [beta1, beta2] = betas as [number, number];
    checkNumber(name, 'betas[0]', beta1, 0, 1);
    checkNumber(name, 'betas[1]', beta2, 0, 1);
    checkNumber(name, 'eps', eps, 0);
    super(
      params,
      { ...options, lr, weightDecay },
      {
        opcode: 'adam',
        states: ['exp_avg', 'exp_avg_sq'],
        hyper: () => [beta1, beta2, eps, weightDecay],
        structure: () => [decoupled ? 1 : 0],
        head: (hyper) => [hyper(0), hyper(1), hyper(2), hyper(3), hyper(4), decoupled ? 1 : 0],
        segment: ([m, v]) => [m!, v!],
      },
    );
  }
}

/**
 * Adam (Kingma and Ba, 2014), as torch.optim.Adam: `weightDecay` is an L2 penalty.
 *
 * @param params What it updates. @param options Defaults: lr 1e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0.
 * @example
 * const opt = new optim.Adam(model.parameters(), { lr: 1e-3 });
 */
export class Adam extends AdamFamily {
  constructor(params: Parameter[], options: AdamOptions = {}) {
    super('Adam', params, options, false, 0);
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2017), as torch.optim.AdamW: p ← p - lr·weightDecay·p before the step.
 *
 * @param params What it updates. @param options Defaults: lr 1e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0.01.
 * @example
 * const opt = new optim.AdamW(model.parameters(), { weightDecay: 0.1, clipNorm: 1 });
 */
export class AdamW extends AdamFamily {
  constructor(params: Parameter[], options: AdamOptions = {}) {
    super('AdamW', params, options, true, 0.01);
  }
}
