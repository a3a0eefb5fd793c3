// Sizes beyond what can be computed, and arrays that change while they are read. Other impossible shapes: test/ops/refusals.
import { ArgumentError, HebbError, MemoryError, manualSeed, ones, Parameter, rand, randn, run, ShapeError, tensor, zeros } from 'hebb';
import { describe, expect, test } from 'vitest';

describe('a million million elements', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['zeros', () => zeros([1e6, 1e6]).data()],
    ['a Chain', () => randn([1e6, 1e6]).add(1).exp().data()],
    ['a sum of them', () => rand([1e6, 1e6]).sum().item()],
    [
      'a broadcast',
      () =>
        run(
          tensor(new Float32Array(1e6))
            .reshape([1e6, 1])
            .add(tensor(new Float32Array(1e6))),
        ),
    ],
    [
      'a product',
      () =>
        zeros([1e6, 1])
          .matmul(zeros([1, 1e6]))
          .data(),
    ],
    ['a variable', async () => new Parameter(zeros([1e6, 1e6]))],
  ])('%s: a MemoryError at once, and no memory taken', async (_, ask) => {
    const before = process.memoryUsage().rss;
    const start = performance.now();
    await expect(ask()).rejects.toThrow(MemoryError);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
    expect(await tensor([1, 2]).sum().item()).toBe(3);
  });

  test('a count beyond 32 bits never wraps around: 2^32 + 2^16 ones are not 2^16', async () => {
    await expect(ones([65536, 65537]).sum().item()).rejects.toThrow(MemoryError);
    await expect(ones([65536, 65537]).mean({ axis: 0 }).data()).rejects.toThrow(HebbError);
  });
});

describe('arrays with getters', () => {
  const withGetter = (values: unknown[], get: (array: unknown[]) => unknown): unknown[] =>
    Object.defineProperty(values, 1, { get: () => get(values), configurable: true });

  test('are read once', async () => {
    let reads = 0;
    expect([...(await tensor(withGetter([1, 2, 3], () => ++reads)).data())]).toEqual([1, 1, 3]);
  });

  test.each<[string, (array: unknown[]) => unknown]>([
    [
      'that shrink them',
      (array) => {
        array.length = 0;
        return 5;
      },
    ],
    ['that make them ragged', () => [1, 2]],
    ['that give no number', () => 'x'],
  ])('%s are refused', (_, get) => {
    expect(() => tensor(withGetter([1, 2, 3], get))).toThrow(HebbError);
  });

  test('that grow them change nothing', async () => {
    const growing = withGetter([1, 2, 3], (array) => array.push(9));
    expect([...(await tensor(growing).data())]).toEqual([1, 4, 3]);
  });

  test('rows that change between looking and reading are ragged', () => {
    let reads = 0;
    const rows = Object.defineProperty([[1, 2], []], 1, { get: () => (reads++ ? [3, 4] : [3]) });
    expect(() => tensor(rows)).toThrow(ShapeError);
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    expect(() => tensor(cyclic)).toThrow(ShapeError);
    expect(() => tensor(new Proxy([1, 2], { get: (array, key) => (key === '1' ? 2n : Reflect.get(array, key)) }))).toThrow(ArgumentError);
  });
});

test('one tensor as both operands, seen two ways', async () => {
  manualSeed(1);
  const a = randn([70, 90]);
  const values = await a.data();
  const gram = await a.matmul(a.transpose()).data();
  const dot = (i: number, j: number): number =>
    Array.from({ length: 90 }, (_, k) => values[90 * i + k]! * values[90 * j + k]!).reduce((s, v) => s + v);
  for (const [i, j] of [
    [0, 0],
    [3, 69],
    [69, 3],
  ] as const)
    expect(gram[70 * i + j]).toBeCloseTo(dot(i, j), 3);
  expect(gram[70 * 3 + 69]).toBe(gram[70 * 69 + 3]);
  expect([
    ...(await tensor([1, 2, 3])
      .sub(tensor([1, 2, 3]).flip(0))
      .data()),
  ]).toEqual([-2, 0, 2]);
});
