// Callbacks and metrics: what they are told and when; stopping early, keeping the best, saving it; counting right.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  Accuracy,
  ArgumentError,
  type Callback,
  Checkpoint,
  CSVLogger,
  EarlyStopping,
  load,
  Metric,
  nn,
  ones,
  optim,
  Parameter,
  ShapeError,
  type Tensor,
  Trainer,
  tensor,
  zeros,
} from 'hebb';
import { describe, expect, test } from 'vitest';
import { ownFolder } from '../io/folder.js';
import { bits, classifier, halves } from './data.js';

const at = ownFolder();
const quiet = { progress: false };

describe('events', () => {
  test('come in order, with numbers from 0', async () => {
    const seen: string[] = [];
    const callback: Callback = {
      onStart: () => seen.push('start'),
      onStep: ({ epoch, step }) => seen.push(`${epoch}.${step}`),
      onEpoch: ({ epoch, logs, model: m, optimizer: o }) =>
        seen.push(`epoch ${epoch} ${Object.keys(logs)} ${m === model} ${o === optimizer}`),
      onEnd: () => seen.push('end'),
    };
    const { model, optimizer, loss } = classifier();
    await new Trainer(model, { optimizer, loss }).fit(halves(8), {
      epochs: 2,
      batchSize: 4,
      validation: halves(4),
      callbacks: [callback],
      ...quiet,
    });
    expect(seen).toEqual(['start', '0.0', '0.1', 'epoch 0 loss,valLoss true true', '1.2', '1.3', 'epoch 1 loss,valLoss true true', 'end']);
  });

  test('of steps carry logs once there are some; a promise from onStep is awaited', async () => {
    let logs: Record<string, number> = {};
    let waiting = false;
    const callback: Callback = {
      async onStep(event) {
        expect(waiting).toBe(false);
        waiting = true;
        await new Promise((resolve) => setTimeout(resolve, 15));
        waiting = false;
        logs = event.logs;
      },
    };
    const { model, optimizer, loss } = classifier();
    const trainer = new Trainer(model, { optimizer, loss, metrics: { accuracy: new Accuracy() } });
    await trainer.fit(halves(80), { epochs: 1, batchSize: 4, callbacks: [callback], ...quiet });
    expect(Object.keys(logs)).toEqual(['loss', 'accuracy']);
    expect(Object.values(logs).every(Number.isFinite)).toBe(true);
  });
});

/** A fit whose valLoss follows a script: the model is one number, and each epoch's start sets it. */
async function scripted(values: readonly number[], callbacks: Callback[]): Promise<{ epochs: number; value: number }> {
  class Value extends nn.Module {
    value = new Parameter(zeros([1]));
    forward(x: Tensor): Tensor {
      return x.mul(0).add(this.value);
    }
  }
  const model = new Value();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0 });
  const data = { length: 1, batch: (): [Tensor, Tensor] => [zeros([1]), zeros([1])] };
  let epoch = 0;
  const script: Callback = { onStep: () => model.value.assign(ones([1]).mul(values[epoch++]!)) };
  const trainer = new Trainer(model, { optimizer, loss: (out: Tensor) => out.mean() });
  const { history } = await trainer.fit(data, { epochs: values.length, validation: data, callbacks: [script, ...callbacks], ...quiet });
  return { epochs: history.loss!.length, value: await model.value.item() };
}

