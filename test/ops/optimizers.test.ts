// Fifty steps of every optimizer, on every instruction set: against PyTorch's float64 numbers (test/golden/optimizers.py says what the file
// holds), and resumed from a state dict with the same bits.
import { fileURLToPath } from 'node:url';
import { concat, load, optim, Parameter, type StateDict, type Tensor, tensor } from 'hebb';
import { describe, expect, it } from 'vitest';

type Make = (params: Parameter[]) => optim.Optimizer;

const VARIANTS: Record<string, Make> = {
  sgd: (p) => new optim.SGD(p, { lr: 0.1 }),
  'sgd.decay': (p) => new optim.SGD(p, { lr: 0.1, weightDecay: 0.1 }),
  'sgd.momentum': (p) => new optim.SGD(p, { lr: 0.05, momentum: 0.9 }),
  'sgd.dampening': (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.5, weightDecay: 0.1 }),
  'sgd.nesterov': (p) => new optim.SGD(p, { lr: 0.05, momentum: 0.9, nesterov: true }),
  'sgd.l1': (p) => new optim.SGD(p, { lr: 0.05, momentum: 0.5, l1: 0.3 }),
  adagrad: (p) => new optim.Adagrad(p, { lr: 0.3 }),
  'adagrad.decay': (p) => new optim.Adagrad(p, { lr: 0.3, lrDecay: 0.1, weightDecay: 0.1, initialAccumulatorValue: 0.5 }),
  rmsprop: (p) => new optim.RMSprop(p, { lr: 0.02 }),
  'rmsprop.clip': (p) => new optim.RMSprop(p, { lr: 0.02, alpha: 0.9, weightDecay: 0.1, clipValue: 0.7 }),
  'rmsprop.momentum': (p) => new optim.RMSprop(p, { lr: 0.01, momentum: 0.8 }),
  'rmsprop.centered': (p) => new optim.RMSprop(p, { lr: 0.02, alpha: 0.95, centered: true, eps: 1e-4 }),
  'rmsprop.both': (p) => new optim.RMSprop(p, { lr: 0.01, momentum: 0.8, centered: true }),
  adam: (p) => new optim.Adam(p, { lr: 0.05 }),
  'adam.amsgrad': (p) => new optim.Adam(p, { lr: 0.05, betas: [0.8, 0.9], amsgrad: true }),
  'adam.decay': (p) => new optim.Adam(p, { lr: 0.05, weightDecay: 0.2, clipNorm: 2 }),
  'adam.groups': ([a, b]) =>
    new optim.Adam(
      [
        { params: [a!], betas: [0.7, 0.99] },
        { params: [b!], lr: 0.01, weightDecay: 0.3 },
      ],
      { lr: 0.05 },
    ),
  adamw: (p) => new optim.AdamW(p, { lr: 0.05 }),
  'adamw.amsgrad': (p) => new optim.AdamW(p, { lr: 0.05, weightDecay: 0.3, amsgrad: true, l1: 0.2 }),
  adadelta: (p) => new optim.Adadelta(p),
  'adadelta.decay': (p) => new optim.Adadelta(p, { lr: 3, rho: 0.8, eps: 1e-4, weightDecay: 0.1 }),
  adamax: (p) => new optim.Adamax(p, { lr: 0.05, betas: [0.9, 0.95], weightDecay: 0.1 }),
  nadam: (p) => new optim.NAdam(p, { lr: 0.05 }),
  'nadam.decoupled': (p) => new optim.NAdam(p, { lr: 0.05, momentumDecay: 0.1, weightDecay: 0.3, decoupledWeightDecay: true }),
  radam: (p) => new optim.RAdam(p, { lr: 0.05 }),
  'radam.decoupled': (p) => new optim.RAdam(p, { lr: 0.1, betas: [0.9, 0.95], weightDecay: 0.3, decoupledWeightDecay: true }),
  'radam.decay': (p) => new optim.RAdam(p, { lr: 0.1, betas: [0.8, 0.9], weightDecay: 0.3 }),
  lion: (p) => new optim.Lion(p, { lr: 0.02 }),
  'lion.decay': (p) => new optim.Lion(p, { lr: 0.02, betas: [0.8, 0.95], weightDecay: 0.5 }),
};

