// Parameter groups, options and state dicts of optimizers: what may be set when, what is refused, and what freezing does to a step's count.
import { ArgumentError, FormatError, memoryUsage, optim, Parameter, ShapeError, type Tensor, tensor } from 'hebb';
import { describe, expect, it } from 'vitest';

const value = async (t: Tensor): Promise<number[]> => Array.from(await t.data());
const pair = (): [Parameter, Parameter] => [new Parameter(tensor([1, 2])), new Parameter(tensor([3]))];
const total = (a: Tensor, b: Tensor): Tensor => a.sum().add(b.sum());

describe('groups', () => {
  it('have options of their own; the others are the optimizer’s', async () => {
    const [a, b] = pair();
    const opt = new optim.SGD([{ params: [a], lr: 0.5 }, { params: [b] }], { lr: 0.25 });
    await opt.step(total(a, b));
    expect([...(await value(a)), ...(await value(b))]).toEqual([0.5, 1.5, 2.75]);
    expect(opt.paramGroups.map(({ lr, momentum }) => [lr, momentum])).toEqual([
      [0.5, 0],
      [0.25, 0],
    ]);
    expect(opt.paramGroups[1]!.params).toEqual([b]);
  });

  it('may change their numbers between steps without another Program', async () => {
    const [a, b] = pair();
    const opt = new optim.Adam([{ params: [a] }, { params: [b] }], { lr: 0.5 });
    await opt.step(total(a, b));
    await opt.step(total(a, b));
    const { compiled } = memoryUsage().programs;
    opt.paramGroups[0]!.lr = 0;
    opt.paramGroups[1]!.betas = [0.5, 0.5];
    opt.paramGroups[1]!.l1 = 0.1;
    const before = await value(a);
    await opt.step(total(a, b));
    expect(await value(a)).toEqual(before);
    opt.lr = 0.125;
    expect(opt.paramGroups.map(({ lr }) => lr)).toEqual([0.125, 0.125]);
    await opt.step(total(a, b));
    expect(await value(a)).not.toEqual(before);
    expect(memoryUsage().programs.compiled).toBe(compiled);
  });

  it('clip by the norm over all of them', async () => {
    const [a, b] = pair();
    const opt = new optim.SGD([{ params: [a] }, { params: [b], lr: 2 }], { lr: 1, clipNorm: 1 });
    await opt.step(a.mul(tensor([2, 0])).sum().add(b.mul(1.5).sum())); // biome-ignore format: one loss
    expect(await opt.gradNorm.item()).toBeCloseTo(2.5, 6);
    expect((await value(a))[0]).toBeCloseTo(1 - 2 / 2.5, 5);
    expect((await value(b))[0]).toBeCloseTo(3 - (2 * 1.5) / 2.5, 5);
  });

  it('are refused with a parameter twice, an option of the whole step, or numbers out of range', () => {
    const [a, b] = pair();
    expect(() => new optim.SGD([{ params: [a] }, { params: [a, b] }])).toThrow(/given twice/);
    expect(() => new optim.SGD([a, a])).toThrow(ArgumentError);
    expect(() => new optim.SGD([{ params: [a], clipNorm: 1 } as never])).toThrow("no option 'clipNorm' of a group; there are lr, momentum");
    expect(() => new optim.Adam([a], { learningRate: 1 } as never)).toThrow("[Adam] there is no option 'learningRate'");
    expect(() => new optim.Adam([{ params: [] }])).toThrow(/expects a list of Parameters/);
    expect(() => new optim.Adam([])).toThrow(/or of groups \{ params, lr, … \}/);
    expect(() => new optim.Adam([{ params: [a], lr: -1 }])).toThrow('lr must be a number from 0');
    expect(() => new optim.Adam([a], { betas: [0.9, 1] })).toThrow('betas[1] must be a number from 0 to below 1, got 1');
    expect(() => new optim.Adam([a], { betas: 0.9 as never })).toThrow('betas must be two numbers');
    expect(() => new optim.Adagrad([a], { initialAccumulatorValue: -1 })).toThrow('initialAccumulatorValue');
    expect(() => new optim.SGD([a], { nesterov: true })).toThrow('nesterov needs momentum');
    expect(() => new optim.SGD([a], { clipValue: 0 })).toThrow('clipValue must be a number');
    const { paramGroups } = new optim.Adam([a, b]);
    expect(() => (paramGroups[0]!.lr = Number.NaN)).toThrow('[Adam] lr must be a number from 0, got NaN');
    expect(() => ((paramGroups[0]!.betas as unknown as number[])[0] = 2)).toThrow(TypeError);
    expect(paramGroups[0]!.lr).toBe(1e-3);
  });
});

