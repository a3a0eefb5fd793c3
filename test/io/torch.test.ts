// PyTorch's files: state dicts, checkpoints and views as torch.save wrote them; and pickles that ask for anything else are refused by name.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ArgumentError, FormatError, load, loadTorch, nn, type StateDict } from 'hebb';
import { describe, expect, test } from 'vitest';
import { cutEverywhere, describeAll, flipEverywhere } from './damage.js';
import { ownFolder } from './folder.js';
import { zip } from './zip.js';

const at = ownFolder();
const golden = (name: string): string => fileURLToPath(new URL(`../golden/files/${name}`, import.meta.url));

describe('what PyTorch wrote', () => {
  test('a state dict goes into a model', async () => {
    const dict = await loadTorch(golden('state_dict.pt'));
    expect(Object.getPrototypeOf(dict)).toBe(null);
    expect(await describeAll(dict)).toBe(
      [
        'fc.bias: f32 (2) 0 0.5',
        'fc.weight: f32 (2, 3) 0 0.5 1 1.5 2 2.5',
        'norm.bias: f32 (2) 0 0.5',
        'norm.num_batches_tracked: i32 () 0',
        'norm.running_mean: f32 (2) 0 0.5',
        'norm.running_var: f32 (2) 0 0.5',
        'norm.weight: f32 (2) 0 0.5',
      ].join('\n'),
    );
    const layer = new nn.Linear(3, 2);
    layer.loadStateDict(dict, { strict: false, rename: (key) => (key.startsWith('fc.') ? key.slice(3) : null) });
    expect([...(await layer.weight.data())]).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
  });

  test.each(['checkpoint.pt', 'protocol5.pt'])('%s: all of its tensors, or those at a key', async (name) => {
    const all = await loadTorch(golden(name));
    expect(Object.keys(all).sort()).toEqual([
      'model_state_dict.bias',
      'model_state_dict.weight',
      'optimizer.state.0.exp_avg',
      'optimizer.state.0.exp_avg_sq',
      'optimizer.state.0.step',
      'optimizer.state.1.exp_avg',
      'optimizer.state.1.exp_avg_sq',
      'optimizer.state.1.step',
    ]);
    expect(await describeAll(await loadTorch(golden(name), { key: 'model_state_dict' }))).toBe('bias: f32 (1) 0\nweight: f32 (1, 2) 0 0.5');
    expect(Object.keys(await loadTorch(golden(name), { key: 'optimizer.state' }))).toHaveLength(6);
    await expect(loadTorch(golden(name), { key: 'model' })).rejects.toThrow(ArgumentError);
    await expect(loadTorch(golden(name), { key: 'model' })).rejects.toThrow(/it holds epoch, note, nothing, model_state_dict, optimizer/);
  });

  test('views of storages, and every dtype', async () => {
    const dict = await loadTorch(golden('views.pt'));
    expect(await describeAll(dict)).toBe(
      [
        'again: f32 (2) 7 8',
        'base: f32 (3, 4) 0 1 2 3 4 5 6 7 8 9 10 11',
        'column: f32 (3) 1 5 9',
        'dtypes.bfloat16: bf16 (3) 0 1 2',
        'dtypes.bool: bool (3) 0 1 1',
        'dtypes.float16: f16 (3) 0 1 2',
        'dtypes.float64: f32 (3) 0 1 2',
        'dtypes.int16: i32 (3) 0 1 2',
        'dtypes.int32: i32 (3) 0 1 2',
        'dtypes.int64: i32 (3) 0 1 2',
        'dtypes.int8: i32 (3) 0 1 2',
        'dtypes.uint16: i32 (3) 0 1 2',
        'dtypes.uint8: u8 (3) 0 1 2',
        'empty: f32 (0, 3) ',
        'list.0: f32 (1) 1',
        'list.2: f32 (1) 0',
        'parameter: f32 (2) 1 1',
        'part: f32 (2, 2) 6 7 10 11',
        'scalar: f32 () 2.5',
        'tied: f32 (2) 7 8',
        'turned: f32 (4, 3) 0 4 8 1 5 9 2 6 10 3 7 11',
      ].join('\n'),
    );
    expect(dict.tied).toBe(dict.again);
  });

  test.each([
    ['module.pt', /torch\.nn\.modules\.linear\.Linear, which is refused/],
    ['evil.pt', /(posix|nt)\.system, which is refused/],
    ['legacy.pt', /before 1\.6/],
  ])('%s is refused', async (name, message) => {
    const error = await loadTorch(golden(name)).catch((e) => e);
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(message);
  });

  test('load() says who reads it', async () => {
    await expect(load(golden('state_dict.pt'))).rejects.toThrow(/loadTorch\(\) reads/);
  });
});

