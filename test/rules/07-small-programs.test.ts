// Rule 7. A small Program runs in the call and its promise is already resolved; after 1 ms a loop of such awaits lets the event loop turn.
import { inspect } from 'node:util';
import { grad, manualSeed, nn, optim, randn, run, tensor } from 'hebb';
import { describe, expect, it } from 'vitest';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a small Program', () => {
  it('is done when its microtask is over', async () => {
    await tensor([1, 2]).add(1).sum().item();
    await turn();
    const y = tensor([1, 2]).add(1).sum();
    void y.item();
    await null;
    await null;
    expect(inspect(y)).toBe('Tensor f32 () 5');
  });

  it('gives the same bits in the call and in the queue', async () => {
    const results: number[][] = [];
    for (const queued of [false, true]) {
      manualSeed(3);
      const model = new nn.Sequential(new nn.Linear(7, 33), new nn.Tanh(), new nn.Linear(33, 3));
      const x = randn([5, 7]);
      await run(x, ...model.parameters());
      await turn();
      // A large run in front fills the queue: what follows must take its place in it.
      const blocker = queued ? randn([2_000_000]).exp().sum().item() : null;
      if (queued) await null;
      const loss = model.forward(x).exp().mean();
      const [dw] = grad(loss, [model.parameters()[0]!]);
      results.push([...(await dw!.data()), await loss.item()]);
      await blocker;
    }
    expect(results[0]).toEqual(results[1]);
  });
});

describe('a loop of awaited tiny steps', () => {
  it('lets timers and I/O fire', async () => {
    const x = tensor([
      [0, 1],
      [1, 0],
    ]);
    const model = new nn.Linear(2, 2);
    const opt = new optim.SGD(model.parameters(), { lr: 1e-3 });
    let ticks = 0;
    let immediates = 0;
    const timer = setInterval(() => ticks++, 1);
    const again = (): void => {
      immediates++;
      immediate = setImmediate(again);
    };
    let immediate = setImmediate(again);
    const end = performance.now() + 300;
    let steps = 0;
    while (performance.now() < end) {
      await opt.step(model.forward(x).square().mean());
      steps++;
    }
    clearInterval(timer);
    clearImmediate(immediate);
    expect(ticks).toBeGreaterThan(50);
    expect(immediates).toBeGreaterThan(50);
    expect(steps).toBeGreaterThan(1000);
  });

  it('so do un-awaited asks in one stretch: after one more run they go through the queue', async () => {
    const asks = Array.from({ length: 2000 }, (_, i) => tensor([i, 1]).mul(2).sum().item());
    expect((await Promise.all(asks)).map((v, i) => v - 2 * i)).toEqual(asks.map(() => 2));
  });
});
