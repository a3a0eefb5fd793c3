// Losses against float64 formulas, with gradients; extreme logits; and targets that don't fit.
import { ArgumentError, Generator, grad, IndexError, nn, randn, run, ShapeError, type Tensor, tensor, zeros } from 'hebb';
import { describe, expect, test } from 'vitest';

const list = async (t: Tensor): Promise<number[]> => Array.from(await t.data());
const labels = (...values: number[]): Tensor => tensor(values, { dtype: 'i32' });

/** -log softmax of each row, in float64. */
function negativeLogs(row: readonly number[]): number[] {
  const most = Math.max(...row);
  const logSum = most + Math.log(row.reduce((sum, x) => sum + Math.exp(x - most), 0));
  return row.map((x) => logSum - x);
}

function close(found: readonly number[], expected: readonly number[]): void {
  const scale = Math.max(...expected.map(Math.abs));
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs(found[i]! - value), `${i}: ${found[i]} for ${value}`).toBeLessThanOrEqual(4e-6 * scale);
}

describe('mseLoss', () => {
  const a = tensor([1, 2, -3]);
  const b = tensor([1, 4, 0]);
  test('mean, sum, none, and gradients both ways', async () => {
    close([await nn.mseLoss(a, b).item()], [13 / 3]);
    close([await nn.mseLoss(a, b, { reduction: 'sum' }).item()], [13]);
    close(await list(nn.mseLoss(a, b, { reduction: 'none' })), [0, 4, 9]);
    const [da, db] = grad(nn.mseLoss(a, b), [a, b]);
    await run(da!, db!);
    close(await list(da!), [0, -4 / 3, -2]);
    close(await list(db!), [0, 4 / 3, 2]);
    close([await new nn.MSELoss({ reduction: 'sum' }).forward(a, b).item()], [13]);
  });

  test('shapes must be equal: (N) against (N, 1) would broadcast to (N, N)', () => {
    expect(() => nn.mseLoss(zeros([4]), zeros([4, 1]))).toThrow(ShapeError);
    expect(() => nn.mseLoss(a, b, { reduction: 'avg' as never })).toThrow(ArgumentError);
  });
});

describe('bceWithLogits', () => {
  const logits = [-30, -2, 0, 0, 0.5, 30];
  const targets = [0, 1, 0, 1, 0.25, 1];
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

  test('values and gradients, at 0 too', async () => {
    const x = tensor(logits);
    const y = tensor(targets);
    const expected = logits.map((l, i) => Math.max(l, 0) - l * targets[i]! + Math.log1p(Math.exp(-Math.abs(l))));
    close(await list(nn.bceWithLogits(x, y, { reduction: 'none' })), expected);
    const [dx, dy] = grad(nn.bceWithLogits(x, y, { reduction: 'sum' }), [x, y]);
    await run(dx!, dy!);
    close(
      await list(dx!),
      logits.map((l, i) => sigmoid(l) - targets[i]!),
    );
    close(
      await list(dy!),
      logits.map((l) => -l),
    );
    const mean = expected.reduce((s, v) => s + v, 0) / expected.length;
    close([await new nn.BCEWithLogitsLoss().forward(x, y).item()], [mean]);
  });

  test('huge logits stay finite', async () => {
    const x = tensor([-1e38, 1e38, -1e38]);
    const y = tensor([0, 1, 1]);
    expect(await list(nn.bceWithLogits(x, y, { reduction: 'none' }))).toEqual([0, 0, Math.fround(1e38)]);
    const [dx] = grad(nn.bceWithLogits(x, y, { reduction: 'sum' }), [x]);
    expect(await list(dx!)).toEqual([0, 0, -1]);
  });

  test('of a logit that is certain and right what is left is told, weighted too', async () => {
    const x = tensor([20, -20, 60, -90]);
    const y = tensor([1, 0, 1, 0]);
    const expected = [20, 20, 60, 90].map((size) => Math.log1p(Math.exp(-size)));
    for (const posWeight of [undefined, tensor(1)]) {
      const losses = await list(nn.bceWithLogits(x, y, { reduction: 'none', posWeight }));
      for (const [i, loss] of losses.entries()) expect(Math.abs(loss / expected[i]! - 1)).toBeLessThan(1e-6);
    }
  });

  test('shapes must be equal', () => {
    expect(() => nn.bceWithLogits(zeros([4, 1]), zeros([4]))).toThrow(/outputs are \(4, 1\), targets \(4\)/);
  });
});

