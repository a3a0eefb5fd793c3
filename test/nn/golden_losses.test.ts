// Every loss and its gradient against what PyTorch computed in float64; test/golden/losses.py says what the file holds.
import { fileURLToPath } from 'node:url';
import { grad, load, nn, type StateDict, type Tensor } from 'hebb';
import { describe, expect, test } from 'vitest';

const golden: Promise<StateDict> = load(fileURLToPath(new URL('../golden/losses.safetensors', import.meta.url)));

/** For each case of the file: its first input, and the loss of it. */
const CASES: Record<string, [first: string, of: (x: Tensor, file: Record<string, Tensor>) => Tensor]> = {
  'mse.sum': ['x', (x, { y }) => nn.mseLoss(x, y!, { reduction: 'sum' })],
  l1: ['x', (x, { y }) => nn.l1Loss(x, y!)],
  huber: ['x', (x, { y }) => nn.huberLoss(x, y!)],
  'huber.delta': ['x', (x, { y }) => nn.huberLoss(x, y!, { delta: 0.5, reduction: 'none' })],
  smoothL1: ['x', (x, { y }) => nn.smoothL1Loss(x, y!)],
  'smoothL1.beta': ['x', (x, { y }) => nn.smoothL1Loss(x, y!, { beta: 2.5, reduction: 'sum' })],
  logCosh: ['x', (x, { y }) => nn.logCoshLoss(x, y!)],
  bce: ['p', (p, { q }) => nn.bceLoss(p, q!)],
  'bce.weight': ['p', (p, { q, rowWeight }) => nn.bceLoss(p, q!, { weight: rowWeight!, reduction: 'none' })],
  'bceWithLogits.weights': [
    'x',
    (x, { q, rowWeight, posWeight }) => nn.bceWithLogits(x, q!, { weight: rowWeight!, posWeight: posWeight! }),
  ],
  focal: ['x', (x, { truths }) => nn.focalLoss(x, truths!)],
  'focal.options': ['x', (x, { truths }) => nn.focalLoss(x, truths!, { alpha: 0.6, gamma: 0.5 })],
  dice: ['area', (p, { mask }) => nn.diceLoss(p, mask!)],
  'dice.none': ['area', (p, { mask }) => nn.diceLoss(p, mask!, { smooth: 0.1, reduction: 'none' })],
  'crossEntropy.weight': ['x', (x, { labels, classWeight }) => nn.crossEntropy(x, labels!, { weight: classWeight! })],
  'crossEntropy.all': [
    'x',
    (x, { labelsIgnoring, classWeight }) =>
      nn.crossEntropy(x, labelsIgnoring!, { weight: classWeight!, ignoreIndex: -100, labelSmoothing: 0.1 }),
  ],
  'crossEntropy.none': [
    'x',
    (x, { labelsIgnoring, classWeight }) =>
      nn.crossEntropy(x, labelsIgnoring!, { weight: classWeight!, ignoreIndex: -100, labelSmoothing: 0.1, reduction: 'none' }),
  ],
  'crossEntropy.soft': ['x', (x, { q, classWeight }) => nn.crossEntropy(x, q!, { weight: classWeight!, labelSmoothing: 0.1 })],
  nll: ['x', (x, { labels }) => nn.nllLoss(x, labels!)],
  'nll.all': [
    'x',
    (x, { labelsIgnoring, classWeight }) => nn.nllLoss(x.logSoftmax(-1), labelsIgnoring!, { weight: classWeight!, ignoreIndex: -100 }),
  ],
  'nll.none': [
    'x',
    (x, { labelsIgnoring, classWeight }) => nn.nllLoss(x, labelsIgnoring!, { weight: classWeight!, ignoreIndex: -100, reduction: 'none' }),
  ],
  klDiv: ['x', (x, { q }) => nn.klDiv(x.logSoftmax(-1), q!)],
  'klDiv.batchMean': ['x', (x, { q }) => nn.klDiv(x.logSoftmax(-1), q!, { reduction: 'batchMean' })],
  'klDiv.logTarget': ['x', (x, { y }) => nn.klDiv(x.logSoftmax(-1), y!.logSoftmax(-1), { logTarget: true, reduction: 'sum' })],
  poissonNll: ['x', (x, { counts }) => nn.poissonNllLoss(x, counts!)],
  'poissonNll.full': ['p', (p, { counts }) => nn.poissonNllLoss(p, counts!, { logInput: false, full: true, eps: 1e-3, reduction: 'none' })],
  gaussianNll: ['x', (x, { y, variance }) => nn.gaussianNllLoss(x, y!, variance!)],
  'gaussianNll.variance': ['variance', (v, { x, y }) => nn.gaussianNllLoss(x!, y!, v, { full: true, eps: 0.3, reduction: 'sum' })],
  hinge: ['x', (x, { sides }) => nn.hingeLoss(x, sides!)],
  hingeEmbedding: ['x', (x, { sides }) => nn.hingeEmbeddingLoss(x, sides!, { margin: 1.5 })],
  marginRanking: ['x', (x, { y, sides }) => nn.marginRankingLoss(x, y!, sides!, { margin: 0.5 })],
  multiMargin: ['x', (x, { labels }) => nn.multiMarginLoss(x, labels!)],
  'multiMargin.all': [
    'x',
    (x, { labels, classWeight }) => nn.multiMarginLoss(x, labels!, { p: 2, margin: 0.5, weight: classWeight!, reduction: 'none' }),
  ],
  triplet: ['x', (x, { y, far }) => nn.tripletMarginLoss(x, y!, far!)],
  'triplet.p1': ['x', (x, { y, far }) => nn.tripletMarginLoss(x, y!, far!, { p: 1, margin: 2, reduction: 'none' })],
  'triplet.p3': ['x', (x, { y, far }) => nn.tripletMarginLoss(x, y!, far!, { p: 3, margin: 2 })],
  'triplet.swap': ['x', (x, { y, far }) => nn.tripletMarginLoss(x, y!, far!, { swap: true, reduction: 'sum' })],
  cosineEmbedding: ['x', (x, { y, sides }) => nn.cosineEmbeddingLoss(x, y!, sides!.narrow(1, 0, 1).reshape([6]), { margin: 0.1 })],
  ctc: ['logits', (x, { targets, lengths, targetLengths }) => nn.ctcLoss(x.logSoftmax(-1), targets!, lengths!, targetLengths!)],
  'ctc.none': [
    'logits',
    (x, { targets, lengths, targetLengths }) => nn.ctcLoss(x.logSoftmax(-1), targets!, lengths!, targetLengths!, { reduction: 'none' }),
  ],
};

async function compare(found: Tensor, expected: Tensor): Promise<void> {
  expect([...found.shape]).toEqual([...expected.shape]);
  const [values, exact] = (await Promise.all([found.data(), expected.data()])).map((data) => Array.from(data)) as [number[], number[]];
  const allowed = 2e-6 * exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const [i, value] of exact.entries()) expect(Math.abs(values[i]! - value), `element ${i}`).toBeLessThanOrEqual(allowed);
}

describe('losses', () => {
  test.each(Object.entries(CASES))('%s', async (name, [first, of]) => {
    const file = await golden;
    const x = file[first]!;
    const loss = of(x, file);
    const [dx] = grad(loss.sum(), [x]);
    await compare(loss, file[`${name}.loss`]!);
    await compare(dx!, file[`${name}.dx`]!);
  });

  test('none of the file is left out', async () => {
    const names = Object.keys(await golden).flatMap((name) => (name.endsWith('.loss') ? [name.slice(0, -'.loss'.length)] : []));
    expect(Object.keys(CASES).sort()).toEqual(names.sort());
  });
});
