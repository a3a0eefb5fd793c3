// The normalising layers: first values, what becomes of flags, what they refuse.
import { ArgumentError, nn, optim, randn, run, ShapeError, type Tensor, tensor, zeros } from 'hebb';
import { describe, expect, test } from 'vitest';

const list = async (t: Tensor): Promise<number[]> => Array.from(await t.data());
const names = (layer: nn.AnyModule): string[] => layer.namedParameters().map(([name]) => name);

describe('LayerNorm and RMSNorm', () => {
  test('begin with ones and zeros, and hold what the flags say', async () => {
    const layer = new nn.LayerNorm([2, 3]);
    expect(Array.from(await layer.weight!.data())).toEqual([1, 1, 1, 1, 1, 1]);
    expect(Array.from(await layer.bias!.data())).toEqual([0, 0, 0, 0, 0, 0]);
    expect(layer.weight!.shape).toEqual([2, 3]);
    expect(names(new nn.LayerNorm(4))).toEqual(['weight', 'bias']);
    expect(names(new nn.LayerNorm(4, { bias: false }))).toEqual(['weight']);
    expect(names(new nn.LayerNorm(4, { elementwiseAffine: false }))).toEqual([]);
    expect(names(new nn.RMSNorm(4))).toEqual(['weight']);
    expect(names(new nn.RMSNorm(4, { elementwiseAffine: false }))).toEqual([]);
  });

  test.each([nn.LayerNorm, nn.RMSNorm])('refuse other sizes and options', (Layer) => {
    expect(() => new Layer(4).forward(zeros([4, 3]))).toThrow(/normalises \(4\), which must be the last axes of x, got \(4, 3\)/);
    expect(() => new Layer([4, 3]).forward(zeros([3]))).toThrow(ShapeError);
    for (const size of [0, [], [2, 0]]) expect(() => new Layer(size)).toThrow(ArgumentError);
    for (const size of [-1, 1.5, Number.NaN]) expect(() => new Layer(size)).toThrow(ShapeError);
    for (const eps of [-1, Number.NaN, Infinity]) expect(() => new Layer(4, { eps })).toThrow(ArgumentError);
  });
});

