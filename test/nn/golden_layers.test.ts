// Layers and their gradients against what PyTorch computed in float64; test/golden/layers.py says what the file holds.
import { fileURLToPath } from 'node:url';
import { grad, load, nn, type Parameter, type StateDict, type Tensor } from 'hebb';
import { describe, expect, test } from 'vitest';
import { compare } from '../golden/compare.js';

const golden: Promise<StateDict> = load(fileURLToPath(new URL('../golden/layers.safetensors', import.meta.url)));
const paddingIdx = 2;

/** For each case of the file: the layer, and the file's names of its inputs. */
const CASES: Record<string, [layer: nn.AnyModule, ...inputs: string[]]> = {
  embedding: [new nn.Embedding(7, 4), 'ids'],
  'embedding.padding': [new nn.Embedding(7, 4, { paddingIdx }), 'ids'],
  'bag.sum': [new nn.EmbeddingBag(7, 4, { mode: 'sum' }), 'ids'],
  'bag.sum.padding': [new nn.EmbeddingBag(7, 4, { mode: 'sum', paddingIdx }), 'ids'],
  'bag.sum.offsets': [new nn.EmbeddingBag(7, 4, { mode: 'sum' }), 'flat', 'offsets'],
  'bag.sum.offsets.padding': [new nn.EmbeddingBag(7, 4, { mode: 'sum', paddingIdx: -5 }), 'flat', 'offsets'],
  'bag.mean': [new nn.EmbeddingBag(7, 4), 'ids'],
  'bag.mean.padding': [new nn.EmbeddingBag(7, 4, { paddingIdx }), 'ids'],
  'bag.mean.offsets': [new nn.EmbeddingBag(7, 4), 'flat', 'offsets'],
  'bag.mean.offsets.padding': [new nn.EmbeddingBag(7, 4, { paddingIdx }), 'flat', 'offsets'],
  'bag.max': [new nn.EmbeddingBag(7, 4, { mode: 'max' }), 'ids'],
  'bag.max.padding': [new nn.EmbeddingBag(7, 4, { mode: 'max', paddingIdx }), 'ids'],
  'bag.sum.weights': [new nn.EmbeddingBag(7, 4, { mode: 'sum' }), 'ids', 'none', 'weights'],
  'bag.sum.weights.padding': [new nn.EmbeddingBag(7, 4, { mode: 'sum', paddingIdx }), 'ids', 'none', 'weights'],
  'bag.sum.offsets.weights': [new nn.EmbeddingBag(7, 4, { mode: 'sum' }), 'flat', 'offsets', 'flatWeights'],
  'bag.sum.offsets.weights.padding': [new nn.EmbeddingBag(7, 4, { mode: 'sum', paddingIdx }), 'flat', 'offsets', 'flatWeights'],
  'embedding.norm': [new nn.Embedding(7, 4, { maxNorm: 1.5, normType: 1 }), 'ids'],
  'bag.mean.norm': [new nn.EmbeddingBag(7, 4, { maxNorm: 1.2 }), 'ids'],
  bilinear: [new nn.Bilinear(3, 2, 5), 'a', 'b'],
  'bilinear.plain': [new nn.Bilinear(3, 2, 5, { bias: false }), 'a', 'b'],
  prelu: [new nn.PReLU(), 'x'],
  'prelu.channels': [new nn.PReLU(6), 'x'],
  glu: [new nn.GLU(), 'x'],
  'glu.rows': [new nn.GLU(0), 'x'],
  swiglu: [new nn.SwiGLU(), 'x'],
  elu: [new nn.ELU(), 'x'],
  'elu.alpha': [new nn.ELU(0.7), 'x'],
  celu: [new nn.CELU(), 'x'],
  'celu.alpha': [new nn.CELU(0.7), 'x'],
  selu: [new nn.SELU(), 'x'],
  gelu: [new nn.GELU(), 'x'],
  'gelu.tanh': [new nn.GELU({ approximate: 'tanh' }), 'x'],
  silu: [new nn.SiLU(), 'x'],
  mish: [new nn.Mish(), 'x'],
  softplus: [new nn.Softplus(), 'x'],
  'softplus.beta': [new nn.Softplus({ beta: 2, threshold: 1 }), 'x'],
  softsign: [new nn.Softsign(), 'x'],
  logsigmoid: [new nn.LogSigmoid(), 'x'],
  leakyrelu: [new nn.LeakyReLU(), 'x'],
  softmax: [new nn.Softmax(), 'x'],
  'softmax.rows': [new nn.Softmax(0), 'x'],
  logsoftmax: [new nn.LogSoftmax(), 'x'],
  softmin: [new nn.Softmin(), 'x'],
  hardtanh: [new nn.Hardtanh(), 'x'],
  'hardtanh.range': [new nn.Hardtanh(-0.3, 0.6), 'x'],
  relu6: [new nn.ReLU6(), 'x'],
  hardsigmoid: [new nn.Hardsigmoid(), 'x'],
  hardswish: [new nn.Hardswish(), 'x'],
  hardshrink: [new nn.Hardshrink(), 'x'],
  'hardshrink.lambda': [new nn.Hardshrink(0.2), 'x'],
  softshrink: [new nn.Softshrink(), 'x'],
  'softshrink.lambda': [new nn.Softshrink(0.2), 'x'],
  tanhshrink: [new nn.Tanhshrink(), 'x'],
  threshold: [new nn.Threshold(0.1, -2), 'x'],
};

describe('layers', () => {
  test('the file holds the cases that are tested', async () => {
    const found = Object.keys(await golden).flatMap((key) => (key.endsWith('.y') ? [key.slice(0, -2)] : []));
    expect(found.sort()).toEqual(Object.keys(CASES).sort());
  });

  test.each(Object.entries(CASES))('%s', async (name, [layer, ...inputs]) => {
    const file = await golden;
    const parameters: [string, Parameter][] = layer.namedParameters();
    layer.loadStateDict(Object.fromEntries(parameters.map(([key]) => [key, file[`${name}.${key}`] ?? file['table']!])));
    const y = layer.forward(...inputs.map((key) => (key === 'none' ? null : file[key]!))) as Tensor;
    const floats = inputs.filter((key) => file[key]?.dtype === 'f32');
    const wanted: [string, Tensor][] = [
      ...parameters.map(([key, p]): [string, Tensor] => [`d.${key}`, p]),
      ...floats.map((key): [string, Tensor] => [`d${key}`, file[key]!]),
    ];
    const gradients = grad(
      y.mul(file[`${name}.dy`]!).sum(),
      wanted.map(([, x]) => x),
    );
    await compare('y', y, file[`${name}.y`]!);
    const after = file[`${name}.after`];
    if (after) await compare('after', layer.parameters()[0]!, after);
    for (const [i, [key]] of wanted.entries()) await compare(key, gradients[i]!, file[`${name}.${key}`]!);
  });
});
