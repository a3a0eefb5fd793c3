// Rule 3. A variable alone owns its memory. Reading it records its newest assignment; building, assigning, stateDict() and views copy.
import { nn, optim, Parameter, run, tensor } from 'hebb';
import { describe, expect, it } from 'vitest';

const values = async (t: { data(): Promise<ArrayLike<number>> }) => Array.from(await t.data());

describe('reading a variable', () => {
  it('sees the newest assignment, in the same stretch too', async () => {
    const v = new Parameter(tensor([1, 2]));
    v.assign(v.add(10));
    const y = v.mul(2);
    v.assign(v.add(100));
    expect(await Promise.all([values(y), values(v)])).toEqual([
      [22, 24],
      [111, 112],
    ]);
  });

  it('gives the value of the moment of asking', async () => {
    const v = new Parameter(tensor([1]));
    const early = v.data();
    v.assign(tensor([2]));
    expect([...(await early)]).toEqual([1]);
    expect(await values(v)).toEqual([2]);
  });

  it('sees what a step wrote, though run() asked for the value before', async () => {
    const v = new Parameter(tensor([1, 2]));
    await run(v);
    await new optim.SGD([v], { lr: 1 }).step(v.sum());
    expect(await values(v)).toEqual([0, 1]);
  });

  it('of an earlier value, recorded before an assignment of the same run, still sees the earlier one', async () => {
    const v = new Parameter(tensor([3, 4]));
    await run(v);
    const old = v.mul(v);
    v.assign(v.add(1));
    const fresh = v.mul(v);
    expect(await Promise.all([values(old), values(fresh)])).toEqual([
      [9, 16],
      [16, 25],
    ]);
  });

  it('works where no order serves: the old value is needed after the new one is written', async () => {
    const v = new Parameter(tensor([1, 2, 3]));
    const opt = new optim.SGD([v], { lr: 1 });
    await run(v);
    const old = v.mul(1);
    const step = opt.step(v.sum()); // v - 1
    const both = v.mul(10).add(old); // needs the new value and the old one
    const [result] = await Promise.all([values(both), step]);
    expect(result).toEqual([1, 12, 23]);
  });
});

describe('copies', () => {
  it('are made of the first value', async () => {
    const source = tensor([1, 2]);
    const v = new Parameter(source);
    v.assign(v.mul(5));
    expect(await values(source)).toEqual([1, 2]);
    expect(await values(v)).toEqual([5, 10]);
  });

  it('are made for stateDict() and for views', async () => {
    const layer = new nn.Linear(2, 1);
    const dict = await layer.stateDict();
    const before = await values(dict['weight']!);
    const view = layer.weight.reshape([2]);
    await run(view);
    layer.weight.assign(tensor([[7, 8]]));
    expect(await values(layer.weight)).toEqual([7, 8]);
    expect(await values(dict['weight']!)).toEqual(before);
    expect(await values(view)).toEqual(before);
  });

  it('of a variable into itself and crosswise are right', async () => {
    const a = new Parameter(tensor([1, 2]));
    const b = new Parameter(tensor([3, 4]));
    await run(a, b);
    const old = a.mul(1);
    a.assign(b.mul(1));
    b.assign(old);
    expect(await Promise.all([values(a), values(b)])).toEqual([
      [3, 4],
      [1, 2],
    ]);
    a.assign(a.reshape([2]));
    expect(await values(a)).toEqual([3, 4]);
  });
});
