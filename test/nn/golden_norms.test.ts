// The normalising layers and their gradients against what PyTorch computed in float64; test/golden/norms.py says what the file holds.
import { fileURLToPath } from 'node:url';
import { grad, load, nn, type Parameter, type StateDict, type Tensor } from 'hebb';
import { describe, expect, test } from 'vitest';

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
};

/** max|found - expected| ≤ 2e-6 · max|expected|. */
async function compare(what: string, found: Tensor, expected: Tensor): Promise<void> {
  expect([what, ...found.shape]).toEqual([what, ...expected.shape]);
  const [values, exact] = (await Promise.all([found.data(), expected.data()])).map((data) => Array.from(data)) as [number[], number[]];
  const allowed = 2e-6 * exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(allowed).toBeGreaterThan(0);
  for (const [i, value] of exact.entries()) expect(Math.abs(values[i]! - value), `${what}, element ${i}`).toBeLessThanOrEqual(allowed);
}

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
    const y = layer.forward(x) as Tensor;
    const gradients = grad(y.mul(file[`${name}.dy`]!).sum(), [x, ...parameters.map(([, p]) => p)]);
    await compare('y', y, file[`${name}.y`]!);
    for (const [i, key] of ['dx', ...parameters.map(([key]) => `d.${key}`)].entries())
      await compare(key, gradients[i]!, file[`${name}.${key}`]!);
  });
});
