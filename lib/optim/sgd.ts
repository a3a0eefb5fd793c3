// Gradient descent: plain, with momentum, with Nesterov's momentum.
import { ArgumentError } from '../core/errors.js';
import type { Common, Params, Rule } from './groups.js';
import { Optimizer } from './optimizer.js';

/** Options of SGD. */
export interface SGDOptions extends Common {
  /** Factor of the velocity that is kept (Polyak, 1964). Default 0: plain gradient descent. */
  momentum?: number;
  /** Part of the gradient that the velocity leaves out, after the first step. Default 0. */
  dampening?: number;
  /** Looks ahead along the velocity (Nesterov, 1983). Needs momentum and no dampening. Default false. */
  nesterov?: boolean;
}

const MOMENTUM = 2;
const NESTEROV = 4;

const rule: Rule<SGDOptions> = {
  opcode: 'sgd',
  defaults: { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, l1: 0, nesterov: false },
  numbers: { momentum: [0, Infinity], dampening: [0, Infinity] },
  flags: ({ momentum, nesterov }) => (momentum === 0 ? 0 : MOMENTUM) | (nesterov ? NESTEROV : 0),
  states: ({ momentum }) => (momentum === 0 ? [] : [{ name: 'momentum_buffer' }]),
  check(name, { nesterov, momentum, dampening }) {
    if (nesterov && (momentum === 0 || dampening !== 0)) throw new ArgumentError(name, 'nesterov needs momentum and no dampening');
  },
};

/**
 * Gradient descent on batches, as torch.optim.SGD (momentum: Polyak, 1964; the look ahead: Nesterov, 1983, as Sutskever et al., 2013,
 * write it).
 *
 *     g ← ∇p + weightDecay·p + l1·sign(p)
 *     v ← momentum·v + (1-dampening)·g        (the first v is g)
 *     p ← p - lr·g     or  p - lr·v     or, with Nesterov,  p - lr·(g + momentum·v)
 *
 * @param params A list of parameters, or groups. @param options Defaults: lr 1e-3, momentum 0, dampening 0, nesterov false.
 * @throws {ArgumentError} for options out of range.
 * @example
 * const model = new nn.Linear(4, 1);
 * const opt = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9, nesterov: true });
 * await opt.step(nn.mseLoss(model.forward(ones([8, 4])), zeros([8, 1])));
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: Params<SGDOptions>, options: SGDOptions = {}) {
    super(params, options, rule);
  }
}
