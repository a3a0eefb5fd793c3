// Element ops and their gradients against PyTorch's in float64, at kinks and jumps too; test/golden/elementwise.py says what the file holds.
import { fileURLToPath } from 'node:url';
import { grad, load, type StateDict, type Tensor, tensor } from 'hebb';
import { describe, expect, test } from 'vitest';
import { difference } from './check.js';

const golden: Promise<StateDict> = load(fileURLToPath(new URL('../golden/elementwise.safetensors', import.meta.url)));

type Unary = (x: Tensor) => Tensor;
const called = (names: string): Record<string, Unary> =>
  Object.fromEntries(names.split(' ').map((name) => [name, (x: Tensor) => (x as unknown as Record<string, () => Tensor>)[name]!()]));

const OF_X: Record<string, Unary> = {
  ...called(
    'expm1 exp2 sin cos atan sinh cosh asinh floor ceil round trunc frac selu logSigmoid mish softsign relu6 hardSigmoid hardSwish',
  ),
  ...called('tanhshrink softshrink hardshrink'),
  elu: (x) => x.elu(0.7),
  celu: (x) => x.celu(0.7),
  geluTanh: (x) => x.gelu({ approximate: 'tanh' }),
  softplus: (x) => x.softplus({ beta: 2, threshold: 3 }),
  hardTanh: (x) => x.hardTanh(-2, 0.5),
  threshold: (x) => x.threshold(0.5, 20),
};
const PAIRS: Record<string, (x: Tensor, b: Tensor) => Tensor> = {
  atan2: (x, b) => x.atan2(b),
  fmod: (x, b) => x.fmod(b),
  remainder: (x, b) => x.remainder(b),
  maximum: (x, b) => x.maximum(b),
  minimum: (x, b) => x.minimum(b),
  lerp: (x, b) => x.lerp(b, 0.3),
};
const CASES: [name: string, leaf: string, of: (x: Tensor, b: Tensor) => Tensor][] = [
  ...Object.entries(OF_X).map(([name, of]): [string, string, Unary] => [name, 'x', of]),
  ...Object.entries(called('asin acos atanh tan log1p')).map(([name, of]): [string, string, Unary] => [name, 'inside', of]),
  ...Object.entries(called('acosh log2 log10')).map(([name, of]): [string, string, Unary] => [name, 'above', of]),
  ...Object.entries(PAIRS).map(([name, of]): [string, string, typeof of] => [name, 'x', of]),
  ['pow', 'above', (x, b) => x.pow(b)],
];

async function compare(found: Tensor, expected: Tensor, what: string): Promise<void> {
  const reference = { shape: expected.shape, data: Float64Array.from(await expected.data()) };
  expect([...found.shape]).toEqual([...expected.shape]);
  expect(difference(await found.data(), reference, 'f32', 'scaled'), what).toBe(null);
}

describe('element ops as PyTorch computes them', () => {
  test.each(CASES)('%s', async (name, leaf, of) => {
    const file = await golden;
    const [x, b] = [file[leaf]!, file.b!];
    const y = of(x, b);
    const [dx, db] = grad(y.mul(file.dy!).sum(), [x, b]);
    await compare(y, file[`${name}.y`]!, 'value');
    await compare(dx!, file[`${name}.dx`]!, 'gradient');
    if (file[`${name}.db`]) await compare(db!, file[`${name}.db`]!, 'second gradient');
  });
});

describe('where one branch overflows, the gradient is that of the other', () => {
  const smooth: Record<string, Unary> = {
    ...called('elu celu selu softplus logSigmoid mish softsign hardSwish expm1 tanhshrink sinh asinh sigmoid tanh'),
    geluTanh: (x) => x.gelu({ approximate: 'tanh' }),
  };
  test.each(Object.entries(smooth))('%s', async (name, of) => {
    const x = tensor(name === 'expm1' || name === 'sinh' ? [-80, 80] : [-1e4, -200, -90, 90, 200, 1e4]);
    const [dx] = grad(of(x).sum(), [x]);
    expect([...(await dx!.data())].every(Number.isFinite)).toBe(true);
  });

  test('pow at 0 and near negative numbers', async () => {
    const [x, p] = [tensor([0, 0, 2, -2]), tensor([0, 2, 0, 2])];
    const [dx, dp] = grad(x.pow(p).sum(), [x, p]);
    expect([...(await dx!.data())]).toEqual([0, 0, 0, -4]);
    expect([...(await dp!.data())]).toEqual([0, 0, Math.fround(Math.LN2), Number.NaN]);
  });
});

describe('parameters of an activation', () => {
  test('are runtime numbers: another one compiles nothing and is heeded, in the gradient too', async () => {
    for (const alpha of [0.5, 2, 3]) {
      const x = tensor([-1]);
      const [dx] = grad(x.elu(alpha).sum(), [x]);
      expect(await dx!.item()).toBeCloseTo(alpha * Math.exp(-1), 5);
    }
  });
});
