// The schedules that are one formula: StepLR, MultiStepLR, ExponentialLR, CosineAnnealingLR, LinearLR, LambdaLR; and SequentialLR, which joins some.
import { ArgumentError } from '../core/errors.js';
import { describe } from '../core/shape.js';
import { checkNumber } from './groups.js';
import type { Optimizer } from './optimizer.js';
import { checkCount, LRScheduler } from './scheduler.js';

/**
 * Multiplies the rate by `gamma` every `stepSize` steps: lr = base·gamma^⌊t/stepSize⌋, as PyTorch's StepLR.
 *
 * @param optimizer Whose rates it sets. @param options `stepSize`: whole, ≥ 1; `gamma`: 0.1 unless told.
 * @throws {ArgumentError} for options out of range.
 * @example
 * const opt = new optim.SGD(new nn.Linear(4, 1).parameters(), { lr: 1 });
 * const schedule = new optim.StepLR(opt, { stepSize: 30 });
 * for (let epoch = 0; epoch < 60; epoch++) schedule.step(); // after each epoch's steps
 * opt.lr; // → 0.01
 */
export class StepLR extends LRScheduler {
  constructor(optimizer: Optimizer, { stepSize, gamma = 0.1 }: { stepSize: number; gamma?: number }) {
    checkCount('StepLR', 'stepSize', stepSize);
    checkNumber('StepLR', 'gamma', gamma, 0);
    super(optimizer, (base, t) => base * gamma ** Math.floor(t / stepSize));
  }
}

/**
 * Multiplies the rate by `gamma` at each milestone, as PyTorch's MultiStepLR; a milestone that stands twice counts twice.
 *
 * @param optimizer Whose rates it sets. @param options `milestones`: whole numbers, not falling; `gamma`: 0.1 unless told.
 * @throws {ArgumentError} for options out of range.
 * @example
 * const opt = new optim.SGD(new nn.Linear(4, 1).parameters(), { lr: 1 });
 * const schedule = new optim.MultiStepLR(opt, { milestones: [30, 80], gamma: 0.1 });
 * for (let epoch = 0; epoch < 79; epoch++) schedule.step(); // after each epoch's steps
 * opt.lr; // → 0.1
 */
export class MultiStepLR extends LRScheduler {
  constructor(optimizer: Optimizer, { milestones, gamma = 0.1 }: { milestones: readonly number[]; gamma?: number }) {
    const times = checkMilestones('MultiStepLR', milestones);
    checkNumber('MultiStepLR', 'gamma', gamma, 0);
    super(optimizer, (base, t) => base * gamma ** times.filter((time) => time <= t).length);
  }
}

/**
 * Multiplies the rate by `gamma` at every step: lr = base·gamma^t, as PyTorch's ExponentialLR.
 *
 * @param optimizer Whose rates it sets. @param options `gamma` ≥ 0.
 * @throws {ArgumentError} for another gamma.
 * @example
 * const opt = new optim.SGD(new nn.Linear(4, 1).parameters(), { lr: 1 });
 * const schedule = new optim.ExponentialLR(opt, { gamma: 0.95 });
 * for (let epoch = 0; epoch < 2; epoch++) schedule.step(); // after each epoch's steps
 * opt.lr; // → 0.9025
 */
export class ExponentialLR extends LRScheduler {
  constructor(optimizer: Optimizer, { gamma }: { gamma: number }) {
    checkNumber('ExponentialLR', 'gamma', gamma, 0);
    super(optimizer, (base, t) => base * gamma ** t);
  }
}

/**
 * Half a cosine from the base rate to `etaMin` in `tMax` steps, then back up in as many (Loshchilov and Hutter, 2016, without restarts):
 * lr = etaMin + (base - etaMin)·(1 + cos(πt/tMax))/2, as PyTorch's CosineAnnealingLR.
 *
 * @param optimizer Whose rates it sets. @param options `tMax`: whole, ≥ 1; `etaMin`: 0 unless told.
 * @throws {ArgumentError} for options out of range.
 * @example
 * const opt = new optim.SGD(new nn.Linear(4, 1).parameters(), { lr: 1 });
 * const schedule = new optim.CosineAnnealingLR(opt, { tMax: 100 });
 * for (let epoch = 0; epoch < 50; epoch++) schedule.step(); // after each epoch's steps
 * opt.lr; // → 0.5
 */
export class CosineAnnealingLR extends LRScheduler {
  constructor(optimizer: Optimizer, { tMax, etaMin = 0 }: { tMax: number; etaMin?: number }) {
    checkCount('CosineAnnealingLR', 'tMax', tMax);
    checkNumber('CosineAnnealingLR', 'etaMin', etaMin, 0);
    super(optimizer, (base, t) => etaMin + ((base - etaMin) * (1 + Math.cos((Math.PI * t) / tMax))) / 2);
  }
}

