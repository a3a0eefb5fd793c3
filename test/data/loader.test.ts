// The DataLoader: every row once a pass, orders that repeat with their seed, and passes that go on where they stood.
import {
  ArgumentError,
  arange,
  DataLoader,
  type DataLoaderOptions,
  type Dataset,
  defaultGenerator,
  Generator,
  load,
  manualSeed,
  nn,
  optim,
  randn,
  save,
  type Tensor,
  TensorDataset,
} from 'hebb';
import { describe, expect, test } from 'vitest';
import { ownFolder } from '../io/folder.js';

const at = ownFolder();

/** Rows that are just their numbers: no tensors needed. */
const rows = (length: number): Dataset<number[]> => ({ length, batch: (indices) => [...indices] });

async function pass<B>(loader: DataLoader<B>): Promise<B[]> {
  const batches: B[] = [];
  for await (const batch of loader) batches.push(batch);
  return batches;
}

const loader = (length: number, options: DataLoaderOptions = {}): DataLoader<number[]> => new DataLoader(rows(length), options);

describe('batches', () => {
  test('in order, the last one smaller, or left out', async () => {
    expect(await pass(loader(5, { batchSize: 2 }))).toEqual([[0, 1], [2, 3], [4]]);
    expect(loader(5, { batchSize: 2 }).length).toBe(3);
    expect(await pass(loader(5, { batchSize: 2, dropLast: true }))).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(loader(5, { batchSize: 2, dropLast: true }).length).toBe(2);
    expect(await pass(loader(2))).toEqual([[0], [1]]);
    expect(await pass(loader(0, { batchSize: 4 }))).toEqual([]);
    expect(await pass(loader(3, { batchSize: 10 }))).toEqual([[0, 1, 2]]);
  });

  test('shuffled: every row once, another order each pass', async () => {
    const shuffled = loader(100, { batchSize: 7, shuffle: true });
    const [first, second] = [(await pass(shuffled)).flat(), (await pass(shuffled)).flat()];
    const sorted = Array.from({ length: 100 }, (_, i) => i);
    expect(first).not.toEqual(sorted);
    expect(second).not.toEqual(first);
    for (const order of [first, second]) expect([...order].sort((a, b) => a - b)).toEqual(sorted);
  });

  test('from async data sets', async () => {
    const slow: Dataset<number> = { length: 3, batch: async (indices) => indices[0]! };
    expect(await pass(new DataLoader(slow))).toEqual([0, 1, 2]);
  });

  test('a data set that throws rejects with that error, and the next pass works', async () => {
    const failing: Dataset<number> = {
      length: 4,
      batch(indices) {
        if (broken && indices[0] === 2) throw new RangeError('disk on fire');
        return indices[0]!;
      },
    };
    let broken = true;
    const batches = new DataLoader(failing);
    await expect(pass(batches)).rejects.toThrow(new RangeError('disk on fire'));
    broken = false;
    expect(await pass(batches)).toEqual([0, 1, 2, 3]);
  });

  test('prefetch begins batches ahead, in order; one that fails is told in its turn, or not at all', async () => {
    const begun: number[] = [];
    const failing: Dataset<number> = {
      length: 6,
      async batch(indices) {
        begun.push(indices[0]!);
        if (indices[0] === 3) throw new RangeError('disk on fire');
        return indices[0]!;
      },
    };
    const found: number[] = [];
    const go = async (until: number): Promise<void> => {
      for await (const row of new DataLoader(failing, { prefetch: 2 })) {
        found.push(row);
        if (row === until) return;
      }
    };
    await go(1);
    expect([found, begun]).toEqual([
      [0, 1],
      [0, 1, 2, 3],
    ]);
    await expect(go(5)).rejects.toThrow('disk on fire');
    expect(found).toEqual([0, 1, 0, 1, 2]);
    for (const prefetch of [-1, 0.5, Number.NaN]) expect(() => loader(3, { prefetch })).toThrow(ArgumentError);
  });

  test('a tensor is no data set', () => {
    expect(() => new DataLoader(randn([4, 2]) as never)).toThrow('new TensorDataset(x, y)?');
    expect(() => new DataLoader(undefined as never)).toThrow(ArgumentError);
  });

  test('batchSize is a whole number ≥ 1', () => {
    for (const batchSize of [0, -1, 2.5, Number.NaN, '4' as never]) expect(() => loader(3, { batchSize })).toThrow(ArgumentError);
  });
});

