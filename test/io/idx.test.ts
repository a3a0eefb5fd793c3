// IDX files: elements of every type, gzipped or not; sizes that lie and bombs are refused before they cost memory.
import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { ArgumentError, FormatError, loadIdx } from 'hebb';
import { describe, expect, test } from 'vitest';
import { cutEverywhere, flipEverywhere } from './damage.js';
import { ownFolder } from './folder.js';

const at = ownFolder();

function idx(type: number, sizes: number[], data: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * sizes.length);
  head.set([0, 0, type, sizes.length]);
  for (const [i, size] of sizes.entries()) head.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([head, data]);
}

async function write(bytes: Uint8Array): Promise<string> {
  await writeFile(at('file.idx'), bytes);
  return at('file.idx');
}

const big = (size: number, put: (view: DataView) => void): Uint8Array => {
  const view = new DataView(new ArrayBuffer(size));
  put(view);
  return new Uint8Array(view.buffer);
};

describe.each([
  ['plain', (bytes: Buffer) => bytes],
  ['gzipped', (bytes: Buffer) => gzipSync(bytes)],
])('%s', (_, pack) => {
  test.each<[string, number, Uint8Array, string, number[]]>([
    ['u8', 0x08, Uint8Array.of(0, 127, 255), 'u8', [0, 127, 255]],
    ['i8', 0x09, Uint8Array.of(128, 127), 'i32', [-128, 127]],
    ['i16', 0x0b, big(4, (v) => [v.setInt16(0, -300), v.setInt16(2, 300)]), 'i32', [-300, 300]],
    ['i32', 0x0c, big(8, (v) => [v.setInt32(0, -70000), v.setInt32(4, 70000)]), 'i32', [-70000, 70000]],
    ['f32', 0x0d, big(8, (v) => [v.setFloat32(0, 1.5), v.setFloat32(4, -0.25)]), 'f32', [1.5, -0.25]],
    ['f64', 0x0e, big(8, (v) => v.setFloat64(0, 0.1)), 'f32', [Math.fround(0.1)]],
  ])('%s', async (_name, type, data, dtype, values) => {
    const t = await loadIdx(await write(pack(idx(type, [1, values.length], data))));
    expect(t.dtype).toBe(dtype);
    expect(t.shape).toEqual([1, values.length]);
    expect([...(await t.data())]).toEqual(values);
  });

  test('several pieces', async () => {
    const data = Uint8Array.from({ length: 9_000_000 }, (_, i) => i % 251);
    const t = await loadIdx(await write(pack(idx(0x08, [3000, 3000], data))));
    expect(t.shape).toEqual([3000, 3000]);
    expect(Buffer.compare((await t.data()) as Uint8Array, data)).toBe(0);
  });

  test('no rows', async () => {
    expect((await loadIdx(await write(pack(idx(0x08, [0, 28, 28], new Uint8Array(0)))))).shape).toEqual([0, 28, 28]);
  });

  const good = idx(0x08, [2, 3], new Uint8Array(6));
  test.each<[string, Buffer]>([
    ['an empty file', Buffer.alloc(0)],
    ['a wrong magic number', Buffer.concat([Buffer.from([1]), good.subarray(1)])],
    ['an unknown type', idx(0x0a, [2], new Uint8Array(2))],
    ['an absurd rank', idx(0x08, Array(200).fill(1), new Uint8Array(1))],
    ['fewer elements than the sizes say', good.subarray(0, -1)],
    ['more elements than the sizes say', Buffer.concat([good, Buffer.alloc(1)])],
    ['sizes cut off', good.subarray(0, 9)],
    ['sizes beyond any file', idx(0x08, [0xffffffff, 0xffffffff], new Uint8Array(6))],
  ])('%s is refused', async (_name, bytes) => {
    await expect(loadIdx(await write(pack(bytes)))).rejects.toThrow(FormatError);
  });

  test('more than the limit is refused', async () => {
    const file = await write(pack(good));
    await expect(loadIdx(file, { limit: 5 })).rejects.toThrow('more than the limit: 5');
    await expect(loadIdx(file, { limit: Number.NaN })).rejects.toThrow(ArgumentError);
    expect((await loadIdx(file, { limit: 6 })).shape).toEqual([2, 3]);
  });
});

test('a gzip bomb is given up at once, without inflating it', async () => {
  const file = await write(gzipSync(Buffer.concat([idx(0x08, [10], new Uint8Array(10)), Buffer.alloc(200_000_000)])));
  const before = process.memoryUsage().rss;
  await expect(loadIdx(file)).rejects.toThrow('more bytes than its header says');
  expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
});

test('damaged gzip data are refused', async () => {
  const bytes = gzipSync(
    idx(
      0x08,
      [100],
      Uint8Array.from({ length: 100 }, (_, i) => (i * 37) % 256),
    ),
  );
  await expect(loadIdx(await write(bytes.subarray(0, -20)))).rejects.toThrow(FormatError);
  bytes[30]! ^= 0xff;
  await expect(loadIdx(await write(bytes))).rejects.toThrow(FormatError);
});

test('no file', async () => {
  await expect(loadIdx(at('none'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('cut off anywhere, or with any byte flipped', async () => {
  const bytes = idx(
    0x0b,
    [3, 2],
    Uint8Array.from({ length: 12 }, (_, i) => i),
  );
  for (const [name, packed] of [
    ['plain.idx', bytes],
    ['zipped.idx', gzipSync(bytes)],
  ] as const) {
    await writeFile(at(name), packed);
    await cutEverywhere(at(name), at(`cut-${name}`), (file) => loadIdx(file));
    await flipEverywhere(
      at(name),
      at(`flip-${name}`),
      (file) => loadIdx(file),
      async (t, where) => {
        expect(
          t.size * { 8: 1, 9: 1, 11: 2, 12: 4, 13: 4, 14: 8 }[name === 'plain.idx' ? (await readFile(at(`flip-${name}`)))[2]! : 11]!,
          where,
        ).toBe(12);
      },
    );
  }
});
