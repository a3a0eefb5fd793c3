// Learning-rate schedules: PyTorch's rates, the same bits after a resume, no Program compiled anew, and what is refused.
import { fileURLToPath } from 'node:url';
import { ArgumentError, FormatError, load, memoryUsage, optim, Parameter, type StateDict, tensor } from 'hebb';
import { describe, expect, it } from 'vitest';

type Schedule = optim.LRScheduler | optim.ReduceLROnPlateau;

const cycle = { maxLr: [0.5, 0.1], totalSteps: 40 };

const VARIANTS: Record<string, (opt: optim.Optimizer) => Schedule> = {
  step: (opt) => new optim.StepLR(opt, { stepSize: 7, gamma: 0.3 }),
  multiStep: (opt) => new optim.MultiStepLR(opt, { milestones: [3, 10, 10, 25], gamma: 0.5 }),
  exponential: (opt) => new optim.ExponentialLR(opt, { gamma: 0.93 }),
  cosine: (opt) => new optim.CosineAnnealingLR(opt, { tMax: 12, etaMin: 0.001 }),
  linear: (opt) => new optim.LinearLR(opt),
  'linear.down': (opt) => new optim.LinearLR(opt, { startFactor: 1, endFactor: 0.1, totalIters: 30 }),
  lambda: (opt) => new optim.LambdaLR(opt, { lrLambda: [(t) => 1 / (t + 1), (t) => 0.5 ** t] }),
  sequential: (opt) =>
    new optim.SequentialLR(opt, {
      schedulers: [
        new optim.LinearLR(opt, { startFactor: 0.01, totalIters: 8 }),
        new optim.ExponentialLR(opt, { gamma: 0.9 }),
        new optim.CosineAnnealingLR(opt, { tMax: 15, etaMin: 0.001 }),
      ],
      milestones: [10, 20],
    }),
  oneCycle: (opt) => new optim.OneCycleLR(opt, cycle),
  'oneCycle.linear': (opt) => new optim.OneCycleLR(opt, { ...cycle, pctStart: 0.4, annealStrategy: 'linear', divFactor: 10 }),
  'oneCycle.three': (opt) =>
    new optim.OneCycleLR(opt, { ...cycle, threePhase: true, finalDivFactor: 100, baseMomentum: 0.8, maxMomentum: 0.9 }),
  plateau: (opt) => new optim.ReduceLROnPlateau(opt, { patience: 2, factor: 0.5, cooldown: 3, minLr: [0.01, 0] }),
  'plateau.max': (opt) => new optim.ReduceLROnPlateau(opt, { mode: 'max', patience: 1, factor: 0.3, threshold: 0.2, thresholdMode: 'abs' }),
};

const STEPS = 40;
const golden = load(fileURLToPath(new URL('../golden/schedules.safetensors', import.meta.url)));

async function doubles(key: string): Promise<Float64Array> {
  const bits = await (await golden)[key]!.data();
  return new Float64Array(Int32Array.from(bits).buffer);
}

function optimizer(name: string): { opt: optim.Optimizer; params: Parameter[] } {
  const params = [new Parameter(tensor([1, -2])), new Parameter(tensor([0.5]))];
  const groups = [
    { params: [params[0]!], lr: 0.1 },
    { params: [params[1]!], lr: 0.02 },
  ];
  const opt = name === 'oneCycle.linear' ? new optim.Adam(groups) : new optim.SGD(groups, { momentum: 0.9 });
  return { opt, params };
}

const momentumOf = (group: optim.ParamGroup & { betas?: readonly number[]; momentum?: number }): number =>
  group.betas?.[0] ?? group.momentum!;

function advance(schedule: Schedule, metric: number): void {
  if (schedule instanceof optim.ReduceLROnPlateau) schedule.step(metric);
  else schedule.step();
}

function close(found: number[], expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  for (const [i, x] of found.entries()) expect(Math.abs(x - expected[i]!)).toBeLessThanOrEqual(1e-14 + 1e-12 * Math.abs(expected[i]!));
}

describe.each(Object.keys(VARIANTS))('%s', (name) => {
  it("sets PyTorch's rates", async () => {
    const { opt } = optimizer(name);
    const schedule = VARIANTS[name]!(opt);
    const metric = await doubles('metric');
    const rates: number[] = [];
    const momenta: number[] = [];
    for (let t = 0; t < STEPS; t++) {
      rates.push(...schedule.getLastLr());
      momenta.push(...opt.paramGroups.map(momentumOf));
      if (t + 1 < STEPS) advance(schedule, metric[t]!);
    }
    close(rates, await doubles(`${name}.lr`));
    expect(new Set(rates).size).toBeGreaterThan(4);
    if (name.startsWith('oneCycle')) close(momenta, await doubles(`${name}.momentum`));
    expect(schedule.lastEpoch).toBe(STEPS - 1);
  });

  it('goes on from state dicts with the same bits, and compiles nothing on the way', async () => {
    const metric = await doubles('metric');
    const start = () => {
      const made = optimizer(name);
      return { ...made, schedule: VARIANTS[name]!(made.opt) };
    };
    const train = async ({ opt, params, schedule }: ReturnType<typeof start>, from: number, to: number): Promise<void> => {
      for (let t = from; t < to; t++) {
        await opt.step(params[0]!.square().sum().add(params[1]!.square().sum()));
        if (t + 1 < STEPS) advance(schedule, metric[t]!);
      }
    };
    const end = async ({ params, opt }: ReturnType<typeof start>) => [
      ...(await Promise.all(params.map(async (p) => Array.from(await p.data())))),
      opt.paramGroups.map(({ lr }) => lr),
    ];
    const straight = start();
    await train(straight, 0, 2);
    const { compiled } = memoryUsage().programs;
    await train(straight, 2, STEPS);
    expect(memoryUsage().programs.compiled).toBe(compiled);

    const before = start();
    await train(before, 0, 17);
    const after = start();
    for (const [i, p] of after.params.entries()) p.assign(tensor(await before.params[i]!.data()));
    after.opt.loadStateDict(await before.opt.stateDict());
    after.schedule.loadStateDict(await before.schedule.stateDict());
    expect(after.schedule.lastEpoch).toBe(17);
    await train(after, 17, STEPS);
    expect(await end(after)).toEqual(await end(straight));
  });
});

