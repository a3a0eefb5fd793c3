// The DataLoader: goes through a data set in batches, shuffled if asked. It owns no thread: a batch is recorded when it is its turn.
import { ArgumentError, defaultGenerator, describe, type Generator, roomInQueue, type StateDict, tensor } from '../core/index.js';
import { type Batches, fromDataset, fromIterable } from './batches.js';
import { checkDataset, type Dataset } from './dataset.js';
import { IterableDataset } from './iterable.js';
import type { Sampler } from './sampler.js';

/** Options of a DataLoader, with PyTorch's defaults. */
export interface DataLoaderOptions {
  /** Rows in a batch; 1 unless told. */
  readonly batchSize?: number;
  /** A fresh random order for each pass; false unless told. An IterableDataset shuffles by its own `shuffle(bufferSize)`. */
  readonly shuffle?: boolean;
  /** Which rows a pass takes, instead of `shuffle`: a WeightedRandomSampler, a StratifiedSampler, or one of your own. */
  readonly sampler?: Sampler;
  /** Leaves out the last batch when it has fewer rows; false unless told. */
  readonly dropLast?: boolean;
  /**
   * Batches that are begun ahead of the loop, so that reading files overlaps with computing; 0 unless told. With it, functions of a data
   * set that draw random numbers need a Generator of their own to repeat a run.
   */
  readonly prefetch?: number;
  /** Where the order comes from; the loader forks its own of it. Unless told, the default one (see `manualSeed`). */
  readonly generator?: Generator;
}

/** One pass over the data, as far as it has come. */
interface Pass {
  /** The state that its order was drawn from. */
  readonly drawnFrom: Promise<StateDict>;
  /** Batches that it leaves out at its start, as a loaded state demands. */
  readonly skipped: number;
  handedOut: number;
}

/** What the Generator's keys begin with in a loader's state dict. */
const GENERATOR = 'generator.';

/**
 * Batches of a data set, for `for await`. Each loop is a pass of its own over all rows; two at once are independent. The next batch
 * comes when the queue of runs has room, so a loop that awaits nothing else doesn't run ahead of the computation.
 *
 * `stateDict()` holds the position: loaded into a new loader, its next pass hands out just the batches that were left. An IterableDataset
 * is read over up to there.
 *
 * @throws {ArgumentError} when `dataset` is none, an option is out of its range, or options exclude each other.
 * @example
 * const loader = new DataLoader(new TensorDataset(randn([100, 4])), { batchSize: 32, shuffle: true });
 * for await (const [x] of loader) console.log(x.shape); // three times (32, 4), then (4, 4)
 */
export class DataLoader<B> implements AsyncIterable<B> {
  /** What it goes through. */
  readonly dataset: Dataset<B> | IterableDataset<unknown, B>;
  /** Rows in a batch. */
  readonly batchSize: number;
  readonly #shuffle: boolean;
  readonly #sampler: Sampler | undefined;
  readonly #dropLast: boolean;
  readonly #prefetch: number;
  readonly #generator: Generator;
  /** The newest pass, until it is complete. */
  #pass: Pass | null = null;
  /** Batches that the next pass leaves out. */
  #skip = 0;

  // biome-ignore lint/suspicious/noExplicitAny: what the samples are is nothing to the loader.
  constructor(dataset: Dataset<B> | IterableDataset<any, B>, options: DataLoaderOptions = {}) {
    const { batchSize = 1, shuffle = false, sampler, dropLast = false, prefetch = 0, generator = defaultGenerator() } = options;
    const refuse = (message: string, value: unknown): never => {
      throw new ArgumentError('DataLoader', message, { value });
    };
    if (!Number.isInteger(batchSize) || batchSize < 1)
      refuse(`batchSize must be a whole number ≥ 1, got ${describe(batchSize)}`, batchSize);
    if (!Number.isInteger(prefetch) || prefetch < 0) refuse(`prefetch must be a whole number ≥ 0, got ${describe(prefetch)}`, prefetch);
    if (!(dataset instanceof IterableDataset)) checkDataset('DataLoader', dataset);
    else if (shuffle || sampler)
      refuse('an IterableDataset has no rows to choose from; use its shuffle(bufferSize), or collect() it', dataset);
    if (shuffle && sampler) refuse('shuffle and sampler exclude each other: the sampler says the order', sampler);
    if (sampler && !(Number.isInteger(sampler.length) && typeof sampler.order === 'function'))
      refuse(`a sampler has length and order(generator), got ${describe(sampler)}`, sampler);
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.#shuffle = shuffle;
    this.#sampler = sampler;
    this.#dropLast = dropLast;
    this.#prefetch = prefetch;
    this.#generator = generator.fork();
  }

