// What is composed of reductions: var, std, norms of any order, logSumExp, and counts of what isn't 0.
import type { Axes, DType, Tensor } from 'hebb';
import { clearOfZero, type Fill, input, type Layout, listed, magnitudes, reals, wholes } from '../inputs.js';
import { average, largest, reduce as over, type Ref, smallest, total } from '../oracle.js';
import type { Case } from '../table.js';
import { AXES, axesOf, label } from './reduce.js';

type Options = Axes & { correction?: number; ord?: number };
type Name = 'prod' | 'var' | 'std' | 'norm' | 'logSumExp' | 'countNonzero' | 'all' | 'any';

const product = (values: number[]): number => values.reduce((most, value) => most * value, 1);

const variance =
  (correction = 1) =>
  (values: number[]): number => {
    const mean = average(values);
    return total(values.map((value) => (value - mean) ** 2)) / Math.max(0, values.length - correction);
  };
const deviation = (correction?: number) => (values: number[]) => Math.sqrt(variance(correction)(values));

function norm(ord: number): (values: number[]) => number {
  if (ord === Infinity) return (values) => largest(values.map(Math.abs));
  if (ord === -Infinity) return (values) => smallest(values.map(Math.abs));
  if (ord === 0) return count;
  return (values) => total(values.map((value) => Math.abs(value) ** ord)) ** (1 / ord);
}

function logSumExp(values: number[]): number {
  const top = values.length === 0 ? 0 : largest(values);
  const shift = Math.abs(top) === Infinity ? 0 : top;
  return Math.log(total(values.map((value) => Math.exp(value - shift)))) + shift;
}

const count = (values: number[]): number => values.filter((value) => value !== 0).length;
const every = (values: number[]): number => Number(count(values) === values.length);
const some = (values: number[]): number => Number(count(values) > 0);

function one(op: Name, f: (values: number[]) => number, fill: Fill, shape: readonly number[], options: Options = {}): Case {
  const { correction, ord } = options;
  return {
    op: `Tensor.${op}`,
    name: [label(shape, options), correction !== undefined && `correction ${correction}`, ord !== undefined && `order ${ord}`]
      .filter(Boolean)
      .join(', '),
    inputs: [input(shape, fill)],
    hebb: (x: Tensor) => x[op](options),
    oracle: (x: Ref) => over(x, f, axesOf(shape, options), options.keepDim),
    dtype: 'f32',
    tolerance: 'scaled',
    gradient: 'smooth',
  };
}

/** Over every kind of axes and in every layout. A case of too few values for a variance says so. */
function family(op: Name, f: (values: number[]) => number, fill: Fill, rest: Partial<Case> = {}): Case[] {
  return AXES.map(([shape, options, layout = 'plain']: readonly [readonly number[], Axes | undefined, Layout?]) => {
    const made = one(op, f, fill, shape, options);
    const few = over(
      { shape, data: new Float64Array(shape.reduce((n, k) => n * k, 1)) },
      (values) => values.length,
      axesOf(shape, options),
    );
    const single = (op === 'var' || op === 'std') && few.data.some((n) => n === 1);
    return {
      ...made,
      name: `${made.name} ${layout}`,
      inputs: [input(shape, fill, 'f32', layout)],
      ...rest,
      ...(single && { gradient: 'none' as const, plain: 'of one value' }),
    };
  });
}

const nan = Number.NaN;
const [up, down] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const infinite = listed([1, 2, 3, nan, 1, 2, up, 4, 5, down, 0, 1, down, down, down, up, down, 1]);

const infinities = (op: Name, f: (values: number[]) => number, options: Options = {}): Case => ({
  ...one(op, f, infinite, [6, 3], { ...options, axis: 1 }),
  name: `infinite values${options.ord === undefined ? '' : `, order ${options.ord}`}`,
  tolerance: 2,
  gradient: 'none',
});

/** Bools of floats, integers and bools; over nothing; from a view. */
function counts(op: 'countNonzero' | 'all' | 'any', f: (values: number[]) => number, few: boolean): Case[] {
  const rest = { gradient: 'none', tolerance: 'exact', dtype: op === 'countNonzero' ? 'i32' : 'bool' } as const;
  // Rows of three: of them some are all 0, some have no 0.
  const fill = few ? wholes(-1, 1) : wholes(0, 3);
  const of = (dtype: DType, shape: readonly number[], options: Axes, layout: Layout = 'plain'): Case => ({
    ...one(op, f, fill, shape, options),
    ...rest,
    name: `${dtype} ${label(shape, options)} ${layout}`,
    inputs: [input(shape, dtype === 'bool' ? wholes(0, 1) : dtype === 'u8' ? wholes(0, 2) : fill, dtype, layout)],
    plain: 'few values',
  });
  return [
    of('f32', [40, 3], { axis: 1 }),
    of('f32', [3, 40], { axis: 0 }, 'transposed'),
    of('i32', [40, 3], { axis: -1, keepDim: true }),
    of('u8', [3, 40], { axis: 0 }),
    of('bool', [40, 3], { axis: 1 }, 'narrowed'),
    of('bool', [4, 2, 30], { axis: [0, 1] }),
    of('bf16', [40, 2], { axis: 1 }),
    of('f32', [5, 0], { axis: 1 }),
    of('f32', [0], {}),
    of('f32', [], {}),
    { ...of('f32', [6, 3], { axis: 1 }), name: 'infinite values', inputs: [input([6, 3], infinite)] },
  ];
}