describe('EarlyStopping', () => {
  test('stops after so many epochs without a better value', async () => {
    expect(await scripted([5, 3, 4, 4, 2, 1], [new EarlyStopping({ patience: 2 })])).toEqual({ epochs: 4, value: 4 });
    expect(await scripted([5, 3, 4, 2, 4, 1], [new EarlyStopping({ patience: 2 })])).toEqual({ epochs: 6, value: 1 });
    expect(await scripted([5, 6, 4], [new EarlyStopping()])).toEqual({ epochs: 2, value: 6 });
  });

  test('restoreBest gives back the best epoch, also when the fit ran to its end', async () => {
    expect(await scripted([5, 3, 4, 4, 2], [new EarlyStopping({ patience: 2, restoreBest: true })])).toEqual({ epochs: 4, value: 3 });
    expect(await scripted([5, 3, 4], [new EarlyStopping({ patience: 9, restoreBest: true })])).toEqual({ epochs: 3, value: 3 });
  });

  test('minDelta, mode, and NaN, which is never better', async () => {
    expect((await scripted([5, 4.9, 4.8], [new EarlyStopping({ patience: 2, minDelta: 0.5 })])).epochs).toBe(3);
    expect((await scripted([5, 6, 7, 1, 1], [new EarlyStopping({ patience: 2, mode: 'max' })])).epochs).toBe(5);
    expect((await scripted([3, Number.NaN, 1], [new EarlyStopping({ patience: 1 })])).epochs).toBe(2);
  });

  test.each(['accuracy', 'top5', 'auc', 'r2', 'f1'])('by its name, more is better for %s; less for what it does not know', async (name) => {
    class Rising extends Metric {
      update(): void {}
      compute(): Promise<number> {
        return Promise.resolve(performance.now());
      }
    }
    const epochs = async (monitor: string): Promise<number> => {
      const { model, optimizer, loss } = classifier();
      const trainer = new Trainer(model, { optimizer, loss, metrics: { [monitor]: new Rising() } });
      const callbacks = [new EarlyStopping({ monitor, patience: 1 })];
      return (await trainer.fit(halves(8), { epochs: 4, callbacks, ...quiet })).history.loss!.length;
    };
    expect([await epochs(name), await epochs('error')]).toEqual([4, 2]);
  });

  test('starts afresh with each fit', async () => {
    const stopping = new EarlyStopping({ patience: 1 });
    expect((await scripted([1, 2, 3], [stopping])).epochs).toBe(2);
    expect((await scripted([9, 8, 7], [stopping])).epochs).toBe(3);
  });

  test('names what it could monitor', async () => {
    const { model, optimizer, loss } = classifier();
    const fitting = new Trainer(model, { optimizer, loss }).fit(halves(8), { epochs: 1, callbacks: [new EarlyStopping()], ...quiet });
    await expect(fitting).rejects.toThrow(/monitors 'valLoss', but there are only loss; pass fit a validation set/);
    for (const patience of [-1, 1.5, Number.NaN]) expect(() => new EarlyStopping({ patience })).toThrow(ArgumentError);
    expect(() => new EarlyStopping({ mode: 'up' as never })).toThrow(ArgumentError);
    expect(() => new EarlyStopping({ minDelta: -1 })).toThrow(ArgumentError);
  });
});

