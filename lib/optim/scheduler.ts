// The base of learning-rate schedules: a rate for each group as a function of how often step() was called. Rates are runtime scalars of the
// optimizer's step, so that a schedule compiles nothing anew.
import { ArgumentError } from '../core/errors.js';
import { describe } from '../core/shape.js';
import type { StateDict } from '../core/tensor.js';
import type { ParamGroup } from './groups.js';
import { Optimizer } from './optimizer.js';
import { fromBits, toBits } from './state.js';

/** Of a group with base rate `base`, the rate after `t` steps of the schedule. */
export type Rate = (base: number, t: number, group: number) => number;

/** What a schedule sets beside the rate. */
export type Beside = (group: ParamGroup, t: number) => void;

/** The groups' rates when the optimizer got its first schedule. */
const initial = new WeakMap<Optimizer, readonly number[]>();

export function checkOptimizer(op: string, optimizer: unknown): void {
  if (!(optimizer instanceof Optimizer))
    throw new ArgumentError(op, `expects an optimizer first, got ${describe(optimizer)}`, { value: optimizer });
}

export function checkCount(op: string, name: string, value: unknown, least = 1): void {
  if (!Number.isSafeInteger(value) || (value as number) < least)
    throw new ArgumentError(op, `${name} must be a whole number ≥ ${least}, got ${describe(value)}`, { value });
}

/**
 * The base class of schedules, as torch.optim.lr_scheduler's: construct it after the optimizer, whose rates it sets at once, and call
 * `step()` after every epoch, or after every step of the optimizer. The base rates are those that the optimizer's groups had when it got
 * its first schedule. `Trainer` does the calling when given the schedule.
 *
 * @example
 * const model = new nn.Linear(4, 1);
 * const opt = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const schedule = new optim.CosineAnnealingLR(opt, { tMax: 1000 });
 * for await (const [x, y] of new DataLoader(new TensorDataset(randn([64, 4]), zeros([64, 1])), { batchSize: 16 })) {
 *   await opt.step(nn.mseLoss(model.forward(x), y));
 *   schedule.step();
 * }
 */
export abstract class LRScheduler {
  /** How often `step()` was called. */
  lastEpoch = 0;
  /** When the Trainer calls `step()` unless told otherwise. */
  readonly interval: 'step' | 'epoch' = 'epoch';
  private baseLrs: readonly number[];

  /** @internal */
  protected constructor(
    /** Whose rates it sets. */
    readonly optimizer: Optimizer,
    /** @internal */ readonly rate: Rate,
    /** @internal */ readonly beside?: Beside,
  ) {
    checkOptimizer(this.constructor.name, optimizer);
    if (!initial.has(optimizer)) initial.set(optimizer, lrsOf(optimizer));
    this.baseLrs = initial.get(optimizer)!;
    this.apply(0);
  }

  /** Sets the rates of the next epoch or step. */
  step(): void {
    this.apply(this.lastEpoch + 1);
    this.lastEpoch++;
  }

  /** The rates that were set last, one a group. */
  getLastLr(): number[] {
    return lrsOf(this.optimizer);
  }

  /** @internal Sets the rates of time t. */
  apply(t: number): void {
    const rates = this.baseLrs.map((base, group) => this.rate(base, t, group));
    for (const [i, group] of this.optimizer.paramGroups.entries()) {
      group.lr = rates[i]!;
      this.beside?.(group, t);
    }
  }

  /** How often `step()` was called, and the base rates. */
  async stateDict(): Promise<StateDict> {
    return { __proto__: null, last_epoch: toBits([this.lastEpoch]), base_lrs: toBits(this.baseLrs) } as unknown as StateDict;
  }

  /** Takes over what `stateDict` gave and sets the optimizer's rates accordingly. @throws {FormatError} when keys or shapes don't fit. */
  loadStateDict(state: StateDict): void {
    const [last] = fromBits(state, 'last_epoch', 1);
    this.baseLrs = fromBits(state, 'base_lrs', this.baseLrs.length);
    this.apply(last!);
    this.lastEpoch = last!;
  }
}

const lrsOf = (optimizer: Optimizer): number[] => optimizer.paramGroups.map((group) => group.lr);
