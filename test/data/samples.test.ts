// Data sets of samples: what becomes of them in a batch, padding, functions that fail, caches; and mapBatches over any data set.
import {
  ArgumentError,
  arange,
  collate,
  DataLoader,
  HebbError,
  IndexError,
  mapBatches,
  padded,
  SampleDataset,
  ShapeError,
  type Tensor,
  TensorDataset,
  tensor,
} from 'hebb';
import { describe, expect, test } from 'vitest';

const show = async (t: Tensor): Promise<string> => `${t.dtype} (${t.shape.join(', ')}) ${[...(await t.data())].join(' ')}`;
const all = (length: number): Int32Array => Int32Array.from({ length }, (_, i) => i);

describe('collate', () => {
  test('an array is a list of fields, each stacked along a new axis', async () => {
    const [x, y] = collate<[number[], number]>([
      [[1, 2], 0],
      [[3, 4], 1],
    ]);
    expect([await show(x), await show(y)]).toEqual(['f32 (2, 2) 1 2 3 4', 'f32 (2) 0 1']);
  });

  test('typed arrays and tensors keep their dtype, booleans are bool, strings stay', async () => {
    const [a, b, c, d] = collate<[Uint8Array, Tensor, boolean, string]>([
      [Uint8Array.of(1, 2), tensor([[1], [2]], { dtype: 'i32' }), true, 'left'],
      [Uint8Array.of(3, 4), tensor([[3], [4]], { dtype: 'i32' }), false, 'right'],
    ]);
    expect([await show(a), await show(b), await show(c)]).toEqual(['u8 (2, 2) 1 2 3 4', 'i32 (2, 2, 1) 1 2 3 4', 'bool (2) 1 0']);
    expect(d).toEqual(['left', 'right']);
  });

  test('objects have named fields; a number and a typed array are samples of one', async () => {
    const { x, y } = collate([
      { x: [1], y: 2 },
      { x: [3], y: 4 },
    ]);
    expect([await show(x), await show(y)]).toEqual(['f32 (2, 1) 1 3', 'f32 (2) 2 4']);
    expect(await show(collate([1, 2]))).toBe('f32 (2) 1 2');
    expect(await show(collate([Float32Array.of(1, 2), Float32Array.of(3, 4)]))).toBe('f32 (2, 2) 1 2 3 4');
  });

  test.each<[string, unknown[], RegExp]>([
    ['ragged arrays', [[[1, 2]], [[3]]], /field 0 .*padded\(\)/],
    ['ragged typed arrays', [Uint8Array.of(1), Uint8Array.of(1, 2)], /Uint8Array of 2 in sample 1/],
    ['typed arrays of two kinds', [Uint8Array.of(1), Int8Array.of(1)], /Int8Array of 1 in sample 1/],
    ['tensors of two shapes', [[tensor([1])], [tensor([1, 2])]], /\(2\) in sample 1, \(1\) in the first/],
    ['another number of fields', [[1, 2], [1]], /sample 1 has other fields/],
    ['a missing name', [{ x: 1 }, { y: 1 }], /sample 1 has no field "x"/],
  ])('%s are refused', (_, samples, message) => {
    expect(() => collate(samples)).toThrow(ShapeError);
    expect(() => collate(samples)).toThrow(message);
  });

  test('what is no number is refused, and so is no sample', () => {
    for (const sample of [{ x: null }, { x: undefined }, { x: 1n }]) expect(() => collate([sample])).toThrow(ArgumentError);
    expect(() => collate(['a', 1])).toThrow(/a string at first, but 1 in sample 1/);
    expect(() => collate([])).toThrow(ArgumentError);
  });
});

describe('padded', () => {
  const samples: [number[], number][] = [
    [[5, 6, 7], 1],
    [[], 0],
    [[8], 1],
  ];

  test('to the longest of the batch, or to a length, with any value', async () => {
    const [x, y] = padded()(samples);
    expect([await show(x), await show(y)]).toEqual(['f32 (3, 3) 5 6 7 0 0 0 8 0 0', 'f32 (3) 1 0 1']);
    const [wide] = padded({ length: 4, value: -1 })(samples);
    expect(await show(wide)).toBe('f32 (3, 4) 5 6 7 -1 -1 -1 -1 -1 8 -1 -1 -1');
  });

  test('lengths stand behind their field', async () => {
    const [x, lengths, y] = padded({ lengths: true })(samples) as [Tensor, Tensor, Tensor];
    expect([x.shape, await show(lengths), y.shape]).toEqual([[3, 3], 'i32 (3) 3 0 1', [3]]);
    const named = padded({ lengths: true })([{ x: Int32Array.of(1) }, { x: Int32Array.of(2, 3) }]) as unknown as Record<string, Tensor>;
    expect([await show(named.x!), await show(named.xLengths!)]).toEqual(['i32 (2, 2) 1 0 2 3', 'i32 (2) 1 2']);
  });

  test('only the fields named; nested arrays and tensors along their first axis', async () => {
    const [a, b] = padded({ fields: [0] })<[number[][], number[]]>([
      [[[1, 2]], [9]],
      [
        [
          [3, 4],
          [5, 6],
        ],
        [8],
      ],
    ]);
    expect([await show(a), await show(b)]).toEqual(['f32 (2, 2, 2) 1 2 0 0 3 4 5 6', 'f32 (2, 1) 9 8']);
    const tensors = padded()([[tensor([[1], [2]])], [tensor([[3]])]]);
    expect(await show(tensors[0]!)).toBe('f32 (2, 2, 1) 1 2 3 0');
  });

  test('a sequence that is too long, a field that is none, a wrong length', () => {
    expect(() => padded({ length: 2 })(samples)).toThrow(/sample 0 has 3 elements, more than length 2/);
    expect(() => padded({ fields: [1] })([[[1], 2]])).toThrow(/field 1 of sample 0 is no array/);
    for (const length of [-1, 1.5, Number.NaN]) expect(() => padded({ length })).toThrow(ArgumentError);
  });
});