describe('a step', () => {
  it('corrects the bias of a parameter that thaws as of its own first step', async () => {
    const [a, b] = pair();
    b.requiresGrad = false;
    const opt = new optim.Adam([a, b], { lr: 0.1, eps: 0 });
    for (let i = 0; i < 30; i++) await opt.step(total(a, b));
    b.requiresGrad = true;
    await opt.step(total(a, b));
    expect((await value(b))[0]).toBeCloseTo(3 - 0.1, 6); // a whole learning rate, as every first step of Adam's
    expect(await value((await opt.stateDict()).step!)).toEqual([31, 1]);
  });

  it('ignores the ready gradient of a frozen parameter', async () => {
    const [a, b] = pair();
    b.requiresGrad = false;
    await new optim.SGD([a, b], { lr: 1 }).step([tensor([1, 1]), tensor([1])]);
    expect([...(await value(a)), ...(await value(b))]).toEqual([0, 1, 3]);
  });

  it('after accumulate() is the step of the whole batch', async () => {
    const rows = [tensor([1, -2]), tensor([3, 0.5]), tensor([-1, 4])];
    const loss = (p: Parameter, row: Tensor): Tensor => p.mul(row).sum().square().div(rows.length);
    const ends = [];
    for (const parts of [false, true]) {
      const p = new Parameter(tensor([0.5, 0.25]));
      const opt = new optim.AdamW([p], { lr: 0.1, clipNorm: 1 });
      for (let i = 0; i < 5; i++) {
        if (parts) for (const row of rows.slice(1)) await opt.accumulate(loss(p, row));
        await opt.step(parts ? loss(p, rows[0]!) : rows.map((row) => loss(p, row)).reduce((x, y) => x.add(y)));
      }
      ends.push(await value(p));
    }
    for (const [i, x] of ends[0]!.entries()) expect(ends[1]![i]).toBeCloseTo(x, 5);
  });

  it('of a non-finite gradient leaves every state as it is where skipNonFinite is set, the number of NAdam too', async () => {
    const [a] = pair();
    const opt = new optim.NAdam([a], { skipNonFinite: true });
    await opt.step(a.square().sum());
    const state = async () => Promise.all(Object.values(await opt.stateDict()).map(value));
    const before = await state();
    expect(before[3]).not.toEqual([1]);
    await opt.step(a.mul(Number.NaN).sum());
    expect(await state()).toEqual(before);
  });
});

describe('loadStateDict', () => {
  it('takes over states, counts and the groups’ numbers', async () => {
    const [a] = pair();
    const first = new optim.RMSprop([a], { lr: 0.1, momentum: 0.5 });
    await first.step(a.square().sum());
    first.paramGroups[0]!.momentum = 0.7;
    const second = new optim.RMSprop([a], { momentum: 0.1 });
    second.loadStateDict(await first.stateDict());
    expect(second.paramGroups[0]).toMatchObject({ lr: 0.1, momentum: 0.7 });
    expect(Object.keys(await second.stateDict())).toEqual(['step', 'state.0.square_avg', 'state.0.momentum_buffer', 'param_groups.0']);
  });

  it('changes nothing where something is missing, has another shape, or is out of range', async () => {
    const [a] = pair();
    const opt = new optim.Adam([a], { lr: 0.1 });
    const good = await opt.stateDict();
    const without = ({ ...good, 'state.0.exp_avg': undefined }) as never; // biome-ignore format: a cast
    expect(() => opt.loadStateDict(without)).toThrow("the optimizer's state lacks 'state.0.exp_avg'");
    expect(() => opt.loadStateDict({ ...good, step: tensor([1, 2, 3]) })).toThrow(FormatError);
    expect(() => opt.loadStateDict({ ...good, 'param_groups.0': tensor([1]) })).toThrow(/must hold the bits of 6 doubles/);
    const bits = tensor(new Int32Array(Float64Array.of(5, 0, 0, 0.9, 2, 0).buffer), { shape: [6, 2] });
    expect(() => opt.loadStateDict({ ...good, 'param_groups.0': bits })).toThrow('betas[1] must be a number');
    expect(opt.lr).toBe(0.1);
  });
});

it('refuses gradients that are not one a parameter', async () => {
  const [a, b] = pair();
  const opt = new optim.SGD([a, b]);
  await expect(opt.step([tensor([1, 1])])).rejects.toThrow('expects a loss or 2 gradients');
  await expect(opt.step([tensor([1]), tensor([1])])).rejects.toThrow(ShapeError);
});
