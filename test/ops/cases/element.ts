// Builders for the families of element ops: the same shapes, layouts and special values for each of them.
import type { Tensor } from 'hebb';
import { type Fill, type Input, input, type Layout, listed, magnitudes, reals, SPECIALS, wholes } from '../inputs.js';
import { map, type Ref, zip } from '../oracle.js';
import type { Case, Gradient, Tolerance } from '../table.js';

/** The methods without arguments, or with optional ones alone, and those with one operand. */
type Unary = { [K in keyof Tensor]: Tensor[K] extends () => Tensor ? K : never }[keyof Tensor];
type Binary = { [K in keyof Tensor]: Tensor[K] extends (b: Tensor | number) => Tensor ? K : never }[keyof Tensor];

const nameOf = (shape: readonly number[]): string => (shape.length ? shape.join('x') : 'scalar');

/** One of every kind: scalar, empty, single, odd, a view, more than a block, more than one thread takes. */
const SHAPES: readonly [shape: readonly number[], layout: Layout][] = [
  [[], 'plain'],
  [[0], 'plain'],
  [[1], 'plain'],
  [[7], 'parameter'],
  [[2, 0, 3], 'plain'],
  [[3, 5], 'plain'],
  [[5, 9], 'transposed'],
  [[4, 11], 'narrowed'],
  [[3, 6], 'expanded'],
  [[2, 1, 3, 1, 2], 'transposed'],
  [[37, 29], 'transposed'],
  [[33_333], 'plain'],
];

const PAIRS: readonly [a: readonly number[], b: readonly number[], layouts: readonly [Layout, Layout]][] = [
  [[], [], ['plain', 'plain']],
  [[3], [], ['plain', 'plain']],
  [[], [2, 3], ['plain', 'parameter']],
  [[1], [1], ['plain', 'plain']],
  [[5], [5], ['plain', 'parameter']],
  [[0], [1], ['plain', 'plain']],
  [[0, 3], [3], ['plain', 'plain']],
  [[5, 1], [0], ['plain', 'plain']],
  [[2, 3], [3], ['plain', 'plain']],
  [
    [2, 1],
    [1, 3],
    ['plain', 'plain'],
  ],
  [
    [2, 3, 4],
    [3, 1],
    ['plain', 'transposed'],
  ],
  [
    [4, 5],
    [4, 5],
    ['transposed', 'narrowed'],
  ],
  [
    [3, 5],
    [3, 5],
    ['expanded', 'transposed'],
  ],
  [
    [29, 37],
    [29, 1],
    ['transposed', 'plain'],
  ],
  [[129, 257], [257], ['plain', 'plain']],
];

interface UnaryPlan {
  readonly values: Fill;
  readonly tolerance: Tolerance;
  readonly gradient: Gradient;
  readonly plain?: string;
  /** ULP allowed at extreme inputs; the tolerance unless given. */
  readonly extremes?: Tolerance;
}

/** Cases of `x.name()`; `f` is the op on one float64. */
export function unary(
  name: Unary,
  f: (x: number) => number,
  { values, tolerance, gradient, plain, extremes = tolerance }: UnaryPlan,
): Case[] {
  const hebb = (x: Tensor): Tensor => x[name]();
  const oracle = (x: Ref): Ref => map(x, f);
  const base = { op: `Tensor.${name}`, dtype: 'f32', hebb, oracle, tolerance, gradient, plain } as const;
  return [
    ...SHAPES.map(([shape, layout]) => ({ ...base, name: `${nameOf(shape)} ${layout}`, inputs: [input(shape, values, 'f32', layout)] })),
    { ...base, name: 'special values', inputs: [input([SPECIALS.length], listed(SPECIALS))], tolerance: extremes, gradient: 'none' },
    {
      ...base,
      name: 'all magnitudes',
      inputs: [input([4099], magnitudes(-149, 128))],
      tolerance: extremes,
      gradient: 'none',
      plain: 'many saturate',
    },
    {
      ...base,
      name: 'common magnitudes',
      inputs: [input([4099], magnitudes(-12, 7))],
      tolerance: extremes,
      gradient: 'none',
      plain: 'many saturate',
    },
    // In 16 bits the f32 result is rounded once more; a tolerance in ULP of f32 then means nothing.
    ...(['bf16', 'f16'] as const).map(
      (dtype): Case => ({
        ...base,
        name: dtype,
        inputs: [input([3, 7], values, dtype)],
        dtype,
        tolerance: tolerance === 'exact' ? 'exact' : 'scaled',
        gradient: 'none',
      }),
    ),
  ];
}

interface BinaryPlan {
  readonly values: readonly [Fill, Fill];
  readonly gradient: Gradient;
  readonly bool?: boolean;
  /** Exact unless given: IEEE defines most results. */
  readonly tolerance?: Tolerance;
}

