// Loss Modules: each is its function with the options that it was made with, trains like any loss, and names itself in errors.
import { grad, nn, ones, optim, ShapeError, type Tensor, TensorDataset, Trainer, tensor, zeros } from 'hebb';
import { describe, expect, test } from 'vitest';

const a = tensor([[0.25, -1], [2, 0.5]]); // biome-ignore format: a matrix
const b = tensor([[1, 0.5], [-1, 0.75]]); // biome-ignore format: a matrix
const far = tensor([[0.5, 0], [1, 1]]); // biome-ignore format: a matrix
const sides = tensor([1, -1], { dtype: 'i32' });
const labels = tensor([1, 0], { dtype: 'i32' });
const weight = tensor([0.5, 2]);
const sum = { reduction: 'sum' } as const;

const MODULES: [name: string, made: Tensor, called: Tensor][] = [
  ['MSELoss', new nn.MSELoss(sum).forward(a, b), nn.mseLoss(a, b, sum)],
  ['L1Loss', new nn.L1Loss(sum).forward(a, b), nn.l1Loss(a, b, sum)],
  ['HuberLoss', new nn.HuberLoss({ delta: 0.5 }).forward(a, b), nn.huberLoss(a, b, { delta: 0.5 })],
  ['SmoothL1Loss', new nn.SmoothL1Loss({ beta: 2 }).forward(a, b), nn.smoothL1Loss(a, b, { beta: 2 })],
  ['LogCoshLoss', new nn.LogCoshLoss(sum).forward(a, b), nn.logCoshLoss(a, b, sum)],
  ['BCELoss', new nn.BCELoss({ weight }).forward(a.sigmoid(), b.sigmoid()), nn.bceLoss(a.sigmoid(), b.sigmoid(), { weight })],
  ['BCEWithLogitsLoss', new nn.BCEWithLogitsLoss({ posWeight: weight }).forward(a, b), nn.bceWithLogits(a, b, { posWeight: weight })],
  ['FocalLoss', new nn.FocalLoss({ gamma: 1 }).forward(a, b.gt(0)), nn.focalLoss(a, b.gt(0), { gamma: 1 })],
  [
    'DiceLoss',
    new nn.DiceLoss({ smooth: 2 }).forward(a.reshape([1, 4, 1]), b.reshape([1, 4, 1])),
    nn.diceLoss(a.reshape([1, 4, 1]), b.reshape([1, 4, 1]), { smooth: 2 }),
  ],
  ['CrossEntropyLoss', new nn.CrossEntropyLoss({ weight }).forward(a, labels), nn.crossEntropy(a, labels, { weight })],
  ['NLLLoss', new nn.NLLLoss({ weight }).forward(a, labels), nn.nllLoss(a, labels, { weight })],
  ['MultiMarginLoss', new nn.MultiMarginLoss({ p: 2 }).forward(a, labels), nn.multiMarginLoss(a, labels, { p: 2 })],
  [
    'CTCLoss',
    new nn.CTCLoss({ blank: 1 }).forward(a.reshape([2, 1, 2]), tensor([[0]], { dtype: 'i32' }), [2], [1]),
    nn.ctcLoss(a.reshape([2, 1, 2]), tensor([[0]], { dtype: 'i32' }), [2], [1], { blank: 1 }),
  ],
  ['KLDivLoss', new nn.KLDivLoss({ reduction: 'batchMean' }).forward(a, b.sigmoid()), nn.klDiv(a, b.sigmoid(), { reduction: 'batchMean' })],
  ['PoissonNLLLoss', new nn.PoissonNLLLoss({ full: true }).forward(a, b.square()), nn.poissonNllLoss(a, b.square(), { full: true })],
  [
    'GaussianNLLLoss',
    new nn.GaussianNLLLoss({ full: true }).forward(a, b, far.add(1)),
    nn.gaussianNllLoss(a, b, far.add(1), { full: true }),
  ],
  ['HingeLoss', new nn.HingeLoss({ margin: 2 }).forward(a, b.sign()), nn.hingeLoss(a, b.sign(), { margin: 2 })],
  ['HingeEmbeddingLoss', new nn.HingeEmbeddingLoss({ margin: 2 }).forward(a, b.sign()), nn.hingeEmbeddingLoss(a, b.sign(), { margin: 2 })],
  [
    'MarginRankingLoss',
    new nn.MarginRankingLoss({ margin: 2 }).forward(a, b, far.sign()),
    nn.marginRankingLoss(a, b, far.sign(), { margin: 2 }),
  ],
  ['TripletMarginLoss', new nn.TripletMarginLoss({ p: 1 }).forward(a, b, far), nn.tripletMarginLoss(a, b, far, { p: 1 })],
  [
    'CosineEmbeddingLoss',
    new nn.CosineEmbeddingLoss({ margin: -1 }).forward(a, b, sides),
    nn.cosineEmbeddingLoss(a, b, sides, { margin: -1 }),
  ],
];

