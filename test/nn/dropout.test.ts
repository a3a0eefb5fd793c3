// Dropouts of whole channels, alpha dropout and stochastic depth; plain Dropout is in layers.test.ts.
import { ArgumentError, Generator, grad, nn, ones, randn, run, ShapeError, type Tensor } from 'hebb';
import { describe, expect, test } from 'vitest';

const values = async (x: Tensor): Promise<number[]> => Array.from((await x.data()) as Float32Array);
const generator = (): Generator => new Generator(5);

/** Each kind with the axes along which its mask is the same, on a shape of its own. */
const KINDS: Record<string, [make: (p: number) => nn.Module, shape: number[], shared: number[]]> = {
  Dropout1d: [(p) => new nn.Dropout1d(p, { generator: generator() }), [40, 3, 50], [1]],
  Dropout2d: [(p) => new nn.Dropout2d(p, { generator: generator() }), [40, 3, 2, 50], [1, 2]],
  Dropout3d: [(p) => new nn.Dropout3d(p, { generator: generator() }), [40, 2, 3, 2, 50], [1, 2, 3]],
  'StochasticDepth of rows': [(p) => new nn.StochasticDepth(p, { generator: generator() }), [4000, 2, 3], [1, 2]],
};

describe.each(Object.entries(KINDS))('%s', (_, [make, shape, shared]) => {
  test('leaves out all along its axes, a part p of all, and scales the rest; the gradient has the same mask', async () => {
    const x = ones(shape);
    const y = make(0.2).forward(x);
    const [dx] = grad(y.sum(), [x]);
    const [low, high] = [y.min({ axis: shared }), y.max({ axis: shared })];
    await run(y, dx!, low, high);
    expect(await values(low)).toEqual(await values(high));
    const masks = await values(low);
    expect(new Set(masks)).toEqual(new Set([0, 1.25]));
    expect(Math.abs(masks.filter((v) => v === 0).length / masks.length - 0.2)).toBeLessThan(0.03);
    expect(await values(dx!)).toEqual(await values(y));
  });

  test('hands x through with p = 0 and in eval mode, gives zeros with p = 1, refuses others', async () => {
    const x = randn(shape);
    await run(x);
    expect(await values(make(0).forward(x))).toEqual(await values(x));
    expect(await values(make(0.5).eval().forward(x))).toEqual(await values(x));
    expect(await values(make(0.5).predict(x))).toEqual(await values(x));
    expect(new Set(await values(make(1).forward(ones(shape))))).toEqual(new Set([0]));
    for (const p of [-0.1, 1.1, Number.NaN]) expect(() => make(p)).toThrow(ArgumentError);
  });
});

test('dropouts of channels refuse another rank', () => {
  expect(() => new nn.Dropout2d().forward(ones([2, 3, 4]))).toThrow('[Dropout2d] expects (N, H, W, C), got (2, 3, 4)');
  expect(() => new nn.Dropout1d().eval().forward(ones([2, 3]))).toThrow(ShapeError);
});

test('StochasticDepth of a batch leaves out all or nothing', async () => {
  const layer = new nn.StochasticDepth(0.5, { mode: 'batch', generator: generator() });
  const seen = new Set<number>();
  for (let i = 0; i < 40; i++) {
    const found = new Set(await values(layer.forward(ones([3, 2]))));
    expect(found.size).toBe(1);
    for (const value of found) seen.add(value);
  }
  expect(seen).toEqual(new Set([0, 2]));
  expect(() => new nn.StochasticDepth(0.5, { mode: 'sample' as never })).toThrow(ArgumentError);
});

describe('AlphaDropout', () => {
  test.each([0.1, 0.5])('with p = %s keeps mean and variance', async (p) => {
    const y = new nn.AlphaDropout(p, { generator: generator() }).forward(randn([200_000], { generator: new Generator(6) }));
    const [mean, variance] = [y.mean(), y.var()];
    await run(mean, variance);
    expect(Math.abs(await mean.item())).toBeLessThan(0.01);
    expect(Math.abs((await variance.item()) - 1)).toBeLessThan(0.01);
  });

  test("sets what it leaves out to SELU's least value, scaled and shifted, and hands on no gradient there", async () => {
    const x = ones([1000]);
    const y = new nn.AlphaDropout(0.5, { generator: generator() }).forward(x);
    const [dx] = grad(y.sum(), [x]);
    await run(y, dx!);
    // PyTorch: a = ((1-p)(1 + p·1.758²))^-½ = 0.8864, b = a·p·1.758 = 0.7792
    const [found, slopes] = [await values(y), await values(dx!)];
    for (const [i, value] of found.entries()) {
      const kept = value > 0;
      expect(value).toBeCloseTo(kept ? 1.665599 : -0.779194, 4);
      expect(slopes[i]!).toBeCloseTo(kept ? 0.886405 : 0, 4);
    }
  });
});
