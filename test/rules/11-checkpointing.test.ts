// Rule 11. A checkpoint keeps what goes in; the rest is computed again behind the incoming gradient, alone, and without its assignments.
import { ArgumentError, arange, grad, manualSeed, memoryUsage, nn, optim, Parameter, randn, run, type Tensor, tensor, zeros } from 'hebb';
import { beforeAll, describe, expect, it } from 'vitest';

const list = async (t: { data(): Promise<ArrayLike<number>> }) => Array.from(await t.data());
const parts = { linear: () => new nn.Linear(96, 96), tanh: () => new nn.Tanh(), softmax: () => new nn.Softmax() };
const block = () => new nn.Sequential(parts.linear(), parts.softmax(), parts.linear(), parts.tanh(), new nn.Dropout(0.2), parts.linear());

/** Forty blocks on 512 rows: each keeps about six values of 192 KiB, or, as a checkpoint, one. */
function deep(wrap: (module: nn.Sequential) => nn.Sequential): nn.Sequential {
  manualSeed(7);
  return new nn.Sequential(...Array.from({ length: 40 }, () => wrap(block())));
}

const rows = async (): Promise<Tensor> => {
  const x = randn([512, 96]);
  await run(x);
  return x;
};

/** Element ops alone, which would fuse with anything: twenty-four times seven on 256 KiB. */
async function elements(): Promise<void> {
  const curve = nn.checkpoint((x: Tensor) => x.sigmoid().tanh().sigmoid().tanh().sigmoid().tanh().sigmoid());
  const w = new Parameter(randn([2 ** 16]));
  await run(w);
  let y: Tensor = w;
  for (let i = 0; i < 24; i++) y = curve(y);
  await run(...grad(y.square().mean(), [w]));
}

/** The workspace only grows, so what needs less must come first. */
const usage: Record<string, number> = {};
beforeAll(async () => {
  await elements();
  usage.elements = memoryUsage().workspace;
  const ways: [string, (module: nn.Sequential) => nn.Sequential][] = [
    ['checkpointed', nn.checkpoint],
    ['plain', (module) => module],
  ];
  for (const [name, wrap] of ways) {
    const model = deep(wrap);
    const x = await rows();
    await run(...model.parameters());
    await run(...grad(model.forward(x).square().mean(), model.parameters()));
    usage[name] = memoryUsage().workspace;
  }
});

describe('a checkpoint', () => {
  it('keeps only what goes in: memory falls', () => {
    const inputs = 40 * 512 * 96 * 4;
    expect(usage.plain).toBeGreaterThan(3.5 * inputs);
    // All inputs, and one block's values at a time. Recomputed too early, they would all be there together.
    expect(usage.checkpointed).toBeLessThan(1.5 * inputs);
  });

  it('shares no Chain with what it computes again', () => {
    expect(usage.elements).toBeLessThanOrEqual((24 + 8) * 2 ** 18);
  });

  it('gives the same gradients, bit for bit, and takes the same steps', async () => {
    const train = async (wrap: (module: nn.Sequential) => nn.Sequential) => {
      manualSeed(3);
      const model = new nn.Sequential(wrap(block()), wrap(block()), new nn.Linear(96, 4));
      const x = await rows();
      const opt = new optim.Adam(model.parameters());
      const grads = grad(model.forward(x).square().mean(), model.parameters());
      await run(...grads);
      for (let i = 0; i < 4; i++) await opt.step(model.forward(x).square().mean());
      return Promise.all([...grads, ...model.parameters()].map(list));
    };
    const plain = await train((module) => module);
    expect(plain[0]!.some((value) => value !== 0)).toBe(true);
    expect(await train(nn.checkpoint)).toEqual(plain);
  });

  it('may lie in another one, and has second derivatives', async () => {
    const cube = (x: Tensor) => x.mul(x).mul(x);
    const derivatives = async (f: (x: Tensor) => Tensor) => {
      const x = tensor([0.5, -1, 2]);
      const [first] = grad(f(x).sum(), [x]);
      const [second] = grad(first!.sum(), [x]);
      return Promise.all([list(first!), list(second!)]);
    };
    const nested = nn.checkpoint((x: Tensor) => nn.checkpoint(cube)(x).mul(2).div(2));
    expect(await derivatives(nested)).toEqual([
      [0.75, 3, 12],
      [3, -6, 12],
    ]);
    expect(await derivatives(nested)).toEqual(await derivatives(cube));
  });
});

