// Running sums and products, and everything that orders values: sort, argsort, topK, kthValue, median.
import type { DType, Tensor } from 'hebb';
import { distinct, type Fill, input, type Layout, listed, reals, SPECIALS, wholes } from '../inputs.js';
import { alongAxis, type Ref, reduce, sortingOrder } from '../oracle.js';
import type { Case, Gradient } from '../table.js';

const sums = (line: number[]): number[] =>
  line.map(
    (
      (sum) => (value: number) =>
        (sum += value)
    )(0),
  );
const products = (line: number[]): number[] =>
  line.map(
    (
      (product) => (value: number) =>
        (product *= value)
    )(1),
  );

const LINES: readonly [shape: readonly number[], axis: number, layout?: Layout][] = [
  [[7], 0],
  [[3, 5], 1],
  [[3, 5], 0],
  [[4, 6], -1, 'transposed'],
  [[4, 6], 0, 'narrowed'],
  [[2, 3, 4], 1],
  [[1, 1], 0],
  [[0, 3], 1],
  [[3, 0], 1],
  [[67, 65], 0],
  [[5, 4099], 1],
  [[300, 300], 0],
];

const positive = (axis: number, shape: readonly number[]): number => (axis < 0 ? axis + shape.length : axis);

function running(op: 'cumsum' | 'cumprod', f: (line: number[]) => number[], fill: Fill): Case[] {
  const one = (shape: readonly number[], axis: number, layout: Layout = 'plain', values = fill): Case => ({
    op: `Tensor.${op}`,
    name: `${shape.join('x')} along axis ${axis} ${layout}`,
    inputs: [input(shape, values, 'f32', layout)],
    hebb: (x: Tensor) => x[op](axis),
    oracle: (x: Ref) => alongAxis(x, positive(axis, shape), f),
    dtype: 'f32',
    tolerance: 'scaled',
    gradient: 'smooth',
  });
  const none = 'none' as Gradient;
  return [
    ...LINES.map(([shape, axis, layout]) => one(shape, axis, layout)),
    { ...one([4, 5], 1, 'plain', wholes(-1, 2)), name: 'with zeros', plain: 'zeros' },
    { ...one([300_001], 0), name: 'one long line' },
    { ...one([2, 150_000], 1), name: 'two long lines' },
    {
      ...one([5, 3], 1, 'plain', listed([1, Number.NaN, 2, 3, Infinity, 1, 1, 2, 3, -Infinity, 1, Infinity, 0, -0, 1])),
      name: 'infinite values',
      gradient: none,
    },
    ...(['i32', 'u8', 'bool'] as const).map(
      (dtype): Case => ({
        ...one([30, 7], 0),
        name: dtype,
        inputs: [input([30, 7], wholes(dtype === 'i32' ? -1 : 0, 1), dtype)],
        dtype: 'i32',
        tolerance: 'exact',
        gradient: none,
        plain: 'few values',
      }),
    ),
    {
      ...one([200_000], 0),
      name: 'a long line of i32',
      inputs: [input([200_000], op === 'cumsum' ? wholes(-9, 9) : (_, i) => (i % 7 === 3 ? -1 : 1), 'i32')],
      dtype: 'i32',
      tolerance: 'exact',
      gradient: none,
    },
    ...(['bf16', 'f16'] as const).map(
      (dtype): Case => ({
        ...one([6, 4], 1),
        name: dtype,
        inputs: [input([6, 4], wholes(1, 4), dtype)],
        dtype,
        gradient: none,
      }),
    ),
  ];
}

interface Ordering {
  readonly op: string;
  readonly hebb: (x: Tensor) => Tensor;
  readonly line: (values: number[]) => number[];
  /** How many values a line gives. */
  readonly size?: (n: number) => number;
  readonly indices?: boolean;
}

const picked = (order: number[], values: number[], indices?: boolean): number[] => (indices ? order : order.map((i) => values[i]!));

function orderings(axis: number): Ordering[] {
  const all: Ordering[] = [];
  for (const indices of [false, true])
    for (const descending of [false, true]) {
      const name = `${indices ? ' indices' : ''}${descending ? ' descending' : ''}`;
      const part = indices ? 'indices' : 'values';
      all.push({
        op: `sort${name}`,
        hebb: (x) => x.sort(axis, { descending })[part],
        line: (values) => picked(sortingOrder(values, descending), values, indices),
        indices,
      });
      // A quarter goes one way, more the other.
      for (const share of [5, 2])
        all.push({
          op: `topK${name} of a ${share}th`,
          hebb: (x) => x.topK(Math.ceil(x.shape.at(axis)! / share), { axis, largest: descending })[part],
          line: (values) => picked(sortingOrder(values, descending).slice(0, Math.ceil(values.length / share)), values, indices),
          size: (n) => Math.ceil(n / share),
          indices,
        });
    }
  all.push({ op: 'argsort', hebb: (x) => x.argsort(axis), line: (values) => sortingOrder(values), indices: true });
  return all;
}

