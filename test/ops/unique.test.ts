// unique and nonzero: promises of tensors whose size only the values tell.
import { DisposedError, type DType, type Tensor, tensor, zeros } from 'hebb';
import { describe, expect, test } from 'vitest';

const list = async (t: Tensor): Promise<number[]> => [...(await t.data())];

describe('unique', () => {
  test('each value once, ascending; inverse gives x back; counts add up', async () => {
    const x = tensor([
      [3, 1, 3],
      [2, 3, 1],
    ]);
    const { values, inverse, counts } = await x.unique();
    expect(await list(values)).toEqual([1, 2, 3]);
    expect(inverse.shape).toEqual([2, 3]);
    expect(await list(values.take(inverse))).toEqual(await list(x));
    expect(await list(counts)).toEqual([2, 1, 3]);
    expect([inverse.dtype, counts.dtype]).toEqual(['i32', 'i32']);
  });

  test.each(['f32', 'bf16', 'f16', 'i32', 'u8', 'bool'] as const)('of %s, in a view', async (dtype: DType) => {
    const { values } = await tensor([1, 0, 1, 0, 0, 1], { shape: [2, 3] })
      .to(dtype)
      .transpose()
      .unique();
    expect(values.dtype).toBe(dtype);
    expect(await list(values)).toEqual([0, 1]);
  });

  test('each NaN is its own value, last; -0 is 0; nothing has none', async () => {
    const { values, counts } = await tensor([Number.NaN, 1, Number.NaN, 0, -0]).unique();
    expect(await list(values)).toEqual([-0, 1, Number.NaN, Number.NaN]);
    expect(await list(counts)).toEqual([2, 1, 1, 1]);
    const none = await zeros([0, 3]).unique();
    expect([none.values.shape, none.inverse.shape, none.counts.shape]).toEqual([[0], [0, 3], [0]]);
    expect(await list((await tensor(7).unique()).values)).toEqual([7]);
  });

  test('many values', async () => {
    const source = Int32Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 1009);
    const { values, inverse, counts } = await tensor(source).unique();
    expect(await list(values)).toEqual(Array.from({ length: 1009 }, (_, i) => i));
    expect(await list(inverse)).toEqual([...source]);
    expect(await counts.sum().item()).toBe(100_000);
  });
});

describe('nonzero', () => {
  test('the indices of what is not 0, in order', async () => {
    const x = tensor([
      [0, 5, Number.NaN],
      [-0, 0, -1],
    ]);
    const places = await x.nonzero();
    expect([places.shape, places.dtype]).toEqual([[3, 2], 'i32']);
    expect(await list(places)).toEqual([0, 1, 0, 2, 1, 2]);
    expect(await list(await x.transpose().nonzero())).toEqual([1, 0, 2, 0, 2, 1]);
    expect(await list(await tensor([false, true]).nonzero())).toEqual([1]);
  });

  test('of nothing, of zeros, of a scalar', async () => {
    expect((await zeros([2, 0]).nonzero()).shape).toEqual([0, 2]);
    expect((await zeros([4]).nonzero()).shape).toEqual([0, 1]);
    expect((await tensor(3).nonzero()).shape).toEqual([1, 0]);
  });
});

test('what was disposed rejects', async () => {
  const x = tensor([1]);
  x.dispose();
  await expect(x.unique()).rejects.toThrow(DisposedError);
  await expect(x.nonzero()).rejects.toThrow(DisposedError);
});