describe('Checkpoint', () => {
  test('saves every epoch, or only the best', async () => {
    await scripted([5, 3, 4], [new Checkpoint(at('every')), new Checkpoint(at('best'), { monitor: 'valLoss' })]);
    expect(await (await load(at('every'))).value!.item()).toBe(4);
    expect(await (await load(at('best'))).value!.item()).toBe(3);
  });

  test('higher is better for accuracies', async () => {
    const { model, optimizer, loss } = classifier();
    const trainer = new Trainer(model, { optimizer, loss, metrics: { accuracy: new Accuracy() } });
    const callbacks = [new Checkpoint(at('accuracy'), { monitor: 'accuracy' })];
    const { history } = await trainer.fit(halves(64), { epochs: 5, batchSize: 8, callbacks, ...quiet });
    expect(existsSync(at('accuracy'))).toBe(true);
    if (history.accuracy!.indexOf(Math.max(...history.accuracy!)) === 4) {
      const before = await bits(model);
      model.loadStateDict(await load(at('accuracy')));
      expect(await bits(model)).toBe(before);
    }
  });

  test("that fails ends the fit with the system's error", async () => {
    await expect(scripted([1], [new Checkpoint(at('no/such/folder'))])).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('CSVLogger', () => {
  const read = (name: string): string => readFileSync(at(name), 'utf8');

  test('writes a line an epoch, under the names', async () => {
    await scripted([5, 3, 0.1], [new CSVLogger(at('log.csv'))]);
    expect(read('log.csv')).toBe(`epoch,loss,valLoss\n0,0,5\n1,5,3\n2,3,${Math.fround(0.1)}\n`);
  });

  test('has each line as soon as the epoch ends, also of a fit that fails', async () => {
    const failing: Callback = {
      onEpoch({ epoch }) {
        if (epoch === 1) throw new Error('on purpose');
      },
    };
    await expect(scripted([5, 3, 4], [new CSVLogger(at('cut.csv')), failing])).rejects.toThrow('on purpose');
    expect(read('cut.csv').split('\n')).toHaveLength(4);
  });

  test('begins anew with each fit, or goes on', async () => {
    const anew = new CSVLogger(at('anew.csv'));
    await scripted([5, 3], [anew]);
    await scripted([4], [anew]);
    expect(read('anew.csv')).toBe('epoch,loss,valLoss\n0,0,4\n');
    await scripted([3], [new CSVLogger(at('anew.csv'), { append: true })]);
    expect(read('anew.csv')).toBe('epoch,loss,valLoss\n0,0,4\n0,0,3\n');
    await scripted([2], [new CSVLogger(at('first.csv'), { append: true })]);
    expect(read('first.csv')).toBe('epoch,loss,valLoss\n0,0,2\n');
  });

  test('quotes names that hold the separator', async () => {
    const { model, optimizer, loss } = classifier();
    const trainer = new Trainer(model, { optimizer, loss, metrics: { 'right; "rounded"': new Accuracy() } });
    await trainer.fit(halves(8), { epochs: 1, callbacks: [new CSVLogger(at('quoted.csv'), { separator: ';' })], ...quiet });
    expect(read('quoted.csv').split('\n')[0]).toBe('epoch;loss;"right; ""rounded"""');
  });

  test('refuses a file of other columns, other separators, and folders that are not there', async () => {
    writeFileSync(at('other.csv'), 'epoch,accuracy\n0,1\n');
    await expect(scripted([1], [new CSVLogger(at('other.csv'), { append: true })])).rejects.toThrow(/has the columns epoch,accuracy, but/);
    expect(read('other.csv')).toBe('epoch,accuracy\n0,1\n');
    for (const separator of ['', '::', '"', '\n']) expect(() => new CSVLogger(at('x'), { separator })).toThrow(ArgumentError);
    expect(() => new CSVLogger(7 as never)).toThrow(ArgumentError);
    await expect(scripted([1], [new CSVLogger(at('no/such/folder.csv'))])).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('metrics', () => {
  test('Accuracy counts over batches until reset', async () => {
    const accuracy = new Accuracy();
    expect(await accuracy.compute()).toBeNaN();
    accuracy.update(
      tensor([
        [2, 1],
        [0, 3],
      ]),
      tensor([0, 0], { dtype: 'i32' }),
    );
    expect(await accuracy.compute()).toBe(0.5);
    accuracy.update(
      tensor([
        [2, 1],
        [3, 0],
      ]),
      tensor([0, 0], { dtype: 'u8' }),
    );
    expect(await accuracy.compute()).toBe(0.75);
    accuracy.reset();
    accuracy.update(zeros([2, 3, 4]), zeros([2, 3], { dtype: 'i32' }));
    expect(await accuracy.compute()).toBe(1);
  });

  test('Accuracy with a threshold takes one number a row', async () => {
    const accuracy = new Accuracy({ threshold: 0 });
    accuracy.update(tensor([[-1], [2], [3]]), tensor([[0], [1], [0]]));
    expect(await accuracy.compute()).toBeCloseTo(2 / 3, 6);
    expect(() => new Accuracy({ threshold: Number.NaN })).toThrow(ArgumentError);
  });

  test('Accuracy refuses outputs that do not fit', () => {
    expect(() => new Accuracy().update(zeros([2, 3]), zeros([3], { dtype: 'i32' }))).toThrow(ShapeError);
    expect(() => new Accuracy().update(zeros([4]), zeros([4]))).toThrow(/take \{ threshold \}/);
    expect(() => new Accuracy().update(zeros([]), zeros([]))).toThrow(ShapeError);
  });

  test('fresh() has the settings but not the count', async () => {
    const accuracy = new Accuracy({ threshold: 0.5 });
    accuracy.update(ones([2]), ones([2]));
    const other = accuracy.fresh();
    expect(await other.compute()).toBeNaN();
    other.update(ones([2]), zeros([2]));
    expect(await Promise.all([accuracy.compute(), other.compute()])).toEqual([1, 0]);
  });

  test("of one's own are counted in fit and evaluate", async () => {
    class MeanError extends Metric {
      total = new Parameter(zeros([]), { requiresGrad: false });
      rows = new Parameter(zeros([]), { requiresGrad: false });
      update(out: Tensor, y: Tensor): void {
        this.total.assign(this.total.add(out.sub(y).abs().sum()));
        this.rows.assign(this.rows.add(y.size));
      }
      async compute(): Promise<number> {
        const [total, rows] = await Promise.all([this.total.item(), this.rows.item()]);
        return total / rows;
      }
    }
    const model = new nn.Linear(1, 1);
    model.loadStateDict({ weight: tensor([[0]]), bias: tensor([2]) });
    const data = { length: 6, batch: (rows: Int32Array): [Tensor, Tensor] => [zeros([rows.length, 1]), zeros([rows.length, 1])] };
    const trainer = new Trainer(model, {
      optimizer: new optim.SGD(model.parameters(), { lr: 0 }),
      loss: nn.mseLoss,
      metrics: { error: new MeanError() },
    });
    const { history } = await trainer.fit(data, { epochs: 2, batchSize: 4, validation: data, ...quiet });
    expect(history).toEqual({ loss: [4, 4], error: [2, 2], valLoss: [4, 4], valError: [2, 2] });
    expect(await trainer.evaluate(data)).toEqual({ loss: 4, error: 2 });
  });
});
