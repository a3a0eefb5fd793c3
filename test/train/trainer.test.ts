// The Trainer: fit learns and tells what it did; evaluate and predict leave the model as it was; the same seed gives the same bits.
import {
  Accuracy,
  ArgumentError,
  DataLoader,
  type Dataset,
  Generator,
  manualSeed,
  nn,
  optim,
  ShapeError,
  type Tensor,
  TensorDataset,
  Trainer,
  tensor,
  zeros,
} from 'hebb';
import { describe, expect, test } from 'vitest';
import { bits, classifier, halves, numbered } from './data.js';

const quiet = { progress: false };

describe('fit', () => {
  test('learns, and its history has a value an epoch for each name', async () => {
    manualSeed(1);
    const { model, optimizer, loss } = classifier();
    const trainer = new Trainer(model, { optimizer, loss, metrics: { accuracy: new Accuracy() } });
    const { history } = await trainer.fit(halves(256), { epochs: 8, batchSize: 16, validation: halves(64, 2), ...quiet });
    expect(Object.keys(history)).toEqual(['loss', 'accuracy', 'valLoss', 'valAccuracy']);
    for (const values of Object.values(history)) expect(values).toHaveLength(8);
    expect(history.loss!.at(-1)).toBeLessThan(history.loss![0]! / 3);
    expect(history.valAccuracy!.at(-1)).toBeGreaterThan(0.95);
    expect(await trainer.evaluate(halves(64, 2), { batchSize: 16 })).toEqual({
      loss: history.valLoss!.at(-1),
      accuracy: history.valAccuracy!.at(-1),
    });
  });

  test('takes loss Modules, and models of several inputs', async () => {
    class Sum extends nn.Module<[Tensor, Tensor]> {
      layer = new nn.Linear(1, 1);
      forward(a: Tensor, b: Tensor): Tensor {
        return this.layer.forward(a.add(b));
      }
    }
    const model = new Sum();
    const data = new TensorDataset(zeros([6, 1]), zeros([6, 1]), zeros([6, 1]));
    const trainer = new Trainer(model, { optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }), loss: new nn.MSELoss() });
    const { history } = await trainer.fit(data, { epochs: 20, batchSize: 6, ...quiet });
    expect(history.loss!.at(-1)).toBeLessThan(history.loss![0]!);
    expect((await trainer.predict(data)).shape).toEqual([6, 1]);
  });

  test('a loss is the mean over rows, whatever the batches', async () => {
    const model = new nn.Linear(1, 1);
    const trainer = new Trainer(model, { optimizer: new optim.SGD(model.parameters(), { lr: 0 }), loss: nn.mseLoss });
    const data = numbered(10);
    const whole = await nn.mseLoss(model.predict(data.tensors[0]), data.tensors[1]).item();
    for (const batchSize of [1, 3, 4, 10]) {
      const { history } = await trainer.fit(data, { epochs: 1, batchSize, ...quiet });
      expect(history.loss![0]).toBeCloseTo(whole, 5);
      expect((await trainer.evaluate(data, { batchSize })).loss).toBeCloseTo(whole, 5);
    }
  });

  test('a number as validation keeps the last part of the rows from training', async () => {
    const seen: Set<number>[] = [new Set(), new Set()];
    const data: Dataset<[Tensor, Tensor]> = {
      length: 20,
      batch(rows) {
        for (const row of rows) seen[model.training && !evaluating() ? 0 : 1]!.add(row);
        return numbered(20).batch(rows);
      },
    };
    const model = new nn.Linear(1, 1);
    const counts: number[] = [];
    const evaluating = (): boolean => counts.length > 0;
    const trainer = new Trainer(model, { optimizer: new optim.SGD(model.parameters()), loss: nn.mseLoss });
    const stepped = { onStep: ({ step }: { step: number }) => void (step === 8 && counts.push(step)) };
    await trainer.fit(data, { epochs: 1, batchSize: 2, validation: 0.1, callbacks: [stepped], ...quiet });
    expect([...seen[0]!].sort((a, b) => a - b)).toEqual(Array.from({ length: 18 }, (_, i) => i));
    expect([...seen[1]!].sort((a, b) => a - b)).toEqual([18, 19]);
    for (const validation of [0, 1, -0.5, 2, Number.NaN, 0.001]) {
      await expect(trainer.fit(data, { epochs: 1, validation, ...quiet })).rejects.toThrow(ArgumentError);
    }
  });

  test('shuffle: false goes through the rows in order', async () => {
    const order: number[] = [];
    const data: Dataset<[Tensor, Tensor]> = {
      length: 9,
      batch(rows) {
        order.push(...rows);
        return numbered(9).batch(rows);
      },
    };
    const model = new nn.Linear(1, 1);
    const trainer = new Trainer(model, { optimizer: new optim.SGD(model.parameters()), loss: nn.mseLoss });
    await trainer.fit(data, { epochs: 1, batchSize: 4, shuffle: false, ...quiet });
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    await trainer.fit(data, { epochs: 1, batchSize: 4, ...quiet });
    expect(order.slice(9)).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('trains in training mode, and only what is not frozen', async () => {
    const { model, optimizer, loss } = classifier();
    model.layers[0]!.freeze();
    model.eval();
    const before = await model.stateDict();
    await new Trainer(model, { optimizer, loss }).fit(halves(32), { epochs: 2, ...quiet });
    const after = await model.stateDict();
    expect(model.training).toBe(true);
    expect(model.layers[0]!.training).toBe(false);
    expect(await after['0.weight']!.data()).toEqual(await before['0.weight']!.data());
    expect(await after['2.weight']!.data()).not.toEqual(await before['2.weight']!.data());
  });

  test('refuses impossible options', async () => {
    const { model, optimizer, loss } = classifier();
    const trainer = new Trainer(model, { optimizer, loss });
    const data = halves(8);
    for (const options of [
      { epochs: -1 },
      { epochs: 1.5 },
      { epochs: undefined as never },
      { epochs: 1, batchSize: 0 },
      { epochs: 1, onNonFinite: 'ignore' as never },
    ]) {
      await expect(trainer.fit(data, { ...options, ...quiet })).rejects.toThrow(ArgumentError);
    }
    await expect(trainer.fit(halves(0), { epochs: 1, ...quiet })).rejects.toThrow('the data set is empty');
    await expect(trainer.fit({ length: 4, batch: () => zeros([2]) as never }, { epochs: 1, ...quiet })).rejects.toThrow('[x, y]');
    expect((await trainer.fit(data, { epochs: 0, ...quiet })).history).toEqual({});
    expect(() => new Trainer({} as never, { optimizer, loss })).toThrow(ArgumentError);
    expect(() => new Trainer(model, { optimizer, loss: 1 as never })).toThrow(ArgumentError);
    expect(() => new Trainer(model, { optimizer: {} as never, loss })).toThrow(ArgumentError);
    expect(() => new Trainer(model, { optimizer, loss, metrics: { loss: new Accuracy() } })).toThrow(ArgumentError);
    expect(() => new Trainer(model, { optimizer, loss, metrics: { accuracy: Accuracy as never } })).toThrow("metric 'accuracy'");
    await expect(trainer.fit([zeros([2, 2]), zeros([2])] as never, { epochs: 1, ...quiet })).rejects.toThrow('new TensorDataset(x, y)?');
    const vector = new Trainer(model, { optimizer, loss: (out: Tensor) => out });
    await expect(vector.fit(data, { epochs: 1, ...quiet })).rejects.toThrow(ShapeError);
  });
});

