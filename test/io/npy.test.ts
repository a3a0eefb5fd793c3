// NumPy's files: what NumPy wrote is read right, what is written comes back, and nothing malformed gets through.
import { open, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { ArgumentError, type DType, FormatError, loadNpy, loadNpz, memoryUsage, saveNpy, saveNpz, type Tensor, tensor } from 'hebb';
import { describe, expect, test, vi } from 'vitest';
import { cutEverywhere, describeAll, flipEverywhere } from './damage.js';
import { ownFolder } from './folder.js';
import { type Packed, zip } from './zip.js';

const at = ownFolder();
const golden = (name: string): string => fileURLToPath(new URL(`../golden/files/${name}`, import.meta.url));

const text = (t: Tensor): Promise<string> => describeAll({ t });

async function npy(header: string, data: ArrayLike<number> = [], version = 1): Promise<string> {
  const head = Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]);
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  await writeFile(at('crafted.npy'), Buffer.concat([head, length, Buffer.from(header, 'latin1'), Uint8Array.from(data)]));
  return at('crafted.npy');
}

describe('what NumPy wrote', () => {
  const signed = '-2 -1 0 1 2 3';
  const halves = '-3 -1.5 0 1.5 3 4.5';
  test.each([
    ['f2', `f16 (2, 3) ${halves}`],
    ['f4', `f32 (2, 3) ${halves}`],
    ['f8', `f32 (2, 3) ${halves}`],
    ['i1', `i32 (2, 3) ${signed}`],
    ['i2', `i32 (2, 3) ${signed}`],
    ['i4', `i32 (2, 3) ${signed}`],
    ['i8', `i32 (2, 3) ${signed}`],
    ['u1', 'u8 (2, 3) 0 1 2 3 4 5'],
    ['u2', 'i32 (2, 3) 0 1 2 3 4 5'],
    ['u4', 'i32 (2, 3) 0 1 2 3 4 5'],
    ['u8', 'i32 (2, 3) 0 1 2 3 4 5'],
    ['b1', 'bool (2, 3) 0 1 0 1 0 1'],
    ['fortran', `f32 (2, 3) ${halves}`],
    ['big', `i32 (2, 3) ${signed}`],
    ['version2', `f32 (2, 3) ${halves}`],
    ['scalar', 'f32 () 1.5'],
    ['empty', 'f32 (0, 3) '],
    ['vector', 'f32 (5) 0 1 2 3 4'],
  ])('%s.npy', async (name, expected) => {
    expect(await text(await loadNpy(golden(`${name}.npy`)))).toBe(`t: ${expected}`);
  });

  test.each([
    ['object', /pickled Python objects/],
    ['complex', /dtype <c16/],
    ['structured', /structured/],
    ['string', /dtype <U1/],
  ])('%s.npy is refused', async (name, message) => {
    const error = await loadNpy(golden(`${name}.npy`)).catch((e) => e);
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(message);
  });

  test.each(['stored', 'deflated'])('%s.npz', async (name) => {
    const dict = await loadNpz(golden(`${name}.npz`));
    expect(Object.getPrototypeOf(dict)).toBe(null);
    expect(await describeAll(dict)).toBe(
      ['a: f32 (2, 3) -3 -1.5 0 1.5 3 4.5', 'empty: f32 (0, 3) ', 'nested/b: i32 (2, 3) -2 -1 0 1 2 3'].join('\n'),
    );
  });
});