describe('a schedule', () => {
  const sgd = (): optim.Optimizer => optimizer('').opt;

  it('takes the base rates from the optimizer when that gets its first schedule', () => {
    const opt = sgd();
    expect(new optim.LinearLR(opt, { startFactor: 0.5 }).getLastLr()).toEqual([0.05, 0.01]);
    expect(new optim.ExponentialLR(opt, { gamma: 0.5 }).getLastLr()).toEqual([0.1, 0.02]);
  });

  it('sets the rates when its state is loaded, whatever they were', async () => {
    const first = new optim.ExponentialLR(sgd(), { gamma: 0.5 });
    first.step();
    const opt = sgd();
    opt.lr = 7;
    new optim.ExponentialLR(opt, { gamma: 0.5 }).loadStateDict(await first.stateDict());
    expect(opt.paramGroups.map(({ lr }) => lr)).toEqual([0.05, 0.01]);
  });

  it('refuses what is no optimizer, options out of range, and states that are not its own', async () => {
    const opt = sgd();
    expect(() => new optim.StepLR({} as never, { stepSize: 1 })).toThrow('[StepLR] expects an optimizer first');
    expect(() => new optim.LambdaLR(undefined as never, { lrLambda: () => 1 })).toThrow(ArgumentError);
    expect(() => new optim.StepLR(opt, { stepSize: 0 })).toThrow('stepSize must be a whole number ≥ 1, got 0');
    expect(() => new optim.MultiStepLR(opt, { milestones: [5, 3] })).toThrow('milestones[1] must be a whole number ≥ 5, got 3');
    expect(() => new optim.MultiStepLR(opt, { milestones: 5 as never })).toThrow(ArgumentError);
    expect(() => new optim.ExponentialLR(opt, { gamma: -1 })).toThrow('gamma must be a number from 0');
    expect(() => new optim.CosineAnnealingLR(opt, { tMax: 1.5 })).toThrow('tMax must be a whole number');
    expect(() => new optim.LinearLR(opt, { startFactor: Number.NaN })).toThrow('startFactor');
    expect(() => new optim.LambdaLR(opt, { lrLambda: [() => 1] })).toThrow('lrLambda must be a function, or 2 for the groups');
    const other = new optim.StepLR(sgd(), { stepSize: 1 });
    expect(() => new optim.SequentialLR(opt, { schedulers: [other], milestones: [] })).toThrow('expects 1 schedules of the optimizer');
    expect(() => new optim.ReduceLROnPlateau(opt, { factor: 1 })).toThrow('factor must be a number from 0 to below 1');
    expect(() => new optim.ReduceLROnPlateau(opt, { mode: 'lowest' as never })).toThrow("mode must be 'min' or 'max'");
    expect(() => new optim.ReduceLROnPlateau(opt).step(tensor(1) as never)).toThrow('await .item() of a tensor');
    expect(() => other.loadStateDict({})).toThrow(FormatError);
    await expect(other.stateDict().then((state: StateDict) => new optim.ReduceLROnPlateau(opt).loadStateDict(state))).rejects.toThrow(
      "the state lacks 'best'",
    );
    expect(opt.paramGroups.map(({ lr }) => lr)).toEqual([0.1, 0.02]);
  });

  it('of one cycle refuses an optimizer without momentum, and to go beyond its steps', () => {
    const plain = new optim.SGD([new Parameter(tensor([1]))]);
    expect(() => new optim.OneCycleLR(plain, { maxLr: 1, totalSteps: 3 })).toThrow(
      'no momentum to cycle; give it one, or cycleMomentum: false',
    );
    expect(() => new optim.OneCycleLR(plain, { maxLr: [1, 2], totalSteps: 3 })).toThrow('maxLr must be a number, or 1 for the groups');
    expect(() => new optim.OneCycleLR(plain, { maxLr: 1, totalSteps: 3, pctStart: 2 })).toThrow('pctStart');
    const schedule = new optim.OneCycleLR(plain, { maxLr: 1, totalSteps: 3, cycleMomentum: false });
    schedule.step();
    schedule.step();
    expect(() => schedule.step()).toThrow('the cycle has 3 steps; step() was called once too often');
    expect(schedule.lastEpoch).toBe(2);
  });
});
