// Rule 8. Programs are cached by structure; every other number is a runtime scalar. A line that never repeats itself is warned about.
import { memoryUsage, nn, optim, Parameter, rand, run, tensor, zeros } from 'hebb';
import { describe, expect, it } from 'vitest';
import { compiledDuring, warningsDuring } from './warnings.js';

describe('one Program', () => {
  it('serves a thousand steps under a schedule', async () => {
    const w = new Parameter(tensor([1, 2, 3]));
    const opt = new optim.Adam([w], { lr: 0.1, clipNorm: 1 });
    await opt.step(w.square().sum());
    const compiled = await compiledDuring(async () => {
      for (let i = 0; i < 1000; i++) {
        opt.lr = 0.1 / (1 + i);
        await opt.step(w.square().sum());
      }
    });
    expect(compiled).toBe(0);
  });

  it('serves other numbers, other values, other slices and other random counters', async () => {
    const x = tensor([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    const ask = (i: number) =>
      x
        .add(rand([2, 4]))
        .mul(i)
        .narrow(1, i % 3, 2)
        .clamp(-i, i)
        .sum()
        .item();
    await ask(1);
    expect(
      await compiledDuring(async () => {
        for (let i = 0; i < 20; i++) await ask(i);
      }),
    ).toBe(0);
  });

  it('serves a loop that moves a slice along a parameter, gradient included', async () => {
    const w = new Parameter(tensor([1, 2, 3, 4]));
    const opt = new optim.SGD([w], { lr: 1 });
    const step = (i: number) => opt.step(w.narrow(0, i, 1).sum());
    await step(0);
    expect(
      await compiledDuring(async () => {
        for (let i = 1; i < 4; i++) await step(i);
      }),
    ).toBe(0);
    expect([...(await w.data())]).toEqual([0, 1, 2, 3]);
  });

  it('serves other tensors and other parameters of the same shapes', async () => {
    const forward = (layer: nn.Linear) => layer.predict(tensor([[1, 2, 3]])).data();
    const [one, other] = [new nn.Linear(3, 2), new nn.Linear(3, 2)];
    await run(one.weight, one.bias!, other.weight, other.bias!);
    await forward(one);
    expect(await compiledDuring(() => forward(other))).toBe(0);
  });

  it('is not shared by other shapes, dtypes, axes or wiring', async () => {
    const a = () =>
      tensor([
        [1, 2],
        [3, 4],
      ]);
    const asks = [
      () => a().add(a()).sum({ axis: 0 }).data(),
      () => a().add(a()).sum({ axis: 1 }).data(),
      () => a().reshape([1, 4]).add(1).sum({ axis: 0 }).data(),
      () => {
        const x = a();
        return x.add(x).sum({ axis: 0 }).data();
      },
      () => a().to('i32').add(a().to('i32')).sum({ axis: 0 }).data(),
    ];
    expect(
      await compiledDuring(async () => {
        for (const ask of asks) await ask();
      }),
    ).toBe(asks.length);
    expect(
      await compiledDuring(async () => {
        for (const ask of asks) await ask();
      }),
    ).toBe(0);
  });

  it('is not confused by which parameters an optimizer owns', async () => {
    const [a, b] = [new Parameter(tensor([1])), new Parameter(tensor([1]))];
    const first = new optim.SGD([a], { lr: 1 });
    const loss = () => a.mul(b).sum();
    await first.step(loss());
    expect([await a.item(), await b.item()]).toEqual([0, 1]);
    const second = new optim.SGD([b], { lr: 1 });
    a.assign(tensor([3]));
    await second.step(loss());
    expect([await a.item(), await b.item()]).toEqual([3, -2]);
  });
});

describe('memoryUsage()', () => {
  it('shows Programs, bytes and budget', () => {
    const { programs, budget, tensors, workspace } = memoryUsage();
    expect(programs.count).toBeGreaterThan(0);
    expect(programs.compiled).toBeGreaterThanOrEqual(programs.count);
    expect(programs.bytes).toBeGreaterThan(programs.count * 100);
    expect(budget).toBeGreaterThan(workspace + tensors);
  });
});

describe('a line whose shapes never repeat', () => {
  it('is warned about at its 100th Program, once', async () => {
    const warnings = await warningsDuring(async () => {
      for (let n = 1; n <= 120; n++) await zeros([n]).add(1).sum().item();
    });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/100 different Programs .*08-program-cache\.test\.ts/);
  });
});