test('a file cut off anywhere is refused', async () => {
  await cutEverywhere(golden('state_dict.pt'), at('cut.pt'), loadTorch);
});

test('with any byte flipped: refused, or the same tensors', async () => {
  const expected = await describeAll(await loadTorch(golden('state_dict.pt')));
  const same = async (dict: StateDict, where: string): Promise<void> => expect(await describeAll(dict), where).toBe(expected);
  await flipEverywhere(golden('state_dict.pt'), at('flip.pt'), loadTorch, same, [0x21]);
});

// Pickles by hand.
const PROTO = [0x80, 2];
const STOP = 0x2e;
const text = (value: string): number[] => [0x8c, value.length, ...Buffer.from(value)];
const global = (module: string, name: string): number[] => [0x63, ...Buffer.from(`${module}\n${name}\n`)];
const tuple = (...values: number[][]): number[] => [0x28, ...values.flat(), 0x74];
const int = (value: number): number[] => [0x4a, ...Buffer.from(Int32Array.of(value).buffer)];
const storage = (type: string, key: string, elements: number): number[] => [
  ...tuple(text('storage'), global('torch', type), text(key), text('cpu'), int(elements)),
  0x51,
];
const view = (held: number[], offset: number[], shape: number[], strides: number[]): number[] => [
  ...global('torch._utils', '_rebuild_tensor_v2'),
  ...tuple(held, offset, tuple(...shape.map(int)), tuple(...strides.map(int)), [0x89], [0x4e]),
  0x52,
];
const dict = (...entries: [string, number[]][]): number[] => [
  0x7d,
  0x28,
  ...entries.flatMap(([name, value]) => [...text(name), ...value]),
  0x75,
];

async function crafted(pickle: number[], storages: Record<string, Uint8Array> = { 0: new Uint8Array(16) }): Promise<StateDict> {
  const members = Object.entries(storages).map(([key, data]) => ({ name: `m/data/${key}`, data }));
  await writeFile(at('crafted.pt'), zip([{ name: 'm/data.pkl', data: Uint8Array.from(pickle) }, ...members]));
  return loadTorch(at('crafted.pt'));
}

const four = storage('FloatStorage', '0', 4);

