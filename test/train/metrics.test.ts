// Metrics against scikit-learn's values, over batches of unequal size; their edges, and what they refuse.
import { fileURLToPath } from 'node:url';
import {
  Accuracy,
  ArgumentError,
  AUC,
  type ClassScoreOptions,
  ConfusionMatrix,
  FBetaScore,
  IndexError,
  LogLoss,
  load,
  MeanAbsoluteError,
  MeanSquaredError,
  type Metric,
  nn,
  optim,
  Perplexity,
  Precision,
  PrecisionRecallCurve,
  R2Score,
  Recall,
  RocCurve,
  ShapeError,
  type StateDict,
  type Tensor,
  TensorDataset,
  TopKAccuracy,
  Trainer,
  tensor,
  zeros,
} from 'hebb';
import { describe, expect, test } from 'vitest';
import { halves } from './data.js';

const golden: Promise<StateDict> = load(fileURLToPath(new URL('../golden/metrics.safetensors', import.meta.url)));
const list = async (t: Tensor): Promise<number[]> => Array.from(await t.data());
const labels = (...values: number[]): Tensor => tensor(values, { dtype: 'i32' });

/** The metric's value over rows given in batches of 1, 2, 3 … rows, each in a run of its own. */
async function streamed<T>(metric: Metric<T>, out: Tensor, y: Tensor): Promise<T> {
  const rows = y.shape[0]!;
  for (let start = 0, size = 1; start < rows; start += size++) {
    const length = Math.min(size, rows - start);
    metric.update(out.narrow(0, start, length), y.narrow(0, start, length));
    await Promise.resolve();
  }
  return metric.compute();
}

const CLASSES: Record<string, (options: ClassScoreOptions) => Precision | Recall | FBetaScore> = {
  precision: (options) => new Precision(options),
  recall: (options) => new Recall(options),
  f1: (options) => new FBetaScore(options),
  f2: (options) => new FBetaScore({ ...options, beta: 2 }),
  fHalf: (options) => new FBetaScore({ ...options, beta: 0.5 }),
};

describe('scikit-learn agrees', () => {
  test.each(Object.entries(CLASSES))('%s', async (name, make) => {
    const file = await golden;
    for (const average of ['macro', 'micro', 'weighted'] as const)
      expect(await streamed(make({ average }), file.logits!, file.labels!), average).toBeCloseTo(
        await file[`${name}.${average}`]!.item(),
        6,
      );
    const each = make({});
    await streamed(each, file.logits!, file.labels!);
    const scores = await each.perClass();
    expect(scores).toHaveLength(5);
    for (const [i, score] of (await list(file[`${name}.each`]!)).entries()) expect(scores[i]).toBeCloseTo(score, 6);
    expect(scores[4]).toBe(0);
    expect(await streamed(make({ threshold: 0.5 }), file.scores!, file.truths!)).toBeCloseTo(await file[`${name}.binary`]!.item(), 6);
  });

  const NUMBERS: Record<string, [metric: Metric, out: string, y: string]> = {
    top1: [new TopKAccuracy({ k: 1 }), 'logits', 'labels'],
    top2: [new TopKAccuracy({ k: 2 }), 'logits', 'labels'],
    top3: [new TopKAccuracy({ k: 3 }), 'logits', 'labels'],
    logLoss: [new LogLoss(), 'logits', 'labels'],
    perplexity: [new Perplexity(), 'logits', 'labels'],
    rocAuc: [new AUC(), 'scores', 'truths'],
    averagePrecision: [new AUC({ curve: 'pr' }), 'scores', 'truths'],
    mse: [new MeanSquaredError(), 'out', 'y'],
    mae: [new MeanAbsoluteError(), 'out', 'y'],
    r2: [new R2Score(), 'out', 'y'],
  };

  test.each(Object.entries(NUMBERS))('%s, in batches and at once, and again after a reset', async (name, [metric, out, y]) => {
    const file = await golden;
    const expected = await file[name]!.item();
    const close = (found: number): void => expect(Math.abs(found - expected), `${found}`).toBeLessThanOrEqual(2e-6 * Math.abs(expected));
    close(await streamed(metric, file[out]!, file[y]!));
    const other = metric.fresh();
    expect(await other.compute()).toBeNaN();
    other.update(file[out]!, file[y]!);
    close(await other.compute());
    close(await metric.compute());
    metric.reset();
    expect(await metric.compute()).toBeNaN();
    close(await streamed(metric, file[out]!, file[y]!));
  });

  test('log-loss of probabilities', async () => {
    const file = await golden;
    const metric = new LogLoss({ probabilities: true });
    expect(await streamed(metric, file.logits!.softmax(-1), file.labels!)).toBeCloseTo(await file.logLoss!.item(), 5);
  });

  test('the confusion matrix', async () => {
    const file = await golden;
    const matrix = await streamed(new ConfusionMatrix(), file.logits!, file.labels!);
    expect(matrix.slice(0, 4).flatMap((row) => row.slice(0, 4))).toEqual(await list(file.confusion!));
    expect(matrix[4]).toEqual([0, 0, 0, 0, 0]);
  });

  test('the ROC curve', async () => {
    const file = await golden;
    const { falsePositiveRate, truePositiveRate, thresholds } = await streamed(new RocCurve(), file.scores!, file.truths!);
    expect(falsePositiveRate.map(Math.fround)).toEqual(await list(file['roc.fpr']!));
    expect(truePositiveRate.map(Math.fround)).toEqual(await list(file['roc.tpr']!));
    expect(thresholds).toEqual(await list(file['roc.thresholds']!));
  });

  test('the precision-recall curve', async () => {
    const file = await golden;
    const { precision, recall, thresholds } = await streamed(new PrecisionRecallCurve(), file.scores!, file.truths!);
    expect(precision.map(Math.fround)).toEqual(await list(file['pr.precision']!));
    expect(recall.map(Math.fround)).toEqual(await list(file['pr.recall']!));
    expect(thresholds).toEqual(await list(file['pr.thresholds']!));
  });
});

