// rand, randn and randperm: bit for bit the reference's where that is exact, the right moments, and the same in every evaluation.
import { Generator, grad, manualSeed, rand, randn, randperm, run, type Tensor, tensor } from 'hebb';
import { describe, expect, test } from 'vitest';
import { normals, philox, uniforms } from './philox.js';

const list = async (t: Tensor): Promise<number[]> => Array.from(await t.data());
const SEEDS = [0, 1, 12345, 2 ** 32 - 1, 2 ** 32 + 7, 2 ** 53 - 1];
const SIZES = [0, 1, 3, 4, 5, 64, 1027];

/** Mean, variance and the third and fourth standardised moments. */
function moments(values: readonly number[]): { mean: number; variance: number; skew: number; kurtosis: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const central = (power: number): number => values.reduce((sum, x) => sum + (x - mean) ** power, 0) / values.length;
  const variance = central(2);
  return { mean, variance, skew: central(3) / variance ** 1.5, kurtosis: central(4) / variance ** 2 };
}

describe('the reference', () => {
  test("is Random123's", () => {
    // The known answer for counter 0 and key 0.
    expect(philox(0n, 0n)).toEqual([0x6627e8d5n, 0xe169c58dn, 0xbc57ac4cn, 0x9b00dbd8n]);
  });
});

describe('rand', () => {
  test.each(SEEDS)('is the reference, seed %d', async (seed) => {
    for (const size of SIZES) expect(await list(rand([size], { generator: new Generator(seed) }))).toEqual(uniforms(seed, 0, size));
  });

  test('goes on where the last draw ended, in whole blocks of four', async () => {
    const generator = new Generator(9);
    expect(await list(rand([5], { generator }))).toEqual(uniforms(9, 0, 5));
    expect(await list(rand([2, 3], { generator }))).toEqual(uniforms(9, 2, 6));
    expect(await list(randn([1], { generator }))).toHaveLength(1);
    expect(await list(rand([3], { generator }))).toEqual(uniforms(9, 5, 3));
  });

  test('has the moments of a uniform distribution', async () => {
    const { mean, variance, skew, kurtosis } = moments(await list(rand([200_000], { generator: new Generator(3) })));
    expect(mean).toBeCloseTo(0.5, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
    expect(skew).toBeCloseTo(0, 1);
    expect(kurtosis).toBeCloseTo(1.8, 1);
  });

  test('scalars, and shapes without elements', async () => {
    expect(await list(rand([], { generator: new Generator(4) }))).toEqual(uniforms(4, 0, 1));
    expect(rand([2, 0]).shape).toEqual([2, 0]);
    expect(await list(rand([2, 0]))).toEqual([]);
  });
});

describe('randn', () => {
  test.each(SEEDS)('is the reference, seed %d', async (seed) => {
    for (const size of SIZES) {
      const found = await list(randn([size], { generator: new Generator(seed) }));
      const expected = normals(seed, 0, size);
      expect(found).toHaveLength(size);
      const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
      expect(worst).toBeLessThanOrEqual(2e-6 * Math.max(1, ...expected.map(Math.abs)));
    }
  });

  test('has the moments of a normal distribution', async () => {
    const { mean, variance, skew, kurtosis } = moments(await list(randn([200_000], { generator: new Generator(5) })));
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
    expect(skew).toBeCloseTo(0, 1);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.1);
  });
});

describe('randperm', () => {
  test.each([0, 1, 2, 7, 100, 5003])('of %d holds each number once', async (n) => {
    const values = await list(randperm(n, { generator: new Generator(n) }));
    expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    if (n >= 7) expect(values.some((value, i) => value !== i)).toBe(true);
  });

  test('repeats with its seed and differs otherwise', async () => {
    const of = (seed: number): Promise<number[]> => list(randperm(50, { generator: new Generator(seed) }));
    expect(await of(1)).toEqual(await of(1));
    expect(await of(1)).not.toEqual(await of(2));
  });

  test('draws all orders of three alike', async () => {
    const generator = new Generator(6);
    const draws = 3000;
    const all = Array.from({ length: draws }, () => randperm(3, { generator }));
    await run(...all);
    const counts = new Map<string, number>();
    for (const one of all) {
      const order = (await list(one)).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Chi-square with 5 degrees of freedom: above 20.5 once in a thousand.
    const chi = [...counts.values()].reduce((sum, n) => sum + (n - draws / 6) ** 2 / (draws / 6), 0);
    expect(chi).toBeLessThan(20.5);
  });
});

describe('a random node', () => {
  test('keeps its values in every evaluation, fused or not', async () => {
    const noise = rand([3, 5], { generator: new Generator(8) });
    const bell = randn([3, 5], { generator: new Generator(8) });
    const whole = await list(noise.mul(2).add(bell).tanh());
    await run(noise, bell);
    expect(await list(noise.mul(2).add(bell).tanh())).toEqual(whole);
    expect(await list(noise)).toEqual(uniforms(8, 0, 15));
  });

  test('gives forward and backward the same mask', async () => {
    const x = tensor(new Float32Array(1000).fill(1));
    const kept = rand([1000], { generator: new Generator(2) })
      .lt(0.5)
      .to('f32');
    const y = x.mul(kept);
    const [dx] = grad(y.sum(), [x]);
    const values = await list(y);
    expect(await list(dx!)).toEqual(values);
    expect(values.filter((value) => value === 0).length).toBeGreaterThan(400);
  });

  test('is never merged with its like', async () => {
    const generator = new Generator(1);
    const [a, b] = [rand([8], { generator }), rand([8], { generator })];
    const difference = await list(a.sub(b));
    expect(difference.some((value) => value !== 0)).toBe(true);
  });

  test('manualSeed repeats a program; forks are their own', async () => {
    const program = async (): Promise<number[]> => [...(await list(rand([4]))), ...(await list(randn([4]))), ...(await list(randperm(9)))];
    manualSeed(11);
    const first = await program();
    manualSeed(11);
    expect(await program()).toEqual(first);
    const generator = new Generator(11);
    const [one, two] = [generator.fork(), generator.fork()];
    expect(await list(rand([8], { generator: one }))).not.toEqual(await list(rand([8], { generator: two })));
  });
});
