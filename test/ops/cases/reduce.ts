// sum, mean, max, min, argmax, argmin, norm over every kind of axes (moments.ts has what is composed of them).
import type { Axes, Tensor } from 'hebb';
import { clearOfZero, distinct, type Fill, input, type Layout, listed, reals, wholes } from '../inputs.js';
import { average, largest, length2, reduce as over, type Ref, sizeOf, smallest, total, whereLargest, whereSmallest } from '../oracle.js';
import type { Case } from '../table.js';

type Name = 'sum' | 'mean' | 'max' | 'min' | 'norm';

export const AXES: readonly [shape: readonly number[], options: Axes | undefined, layout?: Layout][] = [
  [[], undefined],
  [[1], { axis: 0 }],
  [[7], undefined],
  [[3, 5], undefined],
  [[3, 5], { axis: 0 }],
  [[3, 5], { axis: -1, keepDim: true }],
  [[3, 5], { axis: 1 }, 'transposed'],
  [[4, 6], { axis: 0 }, 'narrowed'],
  [[2, 3, 4], { axis: [0, 2] }],
  [[2, 3, 4], { axis: [2, 1], keepDim: true }, 'transposed'],
  [[2, 3, 4], { axis: [] }],
  [[0, 3], { axis: 1 }],
  [[3, 1, 5], { axis: 1 }],
  [[17, 33, 9], { axis: 1 }],
  [[67, 65], { axis: 0, keepDim: true }],
  [[5, 4099], { axis: 1 }],
  [[4099, 5], { axis: 0 }],
  [[45, 12], { axis: 0 }],
  [[70, 600], { axis: 0 }],
  [[100_003], undefined],
];

const EMPTY: readonly [shape: readonly number[], options: Axes][] = [
  [[0], { axis: 0 }],
  [[2, 0, 3], { axis: 1 }],
  [[2, 0, 3], { axis: [1, 2], keepDim: true }],
];

export const axesOf = (shape: readonly number[], options?: Axes): number[] | undefined =>
  options?.axis === undefined
    ? undefined
    : [options.axis]
        .flat()
        .map((axis) => (axis < 0 ? axis + shape.length : axis))
        .sort((a, b) => a - b);

export const label = (shape: readonly number[], { axis, keepDim }: Axes = {}): string =>
  `${shape.join('x') || 'scalar'} over ${axis === undefined ? 'all' : `axis ${[axis].flat().join(' and ') || 'none'}`}${keepDim ? ', kept' : ''}`;

function plan(name: Name, f: (values: number[]) => number, shape: readonly number[], options?: Axes): Pick<Case, 'op' | 'hebb' | 'oracle'> {
  return {
    op: `Tensor.${name}`,
    hebb: (x: Tensor) => x[name](options),
    oracle: (x: Ref) => over(x, f, axesOf(shape, options), options?.keepDim),
  };
}

function family(name: Name, f: (values: number[]) => number, gradient: Case['gradient']): Case[] {
  const extreme = name === 'max' || name === 'min';
  const values = (shape: readonly number[]): Fill => {
    if (name === 'norm') return clearOfZero(0.3, 2);
    return extreme && sizeOf(shape) < 1000 ? distinct(0.05) : reals(-1, 2);
  };
  const floats = AXES.map(
    ([shape, options, layout = 'plain']): Case => ({
      ...plan(name, f, shape, options),
      name: `${label(shape, options)} ${layout}`,
      inputs: [input(shape, values(shape), 'f32', layout)],
      dtype: 'f32',
      tolerance: extreme ? 'exact' : 'scaled',
      gradient,
    }),
  );
  const halves = (['bf16', 'f16'] as const).map(
    (dtype): Case => ({
      ...plan(name, f, [3, 4], { axis: 1 }),
      name: dtype,
      inputs: [input([3, 4], wholes(0, 5), dtype)],
      dtype,
      tolerance: 'scaled',
      gradient: 'none',
    }),
  );
  return [...floats, ...halves, infinite(name, f)];
}

