// How a fit ends before its time: aborted, by NaN, by an error of somebody else's. The weights are whole and the library works on.
import {
  Accuracy,
  ArgumentError,
  type Callback,
  type Dataset,
  HebbError,
  manualSeed,
  nn,
  optim,
  type Tensor,
  TensorDataset,
  Trainer,
  tensor,
} from 'hebb';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { bits, classifier, halves } from './data.js';

const quiet = { progress: false };
afterEach(() => vi.restoreAllMocks());

/** A fit from the same start, of just so many steps. */
async function steps(count: number): Promise<string> {
  manualSeed(6);
  const { model, optimizer, loss } = classifier();
  await new Trainer(model, { optimizer, loss }).fit(halves(80), { epochs: 1, batchSize: 4, callbacks: [stopAfter(count)], ...quiet });
  return bits(model);
}

const stopAfter = (count: number): Callback => ({ onStep: ({ step, stop }) => step === count - 1 && stop() });

test('stop() ends it after this step, as if it had been the last one', async () => {
  manualSeed(6);
  const { model, optimizer, loss } = classifier();
  const seen: string[] = [];
  const watch: Callback = { onEpoch: ({ epoch }) => seen.push(`epoch ${epoch}`), onEnd: () => seen.push('end') };
  const { history } = await new Trainer(model, { optimizer, loss }).fit(halves(80), {
    epochs: 5,
    batchSize: 4,
    callbacks: [stopAfter(7), watch],
    ...quiet,
  });
  expect(history.loss).toHaveLength(1);
  expect(seen).toEqual(['epoch 0', 'end']);
  expect(await bits(model)).toBe(await steps(7));
});

