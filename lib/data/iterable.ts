// Data sets that are read from one end to the other: generators and streams, of any length, too big for memory if need be.
import { ArgumentError, defaultGenerator, describe, type Generator } from '../core/index.js';
import { type Batch, type Collate, collate as stack } from './collate.js';
import * as passes from './passes.js';
import { SampleDataset } from './samples.js';

/**
 * What an IterableDataset reads: a function that starts a pass (it is handed the pass's own Generator, for whatever it draws), or
 * something that can be gone through again and again.
 */
export type SampleSource<S> = Iterable<S> | AsyncIterable<S> | ((generator: Generator) => Iterable<S> | AsyncIterable<S>);

/** Options of an IterableDataset. */
export interface IterableDatasetOptions<S, B> {
  /** Makes a batch of samples; unless told, `collate`. */
  readonly collate?: Collate<S, B>;
}

/**
 * Samples in the one order that their source gives them in: a generator function, an async iterable, a stream. A DataLoader makes batches
 * of them. Each pass starts the source anew, so hand over a function; an iterator or a Node stream can be gone through only once.
 *
 * @throws {ArgumentError} when the source is nothing to go through. @throws {HebbError} (from the pass) when the source or a function
 * fails; `value` is the sample's number, `cause` the error.
 * @example
 * const lines = new IterableDataset(async function* () {
 *   for (let i = 0; i < 64; i++) yield `${i} ${i + 1}`; // or the lines of a file, the rows of a query …
 * });
 * const data = lines.map((line) => Float32Array.from(line.split(' ').map(Number))).shuffle(1000);
 * for await (const x of new DataLoader(data, { batchSize: 32 })) console.log(x.shape); // → 32, 2
 */
export class IterableDataset<S, B = Batch<S>> {
  readonly #source: SampleSource<S>;
  #used = false;
  /** @internal */ readonly collate: Collate<S, B>;

  constructor(source: SampleSource<S>, { collate = stack as unknown as Collate<S, B> }: IterableDatasetOptions<S, B> = {}) {
    if (typeof source !== 'function' && !isIterable(source)) {
      const expected = 'expects an iterable or a function that gives one';
      throw new ArgumentError('IterableDataset', `${expected}, got ${describe(source)}`, { value: source });
    }
    this.#source = source;
    this.collate = collate;
  }

  /** @internal A pass of its own, whose random choices come from forks of `generator`. */
  pass(generator: Generator): AsyncGenerator<S, void, undefined> {
    return passes.read(() => this.#open(generator));
  }

  #open(generator: Generator): Iterable<S> | AsyncIterable<S> {
    const source = typeof this.#source === 'function' ? this.#source(generator.fork()) : this.#source;
    if (!isIterable(source))
      throw new ArgumentError('IterableDataset', `the function gave ${describe(source)}, no iterable`, { value: source });
    if (source === this.#source && this.#used && isOnce(source)) {
      const remedy = 'hand over a function that makes a new one for each pass';
      throw new ArgumentError('IterableDataset', `the source can be gone through only once; ${remedy}`, { value: source });
    }
    this.#used = true;
    return source;
  }

  /**
   * What `fn`, which may be async, makes of each sample. A `prefetch` after it has several calls under way at once.
   * The new samples' batches are made by `collate`, or by the one in the options.
   * @throws {ArgumentError} when it is no function. @throws {HebbError} (from the pass) when it fails; `cause` is its error.
   * @example
   * const numbers = new IterableDataset([1, 2, 3]).map((n) => n * n);
   * for await (const x of new DataLoader(numbers, { batchSize: 3 })) await x.data(); // → 1, 4, 9
   */
  map<T>(fn: (sample: S, index: number) => T | Promise<T>): IterableDataset<T>;
  map<T, C>(fn: (sample: S, index: number) => T | Promise<T>, options: { readonly collate: Collate<T, C> }): IterableDataset<T, C>;
  map<T, C>(fn: (sample: S, index: number) => T | Promise<T>, options: IterableDatasetOptions<T, C> = {}): IterableDataset<T, C> {
    checkFunction('map', fn);
    return new IterableDataset((generator) => passes.map(this.pass(generator), fn), options);
  }

  /**
   * The samples for which `fn`, which may be async, gives true.
   * @throws {ArgumentError} when it is no function.
   * @example
   * const even = new IterableDataset([1, 2, 3, 4]).filter((n) => n % 2 === 0);
   * for await (const x of new DataLoader(even, { batchSize: 4 })) await x.data(); // → 2, 4
   */
  filter(fn: (sample: S, index: number) => boolean | Promise<boolean>): IterableDataset<S, B> {
    checkFunction('filter', fn);
    return this.#derived((generator) => passes.filter(this.pass(generator), fn));
  }

