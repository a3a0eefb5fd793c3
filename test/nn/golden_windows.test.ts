// Layers with sliding windows and their gradients against what PyTorch computed in float64; test/golden/windows.py says what the file holds.
import { fileURLToPath } from 'node:url';
import { grad, load, nn, type StateDict, type Tensor } from 'hebb';
import { describe, expect, test } from 'vitest';
import { compare } from '../golden/compare.js';

const golden: Promise<StateDict> = load(fileURLToPath(new URL('../golden/windows.safetensors', import.meta.url)));

const CASES: Record<string, nn.AnyModule> = {
  conv1d: new nn.Conv1d(3, 5, 4, { stride: 2, padding: 3, dilation: 2 }),
  conv2d: new nn.Conv2d(3, 5, 3),
  'conv2d.same': new nn.Conv2d(2, 3, [4, 3], { padding: 'same', bias: false }),
  'conv2d.strided': new nn.Conv2d(3, 7, [3, 2], { stride: [2, 3], padding: [2, 1], dilation: [2, 1] }),
  'conv2d.groups': new nn.Conv2d(6, 9, 3, { padding: 1, groups: 3 }),
  'conv2d.depthwise': new nn.Conv2d(5, 5, [3, 5], { padding: [1, 2], stride: 2, groups: 5 }),
  'conv2d.point': new nn.Conv2d(5, 3, 1, { stride: 2 }),
  conv3d: new nn.Conv3d(2, 3, [2, 3, 2], { stride: [1, 2, 1], padding: [1, 0, 1] }),
  convtranspose1d: new nn.ConvTranspose1d(3, 4, 5, { stride: 3, padding: 2, outputPadding: 1 }),
  convtranspose2d: new nn.ConvTranspose2d(4, 6, [3, 2], { stride: [2, 1], padding: 1, outputPadding: [1, 0], groups: 2 }),
  'convtranspose2d.dilated': new nn.ConvTranspose2d(2, 3, 2, { dilation: 3, outputPadding: 2, stride: 2, bias: false }),
  maxpool1d: new nn.MaxPool1d(3, { stride: 2, padding: 1, dilation: 2, ceilMode: true }),
  maxpool2d: new nn.MaxPool2d(2),
  'maxpool2d.overlapping': new nn.MaxPool2d([3, 2], { stride: [2, 1], padding: 1, ceilMode: true }),
  maxpool3d: new nn.MaxPool3d(2, { stride: 1 }),
  avgpool1d: new nn.AvgPool1d(4, { stride: 3, padding: 2, ceilMode: true }),
  avgpool2d: new nn.AvgPool2d(3, { stride: 2, padding: 1, ceilMode: true }),
  'avgpool2d.inside': new nn.AvgPool2d(3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
  'avgpool2d.divided': new nn.AvgPool2d([2, 3], { divisorOverride: 5 }),
  avgpool3d: new nn.AvgPool3d([2, 1, 3], { stride: [1, 2, 2], padding: [1, 0, 1] }),
  adaptiveavgpool1d: new nn.AdaptiveAvgPool1d(4),
  adaptiveavgpool2d: new nn.AdaptiveAvgPool2d([3, 5]),
  adaptivemaxpool1d: new nn.AdaptiveMaxPool1d(3),
  adaptivemaxpool2d: new nn.AdaptiveMaxPool2d([2, 3]),
};

describe('layers with windows', () => {
  test('the file holds the cases that are tested', async () => {
    const found = Object.keys(await golden).flatMap((key) => (key.endsWith('.y') ? [key.slice(0, -2)] : []));
    expect(found.sort()).toEqual(Object.keys(CASES).sort());
  });

  test.each(Object.entries(CASES))('%s', async (name, layer) => {
    const file = await golden;
    const parameters = layer.namedParameters();
    layer.loadStateDict(Object.fromEntries(parameters.map(([key]) => [key, file[`${name}.${key}`]!])));
    const x = file[`${name}.x`]!;
    const y = layer.forward(x) as Tensor;
    const wanted: [string, Tensor][] = [['dx', x], ...parameters.map(([key, p]): [string, Tensor] => [`d.${key}`, p])];
    const gradients = grad(
      y.mul(file[`${name}.dy`]!).sum(),
      wanted.map(([, of]) => of),
    );
    await compare('y', y, file[`${name}.y`]!);
    for (const [i, [key]] of wanted.entries()) await compare(key, gradients[i]!, file[`${name}.${key}`]!);
  });

  test('parameters begin within the bounds that PyTorch draws them from', async () => {
    for (const [layer, fan] of [
      [new nn.Conv2d(6, 8, [3, 5], { groups: 2 }), 3 * 15],
      [new nn.ConvTranspose2d(6, 8, [3, 5], { groups: 2 }), 4 * 15],
      [new nn.Conv1d(16, 8, 3), 16 * 3],
    ] as const) {
      const bound = fan ** -0.5;
      const drawn = await layer.weight.abs().max().item();
      expect(drawn).toBeLessThanOrEqual(bound * (1 + 1e-6));
      expect(drawn).toBeGreaterThan(0.9 * bound);
      expect(await layer.bias!.abs().max().item()).toBeLessThanOrEqual(bound * (1 + 1e-6));
    }
    expect(new nn.Conv2d(6, 8, [3, 5], { groups: 2 }).weight.shape).toEqual([8, 3, 3, 5]);
    expect(new nn.ConvTranspose2d(6, 8, [3, 5], { groups: 2 }).weight.shape).toEqual([6, 4, 3, 5]);
  });
});
