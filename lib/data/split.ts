// Cuts a data set into parts at random, each with the same share of every class if asked.
import { ArgumentError, defaultGenerator, describe, type Generator } from '../core/index.js';
import { checkDataset, type Dataset, Subset } from './dataset.js';
import { permutation } from './draw.js';
import { countLabels, type Labels, rowsByClass } from './labels.js';

/** Options of `randomSplit`. */
export interface RandomSplitOptions {
  /** A label for each row: every part then has the same share of each, to within one row. */
  readonly stratify?: Labels;
  /** Unless told, the default one (see `manualSeed`). */
  readonly generator?: Generator;
}

/**
 * Parts of a data set that have no row in common, each in a random order.
 *
 * @param lengths The parts' sizes in rows, or as fractions that sum to 1; rows left over by rounding go to the first parts.
 * @throws {ArgumentError} (as a rejection) when the lengths aren't that, or there isn't one label for each row.
 * @example
 * const [x, y] = [randn([100, 4]), randint(0, 2, [100])];
 * const [train, test] = await randomSplit(new TensorDataset(x, y), [0.8, 0.2], { stratify: y, generator: new Generator(1) });
 * console.log(train!.length, test!.length); // → 80 20
 */
export async function randomSplit<B>(
  dataset: Dataset<B>,
  lengths: readonly number[],
  { stratify, generator = defaultGenerator() }: RandomSplitOptions = {},
): Promise<Subset<B>[]> {
  checkDataset('randomSplit', dataset);
  const sizes = sizesOf(dataset.length, lengths);
  const order = await permutation(dataset.length, generator.fork());
  if (stratify === undefined) {
    let end = 0;
    return sizes.map((size) => new Subset(dataset, order.subarray(end, (end += size))));
  }
  const count = countLabels('randomSplit', stratify);
  if (count !== dataset.length)
    throw new ArgumentError('randomSplit', `stratify has ${count} labels for ${dataset.length} rows`, { value: stratify });
  const partOf = deal(await rowsByClass(stratify, order), sizes, dataset.length);
  return sizes.map(
    (_, part) =>
      new Subset(
        dataset,
        order.filter((row) => partOf[row] === part),
      ),
  );
}

function sizesOf(rows: number, lengths: readonly number[]): number[] {
  const sum = Array.isArray(lengths) ? lengths.reduce((total, length) => total + length, 0) : Number.NaN;
  const fits = Array.isArray(lengths) && lengths.every((length) => length >= 0);
  if (fits && lengths.every(Number.isInteger) && sum === rows) return [...lengths];
  if (!fits || Math.abs(sum - 1) > 1e-6) {
    const message = `the lengths must be whole numbers that sum to the ${rows} rows, or fractions that sum to 1, got ${describe(lengths)}`;
    throw new ArgumentError('randomSplit', message, { value: lengths });
  }
  const sizes = lengths.map((fraction) => Math.floor(fraction * rows + 1e-6));
  const left = rows - sizes.reduce((total, size) => total + size, 0);
  for (let i = 0; i < left; i++) sizes[i % sizes.length]!++;
  return sizes;
}

/**
 * Deals the rows of each class to the parts, one part after the other: it takes its exact share of what is left of each class, rounded
 * down, and the rows that still lack from the classes whose share was cut most.
 */
function deal(classes: number[][], sizes: number[], rows: number): Int32Array {
  const partOf = new Int32Array(rows);
  let left = rows;
  for (const [part, size] of sizes.entries()) {
    const shares = classes.map((own) => (left === 0 ? 0 : (own.length * size) / left));
    const counts = shares.map(Math.floor);
    const cut = shares.map((share, i) => ({ i, rest: share - counts[i]! })).sort((a, b) => b.rest - a.rest);
    const lacking = size - counts.reduce((total, count) => total + count, 0);
    for (const { i } of cut.slice(0, lacking)) counts[i]!++;
    for (const [i, own] of classes.entries()) for (const row of own.splice(0, counts[i]!)) partOf[row] = part;
    left -= size;
  }
  return partOf;
}
