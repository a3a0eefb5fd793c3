// The four IDX files that MNIST and its relatives come in, gzipped or not, as two parts.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run, type Tensor } from '../core/index.js';
import { loadIdx } from '../io/index.js';
import { TensorDataset } from './dataset.js';

/** A part to train on and one to test with. */
export interface TrainTest<B extends Tensor[] = [Tensor, Tensor]> {
  /** What to train on. */
  readonly train: TensorDataset<B>;
  /** What to test with, at the end. */
  readonly test: TensorDataset<B>;
}

const FIRST = 'train-images-idx3-ubyte';

/** Whether a folder holds the files. */
export const hasImages = (folder: string): boolean => [FIRST, `${FIRST}.gz`].some((name) => existsSync(join(folder, name)));

/** x is f32 (rows, 28, 28, 1) from 0 to 1, y is i32 (rows). */
export async function loadImages(folder: string): Promise<TrainTest> {
  const [train, test] = await Promise.all([loadPart(folder, 'train'), loadPart(folder, 't10k')]);
  return { train, test };
}

async function loadPart(folder: string, part: 'train' | 't10k'): Promise<TensorDataset<[Tensor, Tensor]>> {
  const file = (name: string): string => {
    const plain = join(folder, `${part}-${name}`);
    return existsSync(plain) ? plain : `${plain}.gz`;
  };
  const [images, labels] = await Promise.all([loadIdx(file('images-idx3-ubyte')), loadIdx(file('labels-idx1-ubyte'))]);
  const x = images
    .to('f32')
    .div(255)
    .reshape([...images.shape, 1]);
  const y = labels.to('i32');
  await run(x, y);
  images.dispose();
  return new TensorDataset(x, y);
}
