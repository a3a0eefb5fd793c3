// ReduceLROnPlateau: the one schedule that looks at how training goes.
import { ArgumentError } from '../core/errors.js';
import { describe } from '../core/shape.js';
import type { StateDict } from '../core/tensor.js';
import { checkNumber } from './groups.js';
import type { Optimizer } from './optimizer.js';
import { checkCount, checkOptimizer } from './scheduler.js';
import { fromBits, toBits } from './state.js';

/** Options of ReduceLROnPlateau. */
export interface PlateauOptions {
  /** Whether lower or higher is better. Default 'min'. */
  mode?: 'min' | 'max';
  /** What rates are multiplied by; below 1. Default 0.1. */
  factor?: number;
  /** How many steps without improvement are borne. Default 10. */
  patience?: number;
  /** How much better counts as better. Default 1e-4. */
  threshold?: number;
  /** Whether threshold is a part of the best value or an amount. Default 'rel'. */
  thresholdMode?: 'rel' | 'abs';
  /** Steps after a reduction in which nothing is counted. Default 0. */
  cooldown?: number;
  /** The lowest rate, or one a group. Default 0. */
  minLr?: number | readonly number[];
  /** A change smaller than this isn't made. Default 1e-8. */
  eps?: number;
}

const OP = 'ReduceLROnPlateau';

/**
 * Multiplies the rates by `factor` when a value has not improved for more than `patience` steps, as PyTorch's ReduceLROnPlateau. `Trainer`
 * calls `step` with the validation loss when given the schedule.
 *
 * @param optimizer Whose rates it sets. @param options Defaults: mode 'min', factor 0.1, patience 10, threshold 1e-4 relative, cooldown 0, minLr 0.
 * @throws {ArgumentError} for options out of range.
 * @example
 * const opt = new optim.SGD(new nn.Linear(4, 1).parameters(), { lr: 0.1 });
 * const schedule = new optim.ReduceLROnPlateau(opt, { patience: 2 });
 * for (const valLoss of [1, 0.5, 0.6, 0.6, 0.6]) schedule.step(valLoss);
 * opt.lr; // → 0.01
 */
export class ReduceLROnPlateau {
  /** How often `step()` was called. */
  lastEpoch = 0;
  /** When the Trainer calls `step()` unless told otherwise. */
  readonly interval = 'epoch';
  private best: number;
  private bad = 0;
  private cooling = 0;
  private readonly options: Required<Omit<PlateauOptions, 'minLr'>>;
  private readonly minLrs: readonly number[];

  constructor(
    /** Whose rates it sets. */
    readonly optimizer: Optimizer,
    options: PlateauOptions = {},
  ) {
    const {
      mode = 'min',
      factor = 0.1,
      patience = 10,
      threshold = 1e-4,
      thresholdMode = 'rel',
      cooldown = 0,
      minLr = 0,
      eps = 1e-8,
    } = options;
    checkOptimizer(OP, optimizer);
    if (mode !== 'min' && mode !== 'max') throw new ArgumentError(OP, `mode must be 'min' or 'max', got ${describe(mode)}`);
    if (thresholdMode !== 'rel' && thresholdMode !== 'abs')
      throw new ArgumentError(OP, `thresholdMode must be 'rel' or 'abs', got ${describe(thresholdMode)}`);
    checkNumber(OP, 'factor', factor, 0, 1);
    checkCount(OP, 'patience', patience, 0);
    checkNumber(OP, 'threshold', threshold, 0);
    checkCount(OP, 'cooldown', cooldown, 0);
    checkNumber(OP, 'eps', eps, 0);
    const minLrs = typeof minLr === 'number' ? optimizer.paramGroups.map(() => minLr) : minLr;
    if (!Array.isArray(minLrs) || minLrs.length !== optimizer.paramGroups.length)
      throw new ArgumentError(OP, `minLr must be a number, or ${optimizer.paramGroups.length} for the groups, got ${describe(minLr)}`);
    for (const [i, lr] of minLrs.entries()) checkNumber(OP, `minLr[${i}]`, lr, 0);
    this.minLrs = [...minLrs];
    this.options = { mode, factor, patience, threshold, thresholdMode, cooldown, eps };
    this.best = mode === 'min' ? Infinity : -Infinity;
  }

  /** Tells the newest value of what is watched. NaN is no improvement. */
  step(metric: number): void {
    if (typeof metric !== 'number')
      throw new ArgumentError(OP, `step expects the number that is watched, got ${describe(metric)}; await .item() of a tensor`);
    this.lastEpoch++;
    if (this.isBetter(metric)) {
      this.best = metric;
      this.bad = 0;
    } else this.bad++;
    if (this.cooling > 0) {
      this.cooling--;
      this.bad = 0;
    }
    if (this.bad > this.options.patience) {
      this.reduce();
      this.cooling = this.options.cooldown;
      this.bad = 0;
    }
  }

  /** The rates that were set last, one a group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  private isBetter(value: number): boolean {
    const { mode, threshold, thresholdMode } = this.options;
    const sign = mode === 'min' ? -1 : 1;
    const margin = thresholdMode === 'abs' ? threshold : threshold * this.best;
    const bar = Number.isFinite(this.best) ? this.best + sign * margin : this.best;
    return mode === 'min' ? value < bar : value > bar;
  }

  private reduce(): void {
    for (const [i, group] of this.optimizer.paramGroups.entries()) {
      const lr = Math.max(group.lr * this.options.factor, this.minLrs[i]!);
      if (group.lr - lr > this.options.eps) group.lr = lr;
    }
  }

  /** The best value and the counts. The rates are in the optimizer's state dict. */
  async stateDict(): Promise<StateDict> {
    const { lastEpoch, best, bad, cooling } = this;
    const numbers = { last_epoch: lastEpoch, best, num_bad_epochs: bad, cooldown_counter: cooling };
    const entries = Object.entries(numbers).map(([key, value]) => [key, toBits([value])]);
    return Object.assign(Object.create(null), Object.fromEntries(entries)) as StateDict;
  }

  /** Takes over what `stateDict` gave. @throws {FormatError} when keys or shapes don't fit. */
  loadStateDict(state: StateDict): void {
    const keys = ['last_epoch', 'best', 'num_bad_epochs', 'cooldown_counter'];
    const [lastEpoch, best, bad, cooling] = keys.map((key) => fromBits(state, key, 1)[0]!);
    Object.assign(this, { lastEpoch, best, bad, cooling });
  }
}
