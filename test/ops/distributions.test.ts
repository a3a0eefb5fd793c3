// randint, multinomial, bernoulli, uniform, normal, truncatedNormal, exponential: bit for bit where that is exact, and the right distribution.
import {
  ArgumentError,
  bernoulli,
  exponential,
  full,
  Generator,
  grad,
  manualSeed,
  memoryUsage,
  multinomial,
  normal,
  Parameter,
  randint,
  run,
  type Tensor,
  tensor,
  truncatedNormal,
  uniform,
} from 'hebb';
import { describe, expect, test } from 'vitest';
import { doubles, integers, uniforms } from './philox.js';

const list = async (t: Tensor): Promise<number[]> => Array.from(await t.data());
const seeded = (seed: number): { generator: Generator } => ({ generator: new Generator(seed) });
const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const deviationOf = (values: readonly number[]): number => {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((x) => (x - mean) ** 2)));
};

/** The largest distance between a sample's distribution and the one it should have (Kolmogorov and Smirnov). */
function distance(sample: readonly number[], cdf: (x: number) => number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  return sorted.reduce((most, x, i) => Math.max(most, Math.abs(cdf(x) - (i + 0.5) / sorted.length)), 0);
}
/** Above this once in ten thousand samples. */
const unlikely = (n: number): number => 2.23 / Math.sqrt(n);

const N = 40_000;

/** Φ by the trapezium rule. */
function phi(x: number): number {
  const steps = 400;
  const density = (t: number): number => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  let sum = (density(0) + density(x)) / 2;
  for (let i = 1; i < steps; i++) sum += density((x * i) / steps);
  return 0.5 + (sum * x) / steps;
}

describe('randint', () => {
  test.each([
    [0, 2],
    [-5, 12],
    [0, 1],
    [-(2 ** 31), 2 ** 31],
    [0, 2 ** 31],
    [-7, 3 * 2 ** 29],
  ])('from %d to below %d is the reference', async (low, high) => {
    for (const size of [0, 1, 5, 1027])
      expect(await list(randint(low, high, [size], seeded(12345)))).toEqual(integers(12345, 0, size, low, high - low));
  });

  test('is the same in parts that several threads draw', async () => {
    const values = await list(randint(0, 1000, [50_000], seeded(3)));
    expect(values.slice(40_000, 40_040)).toEqual(integers(3, 10_000, 40, 0, 1000));
  });

  test('goes on with the generator; other limits compile no other Program', async () => {
    const source = seeded(4);
    await list(randint(0, 10, [6], source));
    const { count } = memoryUsage().programs;
    expect(await list(randint(5, 8, [6], source))).toEqual(integers(4, 2, 6, 5, 3));
    expect(memoryUsage().programs.count).toBe(count);
  });
});

describe('multinomial', () => {
  test('with replacement draws by the running sum of the weights', async () => {
    const weights = [0.5, 0, 2, 1, 0.25, 3, 0, 0.25];
    const drawn = await list(multinomial(tensor(weights), 200, { replacement: true, ...seeded(8) }));
    const total = weights.reduce((a, b) => a + b);
    const expected = doubles(8, 0, 200).map((u) => {
      let rest = u * total;
      return weights.findIndex((w) => {
        rest -= w;
        return rest < 0;
      });
    });
    expect(drawn).toEqual(expected);
  });

  test('without replacement draws each class once, the heavier ones earlier', async () => {
    const rows = 2000;
    const drawn = await list(multinomial(tensor([1, 2, 3, 0, 4]).expand([rows, 5]), 4, seeded(9)));
    const first = [0, 0, 0, 0, 0];
    for (let r = 0; r < rows; r++) {
      const row = drawn.slice(4 * r, 4 * r + 4);
      expect(row.toSorted()).toEqual([0, 1, 2, 4]);
      first[row[0]!]!++;
    }
    const chi = [1, 2, 3, 4].reduce((sum, w) => sum + (first[w === 4 ? 4 : w - 1]! - (rows * w) / 10) ** 2 / ((rows * w) / 10), 0);
    expect(chi).toBeLessThan(16.3); // three degrees of freedom: once in a thousand
  });

  test('takes a vector or rows, any float dtype, and a view', async () => {
    expect(multinomial(tensor([1, 1, 1]), 2).shape).toEqual([2]);
    const rows = multinomial(
      tensor([
        [1, 0, 0],
        [0, 0, 5],
      ]).to('bf16'),
      1,
    );
    expect(rows.shape).toEqual([2, 1]);
    expect(await list(rows)).toEqual([0, 2]);
    expect(
      await list(
        multinomial(
          tensor([
            [0, 1],
            [1, 0],
          ]).transpose(),
          1,
        ),
      ),
    ).toEqual([1, 0]);
    expect(await list(multinomial(tensor([[]], { shape: [0, 3] }), 1))).toEqual([]);
  });

  test('draws from as many classes as a vocabulary has', async () => {
    const weights = Float32Array.from({ length: 50_257 }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const drawn = await list(multinomial(tensor(weights), 500, seeded(1)));
    expect(new Set(drawn).size).toBe(500);
    expect(drawn.every((c) => c % 3 === 0)).toBe(true);
  });

  test('refuses weights that allow no draw, telling the row', async () => {
    const rows = (bad: number): Tensor =>
      tensor([
        [1, 2],
        [bad, bad > 0 ? bad : 1],
      ]);
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(multinomial(rows(bad), 1).data()).rejects.toThrow(ArgumentError);
      await expect(multinomial(rows(bad), 1).data()).rejects.toThrow('the weights of row 1 are negative or not finite');
    }
    await expect(multinomial(tensor([0, 0]), 1, { replacement: true }).data()).rejects.toThrow('row 0');
    await expect(multinomial(tensor([1, 0]), 2).data()).rejects.toThrow('too few are positive');
  });
});

