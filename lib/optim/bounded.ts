// Optimizers whose steps are bounded by the learning rate without squares: Adamax and Lion.
import type { MomentsOptions } from './adam.js';
import type { Common, Params, Rule } from './groups.js';
import { Optimizer } from './optimizer.js';

/** Options of Lion. */
export interface LionOptions extends Common {
  /** How much of the average the step takes, and how much of it is kept. Default [0.9, 0.99]. */
  betas?: readonly [number, number];
}

const DECOUPLED = 1;

const adamax: Rule<MomentsOptions> = {
  opcode: 'adamax',
  defaults: { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, l1: 0 },
  numbers: { betas: [0, 1], eps: [0, Infinity] },
  states: () => [{ name: 'exp_avg' }, { name: 'exp_inf' }],
};

const lion: Rule<LionOptions> = {
  opcode: 'lion',
  defaults: { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0, l1: 0 },
  numbers: { betas: [0, 1] },
  flags: () => DECOUPLED,
  states: () => [{ name: 'exp_avg' }],
};

/**
 * Adam by the infinity norm (Kingma and Ba, 2014, section 7.1), as torch.optim.Adamax. For the parameter's step t = 1, 2, …:
 *
 *     g ← ∇p + weightDecay·p + l1·sign(p)
 *     m ← β₁·m + (1-β₁)·g            u ← max(β₂·u, |g| + eps)
 *     p ← p - lr/(1-β₁ᵗ) · m/u
 *
 * @param params A list of parameters, or groups. @param options Defaults: lr 2e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0.
 * @throws {ArgumentError} for options out of range.
 * @example
 * const model = new nn.Linear(4, 1);
 * const opt = new optim.Adamax(model.parameters(), { lr: 2e-3 });
 * await opt.step(nn.mseLoss(model.forward(ones([8, 4])), zeros([8, 1])));
 */
export class Adamax extends Optimizer<MomentsOptions> {
  constructor(params: Params<MomentsOptions>, options: MomentsOptions = {}) {
    super(params, options, adamax);
  }
}

/**
 * Lion (Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023): steps of one size in the direction of an average's sign. Its
 * weight decay is decoupled. Rates are mostly 3 to 10 times smaller than AdamW's, and weightDecay as much larger.
 *
 *     g ← ∇p + l1·sign(p)
 *     p ← p - lr·(sign(β₁·m + (1-β₁)·g) + weightDecay·p)
 *     m ← β₂·m + (1-β₂)·g
 *
 * @param params A list of parameters, or groups. @param options Defaults: lr 1e-4, betas [0.9, 0.99], weightDecay 0.
 * @throws {ArgumentError} for options out of range.
 * @example
 * const model = new nn.Linear(4, 1);
 * const opt = new optim.Lion(model.parameters(), { lr: 1e-4, weightDecay: 0.1 });
 * await opt.step(nn.mseLoss(model.forward(ones([8, 4])), zeros([8, 1])));
 */
export class Lion extends Optimizer<LionOptions> {
  constructor(params: Params<LionOptions>, options: LionOptions = {}) {
    super(params, options, lion);
  }
}