describe('edges', () => {
  test('before the first row there is no value', async () => {
    for (const metric of [new Precision(), new Recall({ threshold: 0 }), new FBetaScore({ average: 'micro' })]) {
      expect(await metric.compute()).toBeNaN();
      expect(await metric.perClass()).toEqual([]);
    }
    expect(await new ConfusionMatrix().compute()).toEqual([]);
    expect(await new RocCurve().compute()).toEqual({
      falsePositiveRate: [Number.NaN],
      truePositiveRate: [Number.NaN],
      thresholds: [Infinity],
    });
  });

  test('nothing predicted, nothing true: 0, not NaN', async () => {
    const [precision, recall] = [new Precision({ threshold: 0.5 }), new Recall({ threshold: 0.5 })];
    for (const metric of [precision, recall]) metric.update(tensor([0.1, 0.2]), labels(0, 0));
    expect([await precision.compute(), await recall.compute()]).toEqual([0, 0]);
  });

  test('equal scores: of top k, lower classes come first, as argmax has it; NaN is never right', async () => {
    const metric = new TopKAccuracy({ k: 2 });
    metric.update(tensor([[1, 1, 1], [1, 1, 1], [1, 1, 1]]), labels(0, 1, 2)); // biome-ignore format: a matrix
    expect(await metric.compute()).toBeCloseTo(2 / 3, 6);
    metric.reset();
    metric.update(tensor([[Number.NaN, 1, 2]]), labels(0));
    metric.update(tensor([[-Infinity, 1, 2]]), labels(2));
    expect(await metric.compute()).toBe(0.5);
  });

  test('R² of targets that are all alike, and of one row', async () => {
    const r2 = new R2Score();
    r2.update(tensor([1]), tensor([1]));
    expect(await r2.compute()).toBeNaN();
    r2.update(tensor([1]), tensor([1]));
    expect(await r2.compute()).toBe(1);
    r2.update(tensor([2]), tensor([1]));
    expect(await r2.compute()).toBe(0);
  });

  test('sums over many batches keep what f32 alone would lose', async () => {
    const metric = new MeanAbsoluteError();
    metric.update(tensor([16777216]), tensor([0]));
    for (let i = 0; i < 1000; i++) metric.update(tensor([0.25]), tensor([0]));
    expect(await metric.compute()).toBe((16777216 + 250) / 1001);
  });

  test('a probability of 0 for what is true is a large loss, not an infinite one', async () => {
    const metric = new LogLoss({ probabilities: true });
    metric.update(tensor([[0, 1]]), labels(0));
    expect(await metric.compute()).toBeCloseTo(23 * Math.LN2, 4);
  });

  test('perplexity leaves ignored labels out', async () => {
    const metric = new Perplexity({ ignoreIndex: 0 });
    metric.update(zeros([2, 3, 50]), tensor([[7, 9, 0], [0, 0, 0]], { dtype: 'i32' })); // biome-ignore format: a matrix
    expect(await metric.compute()).toBeCloseTo(50, 3);
  });

  test('AUC of infinite, negative and signed-zero scores', async () => {
    const auc = new AUC();
    auc.update(tensor([-Infinity, -2, -0, 0, 3, Infinity]), labels(0, 0, 1, 0, 1, 1));
    expect(await auc.compute()).toBeCloseTo(8.5 / 9, 12);
    const { thresholds } = await streamed(new RocCurve(), tensor([-Infinity, -2, -0, 0, 3, Infinity]), labels(0, 0, 1, 0, 1, 1));
    expect(thresholds).toEqual([Infinity, Infinity, 3, 0, -2, -Infinity]);
  });
});

