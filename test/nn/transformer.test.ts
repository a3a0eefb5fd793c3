// Transformer layers and stacks: against PyTorch's numbers in float64, their names, what they refuse, and decoding with caches.
import { fileURLToPath } from 'node:url';
import { ArgumentError, Generator, grad, load, nn, randn, run, type StateDict, type Tensor, zeros } from 'hebb';
import { describe, expect, test } from 'vitest';
import { compare } from '../golden/compare.js';

const golden: Promise<StateDict> = load(fileURLToPath(new URL('../golden/transformer.safetensors', import.meta.url)));
const rest = { dimFeedforward: 7, dropout: 0 };

const encoder = new nn.TransformerEncoder(() => new nn.TransformerEncoderLayer(6, 2, { ...rest, activation: 'gelu', normFirst: true }), 2, {
  norm: new nn.LayerNorm(6),
});
const decoder = new nn.TransformerDecoder(() => new nn.TransformerDecoderLayer(6, 3, rest), 1);
const whole = new nn.Transformer({ ...rest, dModel: 6, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1 });

const MODELS: Record<string, { model: nn.AnyModule; inputs: string[]; forward(file: StateDict): Tensor }> = {
  encoder: { model: encoder, inputs: ['src'], forward: ({ src }) => encoder.forward(src!, { isCausal: true }) },
  decoder: {
    model: decoder,
    inputs: ['tgt', 'src'],
    forward: ({ src, tgt, hidden }) => decoder.forward(tgt!, src!, { memoryKeyPaddingMask: hidden!.ne(0) }),
  },
  whole: { model: whole, inputs: ['src', 'tgt'], forward: ({ src, tgt }) => whole.forward(src!, tgt!, { tgtIsCausal: true }) },
};

describe('transformers as PyTorch', () => {
  test.each(Object.entries(MODELS))('%s', async (name, { model, inputs, forward }) => {
    const file = await golden;
    const parameters = model.namedParameters();
    const own = Object.entries(file).flatMap(([key, value]) =>
      key.startsWith(`${name}.`) ? [[key.slice(name.length + 1), value] as const] : [],
    );
    // Strict: its names are PyTorch's, no more and no less.
    model.loadStateDict(Object.fromEntries(own.filter(([key]) => /weight|bias/.test(key) && !key.startsWith('d.'))));
    const y = forward(file);
    const wanted = [
      ...inputs.map((key): [string, Tensor] => [`d${key}`, file[key]!]),
      ...parameters.map(([key, p]): [string, Tensor] => [`d.${key}`, p]),
    ];
    const gradients = grad(
      y.mul(file[`${name}.dy`]!).sum(),
      wanted.map(([, x]) => x),
    );
    await run(y, ...gradients);
    await compare('y', y, file[`${name}.y`]!, 4e-6);
    for (const [i, [key]] of wanted.entries()) await compare(key, gradients[i]!, file[`${name}.${key}`]!, 4e-6);
  });
});

describe('transformers', () => {
  test('each layer begins with values of its own', async () => {
    const [a, b] = encoder.layers.map((layer) => layer.linear1.weight);
    expect(await a!.data()).not.toEqual(await b!.data());
  });

  test('drop values while training alone', async () => {
    const layer = new nn.TransformerEncoderLayer(6, 2, { dimFeedforward: 5, dropout: 0.5 });
    const x = randn([2, 3, 6], { generator: new Generator(4) });
    expect(await layer.forward(x).data()).not.toEqual(await layer.forward(x).data());
    expect(await layer.predict(x).data()).toEqual(await layer.predict(x).data());
  });

  test('decode step by step what the whole sequence gives', async () => {
    const x = randn([2, 6, 6], { generator: new Generator(5) });
    const [all, memory] = [encoder.predict(x, { isCausal: true }), randn([2, 3, 6], { generator: new Generator(6) })];
    const answer = decoder.predict(x, memory, { tgtIsCausal: true });
    await run(all, answer);
    const [caches, others] = [encoder.caches(6, 2), decoder.caches(6, 2)];
    for (let t = 0; t < 6; t++) {
      const step = x.narrow(1, t, 1);
      const [found, reply] = [encoder.predict(step, { caches }), decoder.predict(step, memory, { caches: others })];
      await run(found, reply);
      await compare(`encoder ${t}`, found, all.narrow(1, t, 1), 4e-6);
      await compare(`decoder ${t}`, reply, answer.narrow(1, t, 1), 4e-6);
    }
    expect(() => encoder.forward(x, { caches: caches.slice(1) })).toThrow(/expects 2, one a layer, got 1/);
  });

  test('refuse what does not fit', () => {
    expect(() => new nn.TransformerEncoderLayer(6, 4)).toThrow(/embedDim 6 doesn't divide into 4 heads/);
    expect(() => new nn.TransformerEncoderLayer(6, 2, { activation: 'tanh' as never })).toThrow(
      /activation must be 'relu', 'gelu' or a function/,
    );
    expect(() => new nn.TransformerEncoder(() => new nn.TransformerEncoderLayer(6, 2), 0)).toThrow(
      /numLayers must be a whole number ≥ 1, got 0/,
    );
    expect(() => new nn.TransformerEncoder(new nn.TransformerEncoderLayer(6, 2) as never, 2)).toThrow(/a function that makes a layer/);
    expect(() => new nn.Transformer({ dModel: 7 })).toThrow(ArgumentError);
    expect(() => encoder.forward(zeros([2, 3, 5]))).toThrow(/5/);
  });
});