describe('the same seed, the same bits', () => {
  const train = async (seed: number, other: () => unknown = () => {}): Promise<string> => {
    manualSeed(seed);
    const model = new nn.Sequential(new nn.Linear(2, 16), new nn.Dropout(0.3), new nn.ReLU(), new nn.Linear(16, 2));
    const trainer = new Trainer(model, { optimizer: new optim.Adam(model.parameters()), loss: nn.crossEntropy });
    await trainer.fit(halves(100), { epochs: 2, batchSize: 8, callbacks: [{ onStep: other }], ...quiet });
    return bits(model);
  };

  test('with dropout and shuffling', async () => {
    expect(await train(3)).toBe(await train(3));
    expect(await train(4)).not.toBe(await train(3));
  });

  test('whatever else draws random numbers meanwhile: a fit forks a Generator of its own', async () => {
    const dropout = new nn.Dropout(0.5);
    expect(await train(3, () => dropout.forward(zeros([10])))).toBe(await train(3));
  });

  test('of a Generator that is passed', async () => {
    const results: string[] = [];
    for (const seed of [1, 1, 2]) {
      manualSeed(9);
      const { model, optimizer, loss } = classifier();
      manualSeed(results.length);
      await new Trainer(model, { optimizer, loss }).fit(halves(40), { epochs: 1, batchSize: 4, generator: new Generator(seed), ...quiet });
      results.push(await bits(model));
    }
    expect(results[0]).toBe(results[1]);
    expect(results[2]).not.toBe(results[0]);
  });
});

