// Data sets that are read as streams: each step of a pass, what is asked for when, and how failures and early ends travel.
import { Readable } from 'node:stream';
import { ArgumentError, DataLoader, Generator, HebbError, IterableDataset, manualSeed, nn, optim, Trainer } from 'hebb';
import { describe, expect, test } from 'vitest';

const numbers = (count: number): IterableDataset<number, number[]> =>
  new IterableDataset(
    function* () {
      for (let i = 0; i < count; i++) yield i;
    },
    { collate: (samples) => [...samples] },
  );

async function pass<B>(loader: AsyncIterable<B>): Promise<B[]> {
  const batches: B[] = [];
  for await (const batch of loader) batches.push(batch);
  return batches;
}

const flat = async (data: IterableDataset<number, number[]>, generator?: Generator): Promise<number[]> =>
  (await pass(new DataLoader(data, generator ? { batchSize: 7, generator } : { batchSize: 7 }))).flat();

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('sources', () => {
  test('arrays, generators, async generators, web and Node streams', async () => {
    const sources = [
      [0, 1, 2],
      () => [0, 1, 2],
      async function* () {
        yield* [0, 1, 2];
      },
      () => Readable.from([0, 1, 2]),
      new Set([0, 1, 2]),
    ];
    for (const source of sources) {
      const data = new IterableDataset<number, number[]>(source, { collate: (samples) => [...samples] });
      for (let twice = 0; twice < 2; twice++) expect(await flat(data)).toEqual([0, 1, 2]);
    }
  });

  test('one that can be gone through only once says so', async () => {
    for (const source of [[1, 2][Symbol.iterator](), Readable.from([1, 2])] as Iterable<number>[]) {
      const loader = new DataLoader(new IterableDataset(source));
      expect(await pass(loader)).toHaveLength(2);
      await expect(pass(loader)).rejects.toThrow(/only once; hand over a function/);
    }
  });

  test('no source is refused', async () => {
    for (const source of [1, null, {}, undefined]) expect(() => new IterableDataset(source as never)).toThrow(ArgumentError);
    await expect(pass(new DataLoader(new IterableDataset(() => 3 as never)))).rejects.toThrow(/gave 3, no iterable/);
  });
});

describe('steps', () => {
  test('map, filter, take', async () => {
    const data = numbers(20)
      .map((x, i) => x * 10 + i, { collate: (samples) => [...samples] })
      .filter(async (x) => x % 2 === 0)
      .take(3);
    expect(await flat(data)).toEqual([0, 22, 44]);
    expect(await flat(numbers(3).take(0))).toEqual([]);
    expect(await flat(numbers(3).take(9))).toEqual([0, 1, 2]);
  });

  test('shuffle keeps every sample, draws anew each pass, repeats with its Generator, reaches no further than its buffer', async () => {
    const data = numbers(500).shuffle(50);
    const loader = new DataLoader(data, { batchSize: 100, generator: new Generator(3) });
    const [first, second] = [(await pass(loader)).flat(), (await pass(loader)).flat()];
    expect(first).not.toEqual(second);
    for (const order of [first, second]) {
      expect([...order].sort((a, b) => a - b)).toEqual(range(500));
      for (const [place, sample] of order.entries()) expect(sample - place).toBeLessThanOrEqual(50);
      expect(order.filter((sample, place) => sample === place).length).toBeLessThan(60);
    }
    expect(await flat(data, new Generator(3))).toEqual(first);
    expect(await flat(numbers(5).shuffle(1))).toEqual(range(5));
    expect((await flat(numbers(9).shuffle(100))).sort((a, b) => a - b)).toEqual(range(9));
  });

  test('a full buffer gives every order of three equally often', async () => {
    const counts = new Map<string, number>();
    const generator = new Generator(1);
    const loader = new DataLoader(numbers(3).shuffle(3), { batchSize: 3, generator });
    for (let i = 0; i < 1200; i++) {
      const key = (await pass(loader)).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(60); // 4.6 standard deviations
  });

  test('cache reads the source once, and only a whole pass counts', async () => {
    let passes = 0;
    const data = new IterableDataset(
      function* () {
        passes++;
        yield* range(10);
      },
      { collate: (samples) => [...samples] },
    ).cache();
    for await (const _ of new DataLoader(data)) break;
    for (let i = 0; i < 3; i++) expect(await flat(data)).toEqual(range(10));
    expect(passes).toBe(2);
  });

  test('prefetch runs so many calls of map at once, in order, and never one more', async () => {
    let [running, most] = [0, 0];
    const slow = numbers(20).map(
      async (x) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, x % 3));
        running--;
        return x;
      },
      { collate: (samples) => [...samples] },
    );
    expect(await flat(slow.prefetch(4))).toEqual(range(20));
    expect(most).toBe(4);
  });

  test('collect gives random access', async () => {
    const samples = await numbers(10).collect();
    expect(samples.length).toBe(10);
    expect(await samples.batch(Int32Array.of(7, 2))).toEqual([7, 2]);
    manualSeed(5);
    const first = await numbers(10).shuffle(10).collect();
    manualSeed(5);
    expect(await (await numbers(10).shuffle(10).collect()).batch(Int32Array.from(range(10)))).toEqual(
      await first.batch(Int32Array.from(range(10))),
    );
  });

  test('a source that never waits leaves timers and I/O their turn', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await numbers(200_000).collect();
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });

  test('wrong arguments are refused', () => {
    const data = numbers(3);
    for (const size of [0, -1, 1.5, Number.NaN]) {
      expect(() => data.shuffle(size)).toThrow(ArgumentError);
      expect(() => data.prefetch(size)).toThrow(ArgumentError);
    }
    expect(() => data.take(-1)).toThrow(ArgumentError);
    expect(() => data.map(3 as never)).toThrow(ArgumentError);
    expect(() => data.filter(3 as never)).toThrow(ArgumentError);
  });
});

