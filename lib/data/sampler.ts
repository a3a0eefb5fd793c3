// Samplers: in which order, and how often, a DataLoader takes the rows of its data set.
import { ArgumentError, describe, type Generator } from '../core/index.js';
import { permutation, uniforms } from './draw.js';
import { countLabels, type Labels, rowsByClass } from './labels.js';

/**
 * Says which rows a pass takes. Implement these two members to bring an order of your own.
 * @example
 * const backwards: Sampler = { length: 3, order: () => [2, 1, 0] };
 * const loader = new DataLoader(new TensorDataset(tensor([1, 2, 3])), { batchSize: 3, sampler: backwards });
 * for await (const [x] of loader) await x.data(); // → 3, 2, 1
 */
export interface Sampler {
  /** Number of rows in a pass. */
  readonly length: number;
  /** The rows of one pass in order; drawn from `generator` alone, so that a pass can be repeated. */
  order(generator: Generator): ArrayLike<number> | Promise<ArrayLike<number>>;
}

/**
 * Rows drawn at random, each with a probability proportional to its weight: rare classes as often as frequent ones, say.
 *
 * @param weights One for each row, ≥ 0; they need not sum to 1.
 * @param numSamples Rows in a pass.
 * @param options `replacement`: whether a row may come more than once in a pass; true unless told. Without it rows of weight 0 never come
 * (Efraimidis, Spirakis, "Weighted random sampling with a reservoir", 2006).
 * @throws {ArgumentError} for a weight that is negative or not finite, weights that are all 0, or too few rows to draw without replacement.
 * @example
 * const labels = [0, 0, 0, 1];
 * const data = new TensorDataset(tensor(labels));
 * const sampler = new WeightedRandomSampler(labels.map((label) => (label === 0 ? 1 / 3 : 1)), 400);
 * const loader = new DataLoader(data, { batchSize: 2, sampler }); // both classes equally often
 */
export class WeightedRandomSampler implements Sampler {
  readonly length: number;
  /** Whether a row may come more than once in a pass. */
  readonly replacement: boolean;
  readonly #weights: Float64Array;

  constructor(weights: ArrayLike<number>, numSamples: number, { replacement = true }: { readonly replacement?: boolean } = {}) {
    this.#weights = Float64Array.from(weights);
    for (const [i, weight] of this.#weights.entries()) {
      if (!(weight >= 0 && weight < Infinity))
        throw new ArgumentError('WeightedRandomSampler', `weights are finite and ≥ 0, got ${describe(weights[i])} at row ${i}`, {
          value: weight,
        });
    }
    const possible = this.#weights.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
    if (possible === 0) throw new ArgumentError('WeightedRandomSampler', 'no row has a weight above 0', { value: weights });
    const most = replacement ? Infinity : possible;
    if (!Number.isInteger(numSamples) || numSamples < 1 || numSamples > most) {
      const range = replacement ? 'a whole number ≥ 1' : `from 1 to the ${possible} rows whose weight isn't 0`;
      throw new ArgumentError('WeightedRandomSampler', `numSamples must be ${range}, got ${describe(numSamples)}`, { value: numSamples });
    }
    this.length = numSamples;
    this.replacement = replacement;
  }

  async order(generator: Generator): Promise<Int32Array> {
    return this.replacement ? this.#withReplacement(await uniforms(this.length, generator)) : this.#distinct(generator);
  }

  #withReplacement(draws: Float64Array): Int32Array {
    const sums = new Float64Array(this.#weights.length);
    let total = 0;
    for (const [i, weight] of this.#weights.entries()) sums[i] = total += weight;
    return Int32Array.from(draws, (draw) => firstAbove(sums, draw * total));
  }

  async #distinct(generator: Generator): Promise<Int32Array> {
    const draws = await uniforms(this.#weights.length, generator);
    // The row with the largest u^(1/w) comes first; the logarithm keeps the order, and small weights from underflow.
    const keys = draws.map((draw, i) => Math.log(draw) / this.#weights[i]!);
    const rows = Int32Array.from(draws.keys()).filter((row) => this.#weights[row]! > 0);
    return rows.sort((a, b) => keys[b]! - keys[a]!).subarray(0, this.length);
  }
}

/** The first index whose sum lies above `target`: never that of a weight of 0. */
function firstAbove(sums: Float64Array, target: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Every row once, in a random order in which each stretch holds the classes in the proportions of the whole: so does each batch, to within
 * a row or two a class.
 *
 * @param labels One for each row: numbers, strings, or a tensor of one axis.
 * @throws {ArgumentError} or {ShapeError} when they aren't that.
 * @example
 * const y = tensor([0, 0, 0, 0, 1, 1], { dtype: 'i32' });
 * const loader = new DataLoader(new TensorDataset(y), { batchSize: 3, sampler: new StratifiedSampler(y) });
 * for await (const [labels] of loader) await labels.sum().item(); // → 1
 */
export class StratifiedSampler implements Sampler {
  readonly length: number;
  readonly #labels: Labels;

  constructor(labels: Labels) {
    this.length = countLabels('StratifiedSampler', labels);
    this.#labels = labels;
  }

  async order(generator: Generator): Promise<Int32Array> {
    const shuffled = await permutation(this.length, generator);
    const classes = await rowsByClass(this.#labels, shuffled);
    const offsets = await uniforms(classes.length, generator);
    // The rows of a class lie evenly between 0 and 1, from a random offset on.
    const place = new Float64Array(this.length);
    for (const [k, rows] of classes.entries()) for (const [j, row] of rows.entries()) place[row] = (j + offsets[k]!) / rows.length;
    return shuffled.sort((a, b) => place[a]! - place[b]!);
  }
}