describe('evaluate and predict', () => {
  test('leave modes and metrics as they are', async () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Dropout(0.9));
    const accuracy = new Accuracy();
    const trainer = new Trainer(model, { optimizer: new optim.SGD(model.parameters()), loss: nn.crossEntropy, metrics: { accuracy } });
    accuracy.update(tensor([[1, 0]]), tensor([0], { dtype: 'i32' }));
    const first = await trainer.evaluate(halves(50));
    expect(await trainer.evaluate(halves(50))).toEqual(first); // no dropout
    expect(await accuracy.compute()).toBe(1);
    expect(model.training).toBe(true);
    expect(await bits(model)).toBe(await bits(model));
  });

  test('predict gives all rows in order, from data with and without targets', async () => {
    const model = new nn.Linear(1, 1);
    model.loadStateDict({ weight: tensor([[2]]), bias: tensor([1]) });
    const trainer = new Trainer<unknown>(model, { optimizer: new optim.SGD(model.parameters()), loss: nn.mseLoss });
    const data = numbered(10);
    const expected = Float32Array.from({ length: 10 }, (_, i) => 2 * Math.fround(i / 10) + 1);
    expect(await (await trainer.predict(data, { batchSize: 3 })).data()).toEqual(expected);
    expect(await (await trainer.predict(new TensorDataset(data.tensors[0]))).data()).toEqual(expected);
    await expect(trainer.predict(numbered(0))).rejects.toThrow(ArgumentError);
  });

  test('predict works while the model trains', async () => {
    const { model, optimizer, loss } = classifier();
    const trainer = new Trainer(model, { optimizer, loss });
    const fitting = trainer.fit(halves(400), { epochs: 4, batchSize: 4, ...quiet });
    for (let i = 0; i < 5; i++) expect((await trainer.predict(halves(30))).shape).toEqual([30, 2]);
    await fitting;
  });
});

test("a loop of one's own over the same batches takes the same steps", async () => {
  const start = (): ReturnType<typeof classifier> => {
    manualSeed(21);
    return classifier();
  };
  const a = start();
  const generator = new Generator(8);
  await new Trainer(a.model, a).fit(halves(60), { epochs: 3, batchSize: 7, generator, ...quiet });
  const b = start();
  const loader = new DataLoader(halves(60), { batchSize: 7, shuffle: true, generator: new Generator(8).fork() });
  for (let epoch = 0; epoch < 3; epoch++) for await (const [x, y] of loader) await b.optimizer.step(nn.crossEntropy(b.model.forward(x), y));
  expect(await bits(a.model)).toBe(await bits(b.model));
});
