// Processes and threads beside the one that loaded the library: forked, clustered, ended in the middle of a fit; all get the same bits.
import { Worker } from 'node:worker_threads';
import { ArgumentError, info, setNumThreads } from 'hebb';
import { describe, expect, test } from 'vitest';
import { hebb, runScript, writeScript } from '../process/child.js';

/** `sum`: the weights of a model after a few steps, as a number that tells any difference. */
const learn = `
  import { manualSeed, nn, optim, randn, run } from ${JSON.stringify(hebb)};
  manualSeed(1);
  const model = new nn.Sequential(new nn.Linear(40, 300), new nn.Tanh(), new nn.Dropout(0.3), new nn.Linear(300, 5));
  const opt = new optim.Adam(model.parameters());
  const x = randn([64, 40]);
  await run(x);
  for (let i = 0; i < 20; i++) await opt.step(model.forward(x).square().mean());
  let sum = 0;
  for (const p of model.parameters()) for (const [i, value] of (await p.data()).entries()) sum += value * (1 + (i % 97));
`;

describe('after the library was loaded and used', () => {
  test('fork, and worker threads beside it, give the same bits', async () => {
    const file = writeScript(`
      import { fork } from 'node:child_process';
      import { Worker, isMainThread, parentPort } from 'node:worker_threads';
      ${learn}
      const { filename } = import.meta;
      if (!isMainThread) parentPort.postMessage(sum);
      else if (process.send) process.send(sum, () => process.disconnect());
      else {
        const message = (from) => new Promise((resolve) => from.once('message', resolve));
        const others = await Promise.all([fork(filename), fork(filename), new Worker(filename)].map(message));
        console.log(JSON.stringify([sum, ...others]));
      }`);
    const { code, out } = await runScript(`await import(${JSON.stringify(file)});`);
    expect([code, out]).toEqual([0, expect.stringMatching(/^\[.*\]\n$/)]);
    const sums = JSON.parse(out) as number[];
    expect(sums).toHaveLength(4);
    expect(Number.isFinite(sums[0])).toBe(true);
    expect(new Set(sums).size).toBe(1);
  });

  test('cluster works, and a worker killed there leaves the others at work', async () => {
    const { code, out } = await runScript(`
      import cluster from 'node:cluster';
      ${learn}
      if (!cluster.isPrimary) {
        process.send(sum);
        for (;;) await opt.step(model.forward(x).square().mean());
      } else {
        const workers = [cluster.fork(), cluster.fork()];
        const sums = await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
        const ended = workers.map((worker) => new Promise((resolve) => worker.once('exit', (code, signal) => resolve(signal))));
        workers[0].process.kill('SIGKILL');
        console.log(await ended[0], workers[1].isDead(), new Set([sum, ...sums]).size);
        workers[1].process.kill('SIGTERM');
        console.log(await ended[1]);
      }`);
    expect([code, out]).toEqual([0, 'SIGKILL false 1\nSIGTERM\n']);
  });
});

test('a worker terminated at any moment of a fit ends alone', async () => {
  const fit = writeScript(`
    import { Accuracy, nn, optim, randn, tensor, TensorDataset, Trainer } from ${JSON.stringify(hebb)};
    const model = new nn.Sequential(new nn.Linear(64, 512), new nn.ReLU(), new nn.Dropout(0.1), new nn.Linear(512, 4));
    const data = new TensorDataset(randn([512, 64]), tensor(Int32Array.from({ length: 512 }, (_, i) => i % 4)));
    const trainer = new Trainer(model, { optimizer: new optim.Adam(model.parameters()), loss: nn.crossEntropy, metrics: { accuracy: new Accuracy() } });
    await trainer.fit(data, { epochs: 1e6, validation: 0.1, progress: false });`);
  const { code, out } = await runScript(`
    import { Worker } from 'node:worker_threads';
    import { tensor } from ${JSON.stringify(hebb)};
    for (let i = 0; i < 25; i++) {
      const worker = new Worker(${JSON.stringify(fit)});
      await new Promise((resolve) => worker.once('online', resolve));
      await new Promise((resolve) => setTimeout(resolve, (i * 37) % 190));
      await worker.terminate();
      if (await tensor([i, 1]).mul(2).sum().item() !== 2 * i + 2) process.exit(9);
    }
    console.log('all terminated');`);
  expect([code, out.trim()]).toEqual([0, 'all terminated']);
});

test('a worker that throws in the middle of a step tells its error, and the main thread computes on', async () => {
  const worker = new Worker(writeScript(`${learn} void opt.step(model.forward(x).square().mean()); throw new RangeError('mine');`));
  const error = await new Promise<Error>((resolve) => worker.once('error', resolve));
  expect(error.message).toBe('mine');
});

test('a number of threads is whole and at least 1; more than any machine has is clamped', () => {
  const { threads } = info();
  for (const wrong of [0, -1, Number.NaN, 1.5, '2', null]) expect(() => setNumThreads(wrong as number)).toThrow(ArgumentError);
  expect(info().threads).toBe(threads);
  expect(setNumThreads(1e6)).toBeLessThanOrEqual(256);
  setNumThreads(threads);
});
