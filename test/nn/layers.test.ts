// Layers and first values: what they compute, and what they refuse.
import { ArgumentError, arange, Generator, grad, manualSeed, nn, ones, randn, run, ShapeError, tensor, zeros } from 'hebb';
import { describe, expect, test } from 'vitest';

const list = async (t: { data(): Promise<ArrayLike<number>> }): Promise<number[]> => Array.from(await t.data());

describe('Linear', () => {
  test('is x · weightᵀ + bias over the last axis', async () => {
    const layer = new nn.Linear(2, 3);
    layer.loadStateDict({ weight: tensor([[1, 2], [3, 4], [5, 6]]), bias: tensor([10, 20, 30]) }); // biome-ignore format: a matrix
    expect(await list(layer.forward(tensor([[1, 1], [2, 0]])))).toEqual([13, 27, 41, 12, 26, 40]); // biome-ignore format: a matrix
    expect(layer.forward(zeros([5, 4, 2])).shape).toEqual([5, 4, 3]);
    expect(layer.forward(zeros([0, 2])).shape).toEqual([0, 3]);
    const plain = new nn.Linear(2, 3, { bias: false });
    expect(plain.bias).toBe(null);
    expect(await list(plain.forward(zeros([1, 2])))).toEqual([0, 0, 0]);
  });

  test('begins uniform in ±1/√inFeatures', async () => {
    const layer = new nn.Linear(400, 300);
    const bound = Math.fround(1 / 20); // the largest f32 value that may come
    for (const parameter of layer.parameters()) {
      const values = await list(parameter);
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
      expect(Math.max(...values)).toBeGreaterThan(0.95 / 20);
      expect(Math.min(...values)).toBeLessThan(-0.95 / 20);
    }
  });

  test('refuses other features and sizes', () => {
    expect(() => new nn.Linear(784, 10).forward(zeros([32, 28, 28, 1]))).toThrow(
      /expects \(…, 784\), got \(32, 28, 28, 1\); put a Flatten before it\?/,
    );
    expect(() => new nn.Linear(2, 1).forward(zeros([]))).toThrow(ShapeError);
    for (const size of [0, -1, 1.5, Number.NaN]) expect(() => new nn.Linear(size, 1)).toThrow(ArgumentError);
  });
});

describe('Flatten', () => {
  test('emits images channel by channel, everything else as it lies', async () => {
    const image = arange(12).reshape([1, 2, 3, 2]); // (N, H, W, C)
    expect(await list(new nn.Flatten().forward(image))).toEqual([0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]);
    expect(await list(new nn.Flatten().forward(image.reshape([1, 2, 6])))).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(new nn.Flatten().forward(zeros([32, 28, 28, 1])).shape).toEqual([32, 784]);
    expect(new nn.Flatten().forward(zeros([0, 4, 4, 3])).shape).toEqual([0, 48]);
    expect(new nn.Flatten().forward(zeros([7])).shape).toEqual([7, 1]);
    expect(() => new nn.Flatten().forward(zeros([]))).toThrow(ShapeError);
  });
});

describe('Dropout', () => {
  test('drops a part p and scales the rest; the gradient has the same mask', async () => {
    const x = ones([100_000]);
    const y = new nn.Dropout(0.2, { generator: new Generator(3) }).forward(x);
    const [dx] = grad(y.sum(), [x]);
    await run(y, dx!);
    const values = await list(y);
    expect(new Set(values)).toEqual(new Set([0, 1.25]));
    expect(values.filter((v) => v === 0).length / values.length).toBeCloseTo(0.2, 2);
    expect(await list(dx!)).toEqual(values);
  });

  test('is random anew each time, and repeats after manualSeed', async () => {
    const layer = new nn.Dropout();
    const draw = (): Promise<number[]> => list(layer.forward(ones([64])));
    manualSeed(7);
    const first = await draw();
    const second = await draw();
    manualSeed(7);
    expect(await draw()).toEqual(first);
    expect(second).not.toEqual(first);
  });

  test('p = 0 and eval mode keep x, p = 1 gives zeros, others are refused', async () => {
    expect(await list(new nn.Dropout(0).forward(ones([3])))).toEqual([1, 1, 1]);
    expect(await list(new nn.Dropout(1).forward(ones([3])))).toEqual([0, 0, 0]);
    expect(await list(new nn.Dropout(1).eval().forward(ones([3])))).toEqual([1, 1, 1]);
    for (const p of [-0.1, 1.1, 2, Number.NaN]) expect(() => new nn.Dropout(p)).toThrow(ArgumentError);
  });
});