describe('loss Modules', () => {
  test.each(MODULES)('%s', async (_, made, called) => {
    const value = await made.item();
    expect(value).toBe(await called.item());
    expect(value).not.toBe(0);
  });

  test('every exported one is in this list', () => {
    const exported = Object.keys(nn).filter((name) => name.endsWith('Loss') && name[0] === name[0]!.toUpperCase());
    expect(MODULES.map(([name]) => name).sort()).toEqual(exported.sort());
  });

  test('a Trainer takes one', async () => {
    const model = new nn.Linear(2, 1);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const data = new TensorDataset(ones([8, 2]), zeros([8, 1]));
    const { history } = await new Trainer(model, { optimizer, loss: new nn.HuberLoss() }).fit(data, { epochs: 20, progress: false });
    expect(history.loss!.at(-1)).toBeLessThan(0.01 + history.loss![0]! / 2);
  });

  test('errors name the loss', () => {
    expect(() => new nn.L1Loss().forward(zeros([2]), zeros([2, 1]))).toThrow(ShapeError);
  });
});

describe('what only some inputs show', () => {
  const value = (t: Tensor): Promise<number[]> => t.data().then((values) => Array.from(values));

  test('NaN stays NaN, whatever the loss', async () => {
    const x = tensor([[Number.NaN, 0.5]]);
    const y = tensor([[1, 0.25]]);
    const none = { reduction: 'none' } as const;
    const losses = [nn.mseLoss, nn.l1Loss, nn.huberLoss, nn.smoothL1Loss, nn.logCoshLoss, nn.bceLoss, nn.bceWithLogits, nn.focalLoss]
      .map((loss) => loss(x, y, none))
      .concat(nn.klDiv(x, y, none), nn.poissonNllLoss(x, y, none), nn.gaussianNllLoss(x, y, y, none), nn.hingeLoss(x, y, none))
      .concat(nn.hingeEmbeddingLoss(x, y, none), nn.marginRankingLoss(x, y, y, none));
    for (const loss of losses) {
      const [first, second] = await value(loss);
      expect(first).toBeNaN();
      expect(second).not.toBeNaN();
    }
  });

  test('what is outside of a domain is NaN, not a number that misleads', async () => {
    expect((await value(nn.bceLoss(tensor([-0.5, 1.5]), ones([2]).mul(0.5), { reduction: 'none' }))).every(Number.isNaN)).toBe(true);
    expect(await nn.gaussianNllLoss(ones([1]), ones([1]), tensor([-1])).item()).toBeNaN();
  });

  test('huge outputs have finite gradients', async () => {
    const x = tensor([[1e38, -1e38]]);
    const y = tensor([[1, 0]], { dtype: 'i32' });
    const label = tensor([1], { dtype: 'i32' });
    const losses = [nn.focalLoss, nn.bceWithLogits, nn.l1Loss, nn.huberLoss, nn.smoothL1Loss, nn.logCoshLoss, nn.hingeLoss]
      .map((loss) => loss(x, y))
      .concat(nn.multiMarginLoss(x, label), nn.crossEntropy(x, label), nn.nllLoss(x, label), nn.hingeEmbeddingLoss(x, y));
    for (const [i, loss] of losses.entries()) {
      expect((await value(grad(loss, [x])[0]!)).every(Number.isFinite), `${i}`).toBe(true);
      expect(await loss.item(), `${i}`).not.toBeNaN();
    }
  });

  test('CTC without an alignment is infinite, or 0 if asked for, and has no gradient', async () => {
    const x = zeros([2, 2, 3]).add(0.5);
    const targets = tensor([[1, 1], [1, 2]], { dtype: 'i32' }); // biome-ignore format: a matrix
    const call = (options: nn.CTCOptions): Tensor => nn.ctcLoss(x.logSoftmax(-1), targets, [2, 2], [2, 2], options);
    const [impossible, possible] = await value(call({ reduction: 'none' }));
    expect(impossible).toBe(Infinity);
    expect(possible).toBeCloseTo(2 * Math.log(3), 5);
    expect(await call({}).item()).toBe(Infinity);
    expect(await call({ zeroInfinity: true, reduction: 'sum' }).item()).toBeCloseTo(2 * Math.log(3), 5);
    const dx = await value(grad(call({ reduction: 'sum' }), [x])[0]!);
    for (const step of [0, 1]) expect(dx.slice(6 * step, 6 * step + 3)).toEqual([0, 0, 0]);
    expect(dx[5]).toBeCloseTo(1 / 3, 5);
  });

  test('a mean over nothing is NaN: no rows, or all of them ignored', async () => {
    expect(await nn.mseLoss(zeros([0]), zeros([0])).item()).toBeNaN();
    expect(await nn.crossEntropy(a, labels.mul(0).sub(1), { ignoreIndex: -1 }).item()).toBeNaN();
    expect(await nn.crossEntropy(a, labels.mul(0).sub(1), { ignoreIndex: -1, reduction: 'sum', weight }).item()).toBe(0);
  });
});