describe('BatchNorm', () => {
  test('holds what the flags say, under the names of PyTorch', async () => {
    const statistics = ['running_mean', 'running_var', 'num_batches_tracked'];
    const layer = new nn.BatchNorm2d(3);
    expect(names(layer)).toEqual(['weight', 'bias', ...statistics]);
    expect(names(new nn.BatchNorm1d(3, { affine: false }))).toEqual(statistics);
    expect(names(new nn.BatchNorm3d(3, { trackRunningStats: false }))).toEqual(['weight', 'bias']);
    const state = await layer.stateDict();
    expect([await list(state['running_mean']!), await list(state['running_var']!)]).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ]);
    expect([state['num_batches_tracked']!.dtype, ...state['num_batches_tracked']!.shape]).toEqual(['i32']);
    expect(new nn.Sequential(layer).summary()).toContain('13 parameters, 6 of them trained');
  });

  test('counts batches in the run of a step; eval mode, predict and a frozen layer leave the statistics as they are', async () => {
    const layer = new nn.BatchNorm1d(2);
    const opt = new optim.SGD(layer.parameters(), { lr: 0.1 });
    const x = tensor([[1, -4], [3, 0]]); // biome-ignore format: a matrix
    await opt.step(layer.forward(x).square().sum());
    const moved = [(0.1 * 2).toFixed(6), (0.1 * -2).toFixed(6)];
    const statistics = async (): Promise<string[]> => (await list(layer.runningMean!)).map((v) => v.toFixed(6));
    expect(await statistics()).toEqual(moved);
    expect((await list(layer.runningVar!)).map((v) => v.toFixed(5))).toEqual(['1.10000', '1.70000']); // 0.9 + 0.1 · sample variance
    await run(layer.predict(x), layer.eval().forward(x), layer.freeze().train().forward(x));
    expect(await statistics()).toEqual(moved);
    expect(await layer.numBatchesTracked!.item()).toBe(1);
  });

  test('two forwards in one stretch move the statistics twice', async () => {
    const layer = new nn.BatchNorm1d(1, { momentum: null });
    await run(layer.forward(tensor([[1], [3]])), layer.forward(tensor([[5], [7]])));
    expect(await list(layer.runningMean!)).toEqual([4]);
    expect(await layer.numBatchesTracked!.item()).toBe(2);
  });

  test('an empty batch gives an empty result, and moves nothing', async () => {
    const layer = new nn.BatchNorm1d(2);
    expect(layer.forward(zeros([0, 2])).shape).toEqual([0, 2]);
    expect(await list(layer.runningVar!)).toEqual([1, 1]);
  });

  test('refuses one value for each channel in training, other shapes and options', async () => {
    const layer = new nn.BatchNorm1d(3);
    expect(() => layer.forward(zeros([1, 3]))).toThrow(
      /needs more than one value for each mean, got \(1, 3\); a larger batch, or eval mode\?/,
    );
    expect(() => layer.forward(zeros([1, 1, 3]))).toThrow(ShapeError);
    expect(await list(layer.predict(zeros([1, 3])))).toEqual([0, 0, 0]);
    expect(() => layer.forward(zeros([3, 4]))).toThrow(/expects \(N, 3\) or \(N, L, 3\), got \(3, 4\); channels are the last axis/);
    expect(() => new nn.BatchNorm2d(3).forward(zeros([8, 3]))).toThrow(/expects \(N, H, W, 3\), got \(8, 3\)/);
    expect(() => new nn.BatchNorm3d(3).forward(zeros([2, 4, 4, 3]))).toThrow(ShapeError);
    for (const size of [0, -1, 1.5, Number.NaN]) expect(() => new nn.BatchNorm2d(size)).toThrow(ArgumentError);
    for (const momentum of [-0.1, 1.1, Number.NaN]) expect(() => new nn.BatchNorm2d(3, { momentum })).toThrow(ArgumentError);
    for (const eps of [-1, Number.NaN]) expect(() => new nn.BatchNorm2d(3, { eps })).toThrow(ArgumentError);
  });
});

describe('InstanceNorm and GroupNorm', () => {
  test('hold what the flags say', () => {
    expect(names(new nn.InstanceNorm2d(3))).toEqual([]);
    expect(names(new nn.InstanceNorm2d(3, { affine: true }))).toEqual(['weight', 'bias']);
    expect(names(new nn.GroupNorm(2, 4))).toEqual(['weight', 'bias']);
    expect(names(new nn.GroupNorm(2, 4, { affine: false }))).toEqual([]);
  });

  test('a sample without a batch is normalised as one in a batch', async () => {
    const layer = new nn.InstanceNorm2d(2);
    const x = randn([3, 4, 2]);
    await run(x);
    expect(layer.forward(x).shape).toEqual([3, 4, 2]);
    expect(await list(layer.forward(x))).toEqual(await list(layer.forward(x.unsqueeze(0))));
  });

  test('refuse other shapes and options', () => {
    expect(() => new nn.InstanceNorm1d(3).forward(zeros([3]))).toThrow(/expects \(L, 3\) or \(N, L, 3\), got \(3\)/);
    expect(() => new nn.InstanceNorm2d(3).forward(zeros([2, 1, 1, 3]))).toThrow(/more than one value for each mean/);
    expect(() => new nn.InstanceNorm3d(3).forward(zeros([2, 2, 2, 2]))).toThrow(ShapeError);
    expect(() => new nn.GroupNorm(2, 4).forward(zeros([2, 5, 6]))).toThrow(/expects \(N, …, 4\), got \(2, 5, 6\)/);
    expect(() => new nn.GroupNorm(2, 4).forward(zeros([4]))).toThrow(ShapeError);
    expect(() => new nn.GroupNorm(3, 4)).toThrow(/numGroups must divide numChannels, got 3 and 4/);
    for (const n of [0, -2, 1.5]) expect(() => new nn.GroupNorm(n, 6)).toThrow(ArgumentError);
    expect(() => new nn.GroupNorm(2, 4, { eps: -1 })).toThrow(ArgumentError);
  });
});
