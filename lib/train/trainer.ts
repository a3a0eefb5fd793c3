// The Trainer: Keras's three verbs, fit, evaluate and predict, for a model, an optimizer, a loss and metrics.
import { ArgumentError, describe, type Generator, run, Tensor } from '../core/index.js';
import { DataLoader, type Dataset } from '../data/index.js';
import { type AnyModule, Module } from '../nn/index.js';
import { concat } from '../ops/index.js';
import type { Optimizer } from '../optim/index.js';
import type { Loss } from './batch.js';
import type { Callback } from './callback.js';
import { evaluate } from './evaluation.js';
import { Fit, type History } from './fit.js';
import { Metric } from './metrics/metric.js';
import { type Schedule, Scheduling } from './scheduling.js';

/** What a Trainer trains with. */
export interface TrainerOptions {
  /** Made with the model's parameters. */
  readonly optimizer: Optimizer;
  /** From outputs and target to one number: a function such as `nn.crossEntropy`, or a loss Module. */
  readonly loss: Loss;
  /** Metrics under the names that logs and history use. */
  readonly metrics?: Readonly<Record<string, Metric>>;
  /** Sets the optimizer's learning rate: an LRScheduler or ReduceLROnPlateau, or `{ scheduler, interval, monitor }`. */
  readonly schedule?: Schedule;
}

/** Options of `fit`. */
export interface FitOptions {
  /** How often to go through the data. */
  readonly epochs: number;
  /** Rows in a step; 32 unless told. */
  readonly batchSize?: number;
  /** A fresh random order each epoch; true unless told. */
  readonly shuffle?: boolean;
  /** A data set, or the part of the data, its last rows, that is kept from training and evaluated after each epoch. */
  readonly validation?: Dataset<unknown> | number;
  /** Told of each step and epoch, in this order; none unless told. */
  readonly callbacks?: readonly Callback[];
  /** Ends the fit between two steps: it waits for those in flight, tells no callback, and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * When a loss or its gradient is NaN or infinite: 'stop' (the default) rejects, and the weights are those before that step;
   * 'warn' leaves such steps out and goes on, with one process warning.
   */
  readonly onNonFinite?: 'stop' | 'warn';
  /** Whether to show progress on stderr; true unless told. */
  readonly progress?: boolean;
  /** Where shuffling and dropout draw from; the fit forks its own of it. The default one unless told (see `manualSeed`). */
  readonly generator?: Generator;
}

/** What `fit` gives. */
export interface FitResult {
  /** For each name in the logs, a value an epoch. */
  history: History;
}

/** Options of `evaluate` and `predict`. */
export interface BatchOptions {
  /** Rows computed at once; 256 unless told. It changes results by no more than rounding. */
  readonly batchSize?: number;
}

/**
 * Trains and evaluates a model on data sets whose batches are `[...inputs, target]`.
 *
 * @throws {ArgumentError} for what is no model, optimizer, loss, metric or schedule, and for a metric called `loss`.
 * @example
 * const { train, test } = await iris();
 * const model = new nn.Sequential(new nn.Linear(4, 16), new nn.ReLU(), new nn.Linear(16, 3));
 * const trainer = new Trainer(model, {
 *   loss: nn.crossEntropy,
 *   optimizer: new optim.Adam(model.parameters(), { lr: 1e-2 }),
 *   metrics: { accuracy: new Accuracy() },
 * });
 * const { history } = await trainer.fit(train, { epochs: 10, batchSize: 32, validation: 0.1, progress: false });
 * console.log(history.valAccuracy, await trainer.evaluate(test));
 */
export class Trainer<B = unknown> {
  /** What it trains. */
  readonly model: AnyModule;
  /** What updates the model. */
  readonly optimizer: Optimizer;
  /** From outputs and target to one number. */
  readonly loss: Loss;
  /** Its metrics by name. */
  readonly metrics: Readonly<Record<string, Metric>>;
  /** @internal */ readonly scheduling: Scheduling | null;

