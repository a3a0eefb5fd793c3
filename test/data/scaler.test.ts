// Scalers: scikit-learn's numbers, back again by the inverse, and the state that goes beside a model.
import {
  ArgumentError,
  Generator,
  load,
  MinMaxScaler,
  mapBatches,
  randn,
  randomSplit,
  ShapeError,
  StandardScaler,
  save,
  type Tensor,
  TensorDataset,
  tensor,
  zeros,
} from 'hebb';
import { describe, expect, test } from 'vitest';
import { ownFolder } from '../io/folder.js';

const at = ownFolder();

/** test/golden/scalers.py: a feature far from 0, a constant one, one of both signs, a tiny one. */
const X = [
  [1e4 + 1, 3, -2, 1e-6],
  [1e4 + 2, 3, 5, 3e-6],
  [1e4 + 4, 3, 0.5, 2e-6],
  [1e4 + 9, 3, -7.25, 8e-6],
  [1e4 + 3, 3, 1, 1e-6],
];
const STANDARD = [
  [-1.0051414, 0, -0.3595901, -0.766965],
  [-0.6461623, 0, 1.3763621, 0],
  [0.0717958, 0, 0.2603928, -0.3834825],
  [1.8666912, 0, -1.6615543, 1.9174125],
  [-0.2871833, 0, 0.3843894, -0.766965],
];
const MIN_MAX = [
  [-1, -1, -0.1428571, -1],
  [-0.75, -1, 1, -0.4285714],
  [-0.25, -1, 0.2653061, -0.7142857],
  [1, -1, -1, 1],
  [-0.5, -1, 0.3469388, -1],
];

async function expectClose(t: Tensor, expected: number[][], within: number): Promise<void> {
  const found = await t.data();
  for (const [i, value] of expected.flat().entries())
    expect(Math.abs(found[i]! - value), `value ${i}: ${found[i]} ≈ ${value}`).toBeLessThan(within);
}

/** X, transformed and back, is X within 1e-6 of each value. */
async function expectInverse(scaler: StandardScaler | MinMaxScaler): Promise<void> {
  const back = scaler.inverseTransform(scaler.transform(tensor(X)));
  const zeros = X.map((row) => row.map(() => 0));
  await expectClose(back.sub(tensor(X)).div(tensor(X)), zeros, 1e-6);
}

describe("scikit-learn's numbers", () => {
  test('StandardScaler', async () => {
    const scaler = await new StandardScaler().fit(tensor(X));
    await expectClose(scaler.transform(tensor(X)), STANDARD, 2e-6);
    await expectInverse(scaler);
  });

  test('MinMaxScaler', async () => {
    const scaler = await new MinMaxScaler({ range: [-1, 1] }).fit(tensor(X));
    await expectClose(scaler.transform(tensor(X)), MIN_MAX, 2e-6);
    await expectInverse(scaler);
    const unit = await new MinMaxScaler().fit(tensor(X));
    const found = await unit.transform(tensor(X)).data();
    expect([Math.min(...found), Math.max(...found)]).toEqual([0, 1]);
  });
});

test('fitted on a data set, in parts, it is as on the whole tensor', async () => {
  const x = randn([10_000, 3], { generator: new Generator(1) })
    .mul(tensor([1, 50, 0.01]))
    .add(tensor([0, 1000, -3]));
  const [train] = await randomSplit(new TensorDataset(x, zeros([10_000])), [1, 0], { generator: new Generator(2) });
  for (const make of [() => new StandardScaler(), () => new MinMaxScaler()]) {
    const [whole, parts] = [await make().fit(x), await make().fit(train!)];
    const [a, b] = [await whole.stateDict(), await parts.stateDict()];
    for (const name of ['offset', 'factor'] as const) {
      const [p, q] = [await a[name]!.data(), await b[name]!.data()];
      for (let i = 0; i < 3; i++) expect(Math.abs(p[i]! / q[i]! - 1)).toBeLessThan(2e-6);
    }
    expect(await whole.transform(x).mean().item()).toBeCloseTo(await parts.transform(x).mean().item(), 4);
  }
});

test('features may have any shape, and integers become f32', async () => {
  const images = tensor([0, 10, 20, 30, 40, 50, 60, 70], { shape: [2, 2, 2], dtype: 'u8' });
  const scaler = await new MinMaxScaler().fit(images);
  expect([...(await scaler.transform(images).data())]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
});

test('its state goes through a file, and through mapBatches into a data set', async () => {
  const scaler = await new StandardScaler().fit(tensor(X));
  await save(scaler, at('scaler.safetensors'));
  const again = new StandardScaler();
  again.loadStateDict(await load(at('scaler.safetensors')));
  const scaled = mapBatches(new TensorDataset(tensor(X), zeros([5])), ([x, y]) => [again.transform(x!), y!]);
  const [x] = await scaled.batch(Int32Array.of(3));
  await expectClose(x!, [STANDARD[3]!], 2e-6);
});

test('what is wrong is refused', async () => {
  const scaler = await new StandardScaler().fit(tensor(X));
  expect(() => scaler.transform(zeros([2, 3]))).toThrow(/fitted on \(rows, 4\), got \(2, 3\)/);
  expect(() => scaler.transform(zeros([2, 3]))).toThrow(ShapeError);
  expect(() => scaler.transform([1] as never)).toThrow(ArgumentError);
  expect(() => new StandardScaler().transform(tensor(X))).toThrow(/await fit\(train\) first/);
  await expect(new StandardScaler().stateDict()).rejects.toThrow(ArgumentError);
  expect(() => new StandardScaler().loadStateDict({})).toThrow(ArgumentError);
  for (const data of [zeros([0, 3]), zeros([]), 3 as never, [[1]] as never])
    await expect(new StandardScaler().fit(data)).rejects.toThrow(ArgumentError);
  await expect(new StandardScaler().fit({ length: 2, batch: () => 7 as never })).rejects.toThrow(/begin with a tensor/);
  for (const range of [[1, 0], [0, Number.NaN], [0], 3]) expect(() => new MinMaxScaler({ range: range as never })).toThrow(ArgumentError);
});