function ordered(
  shape: readonly number[],
  axis: number,
  fill: Fill,
  rest: { name?: string; layout?: Layout; dtype?: DType; gradient?: Gradient } = {},
): Case[] {
  const { name = '', layout = 'plain', dtype = 'f32', gradient = 'none' } = rest;
  const at = positive(axis, shape);
  return orderings(axis).map(({ op, hebb, line, size = (n) => n, indices }) => ({
    op: `Tensor.${op.split(' ')[0]}`,
    name: `${op} ${shape.join('x')} along axis ${axis} ${layout} ${dtype} ${name}`.trim(),
    inputs: [input(shape, fill, dtype, layout)],
    hebb,
    oracle: (x: Ref) => alongAxis(x, at, line, size(shape[at]!)),
    dtype: indices ? 'i32' : dtype,
    tolerance: 'exact' as const,
    gradient: indices ? 'none' : gradient,
    ...(dtype === 'bool' || name === 'equal values' ? { plain: 'few values' } : {}),
  }));
}

function places(): Case[] {
  const rest = { dtype: 'f32', tolerance: 'exact', gradient: 'kinked' } as const;
  const nth = (k: number) => (values: number[]) => values[sortingOrder(values)[k - 1]!]!;
  const middle = (values: number[]): number => (values.some(Number.isNaN) ? Number.NaN : nth((values.length + 1) >> 1)(values));
  const nan = Number.NaN;
  const kth = (name: string, shape: readonly number[], axis: number, k: number, layout: Layout = 'plain'): Case => ({
    ...rest,
    op: 'Tensor.kthValue',
    name,
    inputs: [input(shape, distinct(0.05), 'f32', layout)],
    hebb: (x) => x.kthValue(k, { axis }).values,
    oracle: (x) => reduce(x, nth(k), [positive(axis, shape)]),
  });
  const median = (name: string, shape: readonly number[], axis?: number, fill: Fill = distinct(0.05), layout: Layout = 'plain'): Case => ({
    ...rest,
    op: 'Tensor.median',
    name,
    inputs: [input(shape, fill, 'f32', layout)],
    hebb: (x) => x.median({ axis }),
    oracle: (x) => reduce(x, middle, axis === undefined ? undefined : [positive(axis, shape)]),
  });
  return [
    kth('the third of rows', [4, 7], 1, 3),
    kth('the first of columns', [4, 7], 0, 1),
    kth('the last of a view', [5, 6], -1, 6, 'transposed'),
    kth('no rows', [0, 3], 1, 2),
    { ...kth('kept', [4, 7], 1, 3), hebb: (x) => x.kthValue(3, { keepDim: true }).values, oracle: (x) => reduce(x, nth(3), [1], true) },
    {
      ...kth('its index', [4, 7], 1, 2),
      hebb: (x) => x.kthValue(2).indices,
      oracle: (x) => reduce(x, (values) => sortingOrder(values)[1]!, [1]),
      dtype: 'i32',
      gradient: 'none',
    },
    median('all of an odd number', [3, 5]),
    median('all of an even number', [4, 5]),
    median('rows', [4, 5], 1),
    median('columns of a view', [6, 4], 0, distinct(0.05), 'transposed'),
    median('no rows', [0, 3], 1),
    { ...median('NaN', [4, 3], 1, listed([1, nan, 2, 3, 1, 2, nan, nan, nan, -0, 5, Infinity])), gradient: 'none' },
    { ...median('kept', [4, 5]), hebb: (x) => x.median({ keepDim: true }), oracle: (x) => reduce(x, middle, [0, 1], true) },
    {
      ...median('of i32', [5, 7], 1),
      inputs: [input([5, 7], wholes(-99, 99), 'i32')],
      dtype: 'i32',
      gradient: 'none',
    },
  ];
}

export const order: readonly Case[] = [
  ...running('cumsum', sums, reals(-1, 2)),
  ...running('cumprod', products, (random, i) => (random() < 0.5 ? -1 : 1) * (0.9 + 0.2 * random()) ** (i % 2 ? 1 : 0.5)),
  ...ordered([7], 0, distinct(0.05), { gradient: 'kinked' }),
  ...ordered([4, 9], 1, distinct(0.05), { gradient: 'kinked' }),
  ...ordered([9, 4], 0, distinct(0.05), { layout: 'transposed', gradient: 'kinked' }),
  ...ordered([2, 5, 3], 1, distinct(0.05), { layout: 'narrowed', gradient: 'kinked' }),
  ...ordered([0, 3], 1, reals(0, 1)),
  ...ordered([1, 1], 1, reals(0, 1)),
  ...ordered([3, 25], 1, listed([...SPECIALS].reverse()), { name: 'specials' }),
  ...ordered([40, 33], 1, wholes(0, 3), { name: 'equal values' }),
  ...ordered([5, 257], 1, reals(-9, 9)),
  ...ordered([3, 3000], 1, reals(-9, 9)),
  ...ordered([70_001], 0, reals(-9, 9)),
  ...ordered([2, 70_001], 1, wholes(-50, 50), { name: 'equal values' }),
  ...ordered([70_001], 0, (random, i) => (i % 97 ? 1 + random() / 8 : Number.NaN), { name: 'mostly of one size' }),
  ...ordered([20, 30], 1, wholes(-(2 ** 30), 2 ** 30), { dtype: 'i32' }),
  ...ordered([140_000], 0, wholes(-(2 ** 31), 2 ** 31 - 1), { dtype: 'i32' }),
  ...ordered([6, 30], 0, wholes(0, 255), { dtype: 'u8' }),
  ...ordered([6, 30], 1, wholes(0, 1), { dtype: 'bool' }),
  ...ordered([6, 30], 1, reals(-2, 2), { dtype: 'bf16' }),
  ...ordered([6, 30], 1, reals(-2, 2), { dtype: 'f16' }),
  ...places(),
];
