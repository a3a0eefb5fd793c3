// Rule 5. A Program writes all of its variables or none. A step may carry a condition under which it writes.
import { IndexError, nn, optim, Parameter, run, tensor } from 'hebb';
import { describe, expect, it } from 'vitest';

const labels = (n: number) => tensor([n], { dtype: 'i32' });
const bits = async (p: Parameter) => [...(await p.data())];

describe('a run that fails', () => {
  it('writes no variable, wherever the failing command stands', async () => {
    const a = new Parameter(tensor([[1, 2]]));
    const b = new Parameter(tensor([[3, 4]]));
    const first = new optim.SGD([a], { lr: 1 });
    const second = new optim.SGD([b], { lr: 1 });
    // The second loss needs a's new value, and its label is bad: a's update precedes what fails.
    const one = first.step(a.square().sum());
    const loss = nn.crossEntropy(b.add(a), labels(5));
    const two = second.step(loss);
    const [, , value] = await Promise.allSettled([one, two, loss.item()]);
    expect((value as PromiseRejectedResult).reason).toBeInstanceOf(IndexError);
    expect(await Promise.all([bits(a), bits(b)])).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('takes no first values along: a new model is whole after a bad first batch', async () => {
    const layer = new nn.Linear(2, 2);
    await expect(nn.crossEntropy(layer.forward(tensor([[1, 2]])), labels(7)).item()).rejects.toThrow(IndexError);
    const values = [...(await bits(layer.weight)), ...(await bits(layer.bias!))];
    expect(values.every((value) => value !== 0 && Math.abs(value) <= Math.SQRT1_2)).toBe(true);
  });

  it('leaves the same arithmetic when nothing fails', async () => {
    const a = new Parameter(tensor([[1, 2]]));
    const b = new Parameter(tensor([[3, 4]]));
    const first = new optim.SGD([a], { lr: 1 });
    const second = new optim.SGD([b], { lr: 1 });
    await Promise.all([first.step(a.square().sum()), second.step(nn.crossEntropy(b.add(a), labels(1)))]);
    expect(await bits(a)).toEqual([-1, -2]);
    const p = 1 / (1 + Math.exp(0)); // b + a = (2, 2)
    expect(await bits(b)).toEqual([3 - p, 4 + p]);
  });

  it('in the queue voids what waits for it, with its error as cause; the next step tells of a step that had resolved', async () => {
    const size = 1_000_000; // too much work for the call: it goes through the queue
    const w = new Parameter(tensor(new Float32Array(size)));
    const opt = new optim.SGD([w], { lr: 1 });
    await opt.step(w.add(1).sum().mul(0));
    const zero = w.add(0);
    await run(zero);
    const loss = w
      .add(1)
      .sum()
      .add(nn.crossEntropy(tensor([[0, 0]]), labels(3)));
    await opt.step(loss); // submitted; there is room, so it resolves
    const next = w.add(0).sum(); // recorded from what the step should have written
    const [failure, outcome] = await Promise.all([loss.item().catch((e: Error) => e), next.item().catch((e: Error) => e)]);
    expect(failure).toBeInstanceOf(IndexError);
    expect(outcome).toBeInstanceOf(Error);
    expect((outcome as Error).cause).toBeInstanceOf(IndexError);
    await expect(opt.step(w.sum())).rejects.toThrow(IndexError);
    expect(await w.add(0).abs().sum().item()).toBe(0);
    await opt.step(w.sum());
    expect(await w.mean().item()).toBe(-1);
  });
});

it('of several steps that fail in the queue the next one tells of the first, not of what it entailed', async () => {
  const w = new Parameter(tensor(new Float32Array(1_000_000)));
  const opt = new optim.SGD([w], { lr: 1 });
  await opt.step(w.add(1).sum().mul(0));
  const loss = w.exp().sum();
  await opt.step(loss.add(nn.crossEntropy(tensor([[0, 0]]), labels(3))));
  // The next one needs what the first should have written. If it is submitted before the first has failed, the one after it tells.
  const next = await opt.step(w.add(1).sum()).catch((error: unknown) => error);
  await w
    .add(0)
    .sum()
    .item()
    .catch(() => {});
  const told = next ?? (await opt.step(w.sum()).catch((error: unknown) => error));
  expect(told).toBeInstanceOf(IndexError);
});

describe('skipNonFinite', () => {
  it('leaves parameters, moments and step count as they are where the loss or the norm is not finite', async () => {
    const w = new Parameter(tensor([1, 2]));
    const opt = new optim.Adam([w], { lr: 0.1, skipNonFinite: true });
    await opt.step(w.square().sum());
    const before = [await bits(w), await stateOf(opt)];
    await opt.step(w.mul(NaN).sum());
    await opt.step(w.sum().mul(Infinity));
    await opt.step(
      w
        .sub(tensor([Infinity, 0]))
        .abs()
        .sum()
        .reciprocal()
        .mul(0)
        .add(w.mul(3e38).mul(10).sum()),
    );
    expect([await bits(w), await stateOf(opt)]).toEqual(before);
    await opt.step(w.square().sum());
    expect(await bits(w)).not.toEqual(before[0]);
  });

  it('is off unless asked for', async () => {
    const w = new Parameter(tensor([1, 2]));
    await new optim.SGD([w], { lr: 0.1 }).step(w.mul(NaN).sum());
    expect(await bits(w)).toEqual([NaN, NaN]);
  });
});

async function stateOf(opt: optim.Optimizer) {
  const dict = await opt.stateDict();
  return Promise.all(Object.entries(dict).map(async ([key, t]) => [key, [...(await t.data())]]));
}
