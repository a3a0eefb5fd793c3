// Attention layers: against PyTorch's numbers in float64, their other layouts, what they refuse, positions, and decoding step by step.
import { fileURLToPath } from 'node:url';
import {
  ArgumentError,
  Generator,
  grad,
  load,
  memoryUsage,
  nn,
  randn,
  run,
  ShapeError,
  type StateDict,
  type Tensor,
  tensor,
  zeros,
} from 'hebb';
import { describe, expect, test } from 'vitest';
import { compare } from '../golden/compare.js';

const golden: Promise<StateDict> = load(fileURLToPath(new URL('../golden/attention_layers.safetensors', import.meta.url)));

describe('MultiheadAttention as PyTorch', () => {
  const LAYERS = {
    packed: () => new nn.MultiheadAttention(8, 4),
    unbiased: () => new nn.MultiheadAttention(8, 2, { bias: false }),
    narrow: () => new nn.MultiheadAttention(8, 1, { kdim: 6, vdim: 10 }),
  };
  const three = ['query', 'key', 'value'];
  const padding = (file: StateDict): Tensor => file.padding!.ne(0);
  const CASES: Record<string, [layer: keyof typeof LAYERS, inputs: string[], masks?: (file: StateDict) => nn.AttentionMasks]> = {
    cross: ['packed', three],
    self: ['packed', ['query']],
    'self.causal': ['packed', ['query'], () => ({ causal: true })],
    padding: ['packed', three, (file) => ({ keyPaddingMask: padding(file) })],
    hidden: ['packed', three, (file) => ({ keyPaddingMask: padding(file), attnMask: file.hidden!.ne(0) })],
    bias: ['packed', three, (file) => ({ attnMask: file.bias! })],
    unbiased: ['unbiased', three],
    narrow: ['narrow', ['query', 'narrow.key', 'narrow.value']],
  };

  test('the file holds the cases that are tested', async () => {
    const found = Object.keys(await golden).flatMap((key) => (key.endsWith('.y') ? [key.slice(0, -2)] : []));
    expect(found.sort()).toEqual(Object.keys(CASES).sort());
  });

  test.each(Object.entries(CASES))('%s', async (name, [kind, inputs, masks]) => {
    const file = await golden;
    const layer = LAYERS[kind]();
    const parameters = layer.namedParameters();
    const { missing, unexpected } = layer.loadStateDict(
      Object.fromEntries(
        Object.entries(file).flatMap(([key, value]) => (key.startsWith(`${kind}.`) ? [[key.slice(kind.length + 1), value]] : [])),
      ),
      { strict: false },
    );
    expect(missing).toEqual([]);
    expect(unexpected.filter((key) => /weight|bias/.test(key) && !key.startsWith('d.'))).toEqual([]);
    const operands = inputs.map((key) => file[key]!) as [Tensor, Tensor?, Tensor?];
    const y = layer.forward(operands[0], operands[1], operands[2], masks?.(file));
    const wanted = [
      ...operands.map((x, i): [string, Tensor] => [`d${inputs[i]!.split('.').at(-1)}`, x!]),
      ...parameters.map(([key, p]): [string, Tensor] => [`d.${key}`, p]),
    ];
    const gradients = grad(
      y.mul(file[`${name}.dy`]!).sum(),
      wanted.map(([, x]) => x),
    );
    await run(y, ...gradients);
    await compare('y', y, file[`${name}.y`]!);
    for (const [i, [key]] of wanted.entries()) await compare(key, gradients[i]!, file[`${name}.${key}`]!);
  });
});

