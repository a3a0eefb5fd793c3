// Rule 4. What was recorded from an overwritten value and not computed can't be computed any more: a StaleError on the user's line.
import { nn, optim, Parameter, run, StaleError, tensor } from 'hebb';
import { describe, expect, it } from 'vitest';

async function overwritten() {
  const layer = new nn.Linear(2, 2);
  layer.namedParameters();
  const opt = new optim.SGD(layer.parameters(), { lr: 0.1 });
  const y = layer.forward(tensor([[1, 2]]));
  const kept = layer.forward(tensor([[3, 4]]));
  await Promise.all([opt.step(layer.forward(tensor([[5, 6]])).sum()), run(kept)]);
  return { y, kept, opt, layer };
}

describe('a tensor recorded from an overwritten value', () => {
  it('throws where it is used, names the variable and says what helps', async () => {
    const { y } = await overwritten();
    expect(() => y.add(1)).toThrow(StaleError);
    expect(() => y.add(1)).toThrow(/parameter '(weight|bias)'.*before step\(\)/s);
    try {
      y.add(1);
    } catch (error) {
      expect((error as Error).stack).toMatch(/04-stale\.test\.ts/);
      expect((error as StaleError).code).toBe('HEBB_STALE');
    }
  });

  it('rejects where it is asked for', async () => {
    const { y } = await overwritten();
    await expect(y.data()).rejects.toThrow(StaleError);
  });

  it('is fine when it was computed before', async () => {
    const { kept } = await overwritten();
    expect((await kept.add(0).data()).length).toBe(2);
  });

  it('leaves the library usable', async () => {
    const { y, opt, layer } = await overwritten();
    expect(() => y.sum()).toThrow(StaleError);
    await expect(opt.step(y)).rejects.toThrow();
    await opt.step(layer.forward(tensor([[1, 1]])).sum());
  });
});

describe('a tensor recorded before an assignment', () => {
  it('is stale after it, also where the assignment reads nothing of the old value', async () => {
    const w = new Parameter(tensor(1));
    await w.item();
    const twice = w.mul(2);
    w.assign(tensor(5));
    expect(await w.item()).toBe(5);
    await expect(twice.item()).rejects.toThrow(StaleError);
    expect(await w.mul(2).item()).toBe(10);
  });

  it('is stale after loadStateDict', async () => {
    const layer = new nn.Linear(2, 1);
    const y = layer.forward(tensor([[1, 2]]));
    await layer.weight.data();
    layer.loadStateDict({ weight: tensor([[3, 4]]), bias: tensor([0]) });
    expect(await layer.forward(tensor([[1, 2]])).data()).toEqual(Float32Array.of(11));
    await expect(y.data()).rejects.toThrow(StaleError);
  });

  it('has the old value when it is asked for in the same stretch', async () => {
    const w = new Parameter(tensor(1));
    await w.item();
    const twice = w.mul(2);
    const asked = twice.item();
    w.assign(tensor(5));
    expect(await asked).toBe(2);
    expect(await w.item()).toBe(5);
  });
});

describe('step(loss)', () => {
  it('keeps its loss and the gradient norm readable', async () => {
    const w = new Parameter(tensor([3, 4]));
    const opt = new optim.SGD([w], { lr: 0.5 });
    const loss = w.square().sum().div(2);
    await opt.step(loss);
    await opt.step(w.sum());
    expect(await loss.item()).toBe(12.5);
    expect(await opt.gradNorm.item()).toBeCloseTo(Math.SQRT2, 6);
  });

  it('had the norm of that step', async () => {
    const w = new Parameter(tensor([3, 4]));
    const opt = new optim.SGD([w], { lr: 0.5 });
    await opt.step(w.square().sum().div(2));
    expect(await opt.gradNorm.item()).toBe(5);
  });
});