describe('SampleDataset', () => {
  test('over an array, a function, an async function', async () => {
    const sources = [
      new SampleDataset([10, 11, 12]),
      new SampleDataset((row) => row + 10, { length: 3 }),
      new SampleDataset(async (row) => row + 10, { length: 3 }),
    ];
    for (const data of sources) {
      expect(data.length).toBe(3);
      expect(await show(await data.batch(Int32Array.of(2, 0)))).toBe('f32 (2) 12 10');
    }
  });

  test('map is handed the row; the samples of a batch are under way at once', async () => {
    let [running, most] = [0, 0];
    const slow = new SampleDataset([1, 2, 3, 4]).map(async (sample, row) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running--;
      return [sample * 10, row] as const;
    });
    const [x, rows] = await slow.batch(Int32Array.of(3, 1));
    expect([await show(x), await show(rows), most]).toEqual(['f32 (2) 40 20', 'f32 (2) 3 1', 2]);
  });

  test('cache asks for each sample once, and again for one that failed', async () => {
    const asked: number[] = [];
    let broken = true;
    const data = new SampleDataset(
      async (row) => {
        asked.push(row);
        if (row === 1 && broken) throw new Error('not yet');
        return row;
      },
      { length: 3 },
    ).cache();
    await expect(data.batch(all(3))).rejects.toThrow('not yet');
    broken = false;
    for (let pass = 0; pass < 2; pass++) expect(await show(await data.batch(all(3)))).toBe('f32 (3) 0 1 2');
    expect(asked).toEqual([0, 1, 2, 1]);
  });

  test('a function that fails is told with its row, its own error as the cause', async () => {
    const cause = new RangeError('no such file');
    const fail = (row: number): number => {
      if (row === 5) throw cause;
      return row;
    };
    const found: unknown[] = [];
    for (const get of [fail, async (row: number) => fail(row)]) {
      const loader = new DataLoader(new SampleDataset<number>(get, { length: 8 }).map((x) => x).cache(), { batchSize: 2 });
      const pass = async (): Promise<void> => {
        for await (const _ of loader);
      };
      found.push(await pass().catch((error) => error));
    }
    for (const error of found as HebbError[]) {
      expect(error).toBeInstanceOf(HebbError);
      expect([error.message, error.value, error.cause]).toEqual(['[SampleDataset] the sample of row 5 failed: no such file', 5, cause]);
    }
  });

  test('samples that make no batch are told with their rows', () => {
    const ragged = new SampleDataset([[[1, 2]], [[3]]]);
    expect(() => ragged.batch(Int32Array.of(0, 1))).toThrow(/rows 0, 1 don't make a batch: .*padded\(\)/);
  });

  test('refuses what is no source, lengths that are none, rows out of range', () => {
    expect(() => new SampleDataset({} as never)).toThrow(ArgumentError);
    expect(() => new SampleDataset(() => 1)).toThrow(/needs \{ length \}/);
    expect(() => new SampleDataset([1], { length: 2 })).toThrow(/has 1 elements/);
    for (const row of [-1, 3, 0.5, Number.NaN]) expect(() => new SampleDataset([1, 2, 3]).get(row)).toThrow(IndexError);
  });
});

describe('mapBatches', () => {
  test('changes batches, async or not', async () => {
    const data = new TensorDataset(arange(4).to('f32'), arange(4));
    for (const fn of [([x, y]: Tensor[]) => [x!.mul(2), y!] as const, async ([x, y]: Tensor[]) => [x!.mul(2), y!] as const]) {
      const [x, y] = await mapBatches(data, fn).batch(Int32Array.of(3, 1));
      expect([await show(x), await show(y)]).toEqual(['f32 (2) 6 2', 'i32 (2) 3 1']);
    }
  });

  test('a function that fails is told with its rows', () => {
    const failing = mapBatches(new TensorDataset(arange(4)), () => {
      throw new Error('boom');
    });
    expect(() => failing.batch(Int32Array.of(2, 3))).toThrow('[mapBatches] the function failed on the batch of rows 2, 3: boom');
    expect(() => mapBatches([] as never, () => 1)).toThrow(ArgumentError);
    expect(() => mapBatches(new TensorDataset(arange(4)), 1 as never)).toThrow(ArgumentError);
  });
});