describe('activations', () => {
  const points = [-3, -0.5, 0, 0.25, 4];
  const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
  test.each<[string, nn.Module, (x: number) => number]>([
    ['ReLU', new nn.ReLU(), (x) => Math.max(x, 0)],
    ['LeakyReLU', new nn.LeakyReLU(), (x) => (x > 0 ? x : 0.01 * x)],
    ['LeakyReLU 0.2', new nn.LeakyReLU(0.2), (x) => (x > 0 ? x : 0.2 * x)],
    ['Sigmoid', new nn.Sigmoid(), logistic],
    ['Tanh', new nn.Tanh(), Math.tanh],
    ['SiLU', new nn.SiLU(), (x) => x * logistic(x)],
  ])('%s', async (_, layer, f) => {
    const values = await list(layer.forward(tensor(points)));
    for (const [i, x] of points.entries()) expect(values[i]).toBeCloseTo(f(x), 6);
  });

  test('GELU', async () => {
    const values = await list(new nn.GELU().forward(tensor([-1, 0, 1])));
    for (const [i, expected] of [-0.15865525, 0, 0.84134475].entries()) expect(values[i]).toBeCloseTo(expected, 6);
  });

  test('Softmax, over the last axis or another', async () => {
    const x = tensor([[0, Math.log(3)], [0, 0]]); // biome-ignore format: a matrix
    const rows = await list(new nn.Softmax().forward(x));
    for (const [i, expected] of [0.25, 0.75, 0.5, 0.5].entries()) expect(rows[i]).toBeCloseTo(expected, 6);
    const columns = await list(new nn.Softmax(0).forward(x));
    for (const [i, expected] of [0.5, 0.75, 0.5, 0.25].entries()) expect(columns[i]).toBeCloseTo(expected, 6);
  });
});

describe('first values', () => {
  const { init } = nn;
  const moments = async (t: { data(): Promise<ArrayLike<number>> }): Promise<{ mean: number; std: number; most: number }> => {
    const values = await list(t);
    const mean = values.reduce((s, v) => s + v, 0) / values.length;
    const std = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length);
    return { mean, std, most: values.reduce((m, v) => Math.max(m, Math.abs(v)), 0) };
  };
  const generator = new Generator(5);
  const shape = [200, 300]; // fanOut, fanIn

  test.each([
    ['xavierUniform', () => init.xavierUniform(shape, { generator }), Math.sqrt(2 / 500), Math.sqrt(6 / 500)],
    ['xavierUniform with a gain', () => init.xavierUniform(shape, { gain: 2, generator }), 2 * Math.sqrt(2 / 500), 2 * Math.sqrt(6 / 500)],
    ['xavierNormal', () => init.xavierNormal(shape, { generator }), Math.sqrt(2 / 500), null],
    ['kaimingUniform', () => init.kaimingUniform(shape, { generator }), Math.sqrt(2 / 300), Math.sqrt(6 / 300)],
    ['kaimingNormal, fanOut', () => init.kaimingNormal(shape, { mode: 'fanOut', generator }), Math.sqrt(2 / 200), null],
    ['kaimingNormal for tanh', () => init.kaimingNormal(shape, { nonlinearity: 'tanh', generator }), 5 / 3 / Math.sqrt(300), null],
    ['kaimingNormal of a window', () => init.kaimingNormal([64, 32, 3, 3], { generator }), Math.sqrt(2 / (32 * 9)), null],
    ['uniform', () => init.uniform([50_000], { low: -2, high: 2, generator }), 4 / Math.sqrt(12), 2],
    ['normal', () => init.normal([50_000], { std: 3, generator }), 3, null],
  ])('%s', async (_, make, std, most) => {
    const found = await moments(make());
    expect(Math.abs(found.mean)).toBeLessThan(0.02 * std);
    expect(found.std / std).toBeCloseTo(1, 1);
    if (most !== null) expect(found.most / most).toBeGreaterThan(0.99);
    if (most !== null) expect(found.most).toBeLessThanOrEqual(most * (1 + 1e-6));
  });

  test('constant, zeros, ones; mean', async () => {
    expect(await list(init.constant([2], 7))).toEqual([7, 7]);
    expect(await list(init.zeros([2]))).toEqual([0, 0]);
    expect(await list(init.ones([2]))).toEqual([1, 1]);
    expect((await moments(init.normal([10_000], { mean: 5, std: 0.1, generator }))).mean).toBeCloseTo(5, 1);
  });

  test('gains, as PyTorch has them', () => {
    expect(init.calculateGain('linear')).toBe(1);
    expect(init.calculateGain('sigmoid')).toBe(1);
    expect(init.calculateGain('tanh')).toBe(5 / 3);
    expect(init.calculateGain('relu')).toBe(Math.SQRT2);
    expect(init.calculateGain('leakyRelu')).toBeCloseTo(Math.sqrt(2 / 1.0001), 12);
    expect(init.calculateGain('leakyRelu', 1)).toBe(1);
    expect(init.calculateGain('selu')).toBe(0.75);
    expect(() => init.calculateGain('swish' as never)).toThrow(ArgumentError);
  });

  test('refuse what has no fans', () => {
    expect(() => init.xavierUniform([5])).toThrow(/expects a weight \(out, in, …\), got \(5\)/);
    expect(() => init.kaimingNormal([2, 2], { mode: 'fan_in' as never })).toThrow(ArgumentError);
  });

  test('give a parameter its values by assign', async () => {
    const layer = new nn.Linear(3, 2);
    layer.weight.assign(init.xavierNormal(layer.weight.shape, { generator: new Generator(1) }));
    expect(await list(layer.weight)).toEqual(await list(init.xavierNormal([2, 3], { generator: new Generator(1) })));
    expect(randn([1]).shape).toEqual([1]);
  });
});