describe('what is written comes back', () => {
  const cases: [DType, number[], number[]][] = [
    ['f32', [2, 3], [0, -0, 1.5, Infinity, -3.25e38, 1e-45]],
    ['f16', [3], [1, -2.5, 65504]],
    ['i32', [2, 1, 2], [0, -1, 2147483647, -2147483648]],
    ['u8', [3], [0, 128, 255]],
    ['bool', [2, 2], [0, 1, 1, 0]],
    ['f32', [], [7]],
    ['f32', [0, 3], []],
  ];
  test.each(cases)('%s %j', async (dtype, shape, values) => {
    const original = tensor(values, { shape, dtype });
    await saveNpy(original, at('t.npy'));
    expect(await text(await loadNpy(at('t.npy')))).toBe(await text(original));
    await saveNpz({ t: original, 'b/c': original }, at('t.npz'));
    expect(await describeAll(await loadNpz(at('t.npz')))).toBe(await describeAll({ t: original, 'b/c': original }));
  });

  test('bytes are those that NumPy writes', async () => {
    for (const [name, dtype] of [
      ['f4', 'f32'],
      ['i4', 'i32'],
      ['b1', 'bool'],
      ['u1', 'u8'],
      ['f2', 'f16'],
    ] as const) {
      const t = await loadNpy(golden(`${name}.npy`));
      expect(t.dtype).toBe(dtype);
      await saveNpy(t, at('again.npy'));
      expect((await readFile(at('again.npy'))).equals(await readFile(golden(`${name}.npy`)))).toBe(true);
    }
  });

  test('bf16 as f4, which holds each of its values', async () => {
    await saveNpy(tensor([1.5, -3e38], { dtype: 'bf16' }), at('b.npy'));
    const back = await loadNpy(at('b.npy'));
    expect(await text(back.to('bf16'))).toBe(await text(tensor([1.5, -3e38], { dtype: 'bf16' })));
  });

  test('several pieces, in C and in Fortran order', async () => {
    const values = Float32Array.from({ length: 5_000_000 }, (_, i) => i);
    await saveNpy(tensor(values, { shape: [5000, 1000] }), at('big.npy'));
    expect(Buffer.compare(Buffer.from((await (await loadNpy(at('big.npy'))).data()).buffer), Buffer.from(values.buffer))).toBe(0);
    const file = await readFile(at('big.npy'));
    file.write("'fortran_order': True,  'shape': (1000, 5000), }", file.indexOf("'fortran_order'"), 'latin1');
    await writeFile(at('fortran.npy'), file);
    const turned = await loadNpy(at('fortran.npy'));
    expect(turned.shape).toEqual([1000, 5000]);
    expect(Buffer.compare(Buffer.from((await turned.transpose().data()).buffer), Buffer.from(values.buffer))).toBe(0);
  });

  test('a file that shrinks while it is read is refused, and nothing is left behind', async () => {
    await saveNpy(tensor(new Float32Array(1_500_000)), at('shrinks.npy'));
    const before = memoryUsage().tensors;
    const whole = await stat(at('shrinks.npy'));
    await truncate(at('shrinks.npy'), 5_000_000);
    const handle = await open(at('shrinks.npy'));
    const size = vi.spyOn(Object.getPrototypeOf(handle), 'stat').mockResolvedValue(whole);
    await expect(loadNpy(at('shrinks.npy'))).rejects.toThrow(/ends at byte 5000000/);
    size.mockRestore();
    await handle.close();
    expect(memoryUsage().tensors).toBe(before);
  });

  test('what is no tensor, and names that lead out of the archive, are refused', async () => {
    await expect(saveNpy([1] as never, at('no.npy'))).rejects.toThrow(ArgumentError);
    await expect(saveNpz({ t: 1 } as never, at('no.npz'))).rejects.toThrow(ArgumentError);
    for (const name of ['../t', '/t', 'a/../../t', 'a\\t', ''])
      await expect(saveNpz({ [name]: tensor(1) }, at('no.npz')), name).rejects.toThrow(ArgumentError);
  });
});

