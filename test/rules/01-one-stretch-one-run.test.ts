// Rule 1. All that is asked for between two awaits becomes one run; unrelated requests become separate Programs.
import { grad, IndexError, nn, optim, Parameter, run, ShapeError, tensor } from 'hebb';
import { describe, expect, it } from 'vitest';
import { compiledDuring, warningsDuring } from './warnings.js';

const wrongLabel = () => nn.crossEntropy(tensor([[1, 2]]), tensor([7], { dtype: 'i32' }));

describe('what is asked for between two awaits', () => {
  it('is one Program when it is related', async () => {
    const x = tensor([1, 2, 3, 4, 5]).mul(3);
    expect(await compiledDuring(() => Promise.all([x.sum().item(), x.max().item(), x.exp().data()]))).toBe(1);
  });

  it('is a Program each when it is not', async () => {
    const a = tensor([1, 2, 3, 4, 5, 6]).mul(3);
    const b = tensor([1, 2, 3, 4, 5, 6, 7]).mul(3);
    expect(await compiledDuring(() => Promise.all([a.data(), b.data()]))).toBe(2);
  });

  it("so one caller's failure never rejects another's promise", async () => {
    const bad = wrongLabel().item();
    const good = tensor([1, 2]).add(1).data();
    await expect(bad).rejects.toThrow(IndexError);
    expect([...(await good)]).toEqual([2, 3]);
  });

  it('but related requests fail together', async () => {
    const loss = wrongLabel();
    const [first, second] = await Promise.allSettled([loss.item(), loss.mul(2).item()]);
    expect([first.status, second.status]).toEqual(['rejected', 'rejected']);
  });

  it('may hold two steps of one optimizer: the second reads what the first wrote', async () => {
    const train = async (pause: boolean): Promise<number[]> => {
      const w = new Parameter(tensor([1, -2, 3]));
      const opt = new optim.Adam([w], { lr: 0.1 });
      const first = opt.step(w.square().sum());
      if (pause) await first;
      await Promise.all([first, opt.step(w.square().mul(2).sum())]);
      return [...(await w.data())];
    };
    expect(await train(false)).toEqual(await train(true));
  });
});

describe('what returns a promise rejects and never throws', () => {
  it.each([
    ['item() of many elements', () => tensor([1, 2]).item()],
    ['step() of a vector', () => new optim.SGD([new Parameter(tensor([1]))]).step(tensor([1, 2]).mul(1))],
    [
      'run() of a disposed tensor',
      () => {
        const t = tensor([1]);
        t.dispose();
        return run(t.add(0));
      },
    ],
  ])('%s', async (_, ask) => {
    let promise: Promise<unknown> | undefined;
    if (_ !== 'run() of a disposed tensor') {
      expect(() => (promise = ask())).not.toThrow();
      await expect(promise).rejects.toThrow();
    } else expect(ask).toThrow(/disposed/); // `add` throws on its own line
  });

  it('recording throws at once, on the line that is wrong', () => {
    expect(() => grad(tensor([1, 2]), [])).toThrow(ShapeError);
  });
});

describe('what returns nothing', () => {
  const labels = () => tensor([9], { dtype: 'i32' });

  it('rejects the next read of what it should have written, once, and leaves the value as it was', async () => {
    const v = new Parameter(tensor([1]));
    await run(v);
    v.assign(nn.crossEntropy(tensor([[1, 2]]), labels()).reshape([1]));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(v.data()).rejects.toThrow(IndexError);
    expect([...(await v.data())]).toEqual([1]);
  });

  it('or becomes a process warning when nobody reads', async () => {
    const warnings = await warningsDuring(async () => {
      const v = new Parameter(tensor([1]));
      await run(v);
      v.assign(nn.crossEntropy(tensor([[1, 2]]), labels()).reshape([1]));
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    expect(warnings.join()).toMatch(/label 9/);
  });
});
