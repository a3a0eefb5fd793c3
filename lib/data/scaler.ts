// Scalers: bring each feature of a table to a common range, as it was found on the training part. As scikit-learn's of the same names.
import {
  ArgumentError,
  describe,
  formatShape,
  run,
  type Shape,
  ShapeError,
  type StateDict,
  sameShape,
  Tensor,
  tensor,
} from '../core/index.js';
import { checkDataset, type Dataset } from './dataset.js';

/** What a scaler is fitted on: rows of features, or a data set whose batches begin with them. */
export type ScalerData = Tensor | Dataset<Tensor | readonly [Tensor, ...unknown[]]>;

/** Rows that are looked at together. */
const ROWS = 4096;

/** Moments of each feature over the rows seen so far, in double precision. */
interface Moments {
  readonly shape: Shape;
  rows: number;
  readonly mean: Float64Array;
  /** Sums of squared distances from the mean. */
  readonly squares: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/** What `fit` finds. What f32 can't hold of an offset is in `rest`: a feature of 10,000 ± 1 keeps its digits. */
interface Fitted {
  readonly offset: Tensor;
  readonly rest: Tensor;
  readonly factor: Tensor;
}

/** What both scalers are: `(x - offset) * factor`, feature by feature. */
abstract class Scaler {
  #found: Fitted | null = null;

  protected abstract readonly name: string;
  protected abstract find(moments: Moments): { offset: Float64Array; factor: Float64Array };

  /**
   * Finds offset and factor of each feature on `data`: the training part, so that nothing of the test part leaks into it.
   *
   * @param data f32 (rows, …features) or a data set whose batches are that, or begin with it.
   * @throws {ArgumentError} (as a rejection) when it is neither, or has no rows. @throws {ShapeError} when batches differ in their features.
   * @example
   * const scaler = await new StandardScaler().fit(tensor([[1], [3]]));
   */
  async fit(data: ScalerData): Promise<this> {
    const moments = await momentsOf(this.name, data);
    const { offset, factor } = this.find(moments);
    const held = (values: Float64Array): Tensor => tensor(values, { shape: moments.shape });
    this.#found = { offset: held(offset), rest: held(offset.map((value) => value - Math.fround(value))), factor: held(factor) };
    return this;
  }

  /**
   * Scales rows of any number; recorded like any op, so that it can be part of a model.
   * @throws {ArgumentError} before `fit`. @throws {ShapeError} for other features than those of `fit`.
   * @example
   * const scaler = await new StandardScaler().fit(tensor([[1], [3]]));
   * await scaler.transform(tensor([[2], [4]])).data(); // → 0, 2
   */
  transform(x: Tensor): Tensor {
    const { offset, rest, factor } = this.#fitted('transform', x);
    return x.sub(offset).sub(rest).mul(factor);
  }

  /**
   * Undoes `transform`: predictions of a scaled target come back in its own units.
   * @throws {ArgumentError} and {ShapeError} as `transform`.
   * @example
   * const scaler = await new StandardScaler().fit(tensor([[1], [3]]));
   * await scaler.inverseTransform(tensor([[0], [2]])).data(); // → 2, 4
   */
  inverseTransform(x: Tensor): Tensor {
    const { offset, rest, factor } = this.#fitted('inverseTransform', x);
    return x.div(factor).add(rest).add(offset);
  }

  #fitted(op: string, x?: Tensor): Fitted {
    const name = `${this.name}.${op}`;
    if (this.#found === null) throw new ArgumentError(name, 'it has not been fitted; await fit(train) first');
    if (op === 'stateDict') return this.#found;
    if (!(x instanceof Tensor)) throw new ArgumentError(name, `expects a tensor, got ${describe(x)}`, { value: x });
    const { shape } = this.#found.offset;
    if (x.rank === 0 || !sameShape(x.shape.slice(1), shape))
      throw new ShapeError(name, `it was fitted on (${['rows', ...shape].join(', ')}), got ${formatShape(x.shape)}`, { value: x.shape });
    return this.#found;
  }

  /**
   * What `fit` found, f32 (…features): `offset`, the `rest` that f32 can't hold of it, and `factor`. For `save`, beside the model.
   * @throws {ArgumentError} (as a rejection) before `fit`.
   * @example
   * await save(await new StandardScaler().fit(tensor([[1], [3]])), 'scaler.safetensors');
   */
  async stateDict(): Promise<StateDict> {
    return Object.assign(Object.create(null) as StateDict, this.#fitted('stateDict'));
  }

  /**
   * Takes over a state that `stateDict` gave.
   * @throws {ArgumentError} for another one.
   * @example
   * const fitted = await new StandardScaler().fit(tensor([[1], [3]]));
   * const scaler = new StandardScaler();
   * scaler.loadStateDict(await fitted.stateDict());
   */
  loadStateDict({ offset, rest, factor }: StateDict): void {
    for (const t of [offset, rest, factor]) {
      if (!(t instanceof Tensor && t.dtype === 'f32' && sameShape(t.shape, offset!.shape)))
        throw new ArgumentError(this.name, 'expects { offset, rest, factor }, f32 of one shape, as stateDict() gives it');
    }
    this.#found = { offset: offset!, rest: rest!, factor: factor! };
  }
}

/**
 * Brings each feature to mean 0 and standard deviation 1 (over n, not n-1). A feature that is constant becomes 0.
 *
 * Source: scikit-learn, `preprocessing.StandardScaler`.
 *
 * @example
 * const train = new TensorDataset(tensor([[1, 10], [3, 10]]), tensor([0, 1]));
 * const scaler = await new StandardScaler().fit(train);
 * await scaler.transform(tensor([[5, 10]])).data(); // → 3, 0
 * const scaled = mapBatches(train, ([x, y]) => [scaler.transform(x), y]);
 */
export class StandardScaler extends Scaler {
  protected readonly name = 'StandardScaler';

