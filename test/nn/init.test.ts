// First values with bounds or a structure: their distributions, orthogonality, and that a Generator repeats them.
import { ArgumentError, Generator, nn, ShapeError, type Tensor } from 'hebb';
import { describe, expect, test } from 'vitest';

const { init } = nn;
const list = async (t: Tensor): Promise<number[]> => Array.from(await t.data());
const generator = (): Generator => new Generator(11);

async function moments(t: Tensor): Promise<{ mean: number; std: number; least: number; most: number }> {
  const values = await list(t);
  const mean = values.reduce((s, v) => s + v, 0) / values.length;
  const std = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length);
  return { mean, std, least: values.reduce((a, b) => Math.min(a, b)), most: values.reduce((a, b) => Math.max(a, b)) };
}

/** Density and distribution of the standard normal. */
const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
function distribution(x: number): number {
  const steps = 20_000; // Simpson's rule from -10 on
  const width = (x + 10) / steps;
  let sum = density(-10) + density(x);
  for (let i = 1; i < steps; i++) sum += density(-10 + i * width) * (i % 2 ? 4 : 2);
  return (sum * width) / 3;
}

describe('truncNormal', () => {
  const shape = [400, 500];
  test.each([{}, { std: 0.02 }, { mean: 1, std: 2, a: 0, b: 1.5 }, { a: -1, b: 1, std: 3 }, { a: 1, b: 3 }, { a: -5, b: 5 }])(
    '%o has the mean, the deviation and the distribution of what is left',
    async (options) => {
      const { mean = 0, std = 1, a = -2, b = 2 } = options;
      const t = init.truncNormal(shape, { ...options, generator: generator() });
      const [low, high] = [(a - mean) / std, (b - mean) / std];
      const area = distribution(Math.min(high, 10)) - distribution(Math.max(low, -10));
      const shift = (density(low) - density(high)) / area;
      const spread = Math.sqrt(1 + (low * density(low) - high * density(high)) / area - shift ** 2);
      const found = await moments(t);
      expect(Math.abs(found.mean - (mean + std * shift))).toBeLessThan(0.01 * std * spread);
      expect(found.std / (std * spread)).toBeCloseTo(1, 2);
      expect(found.least).toBeGreaterThanOrEqual(a);
      expect(found.most).toBeLessThanOrEqual(b);
      const values = await list(t);
      for (const part of [0.1, 0.3, 0.5, 0.7, 0.9]) {
        const at = low + part * (Math.min(high, 4) - low);
        const below = values.filter((value) => (value - mean) / std < at).length / values.length;
        expect(below, `below ${at}`).toBeCloseTo((distribution(at) - distribution(Math.max(low, -10))) / area, 2);
      }
    },
  );

  test('has values in the tails, near the bounds', async () => {
    const { least, most } = await moments(init.truncNormal(shape, { generator: generator() }));
    expect(least).toBeLessThan(-1.999);
    expect(most).toBeGreaterThan(1.999);
    expect((await moments(init.truncNormal([1000, 1000], { a: -9, b: 9, generator: generator() }))).most).toBeGreaterThan(4.3);
  });

  test('refuses bounds and deviations that make no sense', () => {
    expect(() => init.truncNormal([2], { std: 0 })).toThrow(ArgumentError);
    expect(() => init.truncNormal([2], { a: 1, b: -1 })).toThrow(/b must be a finite number ≥ 1, got -1/);
    expect(() => init.truncNormal([2], { mean: Number.NaN })).toThrow(ArgumentError);
  });
});

describe('lecun', () => {
  test('uniform in ±√(3 / fanIn), normal with 1/√fanIn', async () => {
    const uniform = await moments(init.lecunUniform([300, 400], { generator: generator() }));
    expect(uniform.most).toBeLessThanOrEqual(Math.sqrt(3 / 400) * (1 + 1e-6));
    expect(uniform.most).toBeGreaterThan(0.99 * Math.sqrt(3 / 400));
    expect(uniform.std * 20).toBeCloseTo(1, 1);
    const normal = await moments(init.lecunNormal([64, 16, 5, 5], { generator: generator() }));
    expect(normal.std * 20).toBeCloseTo(1, 1);
    expect(() => init.lecunNormal([3])).toThrow(ShapeError);
  });
});

describe('orthogonal', () => {
  /** The largest distance of rows · rowsᵀ (or of columns, where these are fewer) from gain² · I. */
  async function offIdentity(t: Tensor, gain: number): Promise<number> {
    const rows = t.shape[0]!;
    const matrix = t.reshape([rows, -1]);
    const few = rows <= matrix.shape[1]! ? matrix : matrix.transpose();
    const product = few.matmul(few.transpose());
    const identity = init.eye(product.shape).mul(gain ** 2);
    return product.sub(identity).abs().max().item();
  }

  test.each([
    [[1, 1], 1],
    [[2, 2], 1],
    [[5, 5], 1],
    [[64, 64], 1],
    [[300, 300], 1],
    [[30, 200], Math.SQRT2],
    [[200, 30], 1],
    [[1, 50], 1],
    [[16, 8, 3, 3], 2],
  ])('%o times %d', async (shape, gain) => {
    for (const seed of [1, 2, 3]) {
      const t = init.orthogonal(shape, { gain, generator: new Generator(seed) });
      expect([...t.shape]).toEqual(shape);
      expect(await offIdentity(t, gain)).toBeLessThan(4e-6 * gain ** 2);
    }
  });

  test('is uniform: no direction is preferred, both signs of the determinant come', async () => {
    let turned = 0;
    const angles: number[] = [];
    const source = new Generator(4);
    for (let i = 0; i < 400; i++) {
      const [a, b, c, d] = (await list(init.orthogonal([2, 2], { generator: source }))) as [number, number, number, number];
      if (a * d - b * c > 0) turned++;
      angles.push(Math.atan2(b, a));
    }
    expect(turned).toBeGreaterThan(150);
    expect(turned).toBeLessThan(250);
    for (let quarter = -2; quarter < 2; quarter++) {
      const within = angles.filter((angle) => angle >= (quarter * Math.PI) / 2 && angle < ((quarter + 1) * Math.PI) / 2);
      expect(within.length).toBeGreaterThan(60);
      expect(within.length).toBeLessThan(140);
    }
  });

  test('refuses a vector', () => {
    expect(() => init.orthogonal([5])).toThrow(/at least two axes, got \(5\)/);
    expect(() => init.orthogonal([5, 5], { gain: Number.NaN })).toThrow(ArgumentError);
  });
});

