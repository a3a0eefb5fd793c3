// Activations and losses, with gradients, against what PyTorch computed in float64; test/golden/ops.py says what the file holds.
import { fileURLToPath } from 'node:url';
import { grad, load, nn, type StateDict, type Tensor } from 'hebb';
import { describe, expect, test } from 'vitest';
import { difference } from './check.js';

const golden: Promise<StateDict> = load(fileURLToPath(new URL('../golden/ops.safetensors', import.meta.url)));

const ACTIVATIONS: Record<string, (x: Tensor) => Tensor> = {
  relu: (x) => x.relu(),
  leakyRelu: (x) => x.leakyRelu(),
  gelu: (x) => x.gelu(),
  silu: (x) => x.silu(),
  sigmoid: (x) => x.sigmoid(),
  tanh: (x) => x.tanh(),
  softmax: (x) => x.softmax(-1),
  logSoftmax: (x) => x.logSoftmax(-1),
};

const LOSSES: Record<string, { inputs: [string, string]; of: (x: Tensor, y: Tensor) => Tensor }> = {
  'crossEntropy.plain': { inputs: ['logits', 'labels'], of: (x, y) => nn.crossEntropy(x, y) },
  'crossEntropy.smooth': { inputs: ['logits', 'labels'], of: (x, y) => nn.crossEntropy(x, y, { labelSmoothing: 0.1 }) },
  'crossEntropy.ignoring': { inputs: ['logits', 'labelsIgnoring'], of: (x, y) => nn.crossEntropy(x, y, { ignoreIndex: -100 }) },
  'crossEntropy.rowSum': { inputs: ['logits', 'labels'], of: (x, y) => nn.crossEntropy(x, y, { reduction: 'sum' }) },
  bceWithLogits: { inputs: ['scores', 'truth'], of: (x, y) => nn.bceWithLogits(x, y) },
  mseLoss: { inputs: ['scores', 'truth'], of: (x, y) => nn.mseLoss(x, y) },
};

async function compare(found: Tensor, expected: Tensor): Promise<void> {
  expect([...found.shape]).toEqual([...expected.shape]);
  expect(difference(await found.data(), { shape: expected.shape, data: Float64Array.from(await expected.data()) }, 'f32', 'scaled')).toBe(
    null,
  );
}

describe('activations', () => {
  test.each(Object.entries(ACTIVATIONS))('%s', async (name, of) => {
    const file = await golden;
    const [x, y] = [file.x!, of(file.x!)];
    const [dx] = grad(y.mul(file.dy!).sum(), [x]);
    await compare(y, file[`${name}.y`]!);
    await compare(dx!, file[`${name}.dx`]!);
  });
});

describe('losses', () => {
  test.each(Object.entries(LOSSES))('%s', async (name, { inputs, of }) => {
    const file = await golden;
    const [x, y] = inputs.map((key) => file[key]!) as [Tensor, Tensor];
    await compare(of(x, y), file[`${name}.loss`]!);
    await compare(grad(of(x, y), [x])[0]!, file[`${name}.dx`]!);
  });
});
