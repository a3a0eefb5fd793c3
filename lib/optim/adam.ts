// Adam and its kin that divide by the root of the second moment: Adam, AdamW, NAdam, RAdam.
import type { Common, Params, Range, Rule } from './groups.js';
import { Optimizer } from './optimizer.js';

/** Options of Adam's kin. */
export interface MomentsOptions extends Common {
  /** Decay rates of the first and second moment. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the root of the second moment. Default 1e-8. */
  eps?: number;
}

/** Options of Adam and AdamW. */
export interface AdamOptions extends MomentsOptions {
  /** Divides by the largest second moment so far (AMSGrad: Reddi, Kale and Kumar, 2018). Default false. */
  amsgrad?: boolean;
}

/** Options of RAdam. */
export interface RAdamOptions extends MomentsOptions {
  /** Whether weightDecay acts on the parameter, as AdamW's, and not through the gradient. Default false. */
  decoupledWeightDecay?: boolean;
}

/** Options of NAdam. */
export interface NAdamOptions extends RAdamOptions {
  /** How fast the momentum nears betas[0]. Default 4e-3. */
  momentumDecay?: number;
}

const DECOUPLED = 1;
const AMSGRAD = 2;

const below1: Range = [0, 1];
const positive: Range = [0, Infinity];
const moments = [{ name: 'exp_avg' }, { name: 'exp_avg_sq' }];
const defaults = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, l1: 0 } as const;

const adam = (weightDecay: number, decoupled: number): Rule<AdamOptions> => ({
  opcode: 'adam',
  defaults: { ...defaults, weightDecay, amsgrad: false },
  numbers: { betas: below1, eps: positive },
  flags: ({ amsgrad }) => decoupled | (amsgrad ? AMSGRAD : 0),
  states: ({ amsgrad }) => (amsgrad ? [...moments, { name: 'max_exp_avg_sq' }] : moments),
});

const nadam: Rule<NAdamOptions> = {
  opcode: 'nadam',
  defaults: { ...defaults, lr: 2e-3, momentumDecay: 4e-3, decoupledWeightDecay: false },
  numbers: { betas: below1, eps: positive, momentumDecay: positive },
  flags: ({ decoupledWeightDecay }) => (decoupledWeightDecay ? DECOUPLED : 0),
  states: () => [...moments, { name: 'mu_product', init: 1, single: true }],
};

const radam: Rule<RAdamOptions> = {
  opcode: 'radam',
  defaults: { ...defaults, decoupledWeightDecay: false },
  numbers: { betas: below1, eps: positive },
  flags: ({ decoupledWeightDecay }) => (decoupledWeightDecay ? DECOUPLED : 0),
  states: () => moments,
};

/**
 * Adam (Kingma and Ba, 2014), as torch.optim.Adam. For the parameter's step t = 1, 2, …:
 *
 *     g ← ∇p + weightDecay·p + l1·sign(p)
 *     m ← β₁·m + (1-β₁)·g            v ← β₂·v + (1-β₂)·g²
 *     p ← p - lr · m/(1-β₁ᵗ) / (√(v/(1-β₂ᵗ)) + eps)            AMSGrad: the largest v so far
 *
 * @param params A list of parameters, or groups.
 * @param options Defaults: lr 1e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0, amsgrad false.
 * @throws {ArgumentError} for options out of range.
 * @example
 * const model = new nn.Linear(4, 1);
 * const opt = new optim.Adam(model.parameters(), { lr: 1e-3 });
 * await opt.step(nn.mseLoss(model.forward(ones([8, 4])), zeros([8, 1])));
 */
export class Adam extends Optimizer<AdamOptions> {
  constructor(params: Params<AdamOptions>, options: AdamOptions = {}) {
    super(params, options, adam(0, 0));
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2017), as torch.optim.AdamW: p ← p - lr·weightDecay·p, then Adam's step without
 * weightDecay in the gradient.
 *
 * @param params A list of parameters, or groups.
 * @param options Defaults: lr 1e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0.01, amsgrad false.
 * @throws {ArgumentError} for options out of range.
 * @example
 * const model = new nn.Linear(4, 1);
 * const opt = new optim.AdamW(model.parameters(), { weightDecay: 0.1, clipNorm: 1 });
 * await opt.step(nn.mseLoss(model.forward(ones([8, 4])), zeros([8, 1])));
 */
export class AdamW extends Optimizer<AdamOptions> {
  constructor(params: Params<AdamOptions>, options: AdamOptions = {}) {
    super(params, options, adam(0.01, DECOUPLED));
  }
}

/**
 * Adam with Nesterov's momentum (Dozat, 2016), as torch.optim.NAdam. With Adam's g, m and v:
 *
 *     μₜ = β₁·(1 - ½·0.96^(t·momentumDecay))            Πₜ = μ₁ · … · μₜ
 *     p ← p - lr · ((1-μₜ)·g/(1-Πₜ) + μₜ₊₁·m/(1-Πₜ·μₜ₊₁)) / (√(v/(1-β₂ᵗ)) + eps)
 *
 * @param params A list of parameters, or groups.
 * @param options Defaults: lr 2e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0, momentumDecay 4e-3, decoupledWeightDecay false.
 * @throws {ArgumentError} for options out of range.
 * @example
 * const model = new nn.Linear(4, 1);
 * const opt = new optim.NAdam(model.parameters(), { lr: 2e-3 });
 * await opt.step(nn.mseLoss(model.forward(ones([8, 4])), zeros([8, 1])));
 */
export class NAdam extends Optimizer<NAdamOptions> {
  constructor(params: Params<NAdamOptions>, options: NAdamOptions = {}) {
    super(params, options, nadam);
  }
}

/**
 * Rectified Adam (Liu et al., 2019), as torch.optim.RAdam: while v rests on too few steps, p ← p - lr·m/(1-β₁ᵗ); then Adam's step times a
 * factor that grows to 1:
 *
 *     ρ∞ = 2/(1-β₂) - 1        ρₜ = ρ∞ - 2t·β₂ᵗ/(1-β₂ᵗ)        rₜ = √((ρₜ-4)(ρₜ-2)ρ∞ / ((ρ∞-4)(ρ∞-2)ρₜ))
 *     p ← p - lr·rₜ · m/(1-β₁ᵗ) · √(1-β₂ᵗ) / (√v + eps)        where ρₜ > 5
 *
 * @param params A list of parameters, or groups.
 * @param options Defaults: lr 1e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0, decoupledWeightDecay false.
 * @throws {ArgumentError} for options out of range.
 * @example
 * const model = new nn.Linear(4, 1);
 * const opt = new optim.RAdam(model.parameters(), { lr: 1e-3 });
 * await opt.step(nn.mseLoss(model.forward(ones([8, 4])), zeros([8, 1])));
 */
export class RAdam extends Optimizer<RAdamOptions> {
  constructor(params: Params<RAdamOptions>, options: RAdamOptions = {}) {
    super(params, options, radam);
  }
}
