// One fit: the training loop. JS records step after step with several in flight; what people watch is read now and then, never waited for.
import {
  ArgumentError,
  defaultGenerator,
  describe,
  type Generator,
  HebbError,
  Parameter,
  type Tensor,
  withGenerator,
  zeros,
} from '../core/index.js';
import { checkDataset } from '../data/dataset.js';
import { DataLoader, type Dataset, Subset } from '../data/index.js';
import type { AnyModule } from '../nn/index.js';
import { batches } from './abort.js';
import { recordBatch } from './batch.js';
import type { Callback, FitEvent, Logs } from './callback.js';
import { evaluate, readLogs } from './evaluation.js';
import { MeanLoss } from './mean_loss.js';
import { Progress } from './progress.js';
import type { FitOptions, Trainer } from './trainer.js';

/** For each name in the logs, a value an epoch. */
export type History = Record<string, number[]>;

/** Between two looks at the loss and the metrics. */
const LOOK_EVERY = 100; // milliseconds

const BATCH_SIZE = 32;

const inFit = new WeakSet<AnyModule>();

export class Fit<B> {
  readonly #trainer: Trainer<B>;
  readonly #options: FitOptions;
  readonly #callbacks: readonly Callback[];
  readonly #validation: Dataset<unknown> | null;
  readonly #rows: number;
  readonly #loader: DataLoader<B>;
  readonly #generator: Generator;
  readonly #mean = new MeanLoss();
  /** 0, and NaN from the first step on whose loss or gradient isn't finite. */
  readonly #poison = new Parameter(zeros([]), { requiresGrad: false });
  #stopped = false;
  #warned = false;
  #step = 0;
  /** The newest look: values of a few steps ago. */
  #logs: Logs = {};
  #looking = false;
  #looked = 0;
  /** Why a look failed. */
  #failure: { error: unknown } | null = null;

  constructor(trainer: Trainer<B>, dataset: Dataset<B>, options: FitOptions) {
    const { epochs, batchSize = BATCH_SIZE, shuffle = true, callbacks = [], onNonFinite = 'stop', generator } = options;
    if (!Number.isInteger(epochs) || epochs < 0)
      throw new ArgumentError('fit', `epochs must be a whole number ≥ 0, got ${describe(epochs)}`, { value: epochs });
    if (onNonFinite !== 'stop' && onNonFinite !== 'warn') {
      throw new ArgumentError('fit', `onNonFinite must be 'stop' or 'warn', got ${describe(onNonFinite)}`, { value: onNonFinite });
    }
    const [train, validation] = split(dataset, options.validation);
    this.#trainer = trainer;
    this.#options = options;
    this.#callbacks = callbacks;
    this.#validation = validation;
    this.#rows = train.length;
    this.#generator = (generator ?? defaultGenerator()).fork();
    this.#loader = new DataLoader(train, { batchSize, shuffle, generator: this.#generator });
  }

  async run(): Promise<History> {
    const { model, optimizer } = this.#trainer;
    const { epochs, signal, progress = true } = this.#options;
    if (inFit.has(model)) throw new ArgumentError('fit', 'the model is being trained by another fit; await that one first');
    inFit.add(model);
    const { skipNonFinite } = optimizer;
    let bar: Progress | null = null;
    try {
      signal?.throwIfAborted();
      if (progress) bar = await Progress.open(epochs, this.#rows);
      model.train();
      optimizer.skipNonFinite = true;
      return await this.#epochs(bar);
    } catch (error) {
      await this.#settle();
      throw firstFailure(error);
    } finally {
      bar?.close();
      optimizer.skipNonFinite = skipNonFinite;
      inFit.delete(model);
    }
  }

  async #epochs(bar: Progress | null): Promise<History> {
    const history: History = {};
    await this.#tell('onStart', {});
    for (let epoch = 0; epoch < this.#options.epochs && !this.#stopped; epoch++) {
      bar?.begin(epoch);
      await this.#train(epoch, bar);
      const logs = await this.#epochLogs();
      this.#trainer.scheduling?.afterEpoch(logs);
      bar?.end(logs);
      for (const [name, value] of Object.entries(logs)) (history[name] ??= []).push(value);
      await this.#tell('onEpoch', { epoch, logs });
      this.#options.signal?.throwIfAborted();
    }
    await this.#tell('onEnd', {});
    return history;
  }

