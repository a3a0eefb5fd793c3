// Splits and samplers: no row twice, the promised sizes and shares, and the same draw for the same Generator.
import {
  ArgumentError,
  arange,
  DataLoader,
  type Dataset,
  Generator,
  IndexError,
  manualSeed,
  randomSplit,
  type Sampler,
  ShapeError,
  StratifiedSampler,
  type Subset,
  tensor,
  WeightedRandomSampler,
} from 'hebb';
import { describe, expect, test } from 'vitest';

const rows = (length: number): Dataset<number[]> => ({ length, batch: (indices) => [...indices] });
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const ascending = (list: ArrayLike<number>): number[] => Array.from(list).sort((a, b) => a - b);

const members = async (part: Subset<number[]>): Promise<number[]> => part.batch(Int32Array.from(range(part.length)));

function count<T>(list: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const each of list) counts.set(each, (counts.get(each) ?? 0) + 1);
  return counts;
}

describe('randomSplit', () => {
  test.each<[number, number[], number[]]>([
    [10, [7, 3], [7, 3]],
    [10, [0.8, 0.2], [8, 2]],
    [11, [0.5, 0.5], [6, 5]],
    [150, [0.7, 0.2, 0.1], [105, 30, 15]],
    [3, [1], [3]],
    [5, [0, 5], [0, 5]],
    [0, [0.5, 0.5], [0, 0]],
  ])('%d rows into %j', async (length, lengths, sizes) => {
    const parts = await randomSplit(rows(length), lengths);
    expect(parts.map((part) => part.length)).toEqual(sizes);
    expect(ascending((await Promise.all(parts.map(members))).flat())).toEqual(range(length));
  });

  test('in another order each time, the same for the same Generator or seed', async () => {
    const draw = async (generator?: Generator): Promise<number[]> =>
      members((await randomSplit(rows(100), [0.5, 0.5], generator ? { generator } : {}))[0]!);
    expect(await draw(new Generator(1))).toEqual(await draw(new Generator(1)));
    expect(await draw()).not.toEqual(await draw());
    manualSeed(3);
    const first = await draw();
    manualSeed(3);
    expect(await draw()).toEqual(first);
    expect(first).not.toEqual(ascending(first));
  });

  test('stratified: each part has each class in its share, to within one row', async () => {
    const labels = range(997).map((i) => (i % 100 === 0 ? 'rare' : i % 3 === 0 ? 'third' : 'rest'));
    const whole = count(labels);
    for (const lengths of [
      [0.8, 0.2],
      [0.6, 0.2, 0.15, 0.05],
    ]) {
      const parts = await randomSplit(rows(997), lengths, { stratify: labels });
      expect(ascending((await Promise.all(parts.map(members))).flat())).toEqual(range(997));
      for (const part of parts) {
        const own = await members(part);
        expect(own).not.toEqual(ascending(own));
        for (const [label, n] of count(own.map((row) => labels[row]!)))
          expect(Math.abs(n - (whole.get(label)! * part.length) / 997)).toBeLessThan(1 + 1e-9);
      }
    }
  });

  test('labels may be a tensor', async () => {
    const labels = tensor([0, 0, 0, 0, 1, 1, 1, 1], { dtype: 'i32' });
    const [half] = await randomSplit(rows(8), [4, 4], { stratify: labels });
    expect((await members(half!)).filter((row) => row < 4)).toHaveLength(2);
  });

  test('refuses lengths that do not fit, and labels that are none', async () => {
    for (const lengths of [[5, 6], [0.5, 0.4], [], [-1, 11], [Number.NaN, 1], 'half', [11]])
      await expect(randomSplit(rows(10), lengths as never), String(lengths)).rejects.toThrow(ArgumentError);
    await expect(randomSplit(rows(10), [5, 5], { stratify: [1, 2] })).rejects.toThrow('2 labels for 10 rows');
    await expect(randomSplit(rows(10), [5, 5], { stratify: arange(10).reshape([5, 2]) })).rejects.toThrow(ShapeError);
    await expect(randomSplit(rows(10), [5, 5], { stratify: 3 as never })).rejects.toThrow(ArgumentError);
  });
});

