// Attention in plain float64: every form of mask, fewer heads of keys, and lengths on both sides of a block.
import { nn, type Tensor } from 'hebb';
import { type Input, input, reals, wholes } from '../inputs.js';
import { at, build, expand, type Ref } from '../oracle.js';
import type { Case } from '../table.js';

interface Setting {
  readonly causal?: boolean;
  readonly scale?: number;
  readonly boolean?: boolean;
}

/** softmax(q · kᵀ · scale + mask) · v; zeros where a query sees nothing. */
function attention({ causal = false, scale, boolean = false }: Setting, q: Ref, k: Ref, v: Ref, mask?: Ref): Ref {
  const [batch, heads, queries, depth] = q.shape as [number, number, number, number];
  const [, keyHeads, keys] = k.shape as [number, number, number];
  const width = v.shape[3]!;
  const bias = mask && expand(mask, [batch, heads, queries, keys]);
  const y = new Float64Array(batch * heads * queries * width);
  for (let row = 0; row < batch * heads * queries; row++) {
    const head = Math.floor(row / queries);
    const keyRow = (Math.floor(head / heads) * keyHeads + Math.floor((head % heads) / (heads / keyHeads))) * keys;
    const scores = Array.from({ length: keys }, (_, j) => {
      if (causal && j > row % queries) return -Infinity;
      const added = bias ? bias.data[row * keys + j]! : 0;
      if (boolean && added === 0) return -Infinity;
      let dot = 0;
      for (let i = 0; i < depth; i++) dot += q.data[row * depth + i]! * k.data[(keyRow + j) * depth + i]!;
      return dot * (scale ?? 1 / Math.sqrt(depth)) + (boolean ? 0 : added);
    });
    const top = scores.reduce((most, score) => Math.max(most, score), -Infinity);
    if (top === -Infinity) continue;
    const weights = scores.map((score) => Math.exp(score - top));
    const sum = weights.reduce((a, b) => a + b);
    for (let j = 0; j < keys; j++)
      for (let i = 0; i < width; i++) y[row * width + i]! += (weights[j]! / sum) * v.data[(keyRow + j) * width + i]!;
  }
  return { shape: [batch, heads, queries, width], data: y };
}

const rest = { op: 'nn.scaledDotProductAttention', dtype: 'f32', tolerance: 'scaled', gradient: 'smooth' } as const;

function one(name: string, inputs: readonly Input[], { boolean, ...options }: Setting = {}): Case {
  const groupedQuery = inputs[0]!.shape[1] !== inputs[1]!.shape[1];
  return {
    ...rest,
    name,
    inputs,
    hebb: (q, k, v, mask?: Tensor) => nn.scaledDotProductAttention(q!, k!, v!, { ...options, groupedQuery, mask }),
    oracle: (q, k, v, mask?: Ref) => attention({ ...options, boolean }, q!, k!, v!, mask),
  };
}

const floats = (...shape: number[]): Input => input(shape, reals(-1.5, 1.5));
/** q, k and v of some batch, heads, T, S, d and e. */
const three = (batch: number, heads: number, keyHeads: number, t: number, s: number, d: number, e = d): [Input, Input, Input] => [
  floats(batch, heads, t, d),
  floats(batch, keyHeads, s, d),
  floats(batch, keyHeads, s, e),
];
const bits = (...shape: number[]): Input => input(shape, wholes(0, 1), 'bool');

const [q, k, v] = three(1, 2, 2, 3, 3, 2);

/** Pairs (i, i + d/2) of each row, turned by position · base^(-2i/d). */
function rotated(x: Ref, base = 10000, offset = 0): Ref {
  const [length, size] = x.shape.slice(-2) as [number, number];
  const half = size / 2;
  return build(x.shape, (index) => {
    const [t, i] = index.slice(-2) as [number, number];
    const angle = ((t % length) + offset) * base ** ((-2 * (i % half)) / size);
    const other = at(x, index.with(-1, (i + half) % size));
    return at(x, index) * Math.cos(angle) + (i < half ? -other : other) * Math.sin(angle);
  });
}

const rotary = { op: 'nn.rotaryEmbedding', dtype: 'f32', tolerance: 'scaled', gradient: 'smooth' } as const;

const rotations: readonly Case[] = [
  { ...rotary, name: 'four axes', inputs: [floats(2, 2, 3, 6)], hebb: (x) => nn.rotaryEmbedding(x!), oracle: (x) => rotated(x!) },
  {
    ...rotary,
    name: 'a view',
    inputs: [{ ...floats(4, 8), layout: 'transposed' }],
    hebb: (x) => nn.rotaryEmbedding(x!),
    oracle: (x) => rotated(x!),
  },
  { ...rotary, name: 'no rows', inputs: [floats(0, 4)], hebb: (x) => nn.rotaryEmbedding(x!), oracle: (x) => rotated(x!) },
  {
    ...rotary,
    name: 'another base, later positions',
    inputs: [floats(5, 4)],
    hebb: (x) => nn.rotaryEmbedding(x!, { base: 100, offset: 7 }),
    oracle: (x) => rotated(x!, 100, 7),
  },
];

export const attentions: readonly Case[] = [
  ...rotations,
  one('two heads', [q, k, v]),
  one('causal', [q, k, v], { causal: true }),
  one('a scale', [q, k, v], { scale: 0.3 }),
  one('values of another size than keys', three(1, 1, 1, 3, 4, 3, 2)),
  one('six queries', three(1, 1, 1, 6, 3, 3)),
  one('causal with fewer keys', three(1, 1, 1, 5, 3, 2), { causal: true }),
  one('causal with more keys', three(1, 2, 2, 2, 4, 2), { causal: true }),
  one('heads that share keys', three(1, 4, 2, 2, 3, 2)),
  one('heads that share keys, causal', three(2, 2, 1, 3, 3, 2), { causal: true }),
  one('a mask of bools', [q, k, v, bits(3, 3)], { boolean: true }),
  one('a mask of bools for each key', [...three(2, 2, 2, 2, 3, 1), bits(2, 1, 1, 3)], { boolean: true }),
  one('a mask of bools for each query', [q, k, v, bits(2, 3, 1)], { boolean: true }),
  one('a mask of bools, causal', [q, k, v, bits(1, 2, 3, 3)], { boolean: true, causal: true }),
  one('a mask of floats', [q, k, v, floats(2, 3, 3)]),
  one('a mask of floats for both heads', [q, k, v, floats(3, 3)]),
  one('a mask of floats for each key, shared keys', [...three(1, 4, 2, 2, 3, 2), floats(3)]),
  one('views', [
    { ...q, layout: 'transposed' },
    { ...k, layout: 'narrowed' },
    { ...v, layout: 'parameter' },
  ]),
  one('no queries', three(1, 2, 2, 0, 3, 2)),
  one('no batch', three(0, 2, 1, 3, 3, 2)),
  one('one query, several blocks of keys', three(2, 2, 2, 1, 530, 20)),
  one('parts of blocks, causal', three(1, 2, 1, 130, 300, 33, 17), { causal: true }),
  one('several blocks', three(1, 1, 1, 70, 520, 40, 50)),
  one('a depth of more than one block', three(1, 1, 1, 6, 5, 600)),
  one('several blocks with a mask of bools', [...three(1, 2, 2, 70, 290, 16), bits(1, 2, 70, 290)], { boolean: true }),
  one('several blocks with a mask of floats', [...three(1, 2, 1, 70, 290, 16), floats(70, 290)]),
];
