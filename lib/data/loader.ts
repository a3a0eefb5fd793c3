// The DataLoader: goes through a data set in batches, shuffled if asked. It owns no thread: a batch is recorded when it is its turn.
import { ArgumentError, defaultGenerator, type Generator, randperm, roomInQueue, type StateDict, tensor } from '../core/index.js';
import { checkDataset, type Dataset } from './dataset.js';

/** Options of a DataLoader, with PyTorch's defaults. */
export interface DataLoaderOptions {
  /** Rows in a batch; 1 unless told. */
  readonly batchSize?: number;
  /** A fresh random order for each pass; false unless told. */
  readonly shuffle?: boolean;
  /** Leaves out the last batch when it has fewer rows; false unless told. */
  readonly dropLast?: boolean;
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
 * `stateDict()` holds the position: loaded into a new loader, its next pass hands out just the batches that were left.
 *
 * @throws {ArgumentError} when `dataset` is none, or `batchSize` isn't a whole number ≥ 1.
 * @example
 * const loader = new DataLoader(new TensorDataset(randn([100, 4])), { batchSize: 32, shuffle: true });
 * for await (const [x] of loader) console.log(x.shape); // (32, 4) three times, then (4, 4)
 */
export class DataLoader<B> implements AsyncIterable<B> {
  readonly dataset: Dataset<B>;
  readonly batchSize: number;
  readonly #shuffle: boolean;
  readonly #dropLast: boolean;
  readonly #generator: Generator;
  /** The newest pass, until it is complete. */
  #pass: Pass | null = null;
  /** Batches that the next pass leaves out. */
  #skip = 0;

  constructor(dataset: Dataset<B>, { batchSize = 1, shuffle = false, dropLast = false, generator }: DataLoaderOptions = {}) {
    checkDataset('DataLoader', dataset);
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new ArgumentError('DataLoader', `batchSize must be a whole number ≥ 1, got ${batchSize}`, { value: batchSize });
    }
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.#shuffle = shuffle;
    this.#dropLast = dropLast;
    this.#generator = (generator ?? defaultGenerator()).fork();
  }

  /** Number of batches in a full pass. */
  get length(): number {
    const batches = this.dataset.length / this.batchSize;
    return this.#dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  [Symbol.asyncIterator](): AsyncGenerator<B, void, undefined> {
    const pass: Pass = { drawnFrom: this.#generator.stateDict(), skipped: this.#skip, handedOut: 0 };
    this.#pass = pass;
    this.#skip = 0;
    return this.#batches(pass, this.#generator.fork());
  }

  async *#batches(pass: Pass, generator: Generator): AsyncGenerator<B, void, undefined> {
    const order = await this.#order(generator);
    for (let i = pass.skipped; i < this.length; i++) {
      await roomInQueue();
      const batch = await this.dataset.batch(order.subarray(i * this.batchSize, (i + 1) * this.batchSize));
      pass.handedOut++;
      yield batch;
    }
    if (this.#pass === pass) this.#pass = null;
  }

  async #order(generator: Generator): Promise<Int32Array> {
    const { length } = this.dataset;
    if (!this.#shuffle) return Int32Array.from({ length }, (_, i) => i);
    return (await randperm(length, { generator }).data()) as Int32Array;
  }

  /**
   * Where the loader stands: its random state, and how many batches its newest pass has handed out. Taken right after a step, beside
   * the model's and the optimizer's, it resumes the run as if it had never stopped.
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
   */
  async loadStateDict(dict: StateDict): Promise<void> {
    const generator: StateDict = Object.create(null);
    for (const [name, value] of Object.entries(dict)) if (name.startsWith(GENERATOR)) generator[name.slice(GENERATOR.length)] = value;
    const position = await dict.position?.item();
    if (position === undefined || !(position >= 0 && position <= this.length)) {
      const remedy = "is it a DataLoader's, and has neither the data nor batchSize changed?";
      throw new ArgumentError('DataLoader', `the state dict's position is ${position}, expected 0 … ${this.length} batches; ${remedy}`, {
        value: position,
      });
    }
    await this.#generator.loadStateDict(generator);
    this.#pass = null;
    this.#skip = position;
  }
}