describe('orders', () => {
  test('repeat with the same Generator, and with manualSeed', async () => {
    const draw = (): Promise<number[][]> => pass(loader(50, { batchSize: 8, shuffle: true, generator: new Generator(3) }));
    expect(await draw()).toEqual(await draw());
    manualSeed(11);
    const first = await pass(loader(50, { shuffle: true }));
    const second = await pass(loader(50, { shuffle: true }));
    manualSeed(11);
    expect(await pass(loader(50, { shuffle: true }))).toEqual(first);
    expect(second).not.toEqual(first);
  });

  test('two passes at once do not disturb each other', async () => {
    const alone = loader(20, { batchSize: 3, shuffle: true, generator: new Generator(4) });
    const [first, second] = [await pass(alone), await pass(alone)];
    const both = loader(20, { batchSize: 3, shuffle: true, generator: new Generator(4) });
    const [a, b] = [both[Symbol.asyncIterator](), both[Symbol.asyncIterator]()];
    const found: number[][][] = [[], []];
    for (let i = 0; i < both.length; i++) {
      found[1]!.push((await b.next()).value!);
      found[0]!.push((await a.next()).value!);
    }
    expect(found).toEqual([first, second]);
  });

  test('leaving a loop early leaves the next pass whole', async () => {
    const shuffled = loader(20, { batchSize: 4, shuffle: true });
    for await (const _ of shuffled) break;
    expect((await pass(shuffled)).flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });
});

describe('a state', () => {
  const make = (): DataLoader<number[]> => loader(22, { batchSize: 4, shuffle: true, generator: new Generator(9) });

  test.each([0, 1, 3, 5, 6])('taken after %d batches goes on there, and so do the passes after it', async (stop) => {
    const straight = make();
    const expected = [await pass(straight), await pass(straight), await pass(straight)];
    const first = make();
    expect(await pass(first)).toEqual(expected[0]);
    const iterator = first[Symbol.asyncIterator]();
    for (let i = 0; i < stop; i++) await iterator.next();
    await save(first, at('loader.safetensors'));
    const resumed = loader(22, { batchSize: 4, shuffle: true });
    await resumed.loadStateDict(await load(at('loader.safetensors')));
    expect(await pass(resumed)).toEqual(expected[1]!.slice(stop));
    expect(await pass(resumed)).toEqual(expected[2]);
  });

  test('between passes', async () => {
    const first = make();
    await pass(first);
    const dict = await first.stateDict();
    const resumed = make();
    await resumed.loadStateDict(dict);
    expect(await pass(resumed)).toEqual(await pass(first));
  });

  test('that is none, or of other data, is refused', async () => {
    await expect(make().loadStateDict({})).rejects.toThrow(ArgumentError);
    const dict = await make().stateDict();
    const other = loader(1, { batchSize: 4 });
    await pass(other);
    const far = loader(100, { batchSize: 1 });
    const iterator = far[Symbol.asyncIterator]();
    for (let i = 0; i < 50; i++) await iterator.next();
    await expect(other.loadStateDict(await far.stateDict())).rejects.toThrow(/position is 50, expected 0 … 1/);
    await make().loadStateDict(dict);
  });
});

test('a training run resumed in mid-epoch is bitwise the straight run', async () => {
  const data = new TensorDataset(randn([40, 6], { generator: new Generator(1) }), arange(40).to('f32').div(40).reshape([40, 1]));
  const parts = () => {
    manualSeed(5);
    const model = new nn.Sequential(new nn.Linear(6, 8), new nn.Tanh(), new nn.Dropout(0.2), new nn.Linear(8, 1));
    return {
      model,
      optimizer: new optim.Adam(model.parameters(), { lr: 0.01 }),
      batches: new DataLoader(data, { batchSize: 8, shuffle: true }),
    };
  };
  const train = async ({ model, optimizer, batches }: ReturnType<typeof parts>, steps: number): Promise<void> => {
    for (let step = 0; step < steps; ) {
      for await (const [x, y] of batches) {
        await optimizer.step(nn.mseLoss(model.forward(x!), y!));
        if (++step === steps) return;
      }
    }
  };
  const weights = async ({ model }: { model: nn.Module }): Promise<string> => {
    const values: Tensor[] = Object.values(await model.stateDict());
    return Buffer.concat(await Promise.all(values.map(async (t) => new Uint8Array((await t.data()).buffer)))).toString('hex');
  };

  const straight = parts();
  await train(straight, 17);
  const before = parts();
  await train(before, 8);
  await Promise.all([
    save(before.model, at('m')),
    save(before.optimizer, at('o')),
    save(before.batches, at('b')),
    save(defaultGenerator(), at('g')),
  ]);
  const after = parts();
  after.model.loadStateDict(await load(at('m')));
  after.optimizer.loadStateDict(await load(at('o')));
  await after.batches.loadStateDict(await load(at('b')));
  await defaultGenerator().loadStateDict(await load(at('g')));
  await train(after, 9);
  expect(await weights(after)).toBe(await weights(straight));
});
