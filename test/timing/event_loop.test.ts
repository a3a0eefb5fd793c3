// The event loop stays free while a model trains; a wide bound, because the machine may be busy: `npm run bench -- overhead` measures.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { manualSeed, nn, optim, randn, run, tensor } from 'hebb';
import { expect, it } from 'vitest';

async function delayWhile(work: () => Promise<void>): Promise<number> {
  const monitor = monitorEventLoopDelay({ resolution: 1 });
  monitor.enable();
  await work();
  monitor.disable();
  return monitor.percentile(50) / 1e6;
}

it('half of the timers are on time while a large net trains', async () => {
  manualSeed(1);
  const model = new nn.Sequential(new nn.Linear(1024, 2048), new nn.ReLU(), new nn.Linear(2048, 1024));
  const opt = new optim.Adam(model.parameters());
  const x = randn([512, 1024]);
  await run(x);
  await opt.step(model.forward(x).square().mean());
  const delay = await delayWhile(async () => {
    for (let i = 0; i < 15; i++) await opt.step(model.forward(x).square().mean());
    await opt.gradNorm.item();
  });
  expect(delay).toBeLessThan(10); // a step takes several times as long
});

it('and in a loop of awaited tiny steps', async () => {
  const model = new nn.Linear(2, 1);
  const opt = new optim.SGD(model.parameters(), { lr: 0.01 });
  const x = tensor([[1, 2]]);
  const delay = await delayWhile(async () => {
    for (let i = 0; i < 20_000; i++) await opt.step(model.forward(x).square().sum());
  });
  expect(delay).toBeLessThan(10);
});

it('in such a loop timers and I/O fire all the time', async () => {
  const model = new nn.Linear(2, 2);
  const opt = new optim.SGD(model.parameters(), { lr: 1e-3 });
  const x = tensor([[1, 2]]);
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
  for (; performance.now() < end; steps++) await opt.step(model.forward(x).square().mean());
  clearInterval(timer);
  clearImmediate(immediate);
  expect(ticks).toBeGreaterThan(50);
  expect(immediates).toBeGreaterThan(50);
  expect(steps).toBeGreaterThan(1000);
});
