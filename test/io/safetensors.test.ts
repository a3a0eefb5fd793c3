// Safetensors files: what is saved comes back, what other writers wrote is read right, and nothing malformed gets through.
import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { type DType, FormatError, HebbError, load, nn, save, type Tensor, tensor } from 'hebb';
import { describe, expect, test } from 'vitest';
import { ownFolder } from './folder.js';

const at = ownFolder();

/** A file with this header and these data. */
async function write(header: unknown, data: ArrayLike<number> = [], length?: bigint): Promise<string> {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(length ?? BigInt(text.length));
  const file = at('crafted.safetensors');
  await writeFile(file, Buffer.concat([size, text, Uint8Array.from(data)]));
  return file;
}

const bytesOf = (values: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number }): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

const one = (dtype: string, shape: number[], bytes: number): unknown => ({ t: { dtype, shape, data_offsets: [0, bytes] } });

const text = async (t: Tensor): Promise<string> => `${t.dtype} (${t.shape.join(', ')}) ${[...(await t.data())].join(' ')}`;

describe('what is saved comes back', () => {
  const cases: [DType, number[], number[]][] = [
    ['f32', [2, 3], [0, -0, 1.5, Infinity, -3.25e38, 1e-45]],
    ['bf16', [4], [1, -2.5, 3e38, 0]],
    ['f16', [7], [1, -2.5, 65504, 0, 6.103515625e-5, 5.9604644775390625e-8, -Infinity]],
    ['i32', [2, 1, 2], [0, -1, 2147483647, -2147483648]],
    ['u8', [3], [0, 128, 255]],
    ['bool', [2, 2], [0, 1, 1, 0]],
    ['f32', [], [7]],
    ['f32', [0, 3], []],
  ];
  test.each(cases)('%s %j', async (dtype, shape, values) => {
    const original = tensor(values, { shape, dtype });
    await save({ t: original }, at('t.safetensors'));
    expect(await text((await load(at('t.safetensors'))).t!)).toBe(await text(original));
  });

  test('many at once, whatever their names, each aligned to its elements', async () => {
    const names = ['u8 first', 'layer.0.weight', 'é "quoted" \\ \n', '', '0', 'constructor', 'stateDict'];
    const dict = Object.fromEntries(names.map((name, i) => [name, i === 0 ? tensor([1, 2, 3], { dtype: 'u8' }) : tensor([i, i + 0.5])]));
    await save(dict, at('many.safetensors'));
    const loaded = await load(at('many.safetensors'));
    expect(Object.keys(loaded).sort()).toEqual([...names].sort());
    for (const name of names) expect(await text(loaded[name]!)).toBe(await text(dict[name]!));
    const file = await readFile(at('many.safetensors'));
    const length = Number(file.readBigUInt64LE());
    expect(length % 8).toBe(0);
    for (const { dtype, data_offsets } of Object.values<{ dtype: string; data_offsets: number[] }>(
      JSON.parse(file.toString('utf8', 8, 8 + length)),
    )) {
      if (dtype === 'F32') expect(data_offsets[0]! % 4).toBe(0);
    }
  });

  test('a tensor of several pieces', async () => {
    const values = Float32Array.from({ length: 2_500_000 }, (_, i) => i);
    await save({ big: tensor(values, { shape: [2, 1_250_000] }) }, at('big.safetensors'));
    const { big } = await load(at('big.safetensors'));
    expect(big!.shape).toEqual([2, 1_250_000]);
    expect(Buffer.compare(bytesOf(await big!.data()), bytesOf(values))).toBe(0);
  });

  test('loading takes no more memory than the tensors and one piece', async () => {
    const size = 16_000_000;
    await save({ big: tensor(new Float32Array(size)) }, at('memory.safetensors'));
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    const { big } = await load(at('memory.safetensors'));
    expect(process.memoryUsage().rss - before).toBeLessThan(1.25 * 4 * size);
    expect(big!.size).toBe(size);
  });

  test('a module, an empty dict, a file URL; and the dict has no prototype', async () => {
    const layer = new nn.Linear(3, 2);
    const url = pathToFileURL(at('layer.safetensors'));
    await save(layer, url);
    const dict = await load(url);
    expect(Object.getPrototypeOf(dict)).toBe(null);
    expect(Object.keys(dict).sort()).toEqual(['bias', 'weight']);
    expect(await dict.weight!.data()).toEqual(await layer.weight.data());
    await save({}, at('empty.safetensors'));
    expect(Object.keys(await load(at('empty.safetensors')))).toEqual([]);
  });

  test('what is no tensor is refused, and so are names that the format keeps for itself', async () => {
    await expect(save({ t: 1 } as never, at('no.safetensors'))).rejects.toThrow('"t" is number');
    await expect(save({ __metadata__: tensor(1) }, at('no.safetensors'))).rejects.toThrow('__metadata__');
    await expect(save({}, '')).rejects.toThrow('[save] expects a path');
  });
});

