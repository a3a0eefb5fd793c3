// The ready data sets: known counts, sums and first rows, and what is told where the files are missing or others.
import { existsSync, mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import {
  breastCancer,
  diabetes,
  digits,
  FormatError,
  fashionMnist,
  HebbError,
  iris,
  mnist,
  mobyDick,
  type Table,
  type Tensor,
  wine,
} from 'hebb';
import { describe, expect, test } from 'vitest';
import { ownFolder } from '../io/folder.js';

const at = ownFolder();

const counts = async (y: Tensor): Promise<number[]> => {
  const found: number[] = [];
  for (const label of await y.data()) found[label] = (found[label] ?? 0) + 1;
  return found;
};

const columnSums = async (x: Tensor): Promise<number[]> => {
  const values = await x.data();
  const sums = new Array<number>(values.length / x.shape[0]!).fill(0);
  for (const [i, value] of values.entries()) sums[i % sums.length]! += value;
  return sums;
};

/** Every row of `all` is in one of the parts. */
async function expectParts({ all, train, test: rest }: Table): Promise<void> {
  const lines = async ([x, y]: readonly [Tensor, Tensor]): Promise<string[]> => {
    const [values, labels] = [await x.data(), await y.data()];
    const width = values.length / labels.length;
    return Array.from(labels, (label, row) => `${[...values.subarray(row * width, (row + 1) * width)].join()} ${label}`);
  };
  expect([...(await lines(train.tensors)), ...(await lines(rest.tensors))].sort()).toEqual((await lines(all.tensors)).sort());
}

test('iris', async () => {
  const table = await iris();
  const { all, train, test: rest, features, classes } = table;
  expect([all.length, train.length, rest.length, features.length, classes]).toEqual([
    150,
    120,
    30,
    4,
    ['setosa', 'versicolor', 'virginica'],
  ]);
  const [x, y] = all.tensors;
  expect([x.dtype, x.shape, y.dtype, y.shape]).toEqual(['f32', [150, 4], 'i32', [150]]);
  expect([await counts(y), await counts(train.tensors[1]), await counts(rest.tensors[1])]).toEqual([
    [50, 50, 50],
    [40, 40, 40],
    [10, 10, 10],
  ]);
  for (const [i, sum] of [876.5, 458.6, 563.7, 179.9].entries()) expect((await columnSums(x))[i]).toBeCloseTo(sum, 0);
  await expectParts(table);
  expect(await (await iris()).test.tensors[0].data()).toEqual(await rest.tensors[0].data());
});

const sklearn = await wine().then(
  () => true,
  () => false,
);

describe.skipIf(!sklearn)('of scikit-learn', () => {
  test.each<[string, () => Promise<Table>, number[], number[]]>([
    ['wine', wine, [178, 143, 35, 13, 3], [59, 71, 48]],
    ['breastCancer', breastCancer, [569, 456, 113, 30, 2], [212, 357]],
    ['digits', digits, [1797, 1438, 359, 64, 10], [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]],
  ])('%s', async (_, load, sizes, labels) => {
    const table = await load();
    const { all, train, test: rest, features, classes } = table;
    expect([all.length, train.length, rest.length, features.length, classes.length]).toEqual(sizes);
    expect(all.tensors[0].size).toBe(sizes[0]! * sizes[3]!);
    expect(await counts(all.tensors[1])).toEqual(labels);
    const shares = await counts(train.tensors[1]);
    for (const [i, count] of labels.entries()) expect(Math.abs(shares[i]! - (count * sizes[1]!) / sizes[0]!)).toBeLessThan(1);
    await expectParts(table);
  });

  test('their means are those that scikit-learn tells', async () => {
    const mean = async ({ all }: Table, column: number): Promise<number> => (await columnSums(all.tensors[0]))[column]! / all.length;
    expect(await mean(await wine(), 12)).toBeCloseTo(746.893258, 3); // proline
    expect(await mean(await breastCancer(), 0)).toBeCloseTo(14.127292, 4); // mean radius
    expect(await mean(await diabetes(), 2)).toBeCloseTo(26.375792, 4); // body mass index
    expect((await (await digits()).all.tensors[0].mean().item()) * 16).toBeCloseTo(4.884165, 4);
  });

  test('diabetes is a regression', async () => {
    const table = await diabetes();
    expect([table.train.length, table.test.length, table.features.length, table.classes]).toEqual([354, 88, 10, []]);
    const [x, y] = table.all.tensors;
    expect([x.shape, y.dtype, y.shape]).toEqual([[442, 10], 'f32', [442, 1]]);
    expect(await y.mean().item()).toBeCloseTo(152.133484, 3);
    await expectParts(table);
  });
});

test('a folder of scikit-learn that holds something else is refused', async () => {
  await expect(wine({ path: at('none') })).rejects.toThrow(/pip install scikit-learn/);
  mkdirSync(at('data'), { recursive: true });
  const head = '178,13,class_0,class_1,class_2\n';
  const row = `${'1,'.repeat(13)}0\n`;
  for (const text of [
    '',
    '3,2,a\n',
    head + row,
    head + row.repeat(177),
    head + row.repeat(178).replace('1,', 'x,'),
    head + row.repeat(178).replace(',0', ',7'),
  ]) {
    await writeFile(at('data/wine_data.csv'), text);
    await expect(wine({ path: at('data') }), text.slice(0, 60)).rejects.toThrow(FormatError);
  }
  await writeFile(at('data/wine_data.csv'), head + row.repeat(178));
  expect((await wine({ path: at('data') })).all.length).toBe(178);
  await writeFile(at('data/digits.csv.gz'), 'not gzip');
  await expect(digits({ path: at('data') })).rejects.toThrow(FormatError);
  await writeFile(at('data/digits.csv.gz'), gzipSync(Buffer.alloc(2 ** 25)));
  await expect(digits({ path: at('data') })).rejects.toThrow(FormatError);
});

test.skipIf(!existsSync('/usr/share/datasets/fashion-mnist'))('fashionMnist', async () => {
  const { train, test: rest } = await fashionMnist();
  expect([train.length, rest.length, train.tensors[0].shape, train.tensors[1].dtype]).toEqual([60_000, 10_000, [60_000, 28, 28, 1], 'i32']);
  expect([await counts(train.tensors[1]), await counts(rest.tensors[1])]).toEqual([Array(10).fill(6000), Array(10).fill(1000)]);
  expect([...(await train.tensors[1].narrow(0, 0, 4).data())]).toEqual([9, 0, 0, 3]);
  expect(await train.tensors[0].mean().item()).toBeCloseTo(0.286041, 4); // as its authors tell
});

test('mnist and fashionMnist from a folder, gzipped or not; and where there is none', async () => {
  mkdirSync(at('idx'), { recursive: true });
  const images = (rows: number): Buffer =>
    Buffer.from([0, 0, 8, 3, 0, 0, 0, rows, 0, 0, 0, 28, 0, 0, 0, 28, ...Array(rows * 784).fill(255)]);
  const labels = (rows: number): Buffer => Buffer.from([0, 0, 8, 1, 0, 0, 0, rows, ...Array(rows).fill(7)]);
  await writeFile(at('idx/train-images-idx3-ubyte.gz'), gzipSync(images(2)));
  await writeFile(at('idx/train-labels-idx1-ubyte'), labels(2));
  await writeFile(at('idx/t10k-images-idx3-ubyte'), images(1));
  await writeFile(at('idx/t10k-labels-idx1-ubyte.gz'), gzipSync(labels(1)));
  for (const load of [mnist, fashionMnist]) {
    const { train, test: rest } = await load({ path: at('idx') });
    expect([train.length, rest.length, await train.tensors[0].mean().item(), ...(await train.tensors[1].data())]).toEqual([2, 1, 1, 7, 7]);
  }
  await expect(fashionMnist({ path: at('nowhere') })).rejects.toThrow(/apt install dataset-fashion-mnist/);
  await expect(fashionMnist({ path: at('nowhere') })).rejects.toThrow(HebbError);
});

test('mobyDick cuts a text into pieces, and y is one character on', async () => {
  mkdirSync(at('novel'), { recursive: true });
  await writeFile(at('novel/chapter_1.txt'), 'Call me\r\nIshmael.');
  await writeFile(at('novel/chapter_2.txt'), 'abcabcabcabcabcabcabcabcabc');
  const { train, test: rest, text, characters } = await mobyDick({ path: at('novel'), length: 5 });
  expect(text).toBe('Call me\nIshmael.\n\nabcabcabcabcabcabcabcabcabc');
  expect([train.tensors[0].shape, rest.tensors[0].shape]).toEqual([
    [8, 5],
    [0, 5],
  ]);
  const read = async (t: Tensor): Promise<string> => Array.from(await t.data(), (i) => characters[i]).join('');
  expect(await read(train.tensors[0])).toBe(text.slice(0, 40));
  expect(await read(train.tensors[1])).toBe(text.slice(1, 41));
  for (const length of [0, -1, 1.5, 1000]) await expect(mobyDick({ path: at('novel'), length })).rejects.toThrow(/length must be/);
  await expect(mobyDick({ path: at('nowhere') })).rejects.toThrow(/no chapter_1/);
});
