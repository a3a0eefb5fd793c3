// A data set whose batches are those of another one, changed by a function: augmentation or scaling, on whole tensors.
import { ArgumentError, describe } from '../core/index.js';
import { failedAt, guarded, isPromise } from './blame.js';
import { checkDataset, type Dataset } from './dataset.js';

/**
 * The data set with `fn` applied to each batch. On tensors this records ops, which run natively with the step that uses the batch.
 *
 * @param fn May be async. It must treat each row for itself: which rows share a batch is the loader's choice.
 * @throws {ArgumentError} when `dataset` is none or `fn` no function. @throws {HebbError} (from the batch) when `fn` fails; `value` is its
 * rows, `cause` its error.
 * @example
 * const data = new TensorDataset(tensor([1, 2]), tensor([0, 1]));
 * const noisy = mapBatches(data, ([x, y]) => [x.add(randn(x.shape).mul(0.1)), y]);
 * const [x] = await noisy.batch(Int32Array.of(0, 1));
 * x.shape; // → 2
 */
export function mapBatches<A, const B>(dataset: Dataset<A>, fn: (batch: A) => B | Promise<B>): Dataset<Writable<B>> {
  checkDataset('mapBatches', dataset);
  if (typeof fn !== 'function') throw new ArgumentError('mapBatches', `expects a function, got ${describe(fn)}`, { value: fn });
  return {
    length: dataset.length,
    batch(rows) {
      const blame = (error: unknown): Error =>
        failedAt('mapBatches', `the function failed on the batch of rows ${rows.subarray(0, 8).join(', ')}`, [...rows], error);
      const apply = (batch: A): B | Promise<B> => guarded(() => fn(batch), blame);
      const batch = dataset.batch(rows);
      return (isPromise(batch) ? batch.then(apply) : apply(batch)) as Writable<B> | Promise<Writable<B>>;
    },
  };
}

/** A tuple that a function literal returned, as one that may be written to. */
type Writable<B> = B extends readonly unknown[] ? { -readonly [K in keyof B]: B[K] } : B;