  /**
   * The first `count` samples.
   * @throws {ArgumentError} for what is no whole number ≥ 0.
   * @example
   * (await new IterableDataset([1, 2, 3]).take(2).collect()).length; // → 2
   */
  take(count: number): IterableDataset<S, B> {
    checkCount('take', count, 0);
    return this.#derived((generator) => passes.take(this.pass(generator), count));
  }

  /**
   * The samples in a random order, as far as a buffer reaches: each is a random one of the next `bufferSize`. Every pass draws anew, from
   * its consumer's Generator. A buffer as long as the data shuffles them wholly.
   * @throws {ArgumentError} for what is no whole number ≥ 1.
   * @example
   * const shuffled = new IterableDataset([1, 2, 3, 4]).shuffle(4);
   * for await (const x of new DataLoader(shuffled, { batchSize: 4 })) await x.sum().item(); // → 10
   */
  shuffle(bufferSize: number): IterableDataset<S, B> {
    checkCount('shuffle', bufferSize, 1);
    return this.#derived((generator) => passes.shuffle(this.pass(generator), bufferSize, generator.fork()));
  }

  /**
   * The same samples, kept in memory once a pass has reached the end; from then on the source isn't read any more.
   * @example
   * const rows = csv('houses.csv', { numbers: true }).map(({ rooms }) => rooms!).cache();
   */
  cache(): IterableDataset<S, B> {
    let kept: S[] | null = null;
    const read = async function* (samples: AsyncIterable<S>): AsyncGenerator<S> {
      const seen: S[] = [];
      for await (const sample of samples) {
        seen.push(sample);
        yield sample;
      }
      kept = seen;
    };
    return this.#derived((generator) => kept ?? read(this.pass(generator)));
  }

  /**
   * The same samples, of which `count` are asked for ahead of the consumer.
   * @throws {ArgumentError} for what is no whole number ≥ 1.
   * @example
   * const texts = new IterableDataset(['a.txt', 'b.txt']).map(async (name) => name.length).prefetch(2);
   */
  prefetch(count: number): IterableDataset<S, B> {
    checkCount('prefetch', count, 1);
    return this.#derived((generator) => passes.prefetch(this.#concurrent(generator), count));
  }

  /**
   * Reads one whole pass into memory: samples with random access, which can be split, shuffled and handed to `fit`.
   *
   * @param options `generator`: what a `shuffle` before it draws from; unless told, the default one.
   * @throws {HebbError} (as a rejection) when the source or a function fails.
   * @example
   * const data = await csv('houses.csv', { numbers: true }).map(({ rooms, price }) => [[rooms!], [price!]]).collect();
   * const [train, test] = await randomSplit(data, [0.5, 0.5]);
   */
  async collect({ generator = defaultGenerator() }: { readonly generator?: Generator } = {}): Promise<SampleDataset<S, B>> {
    const samples: S[] = [];
    const breathe = passes.breather();
    for await (const sample of this.pass(generator.fork())) {
      samples.push(sample);
      await breathe();
    }
    return new SampleDataset(samples, { collate: this.collate });
  }

  #derived(start: (generator: Generator) => Iterable<S> | AsyncIterable<S>): IterableDataset<S, B> {
    return new IterableDataset(start, { collate: this.collate });
  }

  /** A pass that may be asked for several samples at once, where the step before it can do that. */
  #concurrent(generator: Generator): AsyncIterator<S, unknown, undefined> {
    const samples = this.#open(generator);
    return Symbol.asyncIterator in samples ? samples[Symbol.asyncIterator]() : this.pass(generator);
  }
}

const isIterable = (source: unknown): source is Iterable<unknown> | AsyncIterable<unknown> =>
  typeof source === 'object' && source !== null && (Symbol.iterator in source || Symbol.asyncIterator in source);

/** Whether going through it uses it up: it is its own iterator, or a stream of Node's. */
function isOnce(source: Iterable<unknown> | AsyncIterable<unknown>): boolean {
  if (typeof (source as { pipe?: unknown }).pipe === 'function') return true;
  const iterator: unknown = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  return iterator === source;
}

function checkFunction(op: string, fn: unknown): void {
  if (typeof fn !== 'function') throw new ArgumentError(op, `expects a function, got ${describe(fn)}`, { value: fn });
}

function checkCount(op: string, count: number, least: number): void {
  if (Number.isInteger(count) && count >= least) return;
  throw new ArgumentError(op, `expects a whole number ≥ ${least}, got ${describe(count)}`, { value: count });
}
