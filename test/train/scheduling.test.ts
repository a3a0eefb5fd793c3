// The Trainer's schedule option: stepped after each epoch or each step, at the right rates, and what is refused.
import { ArgumentError, nn, optim, TensorDataset, Trainer, type TrainerOptions, tensor } from 'hebb';
import { describe, expect, it } from 'vitest';

const data = new TensorDataset(tensor([[1], [2], [3], [4]]), tensor([[2], [4], [6], [8]]));
const fit = { epochs: 3, batchSize: 2, progress: false } as const;

/** The rate at which each step was taken, with two steps an epoch. */
async function rates(schedule: (opt: optim.Optimizer) => TrainerOptions['schedule'], options = {}): Promise<number[]> {
  const model = new nn.Linear(1, 1);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
  const trainer = new Trainer(model, { optimizer, loss: nn.mseLoss, schedule: schedule(optimizer) });
  const seen: number[] = [];
  const step = optimizer.step.bind(optimizer);
  optimizer.step = (loss) => {
    seen.push(optimizer.lr);
    return step(loss);
  };
  await trainer.fit(data, { ...fit, ...options });
  return [...seen, optimizer.lr];
}

describe('schedule', () => {
  it('steps once an epoch', async () => {
    expect(await rates((opt) => new optim.StepLR(opt, { stepSize: 1, gamma: 0.5 }))).toEqual([
      0.01, 0.01, 0.005, 0.005, 0.0025, 0.0025, 0.00125,
    ]);
  });

  it('steps after every step where asked to, and with OneCycleLR', async () => {
    const seen = await rates((opt) => ({ scheduler: new optim.LinearLR(opt, { startFactor: 0.5, totalIters: 2 }), interval: 'step' }));
    expect(seen).toEqual([0.005, 0.0075, 0.01, 0.01, 0.01, 0.01, 0.01]);
    const cycle = await rates((opt) => new optim.OneCycleLR(opt, { maxLr: 0.1, totalSteps: 7, pctStart: 3 / 7, annealStrategy: 'linear' }));
    expect(cycle.indexOf(Math.max(...cycle))).toBe(2);
    expect(new Set(cycle).size).toBe(7);
  });

  it('tells ReduceLROnPlateau the validation loss, the loss, or what is monitored', async () => {
    const plateau = (opt: optim.Optimizer) =>
      new optim.ReduceLROnPlateau(opt, { patience: 0, threshold: 1e9, thresholdMode: 'abs', factor: 0.5 });
    const expected = [0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.0025];
    expect(await rates(plateau)).toEqual(expected);
    expect(await rates(plateau, { validation: data })).toEqual(expected);
    expect(await rates((opt) => ({ scheduler: plateau(opt), monitor: 'loss' }))).toEqual(expected);
    await expect(rates((opt) => ({ scheduler: plateau(opt), monitor: 'valLoss' }))).rejects.toThrow(
      "watches 'valLoss', but the logs hold loss",
    );
  });

  it('is refused where it is none, of another optimizer, or stepped as it can not be', () => {
    const model = new nn.Linear(1, 1);
    const optimizer = new optim.SGD(model.parameters());
    const make = (schedule: unknown) => () => new Trainer(model, { optimizer, loss: nn.mseLoss, schedule } as never);
    const other = new optim.SGD(model.parameters());
    expect(make({})).toThrow(ArgumentError);
    expect(make('cosine')).toThrow('schedule must be a schedule such as an optim.StepLR');
    expect(make(new optim.ExponentialLR(other, { gamma: 1 }))).toThrow('the schedule is of another optimizer');
    expect(make({ scheduler: new optim.ExponentialLR(optimizer, { gamma: 1 }), interval: 'batch' })).toThrow(
      "interval must be 'step' or 'epoch'",
    );
    expect(make({ scheduler: new optim.ReduceLROnPlateau(optimizer), interval: 'step' })).toThrow("can't be 'step'");
  });
});
