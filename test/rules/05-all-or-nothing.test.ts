// Rule 5. A Program writes all of its variables or none. A step may carry a condition under which it writes.
import { IndexError, manualSeed, nn, optim, Parameter, randn, run, type Tensor, TensorDataset, Trainer, tensor } from 'hebb';
import { describe, expect, it } from 'vitest';
import { warningsDuring } from './warnings.js';

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

/** Fails; too much work for the call, so it does so in the queue. */
const failing = (): Tensor => nn.crossEntropy(tensor([[0, 0]]), labels(3)).add(randn([1_000_000]).exp().sum());
const landed = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

describe('what a failed run should have stored', () => {
  it.each([1, 5000])('is never read as if it were there: %i values', async (size) => {
    const lost = failing().add(tensor(new Float32Array(size)));
    await expect(lost.data()).rejects.toThrow(IndexError);
    await expect(lost.data()).rejects.toThrow(IndexError);
    await expect(run(lost)).rejects.toThrow(IndexError);
    await expect(lost.sum().item()).rejects.toThrow(IndexError);
    const w = new Parameter(tensor(1));
    await w.item();
    w.assign(lost.sum());
    await expect(w.item()).rejects.toThrow(IndexError);
    w.assign(tensor(2));
    expect(await w.item()).toBe(2);
  });

  it('fails what was waiting for it, too, and that is no warning: somebody was told', async () => {
    const count = new Parameter(tensor(0), { requiresGrad: false });
    await count.item();
    const warnings = await warningsDuring(async () => {
      const small = failing();
      const told = expect(small.item()).rejects.toThrow(IndexError);
      await null;
      await null;
      count.assign(small.mul(2)); // its small value is still on its way
      await told;
      await landed();
    });
    expect(warnings).toEqual([]);
    await expect(count.item()).rejects.toThrow(IndexError);
    expect(await count.item()).toBe(0);
  });
});

describe('an assignment that fails', () => {
  it('leaves the old value; where there was none, every read fails until there is one', async () => {
    for (const bad of [() => nn.crossEntropy(tensor([[0, 0]]), labels(3)), failing]) {
      const w = new Parameter(tensor(1));
      w.assign(bad()); // in the stretch of its first value, which is therefore never written
      const causes = async (): Promise<unknown> => {
        const error = await w.item().catch((e: Error) => e);
        return error instanceof IndexError ? error : (error as Error).cause;
      };
      for (let again = 0; again < 3; again++) expect(await causes()).toBeInstanceOf(IndexError);
      expect(() => w.square()).toThrow(IndexError);
      w.assign(tensor(4));
      expect(await w.item()).toBe(4);
      w.assign(bad());
      expect(await causes()).toBeInstanceOf(IndexError);
      await w.item().catch(() => {});
      expect(await w.item()).toBe(4);
    }
  });

  it('fails those behind it, with one warning in all where nobody reads them', async () => {
    const count = new Parameter(tensor(0), { requiresGrad: false });
    await count.item();
    const warnings = await warningsDuring(async () => {
      for (let i = 0; i < 3; i++) {
        count.assign(count.add(failing()));
        await null;
        await null;
      }
      await landed();
    });
    expect(warnings.map((text) => text.replace(/^.*error: /, ''))).toEqual([
      '[crossEntropy] label 3 at position 0 is out of range; valid are 0 … 1',
    ]);
    await expect(count.item()).rejects.toThrow(IndexError);
  });
});

it('a step that fails after its promise had resolved, and that no other follows, is a warning', async () => {
  const w = new Parameter(tensor(new Float32Array(1_000_000)));
  const opt = new optim.SGD([w], { lr: 1 });
  await opt.step(w.add(1).sum().mul(0));
  const warnings = await warningsDuring(async () => {
    const outcome = await opt.step(w.sum().add(failing())).catch((error: unknown) => error);
    await landed();
    if (outcome !== undefined) process.emitWarning(String(outcome), 'HebbWarning'); // it failed before it could resolve
  });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('label 3 at position 0');
  expect(await w.add(0).abs().sum().item()).toBe(0);
});

it('a failed fit tells of its error once: no warning beside the rejection', async () => {
  const warnings = await warningsDuring(async () => {
    for (const width of [2, 600, 600, 600]) {
      manualSeed(1);
      const model = new nn.Sequential(new nn.Linear(2, width), new nn.ReLU(), new nn.Linear(width, width), new nn.Linear(width, 2));
      const trainer = new Trainer(model, { optimizer: new optim.Adam(model.parameters()), loss: nn.crossEntropy });
      const bad = new TensorDataset(randn([640, 2]), tensor(Int32Array.from({ length: 640 }, (_, i) => (i === 500 ? 9 : i % 2))));
      const options = { epochs: 1, batchSize: 32, progress: false };
      await expect(trainer.fit(bad, options)).rejects.toThrow(IndexError);
      await trainer.fit(new TensorDataset(randn([64, 2]), tensor(new Int32Array(64))), options);
    }
    await landed();
  });
  expect(warnings).toEqual([]);
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
