// Rule 6. A submission never blocks the thread; step() resolves when the queue has room, so a loop keeps a few steps in flight and no more.
import { inspect } from 'node:util';
import { DataLoader, manualSeed, nn, optim, randn, run, type Tensor, TensorDataset, tensor } from 'hebb';
import { describe, expect, it } from 'vitest';
import { warningsDuring } from './warnings.js';

async function heavy() {
  manualSeed(1);
  const x = randn([256, 512]);
  const model = new nn.Sequential(new nn.Linear(512, 512), new nn.ReLU(), new nn.Linear(512, 512));
  const opt = new optim.SGD(model.parameters(), { lr: 1e-3 });
  await run(x);
  return { x, model, opt };
}
const computed = (t: Tensor) => !inspect(t).includes('not computed');

describe('a training loop', () => {
  it('has at most 3 steps in flight when step() resolves', async () => {
    const { x, model, opt } = await heavy();
    const losses: Tensor[] = [];
    for (let i = 0; i < 30; i++) {
      const loss = model.forward(x).square().mean();
      losses.push(loss);
      await opt.step(loss);
      expect(losses.filter((l) => !computed(l)).length).toBeLessThanOrEqual(3);
    }
    await losses.at(-1)!.item();
    expect(losses.every(computed)).toBe(true);
  });

  it('submits without waiting for the work', async () => {
    const { x, model, opt } = await heavy();
    await opt.step(model.forward(x).square().mean());
    const loss = model.forward(x).square().mean();
    await opt.step(loss);
    expect(computed(loss)).toBe(false); // resolved while the step is still on its way
    await loss.item();
  });

  it('is not held back by what others submit after it, however full they keep the queue', async () => {
    const { x, model, opt } = await heavy();
    const losses: Tensor[] = [];
    let done: Promise<number> | null = null;
    for (let i = 0; i < 40; i++) {
      const loss = model.forward(x).square().mean();
      losses.push(loss);
      const stepped = opt.step(loss); // not awaited
      if (i === 5) done = stepped.then(() => losses.filter(computed).length);
      await null;
      await null;
    }
    expect(await done).toBeLessThan(20);
    await losses.at(-1)!.item();
  });

  it('over a DataLoader waits for room, too', async () => {
    const { model, opt } = await heavy();
    const data = new TensorDataset(randn([2048, 512]));
    const losses: Tensor[] = [];
    for await (const [x] of new DataLoader(data, { batchSize: 256 })) {
      const loss = model.forward(x!).square().mean();
      losses.push(loss);
      void opt.step(loss); // not awaited: the loader alone holds back
      expect(losses.filter((l) => !computed(l)).length).toBeLessThanOrEqual(5);
    }
    await losses.at(-1)!.item();
  });
});

describe('a failed step', () => {
  it('that had resolved rejects the next step, which is not recorded', async () => {
    const { x, model, opt } = await heavy();
    await opt.step(model.forward(x).square().mean());
    const labels = tensor(Int32Array.from({ length: 256 }, () => 512));
    await opt.step(nn.crossEntropy(model.forward(x), labels)).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 100));
    const outcome = await opt.step(model.forward(x).square().mean()).then(
      () => 'resolved',
      (error: Error) => error.message,
    );
    expect(outcome).toMatch(/label 512 at position 0|resolved/);
    await opt.step(model.forward(x).square().mean());
  });

  it('that nobody awaited is a process warning, not an unhandled rejection', async () => {
    const warnings = await warningsDuring(async () => {
      const { x, model, opt } = await heavy();
      await opt.step(model.forward(x).square().mean());
      void opt.step(nn.crossEntropy(model.forward(x), tensor(Int32Array.from({ length: 256 }, () => -1)))).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    expect(warnings.length).toBeLessThanOrEqual(1);
  });
});