describe('MultiheadAttention', () => {
  const layer = new nn.MultiheadAttention(8, 2);
  const x = randn([3, 5, 8], { generator: new Generator(1) });

  test('takes (T, N, E) with batchFirst: false, and single sequences', async () => {
    const turned = new nn.MultiheadAttention(8, 2, { batchFirst: false });
    turned.loadStateDict(await layer.stateDict());
    const y = layer.forward(x);
    await run(y);
    await compare('turned', turned.forward(x.transpose(1, 0, 2)).transpose(1, 0, 2), y);
    await compare('single', layer.forward(x.narrow(0, 1, 1).squeeze(0)), y.narrow(0, 1, 1).squeeze(0));
  });

  test('drops weights while training alone', async () => {
    const dropping = new nn.MultiheadAttention(8, 2, { dropout: 0.5 });
    dropping.loadStateDict(await layer.stateDict());
    await compare('predict', dropping.predict(x), layer.forward(x));
    const [a, b] = [await dropping.forward(x).data(), await dropping.forward(x).data()];
    expect(a).not.toEqual(b);
  });

  test('refuses what does not fit', () => {
    expect(() => new nn.MultiheadAttention(8, 3)).toThrow(/embedDim 8 doesn't divide into 3 heads/);
    expect(() => new nn.MultiheadAttention(0, 1)).toThrow(ArgumentError);
    expect(() => new nn.MultiheadAttention(8, 2, { dropout: 2 })).toThrow(/dropout must be from 0 to 1, got 2/);
    expect(() => layer.forward(zeros([3, 5, 7]))).toThrow(/query must be \(N, T, 8\), got \(3, 5, 7\)/);
    expect(() => layer.forward(x, x, x, { keyPaddingMask: zeros([5]).eq(0) })).toThrow(ShapeError);
    expect(() => layer.forward(x, x, x, { attnMask: zeros([5, 4]) })).toThrow(/attnMask must be \(5, 5\) or \(6, 5, 5\), got \(5, 4\)/);
  });
});

describe('KVCache', () => {
  test('step by step gives what the whole sequence gives', async () => {
    const layer = new nn.MultiheadAttention(12, 3);
    const x = randn([2, 9, 12], { generator: new Generator(2) });
    const whole = layer.predict(x, x, x, { causal: true });
    await run(whole);
    const cache = new nn.KVCache({ batch: 2, heads: 3, headDim: 4, capacity: 10 });
    for (const round of ['once', 'again']) {
      let programs = 0;
      for (const [start, count] of [[0, 3], ...Array.from({ length: 6 }, (_, i) => [3 + i, 1])] as [number, number][]) {
        const part = x.narrow(1, start, count);
        await compare(`${round} ${start}`, layer.predict(part, part, part, { cache }), whole.narrow(1, start, count), 4e-6);
        if (start === 4) programs = memoryUsage().programs.compiled;
      }
      expect(memoryUsage().programs.compiled).toBe(programs);
      expect(cache.length).toBe(9);
      cache.clear();
    }
  });

  test('refuses what does not fit', () => {
    const cache = new nn.KVCache({ heads: 2, headDim: 3, capacity: 4 });
    expect(() => cache.append(zeros([1, 2, 5, 3]), zeros([1, 2, 5, 3]))).toThrow(/holds 0 of 4 steps, 5 more don't fit/);
    expect(() => cache.append(zeros([1, 2, 1, 4]), zeros([1, 2, 1, 4]))).toThrow(/expects \(1, 2, T, 3\), got \(1, 2, 1, 4\)/);
    expect(() => new nn.KVCache({ heads: 2, headDim: 3, capacity: 0 })).toThrow(/capacity must be a whole number ≥ 1, got 0/);
    const layer = new nn.MultiheadAttention(6, 2);
    const x = zeros([1, 1, 6]);
    expect(() => layer.forward(x, x, x, { cache, attnMask: zeros([1, 1]) })).toThrow(/a cache stands without masks/);
  });
});

describe('positions', () => {
  test('sinusoidal ones are the formula, from any offset', async () => {
    const layer = new nn.SinusoidalPositions(6, { base: 100 });
    const found = await layer.forward(zeros([2, 3, 6]), 4).data();
    for (const [flat, value] of found.entries()) {
      const [t, i] = [4 + (Math.floor(flat / 6) % 3), flat % 6];
      const angle = t * 100 ** ((-2 * Math.floor(i / 2)) / 6);
      expect(value).toBeCloseTo(i % 2 ? Math.cos(angle) : Math.sin(angle), 5);
    }
    expect(() => new nn.SinusoidalPositions(5)).toThrow(/embedDim must be even, got 5/);
    expect(() => layer.forward(zeros([3, 5]))).toThrow(/expects \(…, T, 6\), got \(3, 5\)/);
    expect(() => layer.forward(zeros([3, 6]), -1)).toThrow(/offset must be a whole number ≥ 0, got -1/);
  });

  test('learned ones are rows of the weight', async () => {
    const layer = new nn.LearnedPositions(5, 2);
    layer.weight.assign(tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { shape: [5, 2] }));
    const y = layer.forward(zeros([1, 2, 2]), 2);
    const [slope] = grad(y.sum(), [layer.weight]);
    await run(y, slope!);
    expect([...(await y.data())]).toEqual([4, 5, 6, 7]);
    expect([...(await slope!.data())]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 0]);
    expect(() => layer.forward(zeros([1, 2, 2]), 4)).toThrow(/knows 5 positions, asked for 4 … 5/);
  });

  test('a relative bias is one number for each distance, and learns', async () => {
    const layer = new nn.RelativePositionBias(2, 2);
    layer.weight.assign(tensor([0, 1, 2, 3, 4, 10, 11, 12, 13, 14], { shape: [2, 5] }));
    const y = layer.forward(2, 4);
    const [slope] = grad(y.sum(), [layer.weight]);
    await run(y, slope!);
    expect([...(await y.data())]).toEqual([2, 3, 4, 4, 1, 2, 3, 4, 12, 13, 14, 14, 11, 12, 13, 14]);
    expect([...(await slope!.data())]).toEqual([0, 1, 2, 2, 3, 0, 1, 2, 2, 3]);
    expect(() => layer.forward(2.5, 1)).toThrow(/queries must be a whole number ≥ 0, got 2.5/);
  });
});
