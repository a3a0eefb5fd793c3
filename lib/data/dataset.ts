// Data sets: what hands out batches of rows. The rows are gathered natively, inside the run of the step that uses them.
import { ArgumentError, describe, formatShape, IndexError, run, ShapeError, Tensor, tensor } from '../core/index.js';

/**
 * Rows that can be asked for in batches. Implement these two members to bring data of your own.
 * @example
 * const squares: Dataset<[Tensor, Tensor]> = {
 *   length: 1000,
 *   batch(rows) {
 *     const x = tensor(Float32Array.from(rows), { shape: [rows.length, 1] });
 *     return [x, x.square()];
 *   },
 * };
 * for await (const [x] of new DataLoader(squares, { batchSize: 500 })) console.log(x.shape); // → 500, 1
 */
export interface Dataset<B> {
  /** Number of rows. */
  readonly length: number;
  /** The rows with these indices, in this order, stacked along axis 0. May be async: read files, decode images. */
  batch(rows: Int32Array): B | Promise<B>;
}

/** Throws unless `dataset` has what a Dataset needs; a tensor or a list of tensors is a likely mistake. */
export function checkDataset(op: string, dataset: Dataset<unknown>): void {
  if (Number.isInteger(dataset?.length) && typeof dataset.batch === 'function') return;
  const remedy =
    (dataset as { collect?: unknown } | null | undefined)?.collect === undefined ? 'new TensorDataset(x, y)?' : 'await its collect()?';
  throw new ArgumentError(op, `expects a data set with length and batch(rows), got ${describe(dataset)}; ${remedy}`, { value: dataset });
}

/**
 * Tensors with one row a sample along axis 0, usually inputs and targets.
 *
 * @throws {ShapeError} when there is no tensor, one is a scalar, or their lengths differ.
 * @example
 * const data = new TensorDataset(randn([100, 4]), zeros([100], { dtype: 'i32' }));
 * const [x, y] = data.batch(Int32Array.of(0, 5, 7));
 * console.log(x.shape, y.shape); // → (3, 4) (3)
 */
export class TensorDataset<B extends Tensor[]> implements Dataset<B> {
  /** The tensors, each (length, …). */
  readonly tensors: Readonly<B>;
  readonly length: number;

  constructor(...tensors: B) {
    const [first, ...others] = tensors;
    for (const t of tensors) {
      if (!(t instanceof Tensor)) throw new ArgumentError('TensorDataset', `expects tensors, got ${describe(t)}`, { value: t });
      if (t.shape.length === 0) throw new ShapeError('TensorDataset', 'a scalar has no rows; reshape it to (1)', { value: t.shape });
    }
    if (first === undefined) throw new ShapeError('TensorDataset', 'expects at least one tensor');
    this.length = first.shape[0]!;
    for (const t of others) {
      if (t.shape[0] !== this.length) {
        const shapes = tensors.map((each) => formatShape(each.shape)).join(' and ');
        throw new ShapeError('TensorDataset', `the tensors need as many rows as each other along axis 0, got ${shapes}`, {
          value: t.shape,
        });
      }
    }
    this.tensors = tensors;
    // Computed once, here, and not again with every batch; a failure rejects the first step that uses a row.
    run(...tensors).catch(() => {});
  }

  batch(rows: Int32Array): B {
    const index = tensor(rows, { dtype: 'i32' });
    return this.tensors.map((t) => t.indexSelect(0, index)) as B;
  }
}

/**
 * Some rows of another data set.
 *
 * @param rows Indices into `dataset`, in the order wanted.
 * @throws {IndexError} naming the first row that is out of range. @throws {ArgumentError} when `dataset` is none.
 * @example
 * const data = new TensorDataset(tensor([10, 20, 30]));
 * const last = new Subset(data, [2, 1]);
 * const [x] = await last.batch(Int32Array.of(0));
 * await x.data(); // → 30
 */
export class Subset<B> implements Dataset<B> {
  /** Whose rows they are. */
  readonly dataset: Dataset<B>;
  readonly length: number;
  readonly #rows: Int32Array;

  constructor(dataset: Dataset<B>, rows: ArrayLike<number>) {
    checkDataset('Subset', dataset);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (!Number.isInteger(row) || row < 0 || row >= dataset.length) {
        throw new IndexError('Subset', `row ${row} at position ${i} is out of range for a data set of ${dataset.length} rows`, {
          value: row,
        });
      }
    }
    this.dataset = dataset;
    this.length = rows.length;
    this.#rows = Int32Array.from(rows);
  }

  batch(rows: Int32Array): B | Promise<B> {
    return this.dataset.batch(rows.map((row) => this.#rows[row]!));
  }
}