  async #train(epoch: number, bar: Progress | null): Promise<void> {
    this.#mean.reset();
    for (const metric of Object.values(this.#trainer.metrics)) metric.reset();
    this.#logs = {};
    this.#looked = performance.now();
    let done = 0;
    for await (const batch of batches(this.#loader, this.#options.signal)) {
      done += await this.#stepOn(batch);
      if (performance.now() - this.#looked > LOOK_EVERY) this.#look(bar, done);
      await this.#tell('onStep', { epoch, step: this.#step++, logs: this.#logs });
      if (this.#failure !== null) throw this.#failure.error;
      if (this.#stopped) return;
    }
  }

  /** Records a batch, what is counted and its update as one run; resolves when the queue has room. */
  async #stepOn(batch: B): Promise<number> {
    const { model, optimizer, metrics } = this.#trainer;
    const { out, y, loss, rows } = withGenerator(this.#generator, () => recordBatch('fit', model, this.#trainer.loss, batch));
    this.#mean.update(loss, rows);
    for (const metric of Object.values(metrics)) metric.update(out as Tensor, y);
    // Added to the loss, the poison voids all steps after the first bad one natively: where the weights stop is not a matter of timing.
    const stepped = optimizer.step(this.#options.onNonFinite === 'warn' ? loss : loss.add(this.#poison));
    this.#poison.assign(this.#poison.add(loss.add(optimizer.gradNorm).mul(0)));
    await stepped;
    this.#trainer.scheduling?.afterStep();
    return rows;
  }

  /** Starts reading the values for the bar and the callbacks, unless a look is still under way. Nothing waits for it. */
  #look(bar: Progress | null, done: number): void {
    if (this.#looking) return;
    this.#looking = true;
    this.#looked = performance.now();
    this.#read()
      .then((logs) => {
        this.#logs = logs;
        bar?.update(done, logs);
      })
      .catch((error: unknown) => {
        this.#failure = { error };
      })
      .finally(() => {
        this.#looking = false;
      });
  }

  async #read(): Promise<Logs> {
    const [logs, poison] = await Promise.all([readLogs(this.#mean, this.#trainer.metrics), this.#poison.item()]);
    if (poison !== 0) this.#reportNonFinite();
    return logs;
  }

  #reportNonFinite(): void {
    if (this.#options.onNonFinite !== 'warn') {
      throw new HebbError(
        'fit',
        'a loss or its gradient became NaN or infinite; the weights are those before that step. Lower the learning rate, clip gradients ' +
          "(the optimizer's clipNorm) or check the data; onNonFinite: 'warn' leaves such steps out and goes on",
      );
    }
    if (this.#warned) return;
    this.#warned = true;
    process.emitWarning('fit: a loss or its gradient became NaN or infinite; such steps are left out', 'HebbWarning');
  }

  /** The means over the epoch, and over the validation set. */
  async #epochLogs(): Promise<Logs> {
    const logs = await this.#read();
    if (this.#validation === null) return logs;
    const { batchSize, signal } = this.#options;
    const found = await evaluate(this.#trainer, this.#validation, batchSize ?? BATCH_SIZE, signal);
    for (const [name, value] of Object.entries(found)) logs[`val${name[0]!.toUpperCase()}${name.slice(1)}`] = value;
    return logs;
  }

  /** Tells the callbacks in turn, none after an abort. */
  async #tell<K extends keyof Callback>(name: K, details: Omit<Parameters<NonNullable<Callback[K]>>[0], keyof FitEvent>): Promise<void> {
    const { model, optimizer } = this.#trainer;
    for (const callback of this.#callbacks) {
      this.#options.signal?.throwIfAborted();
      const event = { ...details, model, optimizer, stop: () => void (this.#stopped = true) };
      await (callback[name] as ((event: unknown) => unknown) | undefined)?.call(callback, event);
    }
  }

  /** Waits for the steps in flight, so that the weights are whole when the fit rejects; their failures have been told already. */
  async #settle(): Promise<void> {
    await this.#poison.item().catch(() => {}); // may throw a failure that is known already, while later steps are still in flight
    await this.#poison.item().catch(() => {});
    this.#trainer.optimizer.forgetFailure();
  }
}

/** Runs after a failed one fail because of it, and which of them is heard of first is a matter of timing. */
function firstFailure(error: unknown): unknown {
  let first = error;
  while (first instanceof HebbError && first.value === undefined && first.cause instanceof HebbError) first = first.cause;
  return first;
}

/** The part to train on and the part to validate with. */
function split<B>(dataset: Dataset<B>, validation: FitOptions['validation']): [Dataset<B>, Dataset<unknown> | null] {
  checkDataset('fit', dataset);
  if (dataset.length === 0) throw new ArgumentError('fit', 'the data set is empty', { value: 0 });
  if (typeof validation !== 'number') return [dataset, validation ?? null];
  const kept = dataset.length - Math.round(dataset.length * validation);
  if (!(validation > 0 && validation < 1 && kept > 0 && kept < dataset.length)) {
    throw new ArgumentError(
      'fit',
      `validation must be a part between 0 and 1 that leaves rows on both sides, got ${validation} of ${dataset.length} rows`,
      {
        value: validation,
      },
    );
  }
  const rows = Int32Array.from({ length: dataset.length }, (_, i) => i);
  return [new Subset(dataset, rows.subarray(0, kept)), new Subset(dataset, rows.subarray(kept))];
}