async function order(sampler: Sampler, length: number, seed = 1): Promise<number[]> {
  const found: number[][] = [];
  for await (const batch of new DataLoader(rows(length), { batchSize: 16, sampler, generator: new Generator(seed) })) found.push(batch);
  return found.flat();
}

describe('WeightedRandomSampler', () => {
  test('draws in proportion to the weights, never a weight of 0', async () => {
    const drawn = count(await order(new WeightedRandomSampler([1, 0, 3, 4, 0], 8000), 5));
    expect([...drawn.keys()].sort()).toEqual([0, 2, 3]);
    for (const [row, share] of [
      [0, 1000],
      [2, 3000],
      [3, 4000],
    ])
      expect(Math.abs(drawn.get(row!)! - share!)).toBeLessThan(200); // 4.5 standard deviations
  });

  test('without replacement no row comes twice, and heavy rows come early', async () => {
    const sampler = new WeightedRandomSampler([1, 1, 1, 1, 0, 100], 5, { replacement: false });
    let early = 0;
    for (let seed = 0; seed < 60; seed++) {
      const drawn = await order(sampler, 6, seed);
      expect(ascending(drawn)).toEqual([0, 1, 2, 3, 5]);
      if (drawn[0] === 5) early++;
    }
    expect(early).toBeGreaterThan(50);
  });

  test('refuses weights that are none', () => {
    for (const weights of [[1, -1], [1, Number.NaN], [Infinity], [0, 0], []])
      expect(() => new WeightedRandomSampler(weights, 1), String(weights)).toThrow(ArgumentError);
    for (const numSamples of [0, -1, 1.5]) expect(() => new WeightedRandomSampler([1], numSamples)).toThrow(ArgumentError);
    expect(() => new WeightedRandomSampler([1, 0, 1], 3, { replacement: false })).toThrow(/from 1 to the 2 rows/);
  });
});

describe('StratifiedSampler', () => {
  test('every row once, each batch with each class in its share', async () => {
    const labels = range(960).map((i) => (i < 720 ? 'a' : i < 900 ? 'b' : 'c')); // 12 : 3 : 1 in a batch of 16
    const drawn = await order(new StratifiedSampler(labels), 960);
    expect(ascending(drawn)).toEqual(range(960));
    for (let at = 0; at < 960; at += 16) {
      const own = count(drawn.slice(at, at + 16).map((row) => labels[row]!));
      expect(Math.abs(own.get('a')! - 12)).toBeLessThanOrEqual(2);
      expect(Math.abs((own.get('b') ?? 0) - 3)).toBeLessThanOrEqual(2);
      expect(Math.abs((own.get('c') ?? 0) - 1)).toBeLessThanOrEqual(1);
    }
    expect(await order(new StratifiedSampler(labels), 960, 2)).not.toEqual(drawn);
  });

  test('a sampler says length and order of a pass, and its state resumes', async () => {
    const make = (): DataLoader<number[]> =>
      new DataLoader(rows(40), {
        batchSize: 4,
        sampler: new WeightedRandomSampler(range(40), 20),
        generator: new Generator(6),
      });
    const pass = async (loader: DataLoader<number[]>): Promise<number[][]> => {
      const found: number[][] = [];
      for await (const batch of loader) found.push(batch);
      return found;
    };
    const expected = await pass(make());
    expect([make().length, expected.length]).toEqual([5, 5]);
    const first = make();
    const iterator = first[Symbol.asyncIterator]();
    for (let i = 0; i < 2; i++) await iterator.next();
    const resumed = make();
    await resumed.loadStateDict(await first.stateDict());
    expect(await pass(resumed)).toEqual(expected.slice(2));
  });

  test('one of a user; one that names rows that are not there; both ways of ordering', async () => {
    expect(await order({ length: 3, order: () => [2, 2, 0] }, 5)).toEqual([2, 2, 0]);
    await expect(order({ length: 2, order: () => [0, 5] }, 5)).rejects.toThrow(IndexError);
    await expect(order({ length: 2, order: () => [0] }, 5)).rejects.toThrow(IndexError);
    expect(() => new DataLoader(rows(3), { shuffle: true, sampler: { length: 1, order: () => [0] } })).toThrow(ArgumentError);
    expect(() => new DataLoader(rows(3), { sampler: {} as never })).toThrow(ArgumentError);
  });
});
