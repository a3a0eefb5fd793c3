// How a fit drives a learning-rate schedule: after every step or every epoch.
import { ArgumentError, describe } from '../core/index.js';
import { LRScheduler, type Optimizer, ReduceLROnPlateau } from '../optim/index.js';
import type { Logs } from './callback.js';

/** A schedule and when to step it. */
export interface ScheduleOptions {
  /** An LRScheduler or ReduceLROnPlateau of the Trainer's optimizer. */
  readonly scheduler: LRScheduler | ReduceLROnPlateau;
  /** After every step or every epoch. Unless told an epoch; OneCycleLR: a step. */
  readonly interval?: 'step' | 'epoch';
  /** What ReduceLROnPlateau watches in the epoch's logs: 'valLoss' unless told, or 'loss' where there is no validation. */
  readonly monitor?: string;
}

/** What `Trainer` takes as its schedule. */
export type Schedule = LRScheduler | ReduceLROnPlateau | ScheduleOptions;

const isScheduler = (value: unknown): value is LRScheduler | ReduceLROnPlateau =>
  value instanceof LRScheduler || value instanceof ReduceLROnPlateau;

export class Scheduling {
  readonly #scheduler: LRScheduler | ReduceLROnPlateau;
  readonly #interval: 'step' | 'epoch';
  readonly #monitor: string | undefined;

  constructor(schedule: Schedule, optimizer: Optimizer) {
    const given: ScheduleOptions = isScheduler(schedule) ? { scheduler: schedule } : schedule;
    const { scheduler, interval, monitor } = given ?? {};
    if (!isScheduler(scheduler))
      throw new ArgumentError(
        'Trainer',
        `schedule must be a schedule such as an optim.StepLR, or { scheduler, … }, got ${describe(schedule)}`,
      );
    if (scheduler.optimizer !== optimizer) throw new ArgumentError('Trainer', 'the schedule is of another optimizer');
    if (interval !== undefined && interval !== 'step' && interval !== 'epoch')
      throw new ArgumentError('Trainer', `the schedule's interval must be 'step' or 'epoch', got ${describe(interval)}`, {
        value: interval,
      });
    if (interval === 'step' && scheduler instanceof ReduceLROnPlateau)
      throw new ArgumentError('Trainer', "ReduceLROnPlateau looks at an epoch's logs; its interval can't be 'step'");
    this.#scheduler = scheduler;
    this.#interval = interval ?? scheduler.interval;
    this.#monitor = monitor;
  }

  afterStep(): void {
    if (this.#interval === 'step') (this.#scheduler as LRScheduler).step();
  }

  afterEpoch(logs: Logs): void {
    if (this.#interval !== 'epoch') return;
    if (this.#scheduler instanceof LRScheduler) return this.#scheduler.step();
    const name = this.#monitor ?? ('valLoss' in logs ? 'valLoss' : 'loss');
    const value = logs[name];
    if (value === undefined)
      throw new ArgumentError('fit', `the schedule watches '${name}', but the logs hold ${Object.keys(logs).join(', ')}`, { value: name });
    this.#scheduler.step(value);
  }
}
