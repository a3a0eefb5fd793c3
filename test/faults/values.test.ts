// Indices and labels out of range on every way to them, and numbers at the edge of f32: what IEEE and the maths say, never a hang.
import {
  ArgumentError,
  type Dataset,
  grad,
  HebbError,
  IndexError,
  nn,
  optim,
  Parameter,
  type Tensor,
  TensorDataset,
  Trainer,
  tensor,
  zeros,
} from 'hebb';
import { describe, expect, test } from 'vitest';

const i32 = (...values: number[]): Tensor => tensor(values, { dtype: 'i32' });
const list = async (t: Tensor): Promise<number[]> => Array.from(await t.data());

describe('an index out of range is named with its place', () => {
  const table = (): nn.Embedding => new nn.Embedding(3, 2);
  test.each<[string, () => Promise<unknown>, number]>([
    ['embedding', () => table().forward(i32(0, 3)).data(), 3],
    [
      'embedding, by its gradient',
      () => {
        const { weight } = table();
        return grad(weight.indexSelect(0, i32(0, -1)).sum(), [weight])[0]!.data();
      },
      -1,
    ],
    ['gather', () => zeros([3]).gather(0, i32(0, 3)).data(), 3],
    [
      'gather, by its gradient',
      () => {
        const w = new Parameter(zeros([3]));
        return grad(w.gather(0, i32(0, 5)).sum(), [w])[0]!.data();
      },
      5,
    ],
    [
      'scatter',
      () =>
        zeros([3])
          .scatter(0, i32(0, 3), tensor([1, 2]))
          .data(),
      3,
    ],
    [
      'scatterAdd',
      () =>
        zeros([3])
          .scatterAdd(0, i32(0, -4), tensor([1, 2]))
          .data(),
      -4,
    ],
    ['labels', () => nn.crossEntropy(zeros([2, 3]), i32(0, 3)).item(), 3],
    ['negative labels', () => nn.crossEntropy(zeros([2, 3]), i32(0, -1)).item(), -1],
    [
      'labels, by their gradient alone',
      () => {
        const w = new Parameter(zeros([2, 3]));
        return grad(nn.crossEntropy(w, i32(0, -100)), [w])[0]!.data();
      },
      -100,
    ],
  ])('%s', async (_, ask, value) => {
    const error = (await ask().catch((e) => e)) as IndexError;
    expect(error).toBeInstanceOf(IndexError);
    expect(error.value).toBe(value);
    expect(error.message).toContain(`${value} at position 1 is out of range`);
  });

  test('labels that are no whole numbers are no labels', () => {
    for (const label of [Number.NaN, 1.5]) expect(() => nn.crossEntropy(zeros([2, 3]), tensor([0, label]))).toThrow(ArgumentError);
    for (const label of [Number.NaN, 1.5]) expect(() => tensor([label], { dtype: 'i32' })).toThrow(ArgumentError);
  });
});

describe('IEEE', () => {
  test('log, division, roots and powers at 0', async () => {
    const zero = tensor([0]);
    const values: [Tensor, number][] = [
      [zero.log(), -Infinity],
      [tensor([-1]).log(), Number.NaN],
      [zero.div(zero), Number.NaN],
      [tensor([1]).div(zero), Infinity],
      [tensor([1]).div(tensor([-0])), -Infinity],
      [tensor([-0]).sqrt(), -0],
      [tensor([-1]).sqrt(), Number.NaN],
      [zero.pow(zero), 1],
      [zero.pow(0), 1],
      [tensor([Number.NaN]).pow(0), 1],
      [zero.pow(-1), Infinity],
      [tensor([Infinity]).sub(Infinity), Number.NaN],
    ];
    for (const [i, [t, expected]] of values.entries()) expect((await list(t))[0], `value ${i}`).toBe(expected);
  });

  test('NaN and infinity go through products and sums', async () => {
    const x = zeros([20, 30]).add(1);
    const spoiled = x.mul(tensor(Float32Array.from({ length: 30 }, (_, k) => (k === 29 ? Number.NaN : 1))));
    expect((await list(spoiled.matmul(x.transpose()))).every(Number.isNaN)).toBe(true);
    expect(await tensor([1, Infinity, 2]).sum().item()).toBe(Infinity);
    expect(await tensor([-Infinity, Infinity]).mean().item()).toBeNaN();
    expect(await tensor([1, Number.NaN, 3]).argmax().item()).toBe(1);
    expect(await tensor([1, Number.NaN, 3]).argmin().item()).toBe(1);
  });
});

