// Activations as layers: each is its tensor method with the layer's options, and refuses options that make no sense when it is built.
import { ArgumentError, full, Generator, grad, IndexError, nn, Parameter, type Tensor, tensor } from 'hebb';
import { describe, expect, test } from 'vitest';

// Both sides of every kink, the kinks themselves, and values where the branch not taken overflows.
const x = tensor([-1000, -30, -6, -3, -1, -0.5, -0.2, 0, 0.2, 0.5, 1, 3, 6, 30, 1000]);

const CASES: [name: string, layer: nn.Module, method: (x: Tensor) => Tensor][] = [
  ['ReLU', new nn.ReLU(), (t) => t.relu()],
  ['LeakyReLU', new nn.LeakyReLU(0.2), (t) => t.leakyRelu(0.2)],
  ['ELU', new nn.ELU(2), (t) => t.elu(2)],
  ['CELU', new nn.CELU(2), (t) => t.celu(2)],
  ['SELU', new nn.SELU(), (t) => t.selu()],
  ['Sigmoid', new nn.Sigmoid(), (t) => t.sigmoid()],
  ['LogSigmoid', new nn.LogSigmoid(), (t) => t.logSigmoid()],
  ['Tanh', new nn.Tanh(), (t) => t.tanh()],
  ['GELU', new nn.GELU(), (t) => t.gelu()],
  ['GELU by tanh', new nn.GELU({ approximate: 'tanh' }), (t) => t.gelu({ approximate: 'tanh' })],
  ['SiLU', new nn.SiLU(), (t) => t.silu()],
  ['Mish', new nn.Mish(), (t) => t.mish()],
  ['Softplus', new nn.Softplus({ beta: 2, threshold: 1 }), (t) => t.softplus({ beta: 2, threshold: 1 })],
  ['Softsign', new nn.Softsign(), (t) => t.softsign()],
  ['Softmax', new nn.Softmax(), (t) => t.softmax(-1)],
  ['LogSoftmax', new nn.LogSoftmax(), (t) => t.logSoftmax(-1)],
  ['Softmin', new nn.Softmin(), (t) => t.neg().softmax(-1)],
  ['Hardtanh', new nn.Hardtanh(-0.5, 3), (t) => t.hardTanh(-0.5, 3)],
  ['ReLU6', new nn.ReLU6(), (t) => t.relu6()],
  ['Hardsigmoid', new nn.Hardsigmoid(), (t) => t.hardSigmoid()],
  ['Hardswish', new nn.Hardswish(), (t) => t.hardSwish()],
  ['Hardshrink', new nn.Hardshrink(0.2), (t) => t.hardshrink(0.2)],
  ['Softshrink', new nn.Softshrink(0.2), (t) => t.softshrink(0.2)],
  ['Tanhshrink', new nn.Tanhshrink(), (t) => t.tanhshrink()],
  ['Threshold', new nn.Threshold(0.2, 7), (t) => t.threshold(0.2, 7)],
  ['RReLU', new nn.RReLU(0.1, 0.5).eval(), (t) => t.leakyRelu(0.3)],
];

describe('an activation layer', () => {
  test.each(CASES)('%s is its method', async (_, layer, method) => {
    const y = layer.forward(x);
    expect(y.shape).toEqual(x.shape);
    const values = await y.data();
    expect(values).toEqual(await method(x).data());
    expect(values.some(Number.isNaN)).toBe(false);
    expect(layer.parameters()).toEqual([]);
  });

  test('softmax layers go along the axis told', async () => {
    const square = tensor([[0, 1], [2, 4]]); // biome-ignore format: a matrix
    for (const [layer, y] of [
      [new nn.Softmax(0), square.softmax(0)],
      [new nn.LogSoftmax(0), square.logSoftmax(0)],
      [new nn.Softmin(0), square.neg().softmax(0)],
    ] as const)
      expect(await layer.forward(square).data()).toEqual(await y.data());
    for (const Layer of [nn.Softmax, nn.LogSoftmax, nn.Softmin]) expect(() => new Layer(2).forward(square)).toThrow(IndexError);
  });
});

test.each<[string, () => nn.Module, RegExp]>([
  ['LeakyReLU', () => new nn.LeakyReLU(Number.NaN), /\[LeakyReLU\] slope must be a finite number, got NaN/],
  ['ELU', () => new nn.ELU(Number.POSITIVE_INFINITY), /\[ELU\] alpha must be a finite number/],
  ['CELU', () => new nn.CELU(0), /\[CELU\] alpha must not be 0/],
  ['GELU', () => new nn.GELU({ approximate: 'sigmoid' as never }), /\[GELU\] approximate is 'none' or 'tanh'/],
  ['Softplus, beta', () => new nn.Softplus({ beta: 0 }), /\[Softplus\] beta must not be 0/],
  ['Softplus, threshold', () => new nn.Softplus({ threshold: '20' as never }), /\[Softplus\] threshold must be a finite number/],
  ['Hardtanh', () => new nn.Hardtanh(1, 1), /\[Hardtanh\] maxVal must be a finite number > 1, got 1/],
  ['Hardshrink', () => new nn.Hardshrink(-1), /\[Hardshrink\] lambda must be a finite number ≥ 0, got -1/],
  ['Softshrink', () => new nn.Softshrink(-1), /\[Softshrink\] lambda must be a finite number ≥ 0, got -1/],
  ['Threshold', () => new nn.Threshold(undefined as never, 1), /\[Threshold\] threshold must be a finite number/],
])('%s refuses a bad option', (_, make, message) => {
  expect(make).toThrow(ArgumentError);
  expect(make).toThrow(message);
});

describe('RReLU while training', () => {
  const negative = full([20_000], -2);

  test('draws a slope for each element, uniformly, the same for its gradient, and anew each time', async () => {
    const w = new Parameter(negative);
    const layer = new nn.RReLU(0.1, 0.5, { generator: new Generator(5) });
    const y = layer.forward(w);
    const slopes = Array.from(await y.data(), (value) => value / -2);
    expect(Math.min(...slopes)).toBeGreaterThanOrEqual(Math.fround(0.1));
    expect(Math.max(...slopes)).toBeLessThanOrEqual(0.5);
    const mean = slopes.reduce((sum, slope) => sum + slope) / slopes.length;
    expect(Math.abs(mean - 0.3)).toBeLessThan(0.005);
    expect(slopes.reduce((sum, slope) => sum + (slope - mean) ** 2, 0) / slopes.length).toBeCloseTo(0.16 / 12, 3);
    expect(Array.from(await grad(y.sum(), [w])[0]!.data())).toEqual(slopes.map((slope) => Math.fround(slope)));
    expect(await layer.forward(w).data()).not.toEqual(await y.data());
    const again = new nn.RReLU(0.1, 0.5, { generator: new Generator(5) });
    expect(await again.forward(w).data()).toEqual(await y.data());
  });

  test('leaves what is positive, and NaN', async () => {
    expect([...(await new nn.RReLU().forward(tensor([1, Infinity, Number.NaN])).data())]).toEqual([1, Infinity, Number.NaN]);
  });

  test('refuses slopes in the wrong order', () => {
    for (const [lower, upper] of [[0.5, 0.1], [Number.NaN, 1], [0, Infinity]] as const) // biome-ignore format: pairs
      expect(() => new nn.RReLU(lower, upper)).toThrow(ArgumentError);
  });
});