/** Cases of `a.name(b)`. */
export function binary(
  name: Binary,
  f: (a: number, b: number) => number,
  { values, gradient, bool = false, tolerance = 'exact' }: BinaryPlan,
): Case[] {
  const dtype = bool ? 'bool' : 'f32';
  const hebb = (a: Tensor, b: Tensor): Tensor => a[name](b);
  const oracle = (a: Ref, b: Ref): Ref => zip(f, a, b);
  const base = {
    op: `Tensor.${name}`,
    dtype,
    hebb,
    oracle,
    tolerance,
    gradient,
    plain: bool ? 'a comparison' : undefined,
  } as const;
  const few = listed([-1.5, 0.25, 2, 0.25]);
  const pairs = SPECIALS.flatMap((a) => SPECIALS.map((b) => [a, b] as const));
  return [
    ...PAIRS.map(([a, b, layouts]) => ({
      ...base,
      name: `${nameOf(a)} ${layouts[0]} with ${nameOf(b)} ${layouts[1]}`,
      inputs: [input(a, values[0], 'f32', layouts[0]), input(b, values[1], 'f32', layouts[1])],
    })),
    {
      ...base,
      name: 'with a number',
      inputs: [input([3, 5], values[0])],
      hebb: (a: Tensor) => a[name](1.75),
      oracle: (a: Ref) => map(a, (x) => f(x, 1.75)),
    },
    { ...base, name: 'equal values among others', inputs: [input([7], few), input([7], listed([0.25, 0.25, 2]))], gradient: 'none' },
    {
      ...base,
      name: 'with itself',
      inputs: [input([5], values[0])],
      hebb: (a: Tensor) => a[name](a),
      oracle: (a: Ref) => map(a, (x) => f(x, x)),
      gradient: 'none',
      plain: 'x against x',
    },
    {
      ...base,
      name: 'special values',
      inputs: [input([pairs.length], listed(pairs.map(([a]) => a))), input([pairs.length], listed(pairs.map(([, b]) => b)))],
      gradient: 'none',
    },
  ];
}

/** An op on integers: exact, beyond 2^24 too, where f32 is not. */
export function integers(
  name: Binary | 'neg' | 'abs',
  f: (a: number, b: number) => number,
  dtype: 'i32' | 'f32' | 'bool' = 'i32',
  plain = dtype === 'bool' ? 'a comparison' : undefined,
): Case[] {
  const one = name === 'neg' || name === 'abs';
  const base = {
    op: `Tensor.${name}`,
    hebb: (a: Tensor, b: Tensor): Tensor => (name === 'neg' || name === 'abs' ? a[name]() : a[name](b)),
    oracle: (a: Ref, b: Ref): Ref => (one ? map(a, (x) => f(x, x)) : zip(f, a, b)),
    dtype,
    tolerance: 'exact',
    gradient: 'none',
    plain,
  } as const;
  const inputs = (...list: Input[]): Input[] => (one ? list.slice(0, 1) : list);
  const extremes = listed([2 ** 31 - 1, -(2 ** 31), 0, -1, 1, 2 ** 24 + 1, -(2 ** 24) - 1]);
  return [
    {
      ...base,
      name: 'i32 beyond 2^24',
      inputs: inputs(input([19], wholes(2 ** 24, 2 ** 25), 'i32'), input([19], wholes(-1000, -1), 'i32')),
    },
    { ...base, name: 'i32 broadcast', inputs: inputs(input([5, 7], wholes(-9, 9), 'i32', 'transposed'), input([7], wholes(1, 9), 'i32')) },
    {
      ...base,
      name: 'i32 at its ends',
      inputs: inputs(
        input([49], extremes, 'i32'),
        input([49], (_, i) => [2 ** 31 - 1, -(2 ** 31), 0, -1, 1, 2, 7][Math.floor(i / 7)]!, 'i32'),
      ),
    },
    {
      ...base,
      name: 'u8',
      inputs: inputs(input([13], wholes(0, 15), 'u8'), input([13], wholes(1, 15), 'u8')),
      // Wraps around, as PyTorch's does.
      oracle: (x: Ref, y: Ref) => map(base.oracle(x, y), (value) => (dtype === 'i32' ? value & 255 : value)),
      dtype: dtype === 'i32' ? 'u8' : dtype,
    },
    {
      ...base,
      name: 'bool',
      inputs: inputs(
        input([8], listed([0, 0, 1, 1]), 'bool'),
        input([8], (_, i) => i % 2, 'bool'),
      ),
    },
  ];
}

/** A mask in front: shared by `where` as method and as function. */
export const choices: readonly Pick<Case, 'name' | 'inputs' | 'gradient'>[] = [
  {
    name: 'same shapes',
    inputs: [input([3, 5], wholes(0, 1), 'bool'), input([3, 5], reals(-2, 2)), input([3, 5], reals(-2, 2))],
    gradient: 'kinked',
  },
  {
    name: 'broadcast',
    inputs: [input([4, 1], listed([1, 0]), 'bool'), input([3], reals(-2, 2)), input([2, 1, 1], reals(-2, 2))],
    gradient: 'kinked',
  },
  {
    name: 'views',
    inputs: [input([4, 5], wholes(0, 1), 'bool', 'transposed'), input([4, 5], reals(-2, 2), 'f32', 'narrowed'), input([], reals(-2, 2))],
    gradient: 'kinked',
  },
  { name: 'empty', inputs: [input([0, 2], wholes(0, 1), 'bool'), input([2], reals(-2, 2)), input([], reals(-2, 2))], gradient: 'kinked' },
  {
    name: 'special values',
    inputs: [input([50], listed([1, 0, 1]), 'bool'), input([50], listed(SPECIALS)), input([50], listed([...SPECIALS].reverse()))],
    gradient: 'none',
  },
];
