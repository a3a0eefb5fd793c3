// Gradient descent: plain, with momentum, with Nesterov's momentum.
import { ArgumentError } from '../core/errors.js';
import type { Parameter } from '../core/variable.js';
import { type Common, checkNumber, Optimizer } from './optimizer.js';

/** Options of SGD. */
export interface SGDOptions extends Common {
  /** Factor of the velocity that is kept (Polyak, 1964). Default 0: plain gradient descent. */
  momentum?: number;
  /** Part of the gradient that the velocity leaves out. Default 0. */
  dampening?: number;
  /** Looks ahead along the velocity (Nesterov, 1983). Needs momentum and no dampening. Default false. */
  nesterov?: boolean;
}

/**
 * Stochastic gradient descent, as torch.optim.SGD: g ← g + weightDecay·p; v ← momentum·v + (1-dampening)·g; p ← p - lr·v.
 *
 * @param params What it updates. @param options Default lr 1e-3.
 * @example
 * const opt = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9, nesterov: true });
 */
export class SGD extends Optimizer {
  constructor(params: Parameter[], options: SGDOptions = {}) {
    const { lr = 1e-3, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false } = options;
    checkNumber('SGD', 'momentum', momentum, 0);
    checkNumber('SGD', 'dampening', dampening, 0);
    if (nesterov && (momentum === 0 || dampening !== 0))
      throw new ArgumentError('SGD', 'nesterov needs momentum and no dampening', { value: options });
    super(
      params,
      { ...options, lr },
      {
        opcode: 'sgd',
        states: momentum === 0 ? [] : ['momentum_buffer'],
        hyper: () => [momentum, dampening, weightDecay],
        structure: () => [nesterov ? 1 : 0],
        head: (hyper) => [hyper(0), hyper(1), hyper(2), hyper(3), nesterov ? 1 : 0],
        segment: ([velocity]) => [velocity ?? -1],
      },
    );
  }
}
