// Rule 7. A small Program runs in the call and its promise is already resolved; after 1 ms a loop of such awaits lets the event loop turn.
import { inspect } from 'node:util';
import { grad, manualSeed, nn, randn, run, tensor } from 'hebb';
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
  it('lets timers and I/O fire, in their time as test/timing sees', async () => {
    const fired = { timer: false, immediate: false };
    setTimeout(() => (fired.timer = true), 2);
    setImmediate(() => (fired.immediate = true));
    const x = tensor([1, 2]);
    for (let i = 0; i < 100_000 && !(fired.timer && fired.immediate); i++) await x.add(i).sum().item();
    expect(fired).toEqual({ timer: true, immediate: true });
  });

  it('as do un-awaited asks in one stretch: after one more run they go through the queue', async () => {
    const asks = Array.from({ length: 2000 }, (_, i) => tensor([i, 1]).mul(2).sum().item());
    expect((await Promise.all(asks)).map((v, i) => v - 2 * i)).toEqual(asks.map(() => 2));
  });
});