describe('failures', () => {
  const failing = (at: number): ((x: number) => number) => {
    return (x) => {
      if (x === at) throw new RangeError('bad sample');
      return x;
    };
  };

  test('of a function carry the index, through every later step', async () => {
    const data = numbers(20).map(failing(7)).shuffle(3).prefetch(2).take(15).cache();
    const error = await pass(new DataLoader(data, { batchSize: 4 })).catch((e) => e);
    expect(error).toBeInstanceOf(HebbError);
    expect([error.message, error.value]).toEqual(['[map] the function failed at sample 7: bad sample', 7]);
    expect(error.cause).toBeInstanceOf(RangeError);
    const filtered = pass(new DataLoader(numbers(20).filter((x) => failing(3)(x) >= 0)));
    await expect(filtered).rejects.toThrow('[filter] the function failed at sample 3: bad sample');
  });

  test('of the source too, and of samples that make no batch', async () => {
    const source = new IterableDataset(function* () {
      yield 1;
      yield 2;
      throw new Error('line cut off');
    });
    await expect(pass(new DataLoader(source.prefetch(3)))).rejects.toThrow('the source failed at sample 2: line cut off');
    const ragged = new IterableDataset([[[1]], [[2]], [[1, 2]]]);
    await expect(pass(new DataLoader(ragged, { batchSize: 2, prefetch: 1 }))).resolves.toHaveLength(2);
    await expect(pass(new DataLoader(ragged, { batchSize: 3 }))).rejects.toThrow("samples 0 … 2 don't make a batch");
  });

  test('leaving a pass closes the source, and asks for nothing more', async () => {
    let closed = 0;
    let asked = 0;
    const source = new IterableDataset<number, number[]>(
      async function* () {
        try {
          for (;;) yield asked++;
        } finally {
          closed++;
        }
      },
      { collate: (samples) => [...samples] },
    );
    for await (const _ of new DataLoader(source.shuffle(5).prefetch(3).take(100), { batchSize: 2, prefetch: 2 })) break;
    const before = asked;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([closed, asked]).toEqual([1, before]);
  });
});

describe('a DataLoader', () => {
  test('cuts batches, the last one smaller or left out', async () => {
    expect(await pass(new DataLoader(numbers(5), { batchSize: 2 }))).toEqual([[0, 1], [2, 3], [4]]);
    expect(await pass(new DataLoader(numbers(5), { batchSize: 2, dropLast: true, prefetch: 3 }))).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  test('resumed in mid-pass hands out just what was left, and the same passes after it', async () => {
    const make = (): DataLoader<number[]> =>
      new DataLoader(numbers(50).shuffle(20), { batchSize: 4, generator: new Generator(2), prefetch: 2 });
    const straight = make();
    const expected = [await pass(straight), await pass(straight)];
    const first = make();
    const iterator = first[Symbol.asyncIterator]();
    for (let i = 0; i < 5; i++) await iterator.next();
    const resumed = new DataLoader(numbers(50).shuffle(20), { batchSize: 4 });
    await resumed.loadStateDict(await first.stateDict());
    expect(await pass(resumed)).toEqual(expected[0]!.slice(5));
    expect(await pass(resumed)).toEqual(expected[1]);
  });

  test('has no length, and no rows to shuffle or sample', () => {
    const data = numbers(5);
    expect(() => new DataLoader(data).length).toThrow(ArgumentError);
    expect(() => new DataLoader(data, { shuffle: true })).toThrow(/use its shuffle\(bufferSize\)/);
    expect(() => new DataLoader(data, { sampler: { length: 1, order: () => [0] } })).toThrow(ArgumentError);
  });

  test('fit wants it collected, and trains on that', async () => {
    const data = new IterableDataset<[number[], number[]]>(() => range(32).map((i) => [[i / 32], [i / 16]]));
    const model = new nn.Linear(1, 1);
    const trainer = new Trainer(model, { loss: nn.mseLoss, optimizer: new optim.Adam(model.parameters(), { lr: 0.1 }) });
    await expect(trainer.fit(data as never, { epochs: 1 })).rejects.toThrow(/collect\(\)/);
    const { loss } = await trainer.fit(await data.collect(), { epochs: 30, progress: false }).then(({ history }) => history);
    expect(loss!.at(-1)).toBeLessThan(loss![0]! / 10);
  });
});
