// Rule 9. Random numbers are counters drawn at recording: every evaluation, backward pass and recomputation gives the same values.
import {
  DataLoader,
  defaultGenerator,
  Generator,
  grad,
  manualSeed,
  nn,
  optim,
  rand,
  randn,
  randperm,
  run,
  TensorDataset,
  tensor,
} from 'hebb';
import { describe, expect, it } from 'vitest';

const list = async (t: { data(): Promise<ArrayLike<number>> }) => Array.from(await t.data());

describe('a random tensor', () => {
  it('has the same values in every run that evaluates it', async () => {
    const noise = rand([4, 300]);
    const mean = await noise.mean().item();
    expect((await list(noise.mul(2))).reduce((a, b) => a + b) / 2400).toBeCloseTo(mean, 5);
  });

  it('is never merged with its like', async () => {
    const [a, b] = await Promise.all([list(randn([8])), list(randn([8]))]);
    expect(a).not.toEqual(b);
  });

  it('is the same mask forward and backward', async () => {
    const dropout = new nn.Dropout(0.5);
    const x = tensor(Float32Array.from({ length: 1000 }, () => 1));
    const y = dropout.forward(x);
    const [dx] = grad(y.sum(), [x]);
    const [out, gradient] = await Promise.all([list(y), list(dx!)]);
    expect(gradient).toEqual(out);
    expect(out.filter((v) => v === 0).length).toBeGreaterThan(400);
    expect(out.filter((v) => v === 0).length).toBeLessThan(600);
  });
});

describe('a Generator', () => {
  it('repeats itself from its seed, and manualSeed the default one', async () => {
    const draw = (seed: number) => list(randn([10], { generator: new Generator(seed) }));
    expect(await draw(5)).toEqual(await draw(5));
    expect(await draw(5)).not.toEqual(await draw(6));
    manualSeed(9);
    const first = [await list(rand([5])), await list(randperm(20))];
    manualSeed(9);
    expect([await list(rand([5])), await list(randperm(20))]).toEqual(first);
  });

  it('goes on from a saved state, forks included', async () => {
    const generator = new Generator(11);
    generator.fork();
    await list(rand([7], { generator }));
    const state = await generator.stateDict();
    const copy = new Generator(0);
    await copy.loadStateDict(state);
    expect(await list(rand([7], { generator: copy }))).toEqual(await list(rand([7], { generator })));
    expect(await list(rand([7], { generator: copy.fork() }))).toEqual(await list(rand([7], { generator: generator.fork() })));
  });
});

describe('a data loader', () => {
  it('forks its own Generator: two at once are independent of each other', async () => {
    manualSeed(4);
    const data = new TensorDataset(tensor(Float32Array.from({ length: 50 }, (_, i) => i)));
    const loader = new DataLoader(data, { batchSize: 50, shuffle: true, generator: new Generator(2) });
    const order = async () => {
      for await (const [x] of loader) return list(x!);
      return [];
    };
    const [a, b] = [await order(), await order()];
    expect(a).not.toEqual(b);
    expect([...a].sort((x, y) => x - y)).toEqual([...b].sort((x, y) => x - y));
  });
});

describe('manualSeed', () => {
  it('repeats a whole training, bit for bit', async () => {
    const train = async () => {
      manualSeed(21);
      const model = new nn.Sequential(new nn.Linear(6, 9), new nn.ReLU(), new nn.Dropout(0.3), new nn.Linear(9, 2));
      const opt = new optim.Adam(model.parameters());
      const x = randn([16, 6]);
      await run(x);
      for (let i = 0; i < 20; i++) await opt.step(nn.mseLoss(model.forward(x), x.narrow(1, 0, 2)));
      return Promise.all(model.parameters().map(list));
    };
    const first = await train();
    await list(rand([3], { generator: defaultGenerator() }));
    expect(await train()).toEqual(first);
  });
});
