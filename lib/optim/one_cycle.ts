// The one-cycle policy: up to a high rate and down to nearly nothing, with the momentum the other way round.
import { ArgumentError } from '../core/errors.js';
import { describe } from '../core/shape.js';
import { checkNumber, type ParamGroup } from './groups.js';
import type { Optimizer } from './optimizer.js';
import { checkCount, checkOptimizer, LRScheduler } from './scheduler.js';

/** Options of OneCycleLR. */
export interface OneCycleOptions {
  /** The highest rate, or one a group. */
  maxLr: number | readonly number[];
  /** Steps of the whole cycle. */
  totalSteps: number;
  /** Part of the steps in which the rate rises. Default 0.3. */
  pctStart?: number;
  /** How rates go from one to the next. Default 'cos'. */
  annealStrategy?: 'cos' | 'linear';
  /** Whether momentum (or betas[0]) falls while the rate rises. Default true. */
  cycleMomentum?: boolean;
  /** The lowest momentum. Default 0.85. */
  baseMomentum?: number;
  /** The highest momentum. Default 0.95. */
  maxMomentum?: number;
  /** The first rate is maxLr/divFactor. Default 25. */
  divFactor?: number;
  /** The last rate is the first one divided by this. Default 1e4. */
  finalDivFactor?: number;
  /** Goes down as it came up, then to the last rate; else straight to the last rate. Default false. */
  threePhase?: boolean;
}

type Momentum = { momentum?: number; betas?: readonly [number, number] };

/** A part of the cycle: until when it lasts, and from which to which rate (of first, high, last) and momentum. */
interface Phase {
  readonly end: number;
  readonly lr: readonly [from: number, to: number];
  readonly momentum: readonly [from: number, to: number];
}

/**
 * The one-cycle policy (Smith and Topin, 2017), as PyTorch's OneCycleLR: from maxLr/divFactor up to maxLr in pctStart of the steps, then
 * down to maxLr/(divFactor·finalDivFactor); the momentum, or Adam's first beta, from maxMomentum to baseMomentum and back. Its step belongs
 * after each step of the optimizer, `totalSteps - 1` times at most.
 *
 * @param optimizer Whose rates and momenta it sets. SGD must have been made with momentum, unless cycleMomentum is false.
 * @throws {ArgumentError} for options out of range, and in `step()` beyond the cycle.
 * @example
 * const opt = new optim.Adam(new nn.Linear(4, 1).parameters());
 * const schedule = new optim.OneCycleLR(opt, { maxLr: 0.1, totalSteps: 1000 });
 * for (let step = 0; step < 299; step++) schedule.step();
 * opt.lr; // → 0.1
 */
export class OneCycleLR extends LRScheduler {
  override readonly interval = 'step';

  constructor(optimizer: Optimizer, options: OneCycleOptions) {
    const op = 'OneCycleLR';
    const { maxLr, totalSteps, pctStart = 0.3, annealStrategy = 'cos', cycleMomentum = true } = options;
    const { baseMomentum = 0.85, maxMomentum = 0.95, divFactor = 25, finalDivFactor = 1e4, threePhase = false } = options;
    checkOptimizer(op, optimizer);
    const { paramGroups } = optimizer;
    const highest = typeof maxLr === 'number' ? paramGroups.map(() => maxLr) : maxLr;
    if (!Array.isArray(highest) || highest.length !== paramGroups.length)
      throw new ArgumentError(op, `maxLr must be a number, or ${paramGroups.length} for the groups, got ${describe(maxLr)}`);
    for (const [i, lr] of highest.entries()) checkNumber(op, `maxLr[${i}]`, lr, 0);
    checkCount(op, 'totalSteps', totalSteps, 2);
    if (!(pctStart >= 0 && pctStart <= 1)) throw new ArgumentError(op, `pctStart must be a number from 0 to 1, got ${describe(pctStart)}`);
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear')
      throw new ArgumentError(op, `annealStrategy must be 'cos' or 'linear', got ${describe(annealStrategy)}`);
    checkNumber(op, 'baseMomentum', baseMomentum, 0, 1);
    checkNumber(op, 'maxMomentum', maxMomentum, 0, 1);
    checkNumber(op, 'divFactor', divFactor, Number.MIN_VALUE);
    checkNumber(op, 'finalDivFactor', finalDivFactor, Number.MIN_VALUE);
    if (cycleMomentum) paramGroups.forEach(checkMomentum);

    const anneal = annealStrategy === 'cos' ? cosine : line;
    const first = 1 / divFactor;
    const last = first / finalDivFactor;
    const up: Phase = { end: pctStart * totalSteps - 1, lr: [first, 1], momentum: [maxMomentum, baseMomentum] };
    const down: Phase = { end: totalSteps - 1, lr: [1, last], momentum: [baseMomentum, maxMomentum] };
    const phases: Phase[] = threePhase
      ? [
          up,
          { end: 2 * pctStart * totalSteps - 2, lr: [1, first], momentum: [baseMomentum, maxMomentum] },
          { end: totalSteps - 1, lr: [first, last], momentum: [maxMomentum, maxMomentum] },
        ]
      : [up, down];
    const at = (t: number): [phase: Phase, part: number] => {
      if (t >= totalSteps) throw new ArgumentError(op, `the cycle has ${totalSteps} steps; step() was called once too often`, { value: t });
      const i = phases.findIndex((phase, k) => t <= phase.end || k === phases.length - 1);
      const start = i === 0 ? 0 : phases[i - 1]!.end;
      return [phases[i]!, (t - start) / (phases[i]!.end - start)];
    };
    const rate = (_: number, t: number, group: number): number => {
      const [{ lr }, part] = at(t);
      return highest[group]! * anneal(...lr, part);
    };
    const beside = (group: ParamGroup, t: number): void => {
      const [{ momentum }, part] = at(t);
      setMomentum(group, anneal(...momentum, part));
    };
    super(optimizer, rate, cycleMomentum ? beside : undefined);
  }
}

const cosine = (from: number, to: number, part: number): number => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * part));
const line = (from: number, to: number, part: number): number => from + (to - from) * part;

function checkMomentum(group: ParamGroup & Momentum): void {
  if (group.betas === undefined && !group.momentum)
    throw new ArgumentError('OneCycleLR', 'the optimizer has no momentum to cycle; give it one, or cycleMomentum: false');
}

function setMomentum(group: ParamGroup & Momentum, value: number): void {
  if (group.betas !== undefined) group.betas = [value, group.betas[1]];
  else group.momentum = value;
}