/** Infinity and NaN come through; a row without them is untouched. */
function infinite(name: Name, f: (values: number[]) => number): Case {
  const rows = [
    1,
    2,
    3,
    Number.NaN,
    1,
    2,
    Number.POSITIVE_INFINITY,
    4,
    5,
    Number.NEGATIVE_INFINITY,
    0,
    1,
    1,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  return {
    ...plan(name, f, [5, 3], { axis: 1 }),
    name: 'infinite values',
    inputs: [input([5, 3], listed(rows))],
    dtype: 'f32',
    tolerance: 1,
    gradient: 'none',
  };
}

/** Over an empty axis a sum is 0, a mean NaN. */
const empties = (name: 'sum' | 'mean' | 'norm', f: (values: number[]) => number): Case[] =>
  EMPTY.map(([shape, options]) => ({
    ...plan(name, f, shape, options),
    name: label(shape, options),
    inputs: [input(shape, wholes(0, 1))],
    dtype: 'f32',
    tolerance: 'exact',
    gradient: 'none',
    plain: 'sums of nothing',
  }));

/** Integers are summed as i32, exactly; their mean is a float. */
function integral(): Case[] {
  const rest = { dtype: 'i32', tolerance: 'exact', gradient: 'none' } as const;
  const large = input([9, 7], wholes(2 ** 24, 2 ** 27), 'i32');
  const view = input([7, 9], wholes(-(2 ** 27), 2 ** 27), 'i32', 'transposed');
  const whole = input([50, 41], wholes(-8, 8));
  const names = { sum: total, max: largest, min: smallest } as const;
  const plans = (['sum', 'max', 'min'] as const).flatMap((name): Case[] => [
    { ...rest, ...plan(name, names[name], large.shape, { axis: 0 }), name: 'i32 beyond 2^24', inputs: [large] },
    { ...rest, ...plan(name, names[name], view.shape, { axis: 1, keepDim: true }), name: 'i32 view', inputs: [view] },
    {
      ...rest,
      ...plan(name, names[name], [30, 300], { axis: 1 }),
      name: 'u8 gives i32',
      inputs: [input([30, 300], wholes(0, 255), 'u8')],
      plain: name === 'sum' ? undefined : 'extremes of many',
    },
    {
      ...rest,
      ...plan(name, names[name], [99, 7], { axis: 0 }),
      name: 'bool gives i32',
      inputs: [input([99, 7], wholes(0, 1), 'bool')],
      plain: 'bools',
    },
    {
      ...rest,
      ...plan(name, names[name], whole.shape, { axis: 0 }),
      name: 'small integers in f32',
      inputs: [whole],
      dtype: 'f32',
      plain: name === 'sum' ? undefined : 'extremes of many',
    },
  ]);
  const means = (['i32', 'u8', 'bool'] as const).map(
    (dtype): Case => ({
      ...rest,
      ...plan('mean', average, [8, 16], { axis: 1 }),
      name: `${dtype} gives f32`,
      inputs: [input([8, 16], wholes(0, dtype === 'bool' ? 1 : 200), dtype)],
      dtype: 'f32',
    }),
  );
  return [...plans, ...means];
}

function positions(name: 'argmax' | 'argmin', where: (values: readonly number[]) => number): Case[] {
  const rest = { op: `Tensor.${name}`, dtype: 'i32', tolerance: 'exact', gradient: 'none' } as const;
  const along = (axis: number) => ({
    hebb: (x: Tensor) => x[name](axis),
    oracle: (x: Ref) => over(x, where, [(axis + x.shape.length) % x.shape.length]),
  });
  const all = { hebb: (x: Tensor) => x[name](), oracle: (x: Ref) => over(x, where) };
  const nan = Number.NaN;
  const kept = (x: Ref, shape: number[]): Ref => ({ ...x, shape });
  return [
    {
      ...rest,
      name: 'axis 1, which stays',
      hebb: (x: Tensor) => x[name](1, { keepDim: true }),
      oracle: (x: Ref) => kept(along(1).oracle(x), [5, 1, 7]),
      inputs: [input([5, 9, 7], reals(-1, 1))],
    },
    {
      ...rest,
      name: 'all, the axes stay',
      hebb: (x: Tensor) => x[name](undefined, { keepDim: true }),
      oracle: (x: Ref) => kept(all.oracle(x), [1, 1]),
      inputs: [input([13, 7], reals(-1, 1))],
    },
    { ...rest, ...all, name: 'all of a matrix', inputs: [input([13, 7], reals(-1, 1))] },
    { ...rest, ...all, name: 'scalar', inputs: [input([], reals(-1, 1))] },
    { ...rest, ...all, name: 'large', inputs: [input([70_001], reals(-1, 1))] },
    { ...rest, ...all, name: 'negative numbers in a view', inputs: [input([7, 5], reals(-9, -1), 'f32', 'transposed')] },
    { ...rest, ...along(0), name: 'axis 0', inputs: [input([11, 37], reals(-1, 1))] },
    { ...rest, ...along(-1), name: 'axis -1', inputs: [input([37, 11], reals(-1, 1))] },
    { ...rest, ...along(1), name: 'the middle axis of a view', inputs: [input([5, 9, 7], reals(-1, 1), 'f32', 'transposed')] },
    { ...rest, ...along(1), name: 'the first of equal ones', inputs: [input([40, 9], wholes(0, 3))] },
    { ...rest, ...along(1), name: 'one column', inputs: [input([3, 1], reals(-1, 1))], plain: 'one column' },
    { ...rest, ...along(1), name: 'no rows', inputs: [input([0, 3], reals(-1, 1))] },
    {
      ...rest,
      ...along(1),
      name: 'NaN wins, the first one',
      inputs: [input([4, 4], listed([1, nan, 9, nan, 5, 2, 9, nan, nan, 9, 9, 9, 3, 2, 1, 4]))],
    },
    { ...rest, ...along(0), name: 'i32 beyond 2^24', inputs: [input([30, 9], wholes(2 ** 24, 2 ** 24 + 40), 'i32')] },
    { ...rest, ...along(1), name: 'u8', inputs: [input([9, 30], wholes(0, 255), 'u8')] },
    {
      ...rest,
      ...along(1),
      name: 'infinities',
      inputs: [input([3, 3], listed([-1, Number.POSITIVE_INFINITY, 2, ...new Array(3).fill(Number.NEGATIVE_INFINITY), 3, 1, 4]))],
    },
  ];
}

export const reduce: readonly Case[] = [
  ...family('sum', total, 'smooth'),
  ...family('mean', average, 'smooth'),
  ...family('max', largest, 'kinked'),
  ...family('min', smallest, 'kinked'),
  ...family('norm', length2, 'smooth'),
  ...empties('sum', total),
  ...empties('mean', average),
  ...empties('norm', length2),
  ...integral(),
  ...positions('argmax', whereLargest),
  ...positions('argmin', whereSmallest),
];
