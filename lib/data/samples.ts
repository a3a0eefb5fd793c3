// Data sets of single samples with random access: an array, or a function from a row's number to its sample.
import { ArgumentError, describe, IndexError } from '../core/index.js';
import { failedAt, guarded, isPromise } from './blame.js';
import { type Batch, type Collate, collate as stack } from './collate.js';
import type { Dataset } from './dataset.js';

/** Options of a SampleDataset. */
export interface SampleDatasetOptions<S, B> {
  /** Number of rows; must be told where the source is a function. */
  readonly length?: number;
  /** Makes a batch of samples; unless told, `collate`. */
  readonly collate?: Collate<S, B>;
}

/**
 * Samples that can be asked for by their row: the elements of an array, or what a function gives, which may be async and read files.
 * The samples of a batch are asked for all at once, and become tensors by `collate`.
 *
 * @param source Samples, or a function from a row's number to its sample.
 * @throws {ArgumentError} when the source is neither, or the length isn't a whole number ≥ 0. @throws {HebbError} (as a rejection of the
 * batch) when the function fails; `value` is the row, `cause` its error.
 * @example
 * import { readFile, writeFile } from 'node:fs/promises';
 * const files = ['a.txt', 'b.txt'];
 * for (const name of files) await writeFile(name, 'eight bytes and more');
 * const bytes = new SampleDataset((row) => readFile(files[row]!), { length: files.length });
 * const data = bytes.map((found): [Float32Array, number] => [Float32Array.from(found.subarray(0, 8)), 1]);
 * for await (const [x, y] of new DataLoader(data, { batchSize: 2 })) console.log(x.shape, y.shape); // → (2, 8) (2)
 */
export class SampleDataset<S, B = Batch<S>> implements Dataset<B> {
  readonly length: number;
  readonly #get: (row: number) => S | Promise<S>;
  readonly #collate: Collate<S, B>;

  constructor(
    source: readonly S[] | ((row: number) => S | Promise<S>),
    { length, collate = stack as unknown as Collate<S, B> }: SampleDatasetOptions<S, B> = {},
  ) {
    if (typeof source !== 'function' && !Array.isArray(source))
      throw new ArgumentError('SampleDataset', `expects an array or a function, got ${describe(source)}`, { value: source });
    const rows = length ?? (typeof source === 'function' ? undefined : source.length);
    if (!Number.isInteger(rows) || rows! < 0 || (typeof source !== 'function' && rows! > source.length)) {
      const remedy = typeof source === 'function' ? 'a function needs { length }' : `the array has ${source.length} elements`;
      throw new ArgumentError('SampleDataset', `length must be a whole number ≥ 0, got ${describe(rows)}; ${remedy}`, { value: rows });
    }
    this.length = rows!;
    this.#get = typeof source === 'function' ? source : (row) => source[row]!;
    this.#collate = collate;
  }

  /**
   * The sample of one row.
   * @throws {IndexError} when the row is out of range.
   * @example
   * await new SampleDataset([5, 6]).get(1); // → 6
   */
  get(row: number): S | Promise<S> {
    if (!Number.isInteger(row) || row < 0 || row >= this.length)
      throw new IndexError('SampleDataset', `row ${describe(row)} is out of range for ${this.length} rows`, { value: row });
    return guarded(
      () => this.#get(row),
      (error) => failedAt('SampleDataset', `the sample of row ${row} failed`, row, error),
    );
  }

  batch(rows: Int32Array): B | Promise<B> {
    const samples = Array.from(rows, (row) => this.get(row));
    return samples.some(isPromise) ? Promise.all(samples).then((all) => this.#batchOf(all, rows)) : this.#batchOf(samples as S[], rows);
  }

  #batchOf(samples: S[], rows: Int32Array): B | Promise<B> {
    const blame = (error: unknown): Error => failedAt('SampleDataset', `rows ${listed(rows)} don't make a batch`, [...rows], error);
    return guarded(() => this.#collate(samples), blame);
  }

  /**
   * The samples that `fn`, which may be async, makes of these; it is called again in every pass. The new samples' batches are made by
   * `collate`, or by the one in the options.
   * @example
   * const data = new SampleDataset([5, 6]).map((n) => [n, n * n]);
   * await data.get(1); // → 6, 36
   */
  map<T>(fn: (sample: S, row: number) => T | Promise<T>): SampleDataset<T>;
  map<T, C>(fn: (sample: S, row: number) => T | Promise<T>, options: { readonly collate: Collate<T, C> }): SampleDataset<T, C>;
  map<T, C>(fn: (sample: S, row: number) => T | Promise<T>, options: SampleDatasetOptions<T, C> = {}): SampleDataset<T, C> {
    const mapped = (row: number): T | Promise<T> => {
      const sample = this.#get(row);
      return isPromise(sample) ? sample.then((found) => fn(found, row)) : fn(sample, row);
    };
    return new SampleDataset(mapped, { ...options, length: this.length });
  }

  /**
   * The same samples, each kept in memory from the first time on that it is asked for. A sample that failed is asked for again.
   * @example
   * const data = new SampleDataset((row) => row * Math.random(), { length: 3 }).cache();
   * (await data.get(2)) === (await data.get(2)); // → true
   */
  cache(): SampleDataset<S, B> {
    const kept = new Map<number, S | Promise<S>>();
    const remember = (row: number): S | Promise<S> => {
      const known = kept.get(row);
      if (known !== undefined) return known;
      const sample = this.#get(row);
      kept.set(row, sample);
      if (isPromise(sample)) {
        sample.then(
          (value) => kept.set(row, value),
          () => kept.delete(row),
        );
      }
      return sample;
    };
    return new SampleDataset(remember, { length: this.length, collate: this.#collate });
  }
}

const listed = (rows: Int32Array): string => `${rows.subarray(0, 8).join(', ')}${rows.length > 8 ? ' …' : ''}`;
