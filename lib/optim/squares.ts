// Optimizers that divide by a root of past squares without a first moment: Adagrad, RMSprop, Adadelta.
import { type Common, checkNumber, type Params, type Rule } from './groups.js';
import { Optimizer } from './optimizer.js';

/** Options of Adagrad. */
export interface AdagradOptions extends Common {
  /** The rate falls as lr/(1 + (t-1)·lrDecay). Default 0. */
  lrDecay?: number;
  /** The first sum of squares. Default 0. */
  initialAccumulatorValue?: number;
  /** Added to the root of the sum. Default 1e-10. */
  eps?: number;
}

/** Options of RMSprop. */
export interface RMSpropOptions extends Common {
  /** Part of the mean square that is kept. Default 0.99. */
  alpha?: number;
  /** Added to the root of the mean square. Default 1e-8. */
  eps?: number;
  /** Factor of the velocity that is kept. Default 0: no velocity. */
  momentum?: number;
  /** Divides by the gradient's deviation from its mean (Graves, 2013). Default false. */
  centered?: boolean;
}

/** Options of Adadelta. */
export interface AdadeltaOptions extends Common {
  /** Part of the mean squares that is kept. Default 0.9. */
  rho?: number;
  /** Added to both mean squares. Default 1e-6. */
  eps?: number;
}

const MOMENTUM = 2;
const CENTERED = 4;

const adagrad: Rule<AdagradOptions> = {
  opcode: 'adagrad',
  defaults: { lr: 1e-2, lrDecay: 0, weightDecay: 0, l1: 0, initialAccumulatorValue: 0, eps: 1e-10 },
  numbers: { lrDecay: [0, Infinity], eps: [0, Infinity] },
  states: ({ initialAccumulatorValue }) => [{ name: 'sum', init: initialAccumulatorValue }],
  check: (name, { initialAccumulatorValue }) => void checkNumber(name, 'initialAccumulatorValue', initialAccumulatorValue, 0),
};

const rmsprop: Rule<RMSpropOptions> = {
  opcode: 'rmsprop',
  defaults: { lr: 1e-2, alpha: 0.99, eps: 1e-8, weightDecay: 0, l1: 0, momentum: 0, centered: false },
  numbers: { alpha: [0, 1], eps: [0, Infinity], momentum: [0, Infinity] },
  flags: ({ momentum, centered }) => (momentum === 0 ? 0 : MOMENTUM) | (centered ? CENTERED : 0),
  states: ({ momentum, centered }) => [
    { name: 'square_avg' },
    ...(centered ? [{ name: 'grad_avg' }] : []),
    ...(momentum === 0 ? [] : [{ name: 'momentum_buffer' }]),
  ],
};

const adadelta: Rule<AdadeltaOptions> = {
  opcode: 'adadelta',
  defaults: { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, l1: 0 },
  numbers: { rho: [0, 1], eps: [0, Infinity] },
  states: () => [{ name: 'square_avg' }, { name: 'acc_delta' }],
};

/**
 * Adagrad (Duchi, Hazan and Singer, 2011), as torch.optim.Adagrad. For the parameter's step t = 1, 2, …:
 *
 *     g ← ∇p + weightDecay·p + l1·sign(p)
 *     s ← s + g²
 *     p ← p - lr/(1 + (t-1)·lrDecay) · g / (√s + eps)
 *
 * @param params A list of parameters, or groups.
 * @param options Defaults: lr 1e-2, lrDecay 0, weightDecay 0, initialAccumulatorValue 0, eps 1e-10.
 * @throws {ArgumentError} for options out of range.
 * @example
 * const model = new nn.Linear(4, 1);
 * const opt = new optim.Adagrad(model.parameters(), { lr: 1e-2 });
 * await opt.step(nn.mseLoss(model.forward(ones([8, 4])), zeros([8, 1])));
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(params: Params<AdagradOptions>, options: AdagradOptions = {}) {
    super(params, options, adagrad);
  }
}

/**
 * RMSprop (Hinton, lecture 6e of "Neural Networks for Machine Learning", 2012; centered: Graves, 2013), as torch.optim.RMSprop:
 *
 *     g ← ∇p + weightDecay·p + l1·sign(p)
 *     s ← alpha·s + (1-alpha)·g²        centered: a ← alpha·a + (1-alpha)·g, and s - a² takes the place of s (at least 0)
 *     d ← g / (√s + eps)                with momentum: v ← momentum·v + d, and v takes the place of d
 *     p ← p - lr·d
 *
 * @param params A list of parameters, or groups.
 * @param options Defaults: lr 1e-2, alpha 0.99, eps 1e-8, weightDecay 0, momentum 0, centered false.
 * @throws {ArgumentError} for options out of range.
 * @example
 * const model = new nn.Linear(4, 1);
 * const opt = new optim.RMSprop(model.parameters(), { lr: 1e-3, momentum: 0.9 });
 * await opt.step(nn.mseLoss(model.forward(ones([8, 4])), zeros([8, 1])));
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(params: Params<RMSpropOptions>, options: RMSpropOptions = {}) {
    super(params, options, rmsprop);
  }
}

/**
 * Adadelta (Zeiler, 2012), as torch.optim.Adadelta; its steps have the parameter's own unit, so lr is mostly 1:
 *
 *     g ← ∇p + weightDecay·p + l1·sign(p)
 *     s ← rho·s + (1-rho)·g²
 *     d ← √(u + eps) / √(s + eps) · g
 *     u ← rho·u + (1-rho)·d²
 *     p ← p - lr·d
 *
 * @param params A list of parameters, or groups. @param options Defaults: lr 1, rho 0.9, eps 1e-6, weightDecay 0.
 * @throws {ArgumentError} for options out of range.
 * @example
 * const model = new nn.Linear(4, 1);
 * const opt = new optim.Adadelta(model.parameters());
 * await opt.step(nn.mseLoss(model.forward(ones([8, 4])), zeros([8, 1])));
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(params: Params<AdadeltaOptions>, options: AdadeltaOptions = {}) {
    super(params, options, adadelta);
  }
}