describe('crossEntropy', () => {
  const rows = [[1, -2, 0.5], [0, 0, 0], [-3, 4, 1], [2, 2, -1]]; // biome-ignore format: a matrix
  const classes = [0, 2, 1, 2];
  const logits = tensor(rows);
  const y = labels(...classes);
  const each = rows.map((row, i) => negativeLogs(row)[classes[i]!]!);
  const mean = (values: readonly number[]): number => values.reduce((s, v) => s + v, 0) / values.length;

  test('mean, sum, none, and the gradient', async () => {
    close([await nn.crossEntropy(logits, y).item()], [mean(each)]);
    close([await nn.crossEntropy(logits, y, { reduction: 'sum' }).item()], [4 * mean(each)]);
    close(await list(nn.crossEntropy(logits, y, { reduction: 'none' })), each);
    const [dx] = grad(nn.crossEntropy(logits, y), [logits]);
    close(
      await list(dx!),
      rows.flatMap((row, i) => negativeLogs(row).map((l, c) => (Math.exp(-l) - (c === classes[i] ? 1 : 0)) / 4)),
    );
    close([await new nn.CrossEntropyLoss({ reduction: 'sum' }).forward(logits, y).item()], [4 * mean(each)]);
  });

  test('u8 labels, and rows along more than one axis', async () => {
    close([await nn.crossEntropy(logits, tensor(classes, { dtype: 'u8' })).item()], [mean(each)]);
    close([await nn.crossEntropy(logits.reshape([2, 2, 3]), y.reshape([2, 2])).item()], [mean(each)]);
    expect(nn.crossEntropy(logits.reshape([2, 2, 3]), y.reshape([2, 2]), { reduction: 'none' }).shape).toEqual([2, 2]);
  });

  test('probabilities as targets', async () => {
    const targets = rows.map(() => [0.2, 0.5, 0.3]);
    const expected = rows.map((row) => negativeLogs(row).reduce((s, l, c) => s + l * targets[0]![c]!, 0));
    close([await nn.crossEntropy(logits, tensor(targets)).item()], [mean(expected)]);
  });

  test('labelSmoothing', async () => {
    const expected = rows.map((row, i) => 0.9 * each[i]! + 0.1 * mean(negativeLogs(row)));
    close([await nn.crossEntropy(logits, y, { labelSmoothing: 0.1 }).item()], [mean(expected)]);
    for (const labelSmoothing of [-0.1, 2, Number.NaN]) expect(() => nn.crossEntropy(logits, y, { labelSmoothing })).toThrow(ArgumentError);
  });

  test('ignoreIndex', async () => {
    const some = labels(0, -1, 1, -1);
    close([await nn.crossEntropy(logits, some, { ignoreIndex: -1 }).item()], [(each[0]! + each[2]!) / 2]);
    close(await list(nn.crossEntropy(logits, some, { ignoreIndex: -1, reduction: 'none' })), [each[0]!, 0, each[2]!, 0]);
    const [dx] = grad(nn.crossEntropy(logits, some, { ignoreIndex: -1 }), [logits]);
    expect((await list(dx!)).slice(3, 6)).toEqual([0, 0, 0]);
  });

  test('huge logits', async () => {
    const x = tensor([[1e38, -1e38], [-1e38, 1e38]]); // biome-ignore format: a matrix
    expect(await list(nn.crossEntropy(x, labels(0, 1), { reduction: 'none' }))).toEqual([0, 0]);
    const [dx] = grad(nn.crossEntropy(x, labels(0, 1)), [x]);
    expect((await list(dx!)).every(Number.isFinite)).toBe(true);
  });

  test.each([3, -1, 1_000_000])('a label %d rejects with row and value', async (label) => {
    const error = await nn
      .crossEntropy(logits, labels(0, 1, label, 2))
      .item()
      .catch((e) => e);
    expect(error).toBeInstanceOf(IndexError);
    expect(error.message).toContain(String(label));
    expect(error.message).toContain('position 2');
    close([await nn.crossEntropy(logits, y).item()], [mean(each)]); // and work goes on
  });

  test('targets that do not fit', () => {
    expect(() => nn.crossEntropy(logits, labels(0, 1))).toThrow(/need labels \(4\), got \(2\)/);
    expect(() => nn.crossEntropy(logits, tensor([0, 1, 2, 0]))).toThrow(/labels \(4\) in i32 or u8, or probabilities \(4, 3\) in f32/);
    expect(() => nn.crossEntropy(zeros([]), labels(0))).toThrow(ShapeError);
    expect(() => nn.crossEntropy(logits, logits, { ignoreIndex: 0 })).toThrow(ArgumentError);
  });

  test('a gradient of the gradient', async () => {
    const x = randn([3, 4], { generator: new Generator(2) });
    const [dx] = grad(nn.crossEntropy(x, labels(0, 1, 3)), [x]);
    const [ddx] = grad(dx!.square().sum(), [x]);
    const h = 1e-2;
    const base = await list(x);
    const at = async (k: number, step: number): Promise<number> => {
      const moved = tensor(
        base.map((v, i) => (i === k ? v + step : v)),
        { shape: [3, 4] },
      );
      return grad(nn.crossEntropy(moved, labels(0, 1, 3)), [moved])[0]!
        .square()
        .sum()
        .item();
    };
    const found = await list(ddx!);
    for (const k of [0, 5, 11]) expect(found[k]).toBeCloseTo(((await at(k, h)) - (await at(k, -h))) / (2 * h), 3);
  });
});