const halves = (op: Name, f: (values: number[]) => number): Case[] =>
  (['bf16', 'f16'] as const).map((dtype) => ({
    ...one(op, f, wholes(1, 5), [3, 4], { axis: 1 }),
    name: dtype,
    inputs: [input([3, 4], wholes(1, 5), dtype)],
    dtype,
    gradient: 'none',
  }));

/** Values far from 0 in comparison with their spread: a textbook formula would lose everything. */
const far: Fill = (random) => 4096 + random();

export const moments: readonly Case[] = [
  ...family('var', variance(), reals(-1, 2)),
  ...family('std', deviation(), reals(-1, 2)),
  ...(['var', 'std'] as const).flatMap((op) => {
    const f = op === 'var' ? variance : deviation;
    return [
      one(op, f(0), reals(-1, 2), [4, 5], { axis: 1, correction: 0 }),
      one(op, f(2.5), reals(-1, 2), [4, 5], { axis: 0, correction: 2.5 }),
      { ...one(op, f(), reals(0, 1), [3, 2, 1], { axis: 2 }), gradient: 'none', plain: 'of one value' } as const,
      { ...one(op, f(), reals(0, 1), [2, 0], { axis: 1 }), gradient: 'none', plain: 'of nothing' } as const,
      { ...one(op, f(4), reals(0, 1), [3, 4], { axis: 0, correction: 4 }), gradient: 'none', plain: 'infinite' } as const,
      { ...one(op, f(), far, [5, 700], { axis: 1 }), name: 'rows far from 0' },
      { ...one(op, f(), far, [700, 5], { axis: 0 }), name: 'columns far from 0' },
      { ...one(op, f(), magnitudes(-20, 20), [4099], {}), name: 'of all magnitudes' },
      { ...infinities(op, f()), tolerance: 4 as const },
      ...halves(op, f()),
      {
        ...one(op, f(), wholes(0, 9), [8, 5], { axis: 0 }),
        name: 'of i32',
        inputs: [input([8, 5], wholes(0, 9), 'i32')],
        gradient: 'none',
      } as const,
    ];
  }),
  ...[1, 3, 2.5, 0.5, -1, -2].flatMap((ord) => [
    one('norm', norm(ord), clearOfZero(0.3, 2), [3, 5], { axis: 1, ord }),
    { ...one('norm', norm(ord), clearOfZero(0.3, 2), [2, 3, 4], { axis: [0, 2], keepDim: true, ord }), gradient: 'none' } as const,
  ]),
  ...[Infinity, -Infinity].map(
    (ord) => ({ ...one('norm', norm(ord), reals(-2, 2), [5, 4], { axis: 0, ord }), gradient: 'kinked' }) as const,
  ),
  { ...one('norm', norm(0), wholes(-1, 1), [5, 9], { axis: 1, ord: 0 }), gradient: 'none', plain: 'few values' },
  { ...one('norm', norm(3), wholes(-2, 2), [5, 9], { axis: 0, ord: 3 }), name: 'order 3 with zeros', gradient: 'kinked' },
  { ...one('norm', norm(1), reals(0, 1), [2, 0], { axis: 1, ord: 1 }), name: 'order 1 of nothing', plain: 'sums of nothing' },
  ...[1, 3, Infinity, -Infinity].map((ord) => infinities('norm', norm(ord), { ord })),
  ...family('logSumExp', logSumExp, reals(-3, 3)),
  { ...one('logSumExp', logSumExp, reals(-3, 3), [2, 0, 3], { axis: 1 }), gradient: 'none', plain: 'of nothing' },
  {
    ...one('logSumExp', logSumExp, listed([1e30, 1, -1e30, 88, 89, 90, -500, -501, -502]), [3, 3], { axis: 1 }),
    name: 'large values',
    gradient: 'none',
  },
  infinities('logSumExp', logSumExp),
  ...halves('logSumExp', logSumExp),
  ...family('prod', product, clearOfZero(0.8, 1.25), { tolerance: 128 }), // each factor rounds
  { ...one('prod', product, wholes(-1, 2), [4, 5], { axis: 1 }), name: 'with zeros', plain: 'zeros' },
  { ...one('prod', product, wholes(-1, 2), [3, 2, 4], { axis: [0, 2], keepDim: true }), name: 'with zeros, two axes', plain: 'zeros' },
  { ...one('prod', product, reals(0, 1), [2, 0], { axis: 1 }), plain: 'of nothing', gradient: 'none' },
  {
    ...one('prod', product, wholes(1, 3), [9, 5], { axis: 0 }),
    name: 'of i32',
    inputs: [input([9, 5], wholes(1, 3), 'i32')],
    dtype: 'i32',
    tolerance: 'exact',
    gradient: 'none',
  },
  infinities('prod', product),
  ...halves('prod', product),
  ...counts('countNonzero', count, true),
  ...counts('all', every, false),
  ...counts('any', some, true),
];