describe('sparse', () => {
  test('has as many zeros in each column, at random places, and is normal elsewhere', async () => {
    const values = await list(init.sparse([50, 40], { sparsity: 0.31, std: 2, generator: generator() }));
    const zeros = Array.from({ length: 40 }, (_, col) =>
      values.flatMap((value, i) => (i % 40 === col && value === 0 ? [(i - col) / 40] : [])),
    );
    for (const rows of zeros) expect(rows).toHaveLength(16);
    expect(new Set(zeros.map(String)).size).toBe(40);
    expect(new Set(zeros.flat()).size).toBe(50);
    const others = values.filter((value) => value !== 0);
    expect(Math.sqrt(others.reduce((sum, value) => sum + value ** 2, 0) / others.length) / 2).toBeCloseTo(1, 1);
  });

  test('of all and of none', async () => {
    expect((await list(init.sparse([4, 3], { sparsity: 1 }))).every((value) => value === 0)).toBe(true);
    expect((await list(init.sparse([4, 3], { sparsity: 0 }))).some((value) => value === 0)).toBe(false);
    expect(init.sparse([4, 0], { sparsity: 0.5 }).shape).toEqual([4, 0]);
  });

  test('refuses what is no matrix and no part', () => {
    expect(() => init.sparse([4, 3, 3], { sparsity: 0.5 })).toThrow(ShapeError);
    expect(() => init.sparse([4, 3], { sparsity: 1.5 })).toThrow(/sparsity must be from 0 to 1, got 1.5/);
    expect(() => init.sparse([4, 3], { sparsity: 0.5, std: -1 })).toThrow(ArgumentError);
  });
});

describe('eye and dirac', () => {
  test('eye has ones where row and column are equal', async () => {
    expect(await list(init.eye([2, 3]))).toEqual([1, 0, 0, 0, 1, 0]);
    expect(await list(init.eye([3, 2]))).toEqual([1, 0, 0, 1, 0, 0]);
    expect(() => init.eye([2])).toThrow(ShapeError);
  });

  test('dirac has its ones at the window’s centre, in each group anew', async () => {
    const ones = async (t: Tensor): Promise<number[]> => (await list(t)).flatMap((value, i) => (value === 1 ? [i] : []));
    expect(await ones(init.dirac([2, 2, 3]))).toEqual([1, 10]);
    expect(await ones(init.dirac([3, 2, 3]))).toEqual([1, 10]);
    expect(await ones(init.dirac([4, 2, 1], { groups: 2 }))).toEqual([0, 3, 4, 7]);
    expect(await ones(init.dirac([1, 2, 3, 3]))).toEqual([4]);
    expect(await ones(init.dirac([1, 1, 2, 2, 2]))).toEqual([7]);
    expect(() => init.dirac([2, 2])).toThrow(ShapeError);
    expect(() => init.dirac([3, 2, 3], { groups: 2 })).toThrow(/must divide the 3 outputs, got 2/);
  });
});

describe('a Generator', () => {
  const makers: Record<string, (generator: Generator) => Tensor> = {
    uniform: (g) => init.uniform([4, 6], { generator: g }),
    normal: (g) => init.normal([4, 6], { generator: g }),
    truncNormal: (g) => init.truncNormal([4, 6], { generator: g }),
    xavierUniform: (g) => init.xavierUniform([4, 6], { generator: g }),
    xavierNormal: (g) => init.xavierNormal([4, 6], { generator: g }),
    kaimingUniform: (g) => init.kaimingUniform([4, 6], { generator: g }),
    kaimingNormal: (g) => init.kaimingNormal([4, 6], { generator: g }),
    lecunUniform: (g) => init.lecunUniform([4, 6], { generator: g }),
    lecunNormal: (g) => init.lecunNormal([4, 6], { generator: g }),
    orthogonal: (g) => init.orthogonal([4, 6], { generator: g }),
    sparse: (g) => init.sparse([4, 6], { sparsity: 0.5, generator: g }),
  };

  test.each(Object.entries(makers))('repeats %s', async (_, make) => {
    const source = new Generator(9);
    const first = await list(make(source));
    expect(await list(make(new Generator(9)))).toEqual(first);
    expect(await list(make(source))).not.toEqual(first);
  });

  test('knows every random initialiser', () => {
    const fixed = ['constant', 'zeros', 'ones', 'eye', 'dirac', 'calculateGain'];
    expect([...Object.keys(makers), ...fixed].sort()).toEqual(Object.keys(init).sort());
  });

  test('refuses ranges that are none', () => {
    expect(() => init.uniform([2], { low: 1, high: 0 })).toThrow(/high must be a finite number ≥ 1, got 0/);
    expect(() => init.uniform([2], { low: -Infinity })).toThrow(ArgumentError);
    expect(() => init.normal([2], { std: -1 })).toThrow(/std must be a finite number ≥ 0, got -1/);
  });
});