describe('abort', () => {
  test('rejects with the reason after a whole step, and tells no callback any more', async () => {
    manualSeed(6);
    const { model, optimizer, loss } = classifier();
    const controller = new AbortController();
    const seen: string[] = [];
    const abort: Callback = {
      onStep: ({ step }) => step === 6 && controller.abort(),
      onEpoch: () => seen.push('epoch'),
      onEnd: () => seen.push('end'),
    };
    const after: Callback = { onStep: ({ step }) => seen.push(`step ${step}`) };
    const fitting = new Trainer(model, { optimizer, loss }).fit(halves(80), {
      epochs: 5,
      batchSize: 4,
      callbacks: [abort, after],
      signal: controller.signal,
      ...quiet,
    });
    const error = await fitting.catch((e) => e);
    expect(error).toBe(controller.signal.reason);
    expect(controller.signal.reason.name).toBe('AbortError');
    expect(seen).toEqual([0, 1, 2, 3, 4, 5].map((step) => `step ${step}`));
    expect(await bits(model)).toBe(await steps(7));
  });

  test('from outside, and before it began', async () => {
    const { model, optimizer, loss } = classifier();
    const trainer = new Trainer(model, { optimizer, loss });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new RangeError('enough')), 20);
    await expect(trainer.fit(halves(100), { epochs: 1e6, batchSize: 2, signal: controller.signal, ...quiet })).rejects.toThrow(
      new RangeError('enough'),
    );
    const before = await bits(model);
    await expect(trainer.fit(halves(100), { epochs: 1, signal: AbortSignal.abort(), ...quiet })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(await bits(model)).toBe(before);
    await trainer.fit(halves(10), { epochs: 1, ...quiet });
  });

  test('while a data set keeps the fit waiting', async () => {
    const { model, optimizer, loss } = classifier();
    const never: Dataset<[Tensor, Tensor]> = { length: 4, batch: () => new Promise(() => {}) };
    const fitting = new Trainer(model, { optimizer, loss }).fit(never, { epochs: 1, signal: AbortSignal.timeout(20), ...quiet });
    await expect(fitting).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('NaN and infinity', () => {
  /** 80 rows, of which row 40 is bad; in order. */
  function spoiled(bad: number): TensorDataset<[Tensor, Tensor]> {
    const values = Float32Array.from({ length: 160 }, (_, i) => (i === 80 ? bad : Math.sin(i)));
    return new TensorDataset(tensor(values, { shape: [80, 2] }), tensor(Int32Array.from({ length: 80 }, (_, i) => i % 2)));
  }
  const fit = async (
    data: Dataset<[Tensor, Tensor]>,
    onNonFinite?: 'stop' | 'warn',
  ): Promise<{ model: nn.Module; fitting: Promise<unknown> }> => {
    manualSeed(6);
    const model = new nn.Sequential(new nn.Linear(2, 2));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
    const trainer = new Trainer(model, { optimizer, loss: nn.crossEntropy, metrics: { accuracy: new Accuracy() } });
    const fitting = trainer.fit(data, { epochs: 3, batchSize: 4, shuffle: false, onNonFinite, ...quiet });
    await fitting.catch(() => {});
    expect(optimizer.skipNonFinite).toBe(false);
    return { model, fitting };
  };
  const firstRows = (rows: number, data: TensorDataset<[Tensor, Tensor]>): Dataset<[Tensor, Tensor]> => ({
    length: rows,
    batch: (indices) => data.batch(indices),
  });

  test.each([Number.NaN, Infinity])('%d: fit stops with an error, and the weights are the last good ones', async (bad) => {
    const { model, fitting } = await fit(spoiled(bad));
    await expect(fitting).rejects.toThrow(HebbError);
    await expect(fitting).rejects.toThrow('NaN or infinite');
    manualSeed(6);
    const good = new nn.Sequential(new nn.Linear(2, 2));
    const trainer = new Trainer(good, { optimizer: new optim.Adam(good.parameters(), { lr: 0.05 }), loss: nn.crossEntropy });
    await trainer.fit(firstRows(40, spoiled(bad)), { epochs: 1, batchSize: 4, shuffle: false, ...quiet });
    expect(await bits(model)).toBe(await bits(good));
  });

  test("'warn' leaves such steps out, warns once and goes on", async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { model, fitting } = await fit(spoiled(Number.NaN), 'warn');
    await expect(fitting).resolves.toBeDefined();
    const values: Tensor[] = Object.values(await model.stateDict());
    for (const t of values) expect((await t.data()).every(Number.isFinite)).toBe(true);
    expect(warned.mock.calls.filter(([message]) => String(message).includes('NaN or infinite'))).toHaveLength(1);
  });
});

describe('errors of others', () => {
  const error = new RangeError('mine');
  const fails = (when: boolean): void => {
    if (when) throw error;
  };

  test.each<[string, (trainer: { callbacks: Callback[]; data: Dataset<[Tensor, Tensor]>; loss: typeof nn.crossEntropy }) => void]>([
    ['onStart', (t) => t.callbacks.push({ onStart: () => fails(true) })],
    ['onStep', (t) => t.callbacks.push({ onStep: ({ step }) => fails(step === 3) })],
    ['onStep, async', (t) => t.callbacks.push({ onStep: async ({ step }) => fails(step === 3) })],
    ['onEpoch', (t) => t.callbacks.push({ onEpoch: async () => fails(true) })],
    ['onEnd', (t) => t.callbacks.push({ onEnd: () => fails(true) })],
    [
      'the loss',
      (t) => {
        t.loss = () => {
          throw error;
        };
      },
    ],
    [
      'the data set',
      (t) => {
        const batch = (rows: Int32Array): [Tensor, Tensor] => {
          fails(rows.includes(7));
          return halves(50).batch(rows);
        };
        t.data = { length: 50, batch };
      },
    ],
  ])('%s rejects the fit with that error, and the model trains on afterwards', async (_, arrange) => {
    const { model, optimizer, loss } = classifier();
    const parts = { callbacks: [] as Callback[], data: halves(50) as Dataset<[Tensor, Tensor]>, loss };
    arrange(parts);
    const fitting = new Trainer(model, { optimizer, loss: parts.loss }).fit(parts.data, {
      epochs: 1,
      batchSize: 4,
      callbacks: parts.callbacks,
      ...quiet,
    });
    await expect(fitting).rejects.toBe(error);
    await new Trainer(model, { optimizer, loss }).fit(halves(50), { epochs: 1, ...quiet });
  });

  test('a label out of range rejects the fit, and the next fit is not told of it again', async () => {
    const labels = tensor([0, 5], { dtype: 'i32' });
    const rows = tensor([
      [1, 2],
      [3, 4],
    ]);
    for (let again = 0; again < 8; again++) {
      const { model, optimizer, loss } = classifier();
      const fit = { epochs: 3, batchSize: 1, ...quiet };
      await expect(new Trainer(model, { optimizer, loss }).fit(new TensorDataset(rows, labels), fit)).rejects.toThrow(/5/);
      await new Trainer(model, { optimizer, loss }).fit(halves(10), { epochs: 1, ...quiet });
    }
  });

  test('two fits on one model at once', async () => {
    const { model, optimizer, loss } = classifier();
    const first = new Trainer(model, { optimizer, loss }).fit(halves(50), { epochs: 2, ...quiet });
    await expect(new Trainer(model, { optimizer, loss }).fit(halves(50), { epochs: 1, ...quiet })).rejects.toThrow(ArgumentError);
    await first;
    await new Trainer(model, { optimizer, loss }).fit(halves(50), { epochs: 1, ...quiet });
  });
});
