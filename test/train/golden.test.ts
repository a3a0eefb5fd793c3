// Ten training steps of a small network against what PyTorch computed in float64; test/golden/mlp_steps.py says what the file holds.
import { fileURLToPath } from 'node:url';
import { load, nn, optim, type Parameter, type StateDict, type Tensor } from 'hebb';
import { expect, test } from 'vitest';

type Make = (params: Parameter[], clip: { clipNorm?: number }) => optim.Optimizer;

/** The variants of the script, as hebb writes them. */
const VARIANTS: Record<string, Make> = {
  sgd: (params, clip) => new optim.SGD(params, { lr: 0.3, ...clip }),
  'sgd.momentum': (params, clip) => new optim.SGD(params, { lr: 0.3, momentum: 0.9, ...clip }),
  'sgd.nesterov': (params, clip) => new optim.SGD(params, { lr: 0.3, momentum: 0.9, nesterov: true, ...clip }),
  'sgd.decay': (params, clip) => new optim.SGD(params, { lr: 0.3, momentum: 0.9, weightDecay: 0.01, ...clip }),
  adam: (params, clip) => new optim.Adam(params, { lr: 0.01, ...clip }),
  'adam.decay': (params, clip) => new optim.Adam(params, { lr: 0.01, weightDecay: 0.01, ...clip }),
  adamw: (params, clip) => new optim.AdamW(params, { lr: 0.01, weightDecay: 0.01, ...clip }),
};

const golden = load(fileURLToPath(new URL('../golden/mlp_steps.safetensors', import.meta.url)));
const names = Object.keys(VARIANTS).flatMap((name) => [name, `${name}.clip`]);

/** max|found - expected| ≤ part · max|expected|. */
async function close(what: string, found: ArrayLike<number>, expected: Tensor, part: number): Promise<void> {
  const values = Array.from(await expected.data());
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const error = values.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0);
  expect(found.length).toBe(values.length);
  expect(scale).toBeGreaterThan(0);
  expect(error / scale, what).toBeLessThanOrEqual(part);
}

test('the file holds the variants that are tested', async () => {
  const found = Object.keys(await golden).filter((key) => key.endsWith('.losses'));
  expect(found.map((key) => key.replace(/\.losses$/, '')).sort()).toEqual([...names].sort());
});

test.each(names)('%s', async (name) => {
  const file: StateDict = await golden;
  const clip = name.endsWith('.clip') ? { clipNorm: 0.1 } : {};
  const model = new nn.Sequential(new nn.Linear(12, 9), new nn.Tanh(), new nn.Linear(9, 7), new nn.ReLU(), new nn.Linear(7, 5));
  const keys = Object.keys(await model.stateDict());
  model.loadStateDict(Object.fromEntries(keys.map((key) => [key, file[`init.${key}`]!])));
  const opt = VARIANTS[name.replace(/\.clip$/, '')]!([...model.parameters()], clip);
  const losses: number[] = [];
  const norms: number[] = [];
  for (let step = 0; step < 10; step++) {
    const loss = nn.crossEntropy(model.forward(file.x!), file.y!);
    await opt.step(loss);
    losses.push(await loss.item());
    norms.push(await opt.gradNorm.item());
  }
  await close('losses', losses, file[`${name}.losses`]!, 1e-5);
  await close('gradient norms', norms, file[`${name}.gradNorms`]!, 1e-5);
  const state = await model.stateDict();
  for (const key of keys) await close(key, await state[key]!.data(), file[`${name}.final.${key}`]!, 1e-5);
});