describe('logits at the edge', () => {
  test('±1e38 and single infinities: defined values, finite gradients', async () => {
    const w = new Parameter(
      tensor([
        [1e38, -1e38, 0],
        [-Infinity, 0, 0],
        [-1e38, -1e38, -1e38],
      ]),
    );
    const chances = await list(w.softmax(-1));
    for (const [i, expected] of [1, 0, 0, 0, 0.5, 0.5, 1 / 3, 1 / 3, 1 / 3].entries()) expect(chances[i]).toBeCloseTo(expected, 6);
    const loss = nn.crossEntropy(w, i32(0, 1, 2));
    expect(await loss.item()).toBeCloseTo((Math.LN2 + Math.log(3)) / 3, 5);
    expect((await list(grad(loss, [w])[0]!)).every(Number.isFinite)).toBe(true);
  });

  test('a row of -inf is NaN, as the maths has it, and only that row', async () => {
    const w = new Parameter(
      tensor([
        [-Infinity, -Infinity],
        [0, 0],
      ]),
    );
    expect(await list(w.softmax(-1))).toEqual([Number.NaN, Number.NaN, 0.5, 0.5]);
    expect(await list(w.logSumExp({ axis: -1 }))).toEqual([-Infinity, expect.closeTo(Math.LN2, 6)]);
    const gradient = await list(grad(nn.crossEntropy(w, i32(0, 1), { reduction: 'sum' }), [w])[0]!);
    expect(gradient.slice(2)).toEqual([0.5, -0.5]);
  });
});

describe('a batch of no rows', () => {
  const model = (): nn.Sequential => new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 2));

  test('goes through a model, and a step on its sum changes nothing', async () => {
    const net = model();
    expect((await net.predict(zeros([0, 2])).data()).length).toBe(0);
    const before = await net.stateDict();
    const loss = nn.crossEntropy(net.forward(zeros([0, 2])), zeros([0], { dtype: 'i32' }), { reduction: 'sum' });
    await new optim.SGD(net.parameters(), { lr: 1 }).step(loss);
    expect(await loss.item()).toBe(0);
    for (const [name, value] of Object.entries(await net.stateDict())) expect(await list(value)).toEqual(await list(before[name]!));
  });

  test('a mean over it is NaN, which a fit reports', async () => {
    const net = model();
    const trainer = new Trainer(net, { optimizer: new optim.SGD(net.parameters()), loss: nn.crossEntropy });
    const empty: Dataset<[Tensor, Tensor]> = { length: 4, batch: () => [zeros([0, 2]), zeros([0], { dtype: 'i32' })] };
    await expect(trainer.fit(empty, { epochs: 1, progress: false })).rejects.toThrow(HebbError);
    const whole = new TensorDataset(zeros([5, 2]), zeros([5], { dtype: 'i32' }));
    await trainer.fit(whole, { epochs: 1, batchSize: 2, progress: false }); // the last batch has one row
  });
});

test('probabilities and rates out of range', () => {
  const w = new Parameter(tensor([1]));
  for (const p of [-0.1, 2, Number.NaN, '0.5', null]) expect(() => new nn.Dropout(p as number)).toThrow(ArgumentError);
  for (const lr of [Number.NaN, -1, Infinity, '1']) expect(() => new optim.SGD([w], { lr: lr as number })).toThrow(ArgumentError);
  const opt = new optim.SGD([w], { lr: 0.5 });
  for (const lr of [Number.NaN, -1]) expect(() => (opt.lr = lr)).toThrow(ArgumentError);
  expect(opt.lr).toBe(0.5);
  for (const betas of [[1, 0.9], [0.9, 1], [0.9, Number.NaN], [0.9]])
    expect(() => new optim.Adam([w], { betas: betas as [number, number] })).toThrow(ArgumentError);
});
