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