const STEPS = 50;
const SPLIT = 12; // of the 17 values, those of the first parameter

const golden = load(fileURLToPath(new URL('../golden/optimizers.safetensors', import.meta.url)));

async function problem() {
  const file: StateDict = await golden;
  const [init, noise, curve] = await Promise.all(['init', 'noise', 'curve'].map((key) => file[key]!.data()));
  const parted = (values: ArrayLike<number>): Tensor[] => [
    tensor(Array.from(values).slice(0, SPLIT), { shape: [4, 3] }),
    tensor(Array.from(values).slice(SPLIT)),
  ];
  const params = parted(init!).map((t) => new Parameter(t));
  const curves = parted(curve!);
  const steps = Array.from({ length: STEPS }, (_, t) => parted(noise!.slice(17 * t, 17 * t + 17)));
  const loss = (t: number): Tensor =>
    params.map((p, i) => p.mul(steps[t]![i]!).sum().add(p.square().mul(curves[i]!).sum().mul(0.5))).reduce((a, b) => a.add(b));
  return { file, params, loss };
}

const flat = async (parts: Tensor[]): Promise<number[]> => Array.from(await concat(parts.map((p) => p.reshape([-1]))).data());

/** max|found - expected| ≤ 1e-5 · max|expected|. */
async function close(what: string, found: number[], expected: Tensor): Promise<void> {
  const values = Array.from(await expected.data());
  expect(found.length).toBe(values.length);
  const largest = (list: number[]): number => list.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  expect(largest(values)).toBeGreaterThan(0);
  expect(largest(values.map((x, i) => x - found[i]!)) / largest(values), what).toBeLessThanOrEqual(1e-5);
}

it('tests what the file holds', async () => {
  const keys = Object.keys(await golden).filter((key) => key.endsWith('.p'));
  expect(keys.map((key) => key.slice(0, -2)).sort()).toEqual(Object.keys(VARIANTS).sort());
});

describe.each(Object.keys(VARIANTS))('%s', (name) => {
  it(`takes PyTorch's ${STEPS} steps`, async () => {
    const { file, params, loss } = await problem();
    const opt = VARIANTS[name]!(params);
    for (let t = 0; t < STEPS; t++) await opt.step(loss(t));
    await close('parameters', await flat(params), file[`${name}.p`]!);
    const state = await opt.stateDict();
    const stored = Object.keys(state).filter((key) => key.startsWith('state.0.'));
    const prefix = `${name}.s.`;
    const expected = Object.keys(file).filter((key) => key.startsWith(prefix));
    expect(stored.map((key) => key.slice(8)).sort()).toEqual(expected.map((key) => key.slice(prefix.length)).sort());
    for (const key of expected) {
      const own = key.slice(prefix.length);
      await close(own, await flat([state[`state.0.${own}`]!, state[`state.1.${own}`]!]), file[key]!);
    }
  });

  it('goes on from a state dict with the same bits', async () => {
    const straight = await problem();
    const whole = VARIANTS[name]!(straight.params);
    for (let t = 0; t < STEPS; t++) await whole.step(straight.loss(t));

    const before = await problem();
    const first = VARIANTS[name]!(before.params);
    for (let t = 0; t < 20; t++) await first.step(before.loss(t));
    const after = await problem();
    const second = VARIANTS[name]!(after.params);
    for (const [i, p] of after.params.entries()) p.assign(tensor(await before.params[i]!.data(), { shape: p.shape }));
    second.loadStateDict(await first.stateDict());
    for (let t = 20; t < STEPS; t++) await second.step(after.loss(t));
    expect(await flat(after.params)).toEqual(await flat(straight.params));
  });
});