describe('malformed arrays are refused', () => {
  const four = [0, 0, 128, 63];
  test.each<[string, string, number[]]>([
    ['an empty header', '', four],
    ['no dict', '(1, 2)', four],
    ['a missing field', "{'descr': '<f4', 'shape': (1,), }", four],
    ['a field twice', "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", four],
    ['an unknown field', "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}", four],
    ['code', "{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os'),), }", four],
    ['something after it', "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } + {}", four],
    ['a number as its shape', "{'descr': '<f4', 'fortran_order': False, 'shape': (1), }", four],
    ['a negative size', "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", four],
    ['sizes beyond any memory', "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999, 99999999, 99999999), }", four],
    ['a size beyond 2^53', "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", four],
    ['nine axes', "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 1, 1), }", four],
    ['fewer bytes than it says', "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", four],
    ['more bytes than it says', "{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }", four],
    ['an unknown dtype', "{'descr': '<f3', 'fortran_order': False, 'shape': (1,), }", four],
    ['a bool of 2', "{'descr': '|b1', 'fortran_order': False, 'shape': (1,), }", [2]],
  ])('%s', async (_, header, data) => {
    await expect(loadNpy(await npy(header, data))).rejects.toThrow(FormatError);
  });

  test('a value that i32 cannot hold, a header without end, another version', async () => {
    const header = "{'descr': '<u4', 'fortran_order': False, 'shape': (1,), }";
    await expect(loadNpy(await npy(header, [255, 255, 255, 255]))).rejects.toThrow(/4294967295 doesn't fit i32/);
    await expect(loadNpy(await npy(' '.repeat(20_000), [], 2))).rejects.toThrow(/claims 20000 bytes/);
    await expect(loadNpy(await npy(header, [1, 0, 0, 0], 4))).rejects.toThrow(FormatError);
    await expect(loadNpy(at('none.npy'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('other writers may order and space the header as they like', async () => {
    const file = await npy(`{"shape":(1 , 1),'fortran_order':True,"descr":'=f4'}`, four);
    expect(await text(await loadNpy(file))).toBe('t: f32 (1, 1) 1');
  });

  test('an .npy cut off anywhere; with any byte flipped it is refused, or every byte of its data is an element', async () => {
    await cutEverywhere(golden('f4.npy'), at('cut.npy'), loadNpy);
    await flipEverywhere(golden('f4.npy'), at('flip.npy'), loadNpy, async (t, where) => {
      expect(t.size * { f32: 4, i32: 4, f16: 2, u8: 1, bool: 1, bf16: 2 }[t.dtype], where).toBe(24);
    });
  });
});

describe('malformed archives are refused', () => {
  const array = async (): Promise<Buffer> => readFile(golden('f4.npy'));

  test.each(['stored', 'deflated'])('%s.npz cut off anywhere; any byte flipped: refused, or the same arrays', async (name) => {
    const expected = await describeAll(await loadNpz(golden(`${name}.npz`)));
    await cutEverywhere(golden(`${name}.npz`), at(`cut-${name}.npz`), loadNpz);
    await flipEverywhere(golden(`${name}.npz`), at(`flip-${name}.npz`), loadNpz, async (dict, where) => {
      expect(await describeAll(dict), where).toBe(expected);
    });
  });

  const load = async (members: Packed[], change: (bytes: Buffer) => void = () => {}): Promise<unknown> => {
    const bytes = zip(members);
    change(bytes);
    await writeFile(at('crafted.npz'), bytes);
    return loadNpz(at('crafted.npz'));
  };

  test('names that lead elsewhere, that occur twice, or that are no arrays', async () => {
    const data = await array();
    for (const name of ['../a.npy', '/a.npy', 'x/../../a.npy', 'C:a.npy', 'a\\b.npy'])
      await expect(load([{ name, data }]), name).rejects.toThrow(/a member named/);
    await expect(
      load([
        { name: 'a.npy', data },
        { name: 'a.npy', data },
      ]),
    ).rejects.toThrow(/occurs twice/);
    for (const name of ['readme.txt', '__proto__.npy', 'folder/']) await expect(load([{ name, data }])).rejects.toThrow(/is no array/);
    await expect(load([{ name: 'a.npy', data }])).resolves.toHaveProperty('a');
  });

  test('a bomb is given up without inflating it', async () => {
    const bomb = { name: 'a.npy', data: deflateRawSync(Buffer.alloc(200_000_000)), method: 8, size: 200_000_000 };
    const before = process.memoryUsage().rss;
    await expect(load([bomb])).rejects.toThrow(FormatError);
    await expect(load([{ ...bomb, size: 152 }])).rejects.toThrow(FormatError);
    await expect(load([{ ...bomb, size: 2 ** 31 }])).rejects.toThrow(/can't hold/);
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });

  test('members within each other, beyond the end, encrypted, packed by another method', async () => {
    const data = await array();
    const two: Packed[] = [
      { name: 'a.npy', data },
      { name: 'b.npy', data },
    ];
    await expect(load([two[0]!, { ...two[1]!, begin: 10 }])).rejects.toThrow(FormatError);
    await expect(load([two[0]!, { ...two[1]!, begin: 0 }])).rejects.toThrow(FormatError);
    await expect(load([{ ...two[0]!, begin: 2 ** 31 }])).rejects.toThrow(FormatError);
    await expect(load([{ ...two[0]!, flags: 1 }])).rejects.toThrow(/encrypted/);
    await expect(load([{ ...two[0]!, method: 12 }])).rejects.toThrow(/method 12/);
    await expect(load(two, (bytes) => bytes.writeUInt16LE(3, bytes.length - 12))).rejects.toThrow(/has 2 entries, not 3/);
    await expect(load([{ ...two[0]!, crc: 5 }])).rejects.toThrow(/checksum/);
  });

  test('the ZIP64 form is read, and refused where it is cut off or damaged', async () => {
    const data = await array();
    const two = [
      { name: 'a.npy', data },
      { name: 'b.npy', data },
    ];
    await writeFile(at('wide.npz'), zip(two, { wide: true }));
    const expected = await describeAll(await loadNpz(at('wide.npz')));
    expect(expected.split('\n')).toHaveLength(2);
    await cutEverywhere(at('wide.npz'), at('cut-wide.npz'), loadNpz);
    await flipEverywhere(at('wide.npz'), at('flip-wide.npz'), loadNpz, async (dict, where) => {
      expect(await describeAll(dict), where).toBe(expected);
    });
  });
});