describe('in a fit', () => {
  test('metrics are counted in its runs, and evaluate counts on fresh ones', async () => {
    const model = new nn.Sequential(new nn.Linear(2, 2));
    const metrics = { f1: new FBetaScore(), top1: new TopKAccuracy({ k: 1 }), accuracy: new Accuracy(), nll: new LogLoss() };
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
    const trainer = new Trainer(model, { optimizer, loss: nn.crossEntropy, metrics });
    const { history } = await trainer.fit(halves(100), { epochs: 8, batchSize: 16, validation: 0.25, progress: false });
    expect(Object.keys(history)).toEqual(['loss', 'f1', 'top1', 'accuracy', 'nll', 'valLoss', 'valF1', 'valTop1', 'valAccuracy', 'valNll']);
    expect(history.top1).toEqual(history.accuracy);
    for (const [i, loss] of history.valLoss!.entries()) expect(history.valNll![i]).toBeCloseTo(loss, 5);
    const found = await trainer.evaluate(halves(50, 2));
    expect(found.f1).toBeGreaterThan(0.8);
    expect(found.nll).toBeCloseTo(found.loss!, 5);
  });

  test('AUC keeps the scores of its epoch', async () => {
    const model = new nn.Sequential(new nn.Linear(2, 1));
    const data = new TensorDataset(...(halves(64).tensors as [Tensor, Tensor]));
    const binary = { length: 64, batch: (rows: Int32Array): Tensor[] => data.batch(rows).map((t, i) => (i ? t.reshape([-1, 1]) : t)) };
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 });
    const trainer = new Trainer<unknown>(model, { optimizer, loss: nn.bceWithLogits, metrics: { auc: new AUC() } });
    const { history } = await trainer.fit(binary, { epochs: 10, batchSize: 16, progress: false });
    expect(history.auc!.at(-1)).toBeGreaterThan(0.95);
    expect((await trainer.evaluate(binary)).auc).toBeGreaterThan(0.95);
  });
});

test('a Trainer refuses what computes no number', async () => {
  const model = new nn.Linear(2, 2);
  const metrics = { confusion: new ConfusionMatrix() as never };
  const trainer = new Trainer(model, { optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }), loss: nn.crossEntropy, metrics });
  await expect(trainer.evaluate(halves(4))).rejects.toThrow(/metric 'confusion' computes .*, but logs take numbers/);
});

describe('what metrics refuse', () => {
  const make = (): Metric<unknown>[] => [
    new Precision(),
    new Recall(),
    new FBetaScore(),
    new ConfusionMatrix(),
    new TopKAccuracy({ k: 1 }),
    new LogLoss(),
    new Perplexity(),
  ];

  test('outputs that do not fit, targets that are no labels', () => {
    for (const metric of make()) {
      expect(() => metric.update(zeros([4, 3]), labels(0, 1)), metric.constructor.name).toThrow(ShapeError);
      expect(() => metric.update(zeros([2, 3]), zeros([2])), metric.constructor.name).toThrow(ArgumentError);
      expect(() => metric.update(zeros([]), zeros([])), metric.constructor.name).toThrow(ShapeError);
    }
    for (const metric of [new MeanSquaredError(), new MeanAbsoluteError(), new R2Score(), new AUC()])
      expect(() => metric.update(zeros([4]), zeros([4, 1])), metric.constructor.name).toThrow(/outputs \(4\) don't fit targets \(4, 1\)/);
    expect(() => new Precision().update(zeros([4]), labels(0, 0, 1, 1))).toThrow(/take \{ threshold \}/);
    expect(() => new TopKAccuracy().update(zeros([4, 3]), labels(0, 0, 1, 1))).toThrow(/k is 5, but there are 3 classes/);
  });

  test.each([3, -1])('a label of %d, when the value is asked for', async (label) => {
    for (const metric of make()) {
      metric.update(zeros([2, 3]), labels(0, 1));
      await metric.compute();
      metric.update(zeros([2, 3]), labels(0, label));
      await expect(metric.compute(), metric.constructor.name).rejects.toThrow(IndexError);
    }
  });

  test('scores of NaN and labels that are neither 0 nor 1, when the area is asked for', async () => {
    const auc = new AUC();
    auc.update(tensor([0.5, Number.NaN]), labels(0, 1));
    await expect(auc.compute()).rejects.toThrow(/score of row 1 is NaN/);
    auc.reset();
    auc.update(tensor([0.5, 1]), labels(0, 2));
    await expect(auc.compute()).rejects.toThrow(/labels must be 0 or 1, got 2 in row 1/);
  });

  test('options out of range', () => {
    expect(() => new Precision({ average: 'all' as never })).toThrow(/'macro', 'micro' or 'weighted', got "all"/);
    for (const Class of [Precision, Recall, FBetaScore, ConfusionMatrix])
      expect(() => new Class({ threshold: Number.NaN })).toThrow(ArgumentError);
    for (const beta of [0, -1, Number.NaN, Infinity]) expect(() => new FBetaScore({ beta })).toThrow(ArgumentError);
    for (const k of [0, 1.5, Number.NaN]) expect(() => new TopKAccuracy({ k })).toThrow(ArgumentError);
    expect(() => new AUC({ curve: 'gain' as never })).toThrow(ArgumentError);
    expect(() => new Perplexity({ ignoreIndex: 0.5 })).toThrow(ArgumentError);
  });
});
