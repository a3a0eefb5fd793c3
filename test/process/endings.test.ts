// A process or worker may end at any moment of a step: it ends with the code it was asked for, soon, and nothing else ends with it.
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { hebb, runScript, training, writeScript } from './child.js';

describe('process.exit()', () => {
  it.each([0, 1, 5, 20])('%i ms into training ends with the asked code at once', async (ms) => {
    const { code, signal, out } = await runScript(`${training}
      let asked = 0;
      process.on('exit', () => console.log('exit after', performance.now() - asked));
      setTimeout(() => { asked = performance.now(); process.exit(7); }, ${ms});
      for (;;) await step();`);
    expect([code, signal]).toEqual([7, null]);
    expect(Number(/exit after ([\d.]+)/.exec(out)![1])).toBeLessThan(500);
  });

  it('in a promise callback of a step', async () => {
    const { code, signal } = await runScript(
      // A loop that never waits: the queue is always full, and yet the first step resolves.
      `${training} setTimeout(() => process.exit(9), 20_000);
      for (;;) { step().then(() => process.exit(3)); await new Promise(setImmediate); }`,
    );
    expect([code, signal]).toEqual([3, null]);
  });

  it.each(['onStep', 'onEpoch'])('in %s of a fit', async (callback) => {
    const { code, signal, milliseconds } = await runScript(`${training}
      const data = new hebb.TensorDataset(randn([64, 512]), randn([64, 512]));
      const callbacks = [{ ${callback}: () => process.exit(5) }];
      await new hebb.Trainer(model, { optimizer: opt, loss: nn.mseLoss }).fit(data, { epochs: 50, batchSize: 16, callbacks, progress: false });`);
    expect([code, signal]).toEqual([5, null]);
    expect(milliseconds).toBeLessThan(10_000);
  });

  it('without a word: a pending run keeps the process alive until its promise is settled, and not longer', async () => {
    const { code, out, milliseconds } = await runScript(
      `${training} step().then(() => model.forward(x).mean().item()).then((v) => console.log('done', v));`,
    );
    expect(code).toBe(0);
    expect(out).toMatch(/done/);
    expect(milliseconds).toBeLessThan(10_000);
  });
});

describe('SIGINT while training', () => {
  it('reaches its handler within 100 ms', async () => {
    const { code, out } = await runScript(
      `${training}
      process.on('SIGINT', () => { console.log('late by', performance.timeOrigin + performance.now() - sent); process.exit(0); });
      let sent = 0;
      setTimeout(() => { sent = performance.timeOrigin + performance.now(); process.kill(process.pid, 'SIGINT'); }, 50);
      for (;;) await step();`,
    );
    expect(code).toBe(0);
    expect(Number(/late by ([\d.]+)/.exec(out)![1])).toBeLessThan(100);
  });
});

describe('worker threads', () => {
  it('may be terminated at any moment of a step; the main thread goes on computing', async () => {
    const { code, out } = await runScript(`
      import { Worker } from 'node:worker_threads';
      import { tensor } from ${JSON.stringify(hebb)};
      const file = ${JSON.stringify(writeScript(`${training} for (;;) await step();`))};
      for (let i = 0; i < 25; i++) {
        const worker = new Worker(file);
        await new Promise((resolve) => worker.once('online', resolve));
        await new Promise((resolve) => setTimeout(resolve, 30 + 7 * i));
        await worker.terminate();
        if (await tensor([i, 1]).mul(2).sum().item() !== 2 * i + 2) process.exit(9);
      }
      console.log('all terminated');`);
    expect([code, out.trim()]).toEqual([0, 'all terminated']);
  });

  it('eight at once compute, and again after they ended', async () => {
    const file = writeScript(`
      import { parentPort, workerData } from 'node:worker_threads';
      import { tensor, nn, optim, manualSeed, randn, run } from ${JSON.stringify(hebb)};
      manualSeed(1);
      const model = new nn.Sequential(new nn.Linear(20, 300), new nn.Tanh(), new nn.Linear(300, 1));
      const opt = new optim.Adam(model.parameters());
      const x = randn([64, 20]);
      await run(x);
      for (let i = 0; i < 30; i++) await opt.step(model.forward(x).square().mean());
      parentPort.postMessage([...(await model.parameters()[0].data())].reduce((a, b) => a + b));`);
    const one = () =>
      new Promise<number>((resolve, reject) => {
        const worker = new Worker(file);
        worker.once('message', resolve);
        worker.once('error', reject);
      });
    const first = await Promise.all(Array.from({ length: 8 }, one));
    const second = await Promise.all(Array.from({ length: 3 }, one));
    expect(new Set([...first, ...second]).size).toBe(1);
  });
});

describe('settings from the environment', () => {
  const script = `import { info } from ${JSON.stringify(hebb)}; console.log(JSON.stringify(info()));`;
  it.each([
    ['HEBB_ISA', 'avx1024', /avx1024.*scalar/s],
    ['HEBB_NUM_THREADS', 'many', /HEBB_NUM_THREADS/],
    ['HEBB_NUM_THREADS', '0', /HEBB_NUM_THREADS/],
    ['HEBB_MEMORY_LIMIT', 'lots', /HEBB_MEMORY_LIMIT/],
  ])('%s=%s is refused when the library loads', async (name, value, message) => {
    const { code, out } = await runScript(script, { [name]: value });
    expect(code).toBe(1);
    expect(out).toMatch(message);
  });

  it('HEBB_NUM_THREADS is in force', async () => {
    const { out } = await runScript(script, { HEBB_NUM_THREADS: '3' });
    expect(JSON.parse(out).threads).toBe(3);
  });

  it('HEBB_MEMORY_LIMIT makes a MemoryError of what goes beyond it, and normal work goes on', async () => {
    const { code, out } = await runScript(
      `import { tensor, run, randn, MemoryError, zeros, memoryUsage } from ${JSON.stringify(hebb)};
      try { await randn([1e6, 100]).add(1).data(); } catch (e) { console.log(e instanceof MemoryError, e.code); }
      try { tensor(new Float32Array(3e7)); } catch (e) { console.log(e instanceof MemoryError, e.code); }
      console.log(await tensor([1, 2]).sum().item(), memoryUsage().budget);`,
      { HEBB_MEMORY_LIMIT: '64M' },
    );
    expect(code).toBe(0);
    expect(out).toBe(`true HEBB_MEMORY\ntrue HEBB_MEMORY\n3 ${64 * 2 ** 20}\n`);
  });
});
