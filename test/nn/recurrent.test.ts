// Recurrent layers beyond their numbers, which test/ops compares: names, first values, cells against layers, lengths, dropout, threads.
import { grad, IndexError, manualSeed, nn, randn, run, setNumThreads, type Tensor, tensor, zeros } from 'hebb';
import { describe, expect, test } from 'vitest';

const values = async (x: Tensor): Promise<number[]> => Array.from((await x.data()) as Float32Array);
const farthest = async (a: Tensor, b: Tensor): Promise<number> => a.sub(b).abs().max().item();

describe('parameters', () => {
  test("have PyTorch's names and shapes", () => {
    const shapes = (layer: nn.AnyModule): object => Object.fromEntries(layer.namedParameters().map(([name, p]) => [name, p.shape]));
    expect(shapes(new nn.LSTM(3, 5, { numLayers: 2, bidirectional: true, bias: false }))).toEqual({
      weight_ih_l0: [20, 3],
      weight_hh_l0: [20, 5],
      weight_ih_l0_reverse: [20, 3],
      weight_hh_l0_reverse: [20, 5],
      weight_ih_l1: [20, 10],
      weight_hh_l1: [20, 5],
      weight_ih_l1_reverse: [20, 10],
      weight_hh_l1_reverse: [20, 5],
    });
    expect(shapes(new nn.GRU(3, 5))).toEqual({ weight_ih_l0: [15, 3], weight_hh_l0: [15, 5], bias_ih_l0: [15], bias_hh_l0: [15] });
    expect(shapes(new nn.RNNCell(3, 5))).toEqual({ weight_ih: [5, 3], weight_hh: [5, 5], bias_ih: [5], bias_hh: [5] });
  });

  test('begin uniform in ±1/√hiddenSize', async () => {
    const first = await values(new nn.LSTM(10, 25).weights[0]!.weightHh);
    const largest = Math.max(...first.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(0.2);
    expect(largest).toBeGreaterThan(0.19);
  });

  test('make a state dict that loads', async () => {
    const [from, to] = [new nn.GRU(2, 3), new nn.GRU(2, 3)];
    to.loadStateDict(await from.stateDict());
    const x = randn([2, 4, 2]);
    expect(await values(to.predict(x)[0])).toEqual(await values(from.predict(x)[0]));
  });
});

describe('a cell', () => {
  const pairs = {
    LSTM: [new nn.LSTM(3, 5), new nn.LSTMCell(3, 5)],
    GRU: [new nn.GRU(3, 5), new nn.GRUCell(3, 5)],
    RNN: [new nn.RNN(3, 5), new nn.RNNCell(3, 5)],
  } as const;

  test.each(Object.entries(pairs))('step by step does what %s does at once', async (_, [layer, cell]) => {
    const state = await layer.stateDict();
    cell.loadStateDict(Object.fromEntries(Object.entries(state).map(([name, value]) => [name.replace('_l0', ''), value])));
    const x = randn([4, 6, 3]);
    let last: Tensor | [Tensor, Tensor] | undefined;
    for (let t = 0; t < 6; t++) last = cell.forward(x.narrow(1, t, 1).squeeze(1), last as never);
    const [y, end] = layer.forward(x);
    expect(await farthest([last!].flat()[0]!, y.narrow(1, 5, 1).squeeze(1))).toBeLessThan(1e-6);
    expect(await farthest([last!].flat().at(-1)!, [end].flat().at(-1)!.squeeze(0))).toBeLessThan(1e-6);
  });

  test('refuses what does not fit', () => {
    expect(() => new nn.LSTMCell(3, 5).forward(zeros([2, 4]))).toThrow('[LSTMCell] expects (N, 3), got (2, 4)');
    expect(() => new nn.GRUCell(3, 5).forward(zeros([2, 3]), zeros([2, 4]))).toThrow('[GRUCell] h must be (2, 5), got (2, 4)');
    expect(() => new nn.LSTMCell(3, 5).forward(zeros([2, 3]), zeros([2, 5]) as never)).toThrow('a pair [h, c]');
    expect(() => new nn.RNNCell(0, 5)).toThrow('inputSize must be a whole number ≥ 1');
  });
});

describe('lengths', () => {
  test('in a tensor are checked when they are read', async () => {
    const lstm = new nn.LSTM(2, 3);
    const x = randn([2, 4, 2]);
    const lengths = tensor([4, 5], { dtype: 'i32' });
    await expect(lstm.forward(x, undefined, { lengths })[0].data()).rejects.toBeInstanceOf(IndexError);
    await expect(lstm.forward(x, undefined, { lengths: lengths.sub(5) })[0].data()).rejects.toBeInstanceOf(IndexError);
  });

  test('make what lies behind them of no account', async () => {
    const gru = new nn.GRU(2, 3, { numLayers: 2, bidirectional: true });
    const x = randn([2, 5, 2]);
    const noise = tensor([0, 0, 0, 1, 1]).reshape([1, 5, 1]).mul(100);
    const [a, b] = [x, x.add(noise)].map((input) => gru.forward(input, undefined, { lengths: [3, 2] }));
    expect(await values(a![0])).toEqual(await values(b![0]));
    expect(await values(a![1])).toEqual(await values(b![1]));
    const short = gru.forward(x.narrow(0, 1, 1).narrow(1, 0, 2));
    expect(await farthest(short[0], a![0].narrow(0, 1, 1).narrow(1, 0, 2))).toBeLessThan(1e-6);
    expect(await farthest(short[1], a![1].narrow(1, 1, 1))).toBeLessThan(1e-6);
  });
});

test('dropout stands between layers, while training alone', async () => {
  manualSeed(1);
  const lstm = new nn.LSTM(2, 8, { numLayers: 2, dropout: 0.5 });
  const x = randn([2, 3, 2]);
  await run(x);
  const [first, again] = [await values(lstm.forward(x)[0]), await values(lstm.forward(x)[0])];
  expect(first).not.toEqual(again);
  expect(await values(lstm.predict(x)[0])).toEqual(await values(lstm.predict(x)[0]));
  const one = new nn.LSTM(2, 8, { dropout: 0.5 });
  expect(await values(one.forward(x)[0])).toEqual(await values(one.forward(x)[0]));
});

test('any number of threads gives the same bits', async () => {
  const gru = new nn.GRU(20, 40, { bidirectional: true });
  const x = randn([50, 12, 20]);
  await run(x);
  const all = async (threads: number): Promise<number[][]> => {
    setNumThreads(threads);
    const [y, h] = gru.forward(x);
    const gradients = grad(y.square().sum().add(h.sum()), [x, ...gru.parameters()]);
    return Promise.all([y, h, ...gradients].map(values));
  };
  const alone = await all(1);
  for (const threads of [2, 7]) expect(await all(threads)).toEqual(alone);
  setNumThreads(2);
});