describe('distributions', () => {
  test('bernoulli is 1 where a uniform number is below p', async () => {
    const p = Array.from({ length: 1000 }, (_, i) => i / 999);
    const expected = uniforms(5, 0, 1000).map((u, i) => Number(u < Math.fround(p[i]!)));
    expect(await list(bernoulli(tensor(p), seeded(5)))).toEqual(expected);
    const half = bernoulli(full([10], 1, { dtype: 'f16' }));
    expect(half.dtype).toBe('f16');
    expect(await list(half)).toEqual(new Array(10).fill(1));
    expect(await list(bernoulli(full([10], 0)))).toEqual(new Array(10).fill(0));
  });

  test('uniform', async () => {
    const sample = await list(uniform([N], { low: -3, high: 5, ...seeded(6) }));
    expect(distance(sample, (x) => (x + 3) / 8)).toBeLessThan(unlikely(N));
    expect(await list(uniform([7], seeded(6)))).toEqual(uniforms(6, 0, 7));
  });

  test('normal', async () => {
    const sample = await list(normal([N], { mean: 5, std: 2, ...seeded(7) }));
    expect(distance(sample, (x) => phi((x - 5) / 2))).toBeLessThan(unlikely(N));
    expect(await list(normal([3], { mean: 4, std: 0 }))).toEqual([4, 4, 4]);
  });

  test('exponential', async () => {
    const sample = await list(exponential([N], { rate: 2, ...seeded(8) }));
    expect(distance(sample, (x) => 1 - Math.exp(-2 * x))).toBeLessThan(unlikely(N));
    expect(sample.every((x) => x >= 0 && Number.isFinite(x))).toBe(true);
  });

  test.each([
    [0, 1, -2, 2],
    [1, 0.5, 0, 1.2],
    [0, 1, 1.5, 3],
    [0, 1, -50, 50],
  ])('truncatedNormal of mean %d and deviation %d from %d to %d', async (mean, std, low, high) => {
    const sample = await list(truncatedNormal([N], { mean, std, low, high, ...seeded(9) }));
    expect(Math.min(...sample)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...sample)).toBeLessThanOrEqual(high);
    const at = (x: number): number => phi(Math.max(-9, Math.min(9, (x - mean) / std)));
    expect(distance(sample, (x) => (at(x) - at(low)) / (at(high) - at(low)))).toBeLessThan(unlikely(N));
  });

  test('keep their values in every evaluation, and repeat with a seed', async () => {
    const program = (): Tensor[] => [
      randint(0, 100, [20]),
      multinomial(tensor([1, 2, 3]), 2),
      bernoulli(full([20], 0.5)),
      uniform([20], { low: 1 }),
      normal([20], { std: 3 }),
      exponential([20]),
      truncatedNormal([20]),
    ];
    const values = async (ts: Tensor[]): Promise<number[][]> => Promise.all(ts.map(list));
    manualSeed(21);
    const first = program();
    const sums = await Promise.all(first.map((t) => t.to('f32').sum().item()));
    await run(...first);
    const before = await values(first);
    expect(before.map((v) => v.reduce((a, b) => a + b)).every((sum, i) => Math.abs(sum - sums[i]!) < 1e-3)).toBe(true);
    manualSeed(21);
    expect(await values(program())).toEqual(before);
    expect(deviationOf(before[4]!)).toBeGreaterThan(1);
  });

  test('pass gradients to what they are scaled by, not to probabilities', async () => {
    const scale = new Parameter(tensor([2]));
    const noise = normal([5], seeded(3));
    const [slope] = grad(noise.mul(scale).sum(), [scale]);
    expect(await slope!.item()).toBeCloseTo(await noise.sum().item(), 5);
    const p = new Parameter(full([3], 0.5));
    expect(await list(grad(bernoulli(p).sum(), [p])[0]!)).toEqual([0, 0, 0]);
  });
});