  constructor(model: AnyModule, { optimizer, loss, metrics = {}, schedule }: TrainerOptions) {
    if (!(model instanceof Module)) throw new ArgumentError('Trainer', `expects a Module, got ${describe(model)}`, { value: model });
    if (typeof loss !== 'function' && !(loss instanceof Module)) {
      throw new ArgumentError('Trainer', `loss must be a function or a Module, got ${describe(loss)}`, { value: loss });
    }
    if (typeof optimizer?.step !== 'function')
      throw new ArgumentError('Trainer', `expects an optimizer, got ${describe(optimizer)}`, { value: optimizer });
    if (Object.hasOwn(metrics, 'loss'))
      throw new ArgumentError('Trainer', "a metric can't be called 'loss'; that is the loss's name in the logs");
    for (const [name, metric] of Object.entries(metrics)) {
      if (!(metric instanceof Metric))
        throw new ArgumentError('Trainer', `metric '${name}' must be a Metric, got ${describe(metric)}`, { value: metric });
    }
    this.model = model;
    this.optimizer = optimizer;
    this.loss = loss;
    this.metrics = metrics;
    this.scheduling = schedule === undefined ? null : new Scheduling(schedule, optimizer);
  }

  /**
   * Trains: goes through the data in batches, one optimizer step each, with several in flight. Logs and history hold the means over
   * each epoch: `loss`, the metrics, and for validation `valLoss`, `valAccuracy` ….
   *
   * @returns `history`: for each name, a value an epoch.
   * @throws {ArgumentError} (as a rejection) for options out of range, and when the model is in another fit. What a callback, the loss
   *   or the data set throws rejects as it is; the weights are then whole, of the last step. @throws {HebbError} when a loss or its
   *   gradient isn't finite, unless `onNonFinite` is 'warn'.
   * @example
   * const model = new nn.Linear(1, 1);
   * const trainer = new Trainer(model, { loss: nn.mseLoss, optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }) });
   * const x = linspace(-1, 1, 64).unsqueeze(1);
   * const { history } = await trainer.fit(new TensorDataset(x, x.mul(3)), { epochs: 20, batchSize: 8, progress: false });
   * console.log(history.loss!.length); // → 20
   */
  async fit(dataset: Dataset<B>, options: FitOptions): Promise<FitResult> {
    return { history: await new Fit(this, dataset, options).run() };
  }

  /**
   * The loss and the metrics over all rows, in eval mode; modes and the metrics' own counts stay as they are.
   * @throws {ArgumentError} (as a rejection) for batches that aren't `[...inputs, target]`.
   * @example
   * const model = new nn.Linear(2, 1);
   * const trainer = new Trainer(model, { loss: nn.mseLoss, optimizer: new optim.SGD(model.parameters()) });
   * const { loss } = await trainer.evaluate(new TensorDataset(zeros([100, 2]), zeros([100, 1])));
   */
  evaluate(dataset: Dataset<B>, { batchSize = 256 }: BatchOptions = {}): Promise<Record<string, number>> {
    return evaluate(this, dataset, batchSize);
  }

  /**
   * The model's outputs for all rows, in eval mode, stored. Batches of several tensors are inputs and a target, which is left out.
   * @throws {ArgumentError} (as a rejection) for a model with several outputs, or an empty data set.
   * @example
   * const model = new nn.Linear(4, 3);
   * const trainer = new Trainer(model, { loss: nn.crossEntropy, optimizer: new optim.SGD(model.parameters()) });
   * const classes = (await trainer.predict(new TensorDataset(randn([100, 4])))).argmax(-1);
   * console.log(classes.shape); // → 100
   */
  async predict(dataset: Dataset<B>, { batchSize = 256 }: BatchOptions = {}): Promise<Tensor> {
    const outputs: Tensor[] = [];
    const runs: Promise<void>[] = [];
    for await (const batch of new DataLoader<unknown>(dataset, { batchSize })) {
      const inputs = Array.isArray(batch) ? (batch.length > 1 ? batch.slice(0, -1) : batch) : [batch];
      const out = this.model.predict(...inputs);
      if (!(out instanceof Tensor))
        throw new ArgumentError('predict', `needs a model with one output, got ${describe(out)}; loop over a DataLoader instead`, {
          value: out,
        });
      const done = run(out);
      done.catch(() => {}); // awaited below
      outputs.push(out);
      runs.push(done);
    }
    await Promise.all(runs);
    if (outputs.length === 0) throw new ArgumentError('predict', 'the data set is empty', { value: dataset.length });
    const all = concat(outputs, 0);
    await run(all);
    return all;
  }
}
