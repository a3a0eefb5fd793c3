// The batches of one pass of a DataLoader: gathered from a data set's rows in an order, or cut from a stream of samples.
import { describe, type Generator, IndexError } from '../core/index.js';
import { failedAt, guarded } from './blame.js';
import type { Dataset } from './dataset.js';
import { permutation } from './draw.js';
import type { IterableDataset } from './iterable.js';
import { breather } from './passes.js';
import type { Sampler } from './sampler.js';

export interface Batches<B> {
  /** The next batch; null at the end. May be called again before the last one is there. */
  next(): B | null | Promise<B | null>;
  /** Nothing more is asked for. */
  close(): Promise<void>;
}

interface Ways {
  readonly batchSize: number;
  /** Batches to leave out at the start. */
  readonly skipped: number;
  /** The pass's own. */
  readonly generator: Generator;
}

export async function fromDataset<B>(
  dataset: Dataset<B>,
  { batchSize, skipped, generator, count, order }: Ways & { readonly count: number; readonly order: Sampler | boolean },
): Promise<Batches<B>> {
  const rows = await rowsOf(dataset, order, generator);
  let next = skipped;
  return {
    next: () => (next >= count ? null : dataset.batch(rows.subarray(next * batchSize, ++next * batchSize))),
    close: async () => {},
  };
}

async function rowsOf(dataset: Dataset<unknown>, order: Sampler | boolean, generator: Generator): Promise<Int32Array> {
  if (order === true) return permutation(dataset.length, generator);
  if (order === false) return Int32Array.from({ length: dataset.length }, (_, i) => i);
  const rows = await order.order(generator);
  for (let i = 0; i < order.length; i++) {
    const row = rows[i]!;
    if (!(Number.isInteger(row) && row >= 0 && row < dataset.length))
      throw new IndexError('DataLoader', `the sampler gave row ${describe(row)} at position ${i}; the data set has ${dataset.length}`, {
        value: row,
      });
  }
  return rows instanceof Int32Array ? rows.subarray(0, order.length) : Int32Array.from({ length: order.length }, (_, i) => rows[i]!);
}

export async function fromIterable<S, B>(
  dataset: IterableDataset<S, B>,
  { batchSize, skipped, generator, dropLast }: Ways & { readonly dropLast: boolean },
): Promise<Batches<B>> {
  const pass = dataset.pass(generator);
  const breathe = breather();
  let taken = 0;
  const gather = async (): Promise<{ first: number; samples: S[] }> => {
    const first = taken;
    const samples: S[] = [];
    while (samples.length < batchSize) {
      const { done, value } = await pass.next();
      if (done) break;
      samples.push(value);
      await breathe();
    }
    taken += samples.length;
    return { first, samples };
  };
  for (let i = 0; i < skipped; i++) await gather();
  let turn: Promise<unknown> = Promise.resolve();
  return {
    next() {
      const gathered = turn.then(gather);
      turn = gathered.catch(() => {});
      return gathered.then(({ first, samples }) => {
        if (samples.length === 0 || (dropLast && samples.length < batchSize)) return null;
        const blame = (error: unknown): Error =>
          failedAt('IterableDataset', `samples ${first} … ${first + samples.length - 1} don't make a batch`, first, error);
        return guarded(() => dataset.collate(samples), blame);
      });
    },
    close: async () => void (await pass.return()),
  };
}