describe('pickles', () => {
  test('a good one', async () => {
    const found = await crafted([...PROTO, ...dict(['a', view(four, int(1), [3], [1])]), STOP], {
      0: new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer),
    });
    expect(await describeAll(found)).toBe('a: f32 (3) 2 3 4');
  });

  test.each<[string, number[], RegExp]>([
    ['eval', [...global('builtins', 'eval'), ...text('1'), 0x85, 0x52], /builtins\.eval, which is refused/],
    ['a name by STACK_GLOBAL', [...text('os'), ...text('system'), 0x93], /os\.system, which is refused/],
    ['an attribute of what is allowed', [...text('torch'), ...text('_utils._rebuild_tensor_v2.__globals__'), 0x93], /refused/],
    ['torch.load itself', global('torch', 'load'), /torch\.load, which is refused/],
    ['INST', [0x28, 0x69, ...Buffer.from('os\nsystem\n')], /opcode 0x69/],
    ['OBJ', [0x28, 0x6f], /opcode 0x6f/],
    ['NEWOBJ', [...global('collections', 'OrderedDict'), 0x29, 0x81], /opcode 0x81/],
    ['EXT1', [0x82, 1], /opcode 0x82/],
    ['text that Python would evaluate', [0x53, ...Buffer.from("'a'\n")], /opcode 0x53/],
    ['the state of a tensor', [...view(four, int(0), [4], [1]), 0x7d, 0x62], /state of what is no dict/],
    ['calling a number', [...int(1), 0x29, 0x52], /calls what is no name/],
    ['calling a storage class', [...global('torch', 'FloatStorage'), 0x29, 0x52], /a call of torch\.FloatStorage/],
    ['a tensor of no storage', view(int(1), int(0), [4], [1]), /describes a tensor/],
    ['a storage of no class', [...tuple(text('storage'), int(1), text('0'), text('cpu'), int(4)), 0x51], /describes a storage/],
    ['an empty stack', [0x85], /not there/],
    ['a mark that is missing', [...text('a'), 0x74], /a mark that is not there/],
    ['an item of no dict', [...int(1), ...text('a'), ...text('b'), 0x73], /no dict/],
    ['an element of no list', [...int(1), ...int(1), 0x61], /no list/],
    ['a memory it never had', [0x68, 9], /never had/],
    ['a string beyond the end', [0x58, 255, 255, 255, 255], /ends too early/],
    ['a string of 2^63 bytes', [0x8d, 0, 0, 0, 0, 0, 0, 0, 128], /beyond any file/],
    ['something left over', [...int(1), ...int(2)], /left over/],
    ['one tensor without a name', view(four, int(0), [4], [1]), /without a name/],
  ])('%s is refused', async (_, body, message) => {
    const error = await crafted([...PROTO, ...body, STOP]).catch((e) => e);
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(message);
  });

  test.each<[string, number[], RegExp]>([
    ['an offset beyond the storage', view(four, int(1), [4], [1]), /reaches beyond/],
    ['a negative offset', view(four, int(-1), [4], [1]), /describes a tensor/],
    ['a negative size', view(four, int(0), [-4], [1]), /describes a tensor/],
    ['a stride beyond the storage', view(four, int(0), [2, 2], [3, 1]), /reaches beyond/],
    ['a huge tensor of one element', view(four, int(0), [2 ** 30, 2 ** 30], [0, 0]), /reaches beyond/],
    ['another rank of strides', view(four, int(0), [4], [1, 1]), /describes a tensor/],
    ['a storage that is missing', view(storage('FloatStorage', '7', 4), int(0), [4], [1]), /storage 7 .* is missing/],
    ['a storage of another size', view(storage('FloatStorage', '0', 5), int(0), [4], [1]), /16 bytes instead of 20/],
    ['a dtype that hebb does not hold', view(storage('ComplexFloatStorage', '0', 4), int(0), [4], [1]), /refused/],
    ['nine axes', view(four, int(0), Array(9).fill(1), Array(9).fill(1)), /9 axes/],
  ])('a tensor with %s is refused', async (_, tensor, message) => {
    const error = await crafted([...PROTO, ...dict(['a', tensor]), STOP]).catch((e) => e);
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(message);
  });

  test('what repeats without end is refused', async () => {
    const own = [...PROTO, 0x5d, 0x71, 0, 0x68, 0, 0x61, STOP]; // a list that holds itself
    await expect(crafted(own)).rejects.toThrow(/nested without end/);
    // Each list holds the one before it ten times: 10^20 values in 300 bytes.
    const laughs = Array.from({ length: 20 }, (_, i) => [0x5d, 0x28, ...Array(10).fill([0x68, i]).flat(), 0x65, 0x71, i + 1]).flat();
    await expect(crafted([...PROTO, 0x28, 0x5d, 0x71, 0, ...laughs, 0x74, STOP])).rejects.toThrow(/nested without end/);
  });

  test('names that clash or pollute are refused', async () => {
    const a = view(four, int(0), [4], [1]);
    await expect(crafted([...PROTO, ...dict(['__proto__', a]), STOP])).rejects.toThrow(FormatError);
    await expect(crafted([...PROTO, ...dict(['x', dict(['y', a])], ['x.y', a]), STOP])).rejects.toThrow(/two tensors/);
    await expect(crafted([...PROTO, 0x7d, 0x4e, ...a, 0x73, STOP])).rejects.toThrow(/a key that is null/);
  });

  test('another protocol, another archive, another byte order', async () => {
    await expect(crafted([0x80, 1, 0x7d, STOP])).rejects.toThrow(/protocol/);
    await expect(crafted([0x7d, STOP])).rejects.toThrow(/protocol/);
    await writeFile(at('no.pt'), zip([{ name: 'a.npy', data: new Uint8Array(1) }]));
    await expect(loadTorch(at('no.pt'))).rejects.toThrow(/no data\.pkl/);
    const big = zip([
      { name: 'm/data.pkl', data: Uint8Array.from([...PROTO, 0x7d, STOP]) },
      { name: 'm/byteorder', data: Buffer.from('big') },
    ]);
    await writeFile(at('big.pt'), big);
    await expect(loadTorch(at('big.pt'))).rejects.toThrow(/"big" order/);
  });

  test('any bytes whatever after the protocol give a FormatError, never a crash', async () => {
    let state = 12345;
    const random = (): number => (state = (state * 1103515245 + 12345) % 2 ** 31) >>> 16;
    const opcodes = [...Buffer.from('(NKMJGX]aetsuRbQhqrjc)}'), 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x93, 0x94, 0x95];
    for (let round = 0; round < 3000; round++) {
      const body = Array.from({ length: 1 + (random() % 40) }, () => (random() % 2 ? opcodes[random() % opcodes.length]! : random() % 256));
      const found = await crafted([...PROTO, ...body, STOP]).catch((error: unknown) => error);
      if (found instanceof Error) expect(found, body.join()).toBeInstanceOf(FormatError);
    }
  });
});
