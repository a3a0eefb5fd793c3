// Data sets: which rows a batch holds, and what is refused.
import {
  ArgumentError,
  arange,
  type Dataset,
  IndexError,
  memoryUsage,
  randn,
  ShapeError,
  Subset,
  type Tensor,
  TensorDataset,
  tensor,
  zeros,
} from 'hebb';
import { describe, expect, test } from 'vitest';

const list = async (t: Tensor): Promise<number[]> => Array.from(await t.data());

describe('TensorDataset', () => {
  test('gathers rows of all its tensors', async () => {
    const data = new TensorDataset(arange(12).reshape([4, 3]), tensor([10, 11, 12, 13], { dtype: 'u8' }));
    expect(data.length).toBe(4);
    const [x, y] = data.batch(Int32Array.of(2, 0, 2));
    expect([x.shape, y.shape, y.dtype]).toEqual([[3, 3], [3], 'u8']);
    expect(await list(x)).toEqual([6, 7, 8, 0, 1, 2, 6, 7, 8]);
    expect(await list(y)).toEqual([12, 10, 12]);
  });

  test('computes lazy tensors once', async () => {
    const data = new TensorDataset(randn([5, 2]).mul(2));
    const before = memoryUsage().marked;
    const first = await list(data.batch(Int32Array.of(0, 1))[0]);
    await null;
    expect(await list(data.batch(Int32Array.of(0, 1))[0])).toEqual(first);
    expect(memoryUsage().marked).toBe(before);
  });

  test('refuses tensors that do not fit together', () => {
    expect(() => new TensorDataset(zeros([3, 2]), zeros([4]))).toThrow(/\(3, 2\) and \(4\)/);
    expect(() => new TensorDataset(zeros([]))).toThrow(ShapeError);
    expect(() => new TensorDataset()).toThrow(ShapeError);
    expect(() => new TensorDataset([1, 2] as never)).toThrow(ArgumentError);
  });

  test('a row out of range rejects the run', async () => {
    const [x] = new TensorDataset(zeros([3, 2])).batch(Int32Array.of(0, 3));
    await expect(x.data()).rejects.toThrow(IndexError);
  });
});

describe('Subset', () => {
  test('is some rows of another data set, in an order of its own', async () => {
    const subset = new Subset(new TensorDataset(arange(10)), [7, 3, 5]);
    expect(subset.length).toBe(3);
    expect(await list((await subset.batch(Int32Array.of(2, 0)))[0])).toEqual([5, 7]);
    const nested = new Subset(subset, [1]);
    expect(await list((await nested.batch(Int32Array.of(0)))[0])).toEqual([3]);
  });

  test('names the first row that is out of range', () => {
    const data: Dataset<number> = { length: 3, batch: () => 0 };
    expect(() => new Subset(data, [0, 3])).toThrow(/row 3 at position 1/);
    for (const row of [-1, 0.5, Number.NaN]) expect(() => new Subset(data, [row])).toThrow(IndexError);
  });
});
