// Callbacks: what `fit` tells others while it trains.
import type { AnyModule } from '../nn/index.js';
import type { Optimizer } from '../optim/index.js';

/** Names and values: loss, the metrics, and for validation valLoss, valAccuracy …. */
export type Logs = Record<string, number>;

/** What every event of a `fit` carries. */
export interface FitEvent {
  /** The model that is trained. */
  readonly model: AnyModule;
  /** The Trainer's optimizer; its rate may be set. */
  readonly optimizer: Optimizer;
  /** Ends the fit after this step or epoch, as if it had been the last one. */
  stop(): void;
}

/** After a step was submitted. */
export interface StepEvent extends FitEvent {
  /** The epoch, from 0. */
  readonly epoch: number;
  /** The step within the whole fit, from 0. */
  readonly step: number;
  /** Means over the epoch so far, as last read: they are a few steps old, and empty at first. */
  readonly logs: Logs;
}

/** After an epoch and its validation. */
export interface EpochEvent extends FitEvent {
  /** The epoch, from 0. */
  readonly epoch: number;
  /** Means over the epoch. */
  readonly logs: Logs;
}

/**
 * Told how a `fit` goes; each method is optional. What throws or rejects ends the fit with that error. A promise is awaited; one from
 * `onStep` keeps the next step waiting.
 *
 * @example
 * const decay: Callback = { onEpoch: ({ optimizer }) => { optimizer.lr *= 0.9; } };
 */
export interface Callback {
  /** Before the first step. */
  onStart?(event: FitEvent): unknown;
  /** After each step was submitted; its values may be a few steps old. */
  onStep?(event: StepEvent): unknown;
  /** After each epoch and its validation. */
  onEpoch?(event: EpochEvent): unknown;
  /** After the last epoch, also after `stop()`; not after an error or an abort. */
  onEnd?(event: FitEvent): unknown;
}
