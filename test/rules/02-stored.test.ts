// Rule 2. A tensor asked for becomes stored; one executed on the way is marked, and stored when a later run needs it: nothing runs three times.

import { inspect } from 'node:util';
import { grad, memoryUsage, nn, optim, Parameter, rand, run, tensor } from 'hebb';
import { describe, expect, it } from 'vitest';
import { compiledDuring, warningsDuring } from './warnings.js';

const marked = () => memoryUsage().marked;

describe('a tensor asked for', () => {
  it('is stored: asking again runs nothing', async () => {
    const y = tensor([1, 2]).add(tensor([3, 4]));
    await y.data();
    expect(await compiledDuring(() => y.data())).toBe(0);
    expect(inspect(y)).toBe('Tensor f32 (2) [4, 6]');
  });

  it('shows itself as not computed before', () => {
    expect(inspect(tensor([1, 2]).add(1))).toBe('Tensor f32 (2) not computed; await .item()');
  });
});

describe('a tensor computed on the way', () => {
  it('is stored at the second need, with one warning that names the line', async () => {
    const before = marked();
    const warnings = await warningsDuring(async () => {
      const x = tensor([1, 2, 3]).mul(tensor([2, 2, 2]));
      for (let i = 0; i < 3; i++) await x.add(i).sum().item();
    });
    expect(marked() - before).toBe(1); // the second need stored it, the third found it
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/'mul' .*02-stored\.test\.ts/);
  });

  it('by reading the loss before step() is computed twice, and the warning tells to read it afterwards', async () => {
    const warnings = await warningsDuring(async () => {
      const w = new Parameter(tensor([[1, 2]]));
      const loss = w.mul(w).sum();
      await loss.item();
      await new optim.SGD([w], { lr: 1 }).step(loss.mul(w.square().mul(loss).sum()));
      const other = w.exp();
      const sum = other.mul(other).sum();
      await sum.item();
      await new optim.SGD([w], { lr: 1 }).step(sum);
    });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/'exp' .*02-stored\.test\.ts.* read it afterwards, await loss\.item\(\)/);
  });

  it('by run() has a warning that names the line as well', async () => {
    const warnings = await warningsDuring(async () => {
      const x = tensor([1, 2, 3]).mul(tensor([3, 3, 3]));
      await run(x.add(1));
      await run(x.add(2));
    });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/'mul' .*02-stored\.test\.ts/);
  });

  it('is stored without a word when run() asks for it in the same stretch', async () => {
    const warnings = await warningsDuring(async () => {
      let h = tensor([0.5, 0.5]);
      for (let i = 0; i < 5; i++) {
        const next = h.mul(h).add(0.1);
        await run(next, next.sum());
        h = next;
      }
    });
    expect(warnings).toEqual([]);
  });

  it('keeps its random values when it runs a second time', async () => {
    const noise = rand([5000]).add(0);
    const sum = await noise.sum().item();
    expect(await noise.sum().item()).toBe(sum);
  });
});

describe('the record of a stored tensor', () => {
  it('serves gradients until a variable in it is overwritten', async () => {
    const w = new Parameter(tensor([2, 3]));
    const y = w.square().sum();
    expect(await y.item()).toBe(13);
    const [dw] = grad(y, [w]);
    expect([...(await dw!.data())]).toEqual([4, 6]);
  });

  it('serves the gradients of a step as well, whether the loss was recorded before or after', async () => {
    const train = async (pause: 'before' | 'after' | 'loss' | 'never') => {
      const w = new Parameter(tensor([1, 2]));
      const v = new Parameter(tensor([3, 4]));
      const hidden = w.mul(2);
      if (pause === 'before') await run(hidden);
      const loss = hidden.mul(v).sum();
      if (pause === 'after') await run(hidden);
      if (pause === 'loss') await loss.item();
      await new optim.SGD([w, v], { lr: 0.5 }).step(loss);
      return [...(await w.data()), ...(await v.data())];
    };
    for (const pause of ['never', 'before', 'after', 'loss'] as const) expect(await train(pause)).toEqual([-2, -2, 2, 2]);
  });

  it('is dropped by the step that overwrites: state carried through a loop grows no graph', async () => {
    const w = new Parameter(tensor([1, 1]));
    const opt = new optim.SGD([w], { lr: 0.01 });
    let average = tensor(0);
    const heap: number[] = [];
    for (let i = 0; i < 3000; i++) {
      const loss = w.square().sum();
      const next = average.mul(0.9).add(loss.mul(0.1));
      await Promise.all([opt.step(loss), run(next)]);
      average = next;
      if (i === 1000 || i === 2999) {
        globalThis.gc?.();
        heap.push(process.memoryUsage().heapUsed);
      }
    }
    expect(heap[1]! - heap[0]!).toBeLessThan(1_000_000);
  });

  it('does not exist for what predict() records', async () => {
    const model = new nn.Linear(4, 4);
    let h = tensor([[1, 2, 3, 4]]);
    const heap: number[] = [];
    for (let i = 0; i < 3000; i++) {
      const next = model.predict(h).tanh();
      await run(next);
      h = next;
      if (i === 1000 || i === 2999) {
        globalThis.gc?.();
        heap.push(process.memoryUsage().heapUsed);
      }
    }
    expect(heap[1]! - heap[0]!).toBeLessThan(1_000_000);
  });
});