  protected find({ rows, mean, squares, min, max }: Moments): { offset: Float64Array; factor: Float64Array } {
    return { offset: mean, factor: squares.map((sum, i) => (max[i] === min[i] ? 1 : 1 / Math.sqrt(sum / rows))) };
  }
}

/**
 * Brings each feature to a range, of 0 to 1 unless told, by its smallest and largest value. A feature that is constant becomes the lower end.
 *
 * Source: scikit-learn, `preprocessing.MinMaxScaler`.
 *
 * @param options `range`: the least and the largest result; [0, 1] unless told.
 * @throws {ArgumentError} when the range isn't two ascending numbers.
 * @example
 * const scaler = await new MinMaxScaler({ range: [-1, 1] }).fit(tensor([[1], [3]]));
 * await scaler.transform(tensor([[1], [2], [3]])).data(); // → -1, 0, 1
 */
export class MinMaxScaler extends Scaler {
  protected readonly name = 'MinMaxScaler';
  /** What it scales to. */
  readonly range: readonly [low: number, high: number];

  constructor({ range = [0, 1] }: { readonly range?: readonly [low: number, high: number] } = {}) {
    super();
    const [low, high] = Array.isArray(range) ? range : [Number.NaN, Number.NaN];
    if (!(Number.isFinite(low) && Number.isFinite(high) && low < high))
      throw new ArgumentError('MinMaxScaler', `range must be two ascending numbers, got ${describe(range)}`, { value: range });
    this.range = [range[0], range[1]];
  }

  protected find({ min, max }: Moments): { offset: Float64Array; factor: Float64Array } {
    const [low, high] = this.range;
    const factor = max.map((most, i) => (high - low) / (most === min[i] ? 1 : most - min[i]!));
    return { offset: min.map((least, i) => least - low / factor[i]!), factor };
  }
}

async function momentsOf(op: string, data: ScalerData): Promise<Moments> {
  if (!(data instanceof Tensor)) checkDataset(op, data);
  const length = data instanceof Tensor ? (data.shape[0] ?? 0) : data.length;
  if (length === 0) throw new ArgumentError(op, 'expects rows of features, got none', { value: data });
  let moments: Moments | null = null;
  for (let start = 0; start < length; start += ROWS) {
    const rows = Math.min(ROWS, length - start);
    const part = data instanceof Tensor ? data.narrow(0, start, rows) : await firstOf(op, data, start, rows);
    const found = await momentsOfPart(part);
    if (moments === null) moments = found;
    else if (sameShape(moments.shape, found.shape)) merge(moments, found);
    else
      throw new ShapeError(op, `row ${start} has features ${formatShape(found.shape)}, those before it ${formatShape(moments.shape)}`, {
        value: found.shape,
      });
  }
  return moments!;
}

async function firstOf(op: string, data: Exclude<ScalerData, Tensor>, start: number, rows: number): Promise<Tensor> {
  const batch = await data.batch(Int32Array.from({ length: rows }, (_, i) => start + i));
  const x: unknown = Array.isArray(batch) ? batch[0] : batch;
  if (x instanceof Tensor && x.rank > 0) return x;
  throw new ArgumentError(op, `expects batches that begin with a tensor of rows, got ${describe(x)}`, { value: x });
}

/** Distances from the part's first row, not from 0, keep what f32 can tell of features far from 0; a constant one is exact. */
async function momentsOfPart(part: Tensor): Promise<Moments> {
  const x = part.to('f32');
  const first = x.narrow(0, 0, 1);
  const away = x.sub(first);
  const mean = away.mean({ axis: 0, keepDim: true });
  const apart = away.sub(mean);
  const squares = apart.mul(apart).sum({ axis: 0 });
  const [least, most] = [x.min({ axis: 0 }), x.max({ axis: 0 })];
  await run(first, mean, squares, least, most);
  const [from, shift, sums, min, max] = await Promise.all(
    [first, mean, squares, least, most].map(async (t) => Float64Array.from(await t.data())),
  );
  return {
    shape: part.shape.slice(1),
    rows: part.shape[0]!,
    mean: from!.map((value, i) => value + shift![i]!),
    squares: sums!,
    min: min!,
    max: max!,
  };
}

/** Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979. */
function merge(into: Moments, { rows, mean, squares, min, max }: Moments): void {
  const total = into.rows + rows;
  for (let i = 0; i < mean.length; i++) {
    const apart = mean[i]! - into.mean[i]!;
    into.mean[i]! += (apart * rows) / total;
    into.squares[i]! += squares[i]! + (apart * apart * into.rows * rows) / total;
    into.min[i] = Math.min(into.min[i]!, min[i]!);
    into.max[i] = Math.max(into.max[i]!, max[i]!);
  }
  into.rows = total;
}
