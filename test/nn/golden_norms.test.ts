// The normalising layers and their gradients against what PyTorch computed in float64; test/golden/norms.py says what the file holds.
import { fileURLToPath } from 'node:url';
import { grad, load, nn, type Parameter, run, type StateDict, type Tensor } from 'hebb';
import { describe, expect, test } from 'vitest';
import { compare } from '../golden/compare.js';

const golden: Promise<StateDict> = load(fileURLToPath(new URL('../golden/norms.safetensors', import.meta.url)));

/** The layer of each case of the file. */
const CASES: Record<string, nn.AnyModule> = {
  layer: new nn.LayerNorm(7),
  'layer.axes': new nn.LayerNorm([3, 5], { eps: 1e-2 }),
  'layer.weight': new nn.LayerNorm(6, { bias: false }),
  'layer.plain': new nn.LayerNorm(6, { elementwiseAffine: false }),
  rms: new nn.RMSNorm(7),
  'rms.axes': new nn.RMSNorm([3, 5], { eps: 1e-2 }),
  'rms.plain': new nn.RMSNorm(6, { elementwiseAffine: false }),
  'batch.1d': new nn.BatchNorm1d(5),
  'batch.1d.length': new nn.BatchNorm1d(3, { momentum: 0.3, eps: 1e-2 }),
  'batch.2d': new nn.BatchNorm2d(5),
  'batch.2d.average': new nn.BatchNorm2d(3, { momentum: null }),
  'batch.2d.plain': new nn.BatchNorm2d(3, { affine: false }),
  'batch.2d.untracked': new nn.BatchNorm2d(3, { trackRunningStats: false }),
  'batch.3d': new nn.BatchNorm3d(3),
  'instance.1d': new nn.InstanceNorm1d(3, { affine: true }),
  'instance.2d': new nn.InstanceNorm2d(3),
  'instance.2d.tracked': new nn.InstanceNorm2d(5, { affine: true, trackRunningStats: true }),
  'instance.3d': new nn.InstanceNorm3d(2, { affine: true, eps: 1e-2 }),
  group: new nn.GroupNorm(2, 6),
  'group.one': new nn.GroupNorm(1, 4, { eps: 1e-2 }),
  'group.plain': new nn.GroupNorm(3, 6, { affine: false }),
};

describe('normalising layers', () => {
  test('the file holds the cases that are tested', async () => {
    const found = Object.keys(await golden).flatMap((key) => (key.endsWith('.y') ? [key.slice(0, -2)] : []));
    expect(found.sort()).toEqual(Object.keys(CASES).sort());
  });

  test.each(Object.entries(CASES))('%s', async (name, layer) => {
    const file = await golden;
    const parameters: [string, Parameter][] = layer.namedParameters().filter(([, p]) => p.requiresGrad);
    layer.loadStateDict(Object.fromEntries(parameters.map(([key]) => [key, file[`${name}.${key}`]!])), { strict: false });
    const x = file[`${name}.x`]!;
    const pass = async (result: string, prefix: string): Promise<void> => {
      const y = layer.forward(x) as Tensor;
      const gradients = grad(y.mul(file[`${name}.dy`]!).sum(), [x, ...parameters.map(([, p]) => p)]);
      await compare(result, y, file[`${name}.${result}`]!);
      for (const [i, key] of ['dx', ...parameters.map(([key]) => `d.${key}`)].entries())
        await compare(prefix + key, gradients[i]!, file[`${name}.${prefix}${key}`]!);
    };
    await pass('y', '');
    if (file[`${name}.next`] === undefined) return;
    await run(layer.forward(file[`${name}.next`]!) as Tensor);
    const statistics = layer.namedParameters().filter(([, p]) => !p.requiresGrad);
    expect(statistics.map(([key]) => key)).toEqual(['running_mean', 'running_var', 'num_batches_tracked']);
    for (const [key, p] of statistics) if (p.dtype === 'f32') await compare(key, p, file[`${name}.s.${key}`]!);
    expect(await statistics[2]![1].item()).toBe(await file[`${name}.s.num_batches_tracked`]!.item());
    layer.eval();
    await pass('eval', 'e.');
  });
});
