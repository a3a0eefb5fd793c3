// Cross-validation: the folds of a data set, each of which is tested once while the others are trained on.
import { ArgumentError, defaultGenerator, describe, type Generator } from '../core/index.js';
import { checkDataset, type Dataset, Subset } from './dataset.js';
import { permutation } from './draw.js';
import { countLabels, type Labels, rowsByClass } from './labels.js';

/** Options of `kFold`. */
export interface KFoldOptions {
  /** How many parts, from 2 to the number of rows; 5 unless told. */
  readonly folds?: number;
  /** Deals the rows to the folds at random; else they go to them in order. False unless told, but true with `repeats`. */
  readonly shuffle?: boolean;
  /** How often to go through all folds, dealt anew each time; 1 unless told. */
  readonly repeats?: number;
  /** A label for each row: every fold then has the same share of each, to within one row. */
  readonly stratify?: Labels;
  /** A group for each row: rows of one group are never on both sides. */
  readonly groups?: Labels;
  /** Unless told, the default one (see `manualSeed`); it is forked. */
  readonly generator?: Generator;
}

/**
 * The parts of a data set to train on and to test with, for each fold; both keep the rows' order. Without `shuffle` they are those of
 * scikit-learn's KFold, StratifiedKFold and GroupKFold.
 *
 * @throws {ArgumentError} for options that don't fit the rows; that there are too few rows of each label, or groups, at the first fold.
 * @example
 * const { all } = await iris();
 * const losses: number[] = [];
 * for await (const [train, test] of kFold(all, { folds: 3, shuffle: true, stratify: all.tensors[1] })) {
 *   const model = new nn.Linear(4, 3);
 *   const trainer = new Trainer(model, { loss: nn.crossEntropy, optimizer: new optim.Adam(model.parameters(), { lr: 0.01 }) });
 *   await trainer.fit(train, { epochs: 2, progress: false });
 *   losses.push((await trainer.evaluate(test)).loss!);
 * }
 * losses.length; // → 3
 */
export function kFold<B>(
  dataset: Dataset<B>,
  { folds = 5, repeats = 1, shuffle = repeats > 1, stratify, groups, generator = defaultGenerator() }: KFoldOptions = {},
): AsyncGenerator<[train: Subset<B>, test: Subset<B>], void, undefined> {
  checkDataset('kFold', dataset);
  const rows = dataset.length;
  if (!Number.isInteger(folds) || folds < 2 || folds > rows)
    throw new ArgumentError('kFold', `folds must be a whole number from 2 to the ${rows} rows, got ${describe(folds)}`, { value: folds });
  if (!Number.isInteger(repeats) || repeats < 1)
    throw new ArgumentError('kFold', `repeats must be a whole number ≥ 1, got ${describe(repeats)}`, { value: repeats });
  if (repeats > 1 && !shuffle)
    throw new ArgumentError('kFold', 'repeats without shuffle would give the same folds again', { value: repeats });
  if (stratify !== undefined && groups !== undefined) throw new ArgumentError('kFold', 'takes stratify or groups, not both');
  for (const [name, labels] of Object.entries({ stratify, groups })) {
    if (labels !== undefined && countLabels('kFold', labels) !== rows)
      throw new ArgumentError('kFold', `${name} has ${countLabels('kFold', labels)} labels for ${rows} rows`, { value: labels });
  }
  const deal = (order: Int32Array): Promise<Int32Array> | Int32Array => {
    if (stratify !== undefined) return dealClasses(stratify, order, folds);
    return groups === undefined ? dealRows(order, folds) : dealGroups(groups, order, folds);
  };
  return each(dataset, folds, repeats, shuffle ? generator.fork() : null, deal);
}

/**
 * Each row as a test of its own: as many folds as rows.
 * @throws {ArgumentError} for fewer than two rows.
 * @example
 * const data = new TensorDataset(randn([10, 4]));
 * for await (const [train, test] of leaveOneOut(data)) console.log(train.length, test.length); // → 9 1
 */
export const leaveOneOut = <B>(dataset: Dataset<B>): AsyncGenerator<[train: Subset<B>, test: Subset<B>], void, undefined> => {
  checkDataset('leaveOneOut', dataset);
  if (dataset.length < 2)
    throw new ArgumentError('leaveOneOut', `needs two rows or more, got ${dataset.length}`, { value: dataset.length });
  return kFold(dataset, { folds: dataset.length });
};

async function* each<B>(
  dataset: Dataset<B>,
  folds: number,
  repeats: number,
  generator: Generator | null,
  deal: (order: Int32Array) => Promise<Int32Array> | Int32Array,
): AsyncGenerator<[train: Subset<B>, test: Subset<B>], void, undefined> {
  const rows = Int32Array.from({ length: dataset.length }, (_, row) => row);
  for (let repeat = 0; repeat < repeats; repeat++) {
    const foldOf = await deal(generator === null ? rows : await permutation(rows.length, generator));
    for (let fold = 0; fold < folds; fold++) {
      const part = (test: boolean): Subset<B> =>
        new Subset(
          dataset,
          rows.filter((row) => (foldOf[row] === fold) === test),
        );
      yield [part(false), part(true)];
    }
  }
}

/** For each row its fold: as many rows of the order after each other as go into one; what is left over goes to the first folds. */
function dealRows(order: Int32Array, folds: number): Int32Array {
  const foldOf = new Int32Array(order.length);
  const size = Math.floor(order.length / folds);
  const larger = order.length % folds;
  for (const [i, row] of order.entries()) {
    const within = larger * (size + 1);
    foldOf[row] = i < within ? Math.floor(i / (size + 1)) : larger + Math.floor((i - within) / size);
  }
  return foldOf;
}

/** The same for each class. How many of its rows a fold gets is counted as if all rows, class by class, were dealt like cards. */
async function dealClasses(labels: Labels, order: Int32Array, folds: number): Promise<Int32Array> {
  const classes = await rowsByClass(labels, order);
  if (classes.every((own) => own.length < folds)) {
    const most = Math.max(...classes.map((own) => own.length));
    throw new ArgumentError('kFold', `${folds} folds, but no label has more than ${most} rows`, { value: folds });
  }
  const foldOf = new Int32Array(order.length);
  let before = 0;
  for (const own of classes) {
    const counts = new Array<number>(folds).fill(0);
    for (let i = 0; i < own.length; i++) counts[(before + i) % folds]!++;
    let fold = 0;
    for (const row of own) {
      while (counts[fold] === 0) fold++;
      counts[fold]!--;
      foldOf[row] = fold;
    }
    before += own.length;
  }
  return foldOf;
}

/** Each group, from the largest down, goes to the fold that has the fewest rows so far. */
async function dealGroups(labels: Labels, order: Int32Array, folds: number): Promise<Int32Array> {
  const groups = await rowsByClass(labels, order);
  if (groups.length < folds) throw new ArgumentError('kFold', `${folds} folds, but there are ${groups.length} groups`, { value: folds });
  const foldOf = new Int32Array(order.length);
  const sizes = new Array<number>(folds).fill(0);
  for (const own of groups.sort((a, b) => b.length - a.length)) {
    const fold = sizes.indexOf(Math.min(...sizes));
    sizes[fold]! += own.length;
    for (const row of own) foldOf[row] = fold;
  }
  return foldOf;
}