/**
 * A straight line from base·startFactor to base·endFactor in `totalIters` steps, then constant: a warm-up with the defaults. As PyTorch's
 * LinearLR.
 *
 * @param optimizer Whose rates it sets. @param options Defaults: `startFactor` 1/3, `endFactor` 1, `totalIters` 5.
 * @throws {ArgumentError} for options out of range.
 * @example
 * const opt = new optim.SGD(new nn.Linear(4, 1).parameters(), { lr: 1 });
 * const schedule = new optim.LinearLR(opt, { startFactor: 0.5, totalIters: 10 });
 * opt.lr; // → 0.5
 * for (let epoch = 0; epoch < 5; epoch++) schedule.step(); // after each epoch's steps
 * opt.lr; // → 0.75
 */
export class LinearLR extends LRScheduler {
  constructor(optimizer: Optimizer, options: { startFactor?: number; endFactor?: number; totalIters?: number } = {}) {
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = options;
    checkNumber('LinearLR', 'startFactor', startFactor, 0);
    checkNumber('LinearLR', 'endFactor', endFactor, 0);
    checkCount('LinearLR', 'totalIters', totalIters);
    super(optimizer, (base, t) => base * (startFactor + ((endFactor - startFactor) * Math.min(t, totalIters)) / totalIters));
  }
}

/**
 * lr = base·lrLambda(t), as PyTorch's LambdaLR. The state dict holds t, not the functions.
 *
 * @param optimizer Whose rates it sets. @param options `lrLambda`: a function, or one a group.
 * @throws {ArgumentError} for anything else.
 * @example
 * const opt = new optim.SGD(new nn.Linear(4, 1).parameters(), { lr: 1 });
 * const schedule = new optim.LambdaLR(opt, { lrLambda: (t) => Math.min((t + 1) / 100, (100 / (t + 1)) ** 0.5) });
 * for (let epoch = 0; epoch < 399; epoch++) schedule.step(); // after each epoch's steps
 * opt.lr; // → 0.5
 */
export class LambdaLR extends LRScheduler {
  constructor(optimizer: Optimizer, { lrLambda }: { lrLambda: ((t: number) => number) | readonly ((t: number) => number)[] }) {
    const groups = optimizer?.paramGroups?.length;
    const all = typeof lrLambda === 'function' ? Array.from({ length: groups }, () => lrLambda) : lrLambda;
    if (!Array.isArray(all) || all.length !== groups || all.some((f) => typeof f !== 'function'))
      throw new ArgumentError('LambdaLR', `lrLambda must be a function, or ${groups} for the groups, got ${describe(lrLambda)}`);
    super(optimizer, (base, t, group) => base * all[group]!(t));
  }
}

/**
 * One schedule after the other: schedule i + 1 begins, with its own t = 0, at `milestones[i]`. As PyTorch's SequentialLR.
 *
 * @param optimizer Whose rates it sets. @param options `schedulers`: of the same optimizer; `milestones`: one fewer, rising. Its state dict
 *   stands for theirs, and only it is stepped.
 * @throws {ArgumentError} for schedules of another optimizer, or counts that don't fit.
 * @example
 * const opt = new optim.SGD(new nn.Linear(4, 1).parameters(), { lr: 1 });
 * const warmUp = new optim.LinearLR(opt, { startFactor: 0.01, totalIters: 500 });
 * const decay = new optim.CosineAnnealingLR(opt, { tMax: 9500 });
 * const schedule = new optim.SequentialLR(opt, { schedulers: [warmUp, decay], milestones: [500] });
 * opt.lr; // → 0.01
 */
export class SequentialLR extends LRScheduler {
  constructor(optimizer: Optimizer, { schedulers, milestones }: { schedulers: readonly LRScheduler[]; milestones: readonly number[] }) {
    const starts = [0, ...checkMilestones('SequentialLR', milestones)];
    if (!Array.isArray(schedulers) || schedulers.length !== starts.length || schedulers.some((s) => s?.optimizer !== optimizer))
      throw new ArgumentError('SequentialLR', `expects ${starts.length} schedules of the optimizer, got ${describe(schedulers)}`);
    const parts = [...(schedulers as readonly LRScheduler[])];
    const at = (t: number): [part: LRScheduler, own: number] => {
      const i = starts.findLastIndex((start) => start <= t);
      return [parts[i]!, t - starts[i]!];
    };
    super(
      optimizer,
      (base, t, group) => {
        const [part, own] = at(t);
        return part.rate(base, own, group);
      },
      (group, t) => {
        const [part, own] = at(t);
        part.beside?.(group, own);
      },
    );
  }
}

function checkMilestones(op: string, milestones: unknown): number[] {
  const given: unknown[] = Array.isArray(milestones) ? milestones : [undefined];
  for (const [i, time] of given.entries()) checkCount(op, `milestones[${i}]`, time, i === 0 ? 0 : (given[i - 1] as number));
  return given as number[];
}
