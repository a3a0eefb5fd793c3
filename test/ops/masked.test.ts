// maskedSelect: a promise of the values where a mask is true, through which gradients pass.
import { DTypeError, grad, Parameter, ShapeError, type Tensor, tensor, zeros } from 'hebb';
import { describe, expect, test } from 'vitest';

const list = async (t: Tensor): Promise<number[]> => Array.from(await t.data());

describe('maskedSelect', () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);

  test('gives the values in order, of any dtype', async () => {
    expect(await list(await x.maskedSelect(x.gt(2)))).toEqual([3, 4, 5, 6]);
    expect(await list(await x.to('i32').transpose().maskedSelect(x.transpose().gt(4)))).toEqual([5, 6]);
    expect(await list(await x.gt(3).maskedSelect(x.lt(5)))).toEqual([0, 0, 0, 1]);
  });

  test('spreads the mask and the values', async () => {
    expect(await list(await x.maskedSelect(tensor([true, false, true])))).toEqual([1, 3, 4, 6]);
    expect(await list(await tensor([7, 8]).maskedSelect(tensor([[true], [false], [true]])))).toEqual([7, 8, 7, 8]);
  });

  test('may find nothing, or look at nothing', async () => {
    expect((await x.maskedSelect(x.gt(9))).shape).toEqual([0]);
    expect(await list(await zeros([0, 3]).maskedSelect(zeros([0, 3], { dtype: 'bool' })))).toEqual([]);
  });

  test('passes gradients, to values that the mask comes from too', async () => {
    const p = new Parameter(tensor([-1, 2, -3, 4]));
    const y = p.mul(2);
    const [dp] = grad((await y.maskedSelect(y.gt(0))).square().sum(), [p]);
    expect(await list(dp!)).toEqual([0, 16, 0, 32]);
  });

  test('refuses what is no mask, or does not fit, as a rejection', async () => {
    await expect(x.maskedSelect(x)).rejects.toThrow(DTypeError);
    await expect(x.maskedSelect(tensor([true, false]))).rejects.toThrow(ShapeError);
  });
});