describe('dtypes of other writers', () => {
  test.each<[string, number[], ArrayBufferView, string]>([
    ['F64', [2], Float64Array.of(1 / 3, -Infinity), `f32 (2) ${Math.fround(1 / 3)} -Infinity`],
    ['I64', [3], BigInt64Array.of(-1n, 2147483647n, -2147483648n), 'i32 (3) -1 2147483647 -2147483648'],
    ['U64', [1], BigUint64Array.of(5n), 'i32 (1) 5'],
    ['U32', [1], Uint32Array.of(2147483647), 'i32 (1) 2147483647'],
    ['I16', [2], Int16Array.of(-32768, 7), 'i32 (2) -32768 7'],
    ['U16', [1], Uint16Array.of(65535), 'i32 (1) 65535'],
    ['I8', [2], Int8Array.of(-128, 127), 'i32 (2) -128 127'],
  ])('%s', async (dtype, shape, values, expected) => {
    const bytes = bytesOf(values);
    expect(await text((await load(await write(one(dtype, shape, bytes.length), bytes))).t!)).toBe(expected);
  });

  test.each<[string, ArrayBufferView, RegExp]>([
    ['F64', Float64Array.of(1e39), /1e\+39 doesn't fit f32/],
    ['I64', BigInt64Array.of(2147483648n), /2147483648 doesn't fit i32/],
    ['U64', BigUint64Array.of(2n ** 63n), /doesn't fit i32/],
    ['U32', Uint32Array.of(2147483648), /doesn't fit i32/],
    ['BOOL', Uint8Array.of(2), /2 doesn't fit bool/],
    ['F8_E4M3', Uint8Array.of(0), /F8_E4M3, which hebb doesn't hold/],
  ])('%s out of range', async (dtype, values, message) => {
    const bytes = bytesOf(values);
    const error = await load(await write(one(dtype, [1], bytes.length), bytes)).catch((e) => e);
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(message);
  });

  test('metadata and spaces are read over', async () => {
    const file = await write(
      '{ "__metadata__" : {"format":"pt"} ,\n"t":{"shape":[],"data_offsets":[0,4],"dtype":"F32"} }  ',
      [0, 0, 128, 63],
    );
    expect(await text((await load(file)).t!)).toBe('f32 () 1');
  });
});

describe('malformed files are refused', () => {
  const entry = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}';
  const headers: [string, string][] = [
    ['not an object', '[]'],
    ['no JSON', 'hello'],
    ['empty', ''],
    ['a byte order mark', `\ufeff{"t":${entry}}`],
    ['a space before it', ` {"t":${entry}}`],
    ['something after it', `{"t":${entry}}x`],
    ['cut off', `{"t":${entry}`],
    ['a duplicate key', `{"t":${entry},"t":${entry}}`],
    ['a duplicate key, escaped', `{"t":${entry},"\\u0074":${entry}}`],
    ['a duplicate field', '{"t":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}'],
    ['__proto__', `{"__proto__":${entry}}`],
    ['an unknown field', '{"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":"y"}}'],
    ['a missing field', '{"t":{"dtype":"U8","shape":[1]}}'],
    ['an unknown dtype', '{"t":{"dtype":"U9","shape":[1],"data_offsets":[0,1]}}'],
    ['a dtype of another type', '{"t":{"dtype":8,"shape":[1],"data_offsets":[0,1]}}'],
    ['offsets reversed', '{"t":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}'],
    ['three offsets', '{"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}'],
    ['offsets past the end', '{"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}'],
    ['a hole', '{"t":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}'],
    ['an overlap', `{"t":${entry},"u":${entry}}`],
    ['bytes that nobody owns', '{}'],
    ['size ≠ shape × dtype', '{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,1]}}'],
    ['a product that overflows', '{"t":{"dtype":"U8","shape":[9007199254740991,9007199254740991,4],"data_offsets":[0,1]}}'],
    ['a negative size', '{"t":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}'],
    ['a fraction', '{"t":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}'],
    ['an exponent', '{"t":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}'],
    ['a leading zero', '{"t":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}'],
    ['a size beyond 2^53', '{"t":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,1]}}'],
    ['a trailing comma', `{"t":${entry},}`],
    ['a wrong escape', `{"\\x74":${entry}}`],
    ['a raw control character', `{"\u0007":${entry}}`],
    ['half a surrogate pair', `{"\\ud800":${entry}}`],
    ['metadata of numbers', `{"__metadata__":{"a":1},"t":${entry}}`],
    ['metadata twice', `{"__metadata__":{},"__metadata__":{},"t":${entry}}`],
  ];
  test.each(headers)('%s', async (_, header) => {
    await expect(load(await write(header, [1]))).rejects.toThrow(FormatError);
  });

  test('invalid UTF-8', async () => {
    const file = await write('{"tt":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [1]);
    const bytes = await readFile(file);
    bytes[10] = 0xff;
    await writeFile(file, bytes);
    await expect(load(file)).rejects.toThrow('not valid UTF-8');
  });

  test.each([0n, 7n, 100n, 2n ** 63n, 2n ** 64n - 1n])('a header of %d bytes', async (length) => {
    await expect(load(await write({ t: { dtype: 'U8', shape: [1], data_offsets: [0, 1] } }, [1], length))).rejects.toThrow(FormatError);
  });

  // An empty tensor's sizes aren't told by its bytes, so the sample has none.
  test('cut off at every byte', async () => {
    await save(await sample(), at('whole.safetensors'));
    const whole = await readFile(at('whole.safetensors'));
    for (let length = 0; length < whole.length; length++) {
      await writeFile(at('cut.safetensors'), whole.subarray(0, length));
      await expect(load(at('cut.safetensors')), `cut to ${length} bytes`).rejects.toThrow(FormatError);
    }
  });

  test('with any byte of the header flipped: an error, or the same tensors', async () => {
    const original = await sample();
    await save(original, at('whole.safetensors'));
    const whole = await readFile(at('whole.safetensors'));
    const expected = await Promise.all(Object.values(original).map(text));
    const end = 8 + Number(whole.readBigUInt64LE());
    for (let i = 0; i < end; i++) {
      for (const mask of [0x01, 0x20, 0x80, 0xff]) {
        const flipped = Uint8Array.from(whole);
        flipped[i]! ^= mask;
        await writeFile(at('flipped.safetensors'), flipped);
        const found = await load(at('flipped.safetensors')).catch((e) => e);
        if (found instanceof Error) expect(found, `byte ${i}`).toBeInstanceOf(HebbError);
        else expect((await Promise.all(Object.values<Tensor>(found).map(text))).sort(), `byte ${i}`).toEqual([...expected].sort());
      }
    }
  });

  test('no file, a folder', async () => {
    await expect(load(at('none.safetensors'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(load(at('.'))).rejects.toThrow();
  });
});

async function sample(): Promise<Record<string, Tensor>> {
  return {
    weight: tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3] }),
    labels: tensor([7, 8, 9, 10], { dtype: 'i32' }),
    scale: tensor([0.5, 2], { dtype: 'bf16' }),
    mask: tensor([1, 0, 1], { dtype: 'bool' }),
    steps: tensor(7, { dtype: 'i32' }),
  };
}
