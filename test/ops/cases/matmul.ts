// Matrix products: every form of transposition and batch, sizes on both sides of every tile, and operands without values.
import type { Tensor } from 'hebb';
import { input, type Layout, reals, wholes } from '../inputs.js';
import { matmul as product, type Ref, zip } from '../oracle.js';
import type { Case } from '../table.js';

const SHAPES: readonly [a: readonly number[], b: readonly number[], layouts?: readonly [Layout, Layout]][] = [
  [
    [1, 1],
    [1, 1],
  ],
  [
    [2, 3],
    [3, 4],
  ],
  [
    [3, 5],
    [5, 2],
    ['transposed', 'plain'],
  ],
  [
    [3, 5],
    [5, 2],
    ['plain', 'transposed'],
  ],
  [
    [3, 5],
    [5, 2],
    ['transposed', 'transposed'],
  ],
  [
    [4, 3],
    [3, 4],
    ['narrowed', 'parameter'],
  ],
  [[3], [3]],
  [[3], [3, 4]],
  [[4, 3], [3]],
  [[2, 4, 3], [3]],
  [[3], [2, 3, 4]],
  [
    [2, 3, 4],
    [2, 4, 2],
  ],
  [
    [2, 3, 4],
    [4, 2],
  ],
  [
    [3, 4],
    [2, 4, 2],
  ],
  [
    [2, 1, 3, 2],
    [3, 2, 2],
  ],
  [
    [2, 3, 4],
    [2, 4, 2],
    ['transposed', 'plain'],
  ],
  [
    [2, 3, 4],
    [1, 4, 2],
    ['narrowed', 'transposed'],
  ],
  [
    [4, 3],
    [3, 5],
    ['expanded', 'plain'],
  ],
  [
    [0, 3],
    [3, 2],
  ],
  [
    [2, 3],
    [3, 0],
  ],
  [
    [2, 0],
    [0, 3],
  ],
  [[0], [0]],
  [
    [0, 2, 3],
    [3, 2],
  ],
  [
    [7, 13],
    [13, 17],
  ],
  [
    [33, 65],
    [65, 31],
    ['transposed', 'plain'],
  ],
  [
    [32, 64],
    [64, 48],
    ['plain', 'transposed'],
  ],
  [
    [1, 300],
    [300, 70],
  ],
  [
    [70, 300],
    [300, 1],
  ],
  [
    [65, 130],
    [130, 97],
  ],
  [
    [129, 257],
    [257, 63],
    ['transposed', 'transposed'],
  ],
  [
    [200, 1],
    [1, 150],
  ],
  [
    [5, 17, 19],
    [5, 19, 23],
    ['plain', 'plain'],
  ],
];

const base = {
  op: 'Tensor.matmul',
  hebb: (a: Tensor, b: Tensor) => a.matmul(b),
  oracle: product,
  dtype: 'f32',
  gradient: 'smooth',
} as const;
const any = reals(-1, 1);

const label = (a: readonly number[], b: readonly number[], [p, q]: readonly [Layout, Layout]): string =>
  `${a.join('x')} ${p} by ${b.join('x')} ${q}`;
const nothing = (a: readonly number[]): string | undefined => (a.at(-1) === 0 ? 'sums of nothing' : undefined);

export const matmul: readonly Case[] = [
  ...SHAPES.flatMap(([a, b, layouts = ['plain', 'plain'] as const]): Case[] => [
    {
      ...base,
      name: label(a, b, layouts),
      inputs: [input(a, any, 'f32', layouts[0]), input(b, any, 'f32', layouts[1])],
      tolerance: 'scaled',
      plain: nothing(a),
    },
    {
      ...base,
      name: `${label(a, b, layouts)}, small integers`,
      inputs: [input(a, wholes(-9, 9), 'f32', layouts[0]), input(b, wholes(-9, 9), 'f32', layouts[1])],
      tolerance: 'exact',
      gradient: 'none',
      plain: nothing(a),
    },
  ]),
  {
    ...base,
    name: 'x by its own transpose',
    inputs: [input([5, 7], any)],
    hebb: (x) => x.matmul(x.transpose()),
    oracle: (x) =>
      product(x, { shape: [7, 5], data: Float64Array.from({ length: 35 }, (_, i) => x.data[(i % 5) * 7 + Math.floor(i / 5)]!) }),
    tolerance: 'scaled',
  },
  {
    ...base,
    name: 'with a bias behind it',
    inputs: [input([9, 12], any), input([12, 21], any, 'f32', 'transposed'), input([21], any)],
    hebb: (x, w, b) => x.matmul(w).add(b),
    oracle: (x: Ref, w: Ref, b: Ref) => zip((p, q) => p + q, product(x, w), b),
    tolerance: 'scaled',
  },
  ...(['bf16', 'f16'] as const).map(
    (dtype): Case => ({
      ...base,
      name: `${dtype} gives f32`,
      inputs: [input([6, 10], wholes(-9, 9), dtype), input([10, 5], wholes(-9, 9), dtype)],
      tolerance: 'exact',
      gradient: 'none',
    }),
  ),
];