describe('the recomputation', () => {
  it('regenerates the mask of dropout, in every step of a cached Program', async () => {
    const x = new Parameter(arange(1, 301).to('f32'));
    await run(x);
    const opt = new optim.SGD([x], { lr: 1 });
    const drop = nn.checkpoint((t: Tensor) => new nn.Dropout(0.5).forward(t).square());
    for (let i = 0; i < 3; i++) {
      const before = await list(x);
      const y = drop(x);
      await Promise.all([run(y), opt.step(y.sum())]);
      const kept = (await list(y)).map((value) => value !== 0);
      expect(kept.filter(Boolean).length).toBeGreaterThan(100);
      expect(kept.filter(Boolean).length).toBeLessThan(200);
      // d/dx (2x)² = 8x where x was kept, else 0.
      expect(await list(x)).toEqual(before.map((value, k) => (kept[k] ? Math.fround(-7 * value) : value)));
    }
  });

  it('carries out no assignment a second time: running statistics move once a step', async () => {
    class Centred extends nn.Module {
      readonly mean = new Parameter(zeros([]), { requiresGrad: false });
      readonly count = new Parameter(zeros([]), { requiresGrad: false });
      forward(x: Tensor): Tensor {
        this.count.assign(this.count.add(1));
        this.mean.assign(this.mean.mul(0.5).add(x.mean().mul(0.5)));
        return x.sub(this.mean).square(); // reads the value just assigned
      }
    }
    const [plain, layer] = [new Centred(), nn.checkpoint(new Centred())];
    const weights = [plain, layer].map(() => new Parameter(tensor([1, 2, 3, 6])));
    for (let i = 1; i <= 3; i++) {
      for (const [k, module] of [plain, layer].entries()) {
        const opt = new optim.SGD([weights[k]!], { lr: 0.125 });
        const loss = module.forward(weights[k]!).sum();
        const [gradient] = grad(loss, [weights[k]!]);
        await Promise.all([run(gradient!), opt.step(loss)]);
      }
      expect(await layer.count.item()).toBe(i);
      expect(await layer.mean.item()).toBe(await plain.mean.item());
      expect(await list(weights[1]!)).toEqual(await list(weights[0]!));
    }
  });

  it('reads the values of before the step, though the step overwrites them', async () => {
    const w = new Parameter(tensor([2]));
    const opt = new optim.SGD([w], { lr: 1 });
    const loss = nn
      .checkpoint((x: Tensor) => x.mul(w).exp().mul(w))(tensor([0.5]))
      .sum();
    const [dw] = grad(loss, [w]);
    const [gradient] = await Promise.all([dw!.item(), opt.step(loss)]);
    expect(gradient).toBeCloseTo(2 * Math.E, 5);
    expect(await w.item()).toBe(Math.fround(2 - gradient));
  });

  it('stops at what it was given or captured: that is not computed again', async () => {
    let calls = 0;
    const h = randn([64]).tanh();
    const y = nn.checkpoint((x: Tensor) => {
      calls++;
      return x.mul(h).tanh();
    })(h);
    const [dh] = grad(y.sum(), [h]);
    const [values, gradient] = await Promise.all([list(h), list(dh!)]);
    expect(calls).toBe(1); // nor is the function called again: what it recorded is
    for (const [i, v] of values.entries()) expect(gradient[i]).toBeCloseTo(2 * v * (1 - Math.tanh(v * v) ** 2), 5);
  });
});

describe('checkpoint()', () => {
  it('leaves a module its names and its eval mode', async () => {
    const [plain, layer] = [block(), nn.checkpoint(block())];
    expect(Object.keys(await layer.stateDict())).toEqual(Object.keys(await plain.stateDict()));
    layer.loadStateDict(await plain.stateDict());
    const x = await rows();
    expect(await list(layer.predict(x))).toEqual(await list(plain.predict(x)));
    expect(nn.checkpoint(layer)).toBe(layer);
  });

  it('refuses what is no layer, and results that are not one tensor', () => {
    expect(() => nn.checkpoint(5 as never)).toThrow(ArgumentError);
    const pair = nn.checkpoint(((x: Tensor) => [x, x]) as never) as (x: Tensor) => Tensor;
    expect(() => pair(tensor([1]))).toThrow(/\[checkpoint\] expects a function or module that returns one Tensor/);
    const later = nn.checkpoint((async (x: Tensor) => x) as never) as (x: Tensor) => Tensor;
    expect(() => later(tensor([1]))).toThrow(ArgumentError);
  });

  it('refuses to differentiate by what lies within', () => {
    const x = tensor([1, 2]);
    let inner = x;
    const y = nn.checkpoint((t: Tensor) => (inner = t.square()).tanh())(x);
    expect(() => grad(y.sum(), [inner])).toThrow(/lies within a checkpoint/);
  });

  it('names the module in errors from within', () => {
    const model = new nn.Sequential(nn.checkpoint(new nn.Sequential(new nn.Linear(3, 3))));
    expect(() => model.forward(zeros([2, 5]))).toThrow(/in module 0\.0/);
  });
});