  /** Number of batches in a full pass. @throws {ArgumentError} over an IterableDataset, whose end is known when it is reached. */
  get length(): number {
    if (this.dataset instanceof IterableDataset) {
      throw new ArgumentError('DataLoader', 'an IterableDataset tells its length only at its end; count the batches, or collect() it');
    }
    const batches = (this.#sampler ?? this.dataset).length / this.batchSize;
    return this.#dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /** Begins a pass. */
  [Symbol.asyncIterator](): AsyncGenerator<B, void, undefined> {
    const pass: Pass = { drawnFrom: this.#generator.stateDict(), skipped: this.#skip, handedOut: 0 };
    this.#pass = pass;
    this.#skip = 0;
    return this.#batches(pass, this.#generator.fork());
  }

  async *#batches(pass: Pass, generator: Generator): AsyncGenerator<B, void, undefined> {
    const batches = await this.#open(generator, pass.skipped);
    const ahead: (B | null | Promise<B | null>)[] = [];
    try {
      for (;;) {
        await roomInQueue();
        while (ahead.length <= this.#prefetch) ahead.push(this.#prefetch > 0 ? quietly(batches.next()) : batches.next());
        const batch = await ahead.shift()!;
        if (batch === null) break;
        pass.handedOut++;
        yield batch;
      }
    } finally {
      await batches.close();
    }
    if (this.#pass === pass) this.#pass = null;
  }

  #open(generator: Generator, skipped: number): Promise<Batches<B>> {
    const { dataset, batchSize } = this;
    if (dataset instanceof IterableDataset) return fromIterable(dataset, { batchSize, dropLast: this.#dropLast, skipped, generator });
    return fromDataset(dataset, { batchSize, count: this.length, skipped, generator, order: this.#sampler ?? this.#shuffle });
  }

  /**
   * Where the loader stands: its random state, and how many batches its newest pass has handed out. Taken right after a step, beside
   * the model's and the optimizer's, it resumes the run as if it had never stopped.
   * @example
   * await save(new DataLoader(new TensorDataset(zeros([8, 2]))), 'loader.safetensors');
   */
  async stateDict(): Promise<StateDict> {
    const { drawnFrom, skipped, handedOut } = this.#pass ?? { drawnFrom: this.#generator.stateDict(), skipped: this.#skip, handedOut: 0 };
    const dict: StateDict = Object.create(null);
    for (const [name, value] of Object.entries(await drawnFrom)) dict[GENERATOR + name] = value;
    dict.position = tensor(skipped + handedOut, { dtype: 'i32' });
    return dict;
  }

  /**
   * Takes over a state: once this has resolved, the next pass goes on where it stood. A pass under way is not affected.
   * @throws {ArgumentError} (as a rejection) for a state that isn't a DataLoader's, or whose position lies beyond the last batch.
   * @example
   * const data = new TensorDataset(arange(4));
   * const [first, second] = [new DataLoader(data, { shuffle: true }), new DataLoader(data, { shuffle: true })];
   * for await (const _ of first) break; // one batch of four
   * await second.loadStateDict(await first.stateDict());
   * let left = 0;
   * for await (const _ of second) left++;
   * left; // → 3
   */
  async loadStateDict(dict: StateDict): Promise<void> {
    const generator: StateDict = Object.create(null);
    for (const [name, value] of Object.entries(dict)) if (name.startsWith(GENERATOR)) generator[name.slice(GENERATOR.length)] = value;
    const position = await dict.position?.item();
    const most = this.dataset instanceof IterableDataset ? Infinity : this.length;
    if (position === undefined || !(position >= 0 && position <= most)) {
      const remedy = "is it a DataLoader's, and has neither the data nor batchSize changed?";
      throw new ArgumentError('DataLoader', `the state dict's position is ${position}, expected 0 … ${most} batches; ${remedy}`, {
        value: position,
      });
    }
    await this.#generator.loadStateDict(generator);
    this.#pass = null;
    this.#skip = position;
  }
}

/** A batch begun ahead fails when it is its turn, and not at all when the loop is left before. */
function quietly<B>(batch: B | Promise<B>): B | Promise<B> {
  if (batch instanceof Promise) batch.catch(() => {});
  return batch;
}
