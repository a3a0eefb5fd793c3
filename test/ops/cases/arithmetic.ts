// add, sub, mul, div, neg, square, sqrt, rsqrt, reciprocal, sign, abs, maximum, minimum, clamp: all of them exact but rsqrt.
import type { Tensor } from 'hebb';
import { clearOfZero, distinct, input, listed, reals, SPECIALS, wholes } from '../inputs.js';
import { map, type Ref, sign, zip } from '../oracle.js';
import type { Case } from '../table.js';
import { bits } from './bits.js';
import { divisions } from './division.js';
import { binary, integers, unary } from './element.js';

const any = reals(-3, 3);
const apart = { values: [distinct(0.05), distinct(0.05, 700, 0.025)], gradient: 'kinked' } as const;
const wrap = (x: number): number => x | 0;
const cut = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

export const arithmetic: readonly Case[] = [
  ...binary('add', (a, b) => a + b, { values: [any, any], gradient: 'smooth' }),
  ...binary('sub', (a, b) => a - b, { values: [any, any], gradient: 'smooth' }),
  ...binary('mul', (a, b) => a * b, { values: [any, any], gradient: 'smooth' }),
  ...binary('div', (a, b) => a / b, { values: [any, clearOfZero(0.5, 3)], gradient: 'smooth' }),
  ...binary('maximum', Math.max, apart),
  ...binary('minimum', Math.min, apart),
  ...integers('add', (a, b) => wrap(a + b)),
  ...integers('sub', (a, b) => wrap(a - b)),
  ...integers('mul', Math.imul),
  ...integers('div', (a, b) => Math.fround(Math.fround(a) / Math.fround(b)), 'f32'),
  ...integers('maximum', Math.max),
  ...integers('minimum', Math.min),
  ...integers('neg', (a) => wrap(-a)),
  ...integers('abs', (a) => wrap(Math.abs(a))),
  ...unary('neg', (x) => -x, { values: any, tolerance: 'exact', gradient: 'smooth' }),
  ...unary('abs', Math.abs, { values: clearOfZero(0.1, 3), tolerance: 'exact', gradient: 'kinked' }),
  ...unary('sign', sign, { values: any, tolerance: 'exact', gradient: 'none', plain: '-1 or 1' }),
  ...unary('square', (x) => x * x, { values: any, tolerance: 'exact', gradient: 'smooth' }),
  ...unary('sqrt', Math.sqrt, { values: reals(0.2, 4), tolerance: 'exact', gradient: 'smooth' }),
  ...unary('rsqrt', (x) => 1 / Math.sqrt(x), { values: reals(0.2, 4), tolerance: 2, gradient: 'smooth' }),
  ...unary('reciprocal', (x) => 1 / x, { values: clearOfZero(0.5, 3), tolerance: 'exact', gradient: 'smooth' }),
  ...clamps(),
  ...divisions,
  ...bits,
];

function clamps(): Case[] {
  const base = { op: 'Tensor.clamp', dtype: 'f32', tolerance: 'exact', gradient: 'kinked' } as const;
  const fixed = { ...base, hebb: (x: Tensor) => x.clamp(-1, 1.5), oracle: (x: Ref) => map(x, (value) => cut(value, -1, 1.5)) };
  const bounds = {
    ...base,
    hebb: (x: Tensor, low: Tensor, high: Tensor) => x.clamp(low, high),
    oracle: (...xs: Ref[]) => zip(cut, ...xs),
    gradient: 'none',
  } as const;
  const values = distinct(0.01, 300, 0.005);
  return [
    { ...fixed, name: 'numbers', inputs: [input([29], values)] },
    { ...fixed, name: 'scalar', inputs: [input([], reals(-1, 1))] },
    { ...fixed, name: 'empty', inputs: [input([2, 0], values)] },
    { ...fixed, name: 'view', inputs: [input([7, 9], values, 'f32', 'transposed')] },
    { ...fixed, name: 'large', inputs: [input([30_001], reals(-4, 4))] },
    { ...fixed, name: 'special values', inputs: [input([SPECIALS.length], listed(SPECIALS))], gradient: 'none' },
    { ...fixed, name: 'i32 becomes f32', inputs: [input([9], wholes(-5, 5), 'i32')], gradient: 'none' },
    { ...bounds, name: 'tensors', inputs: [input([3, 5], reals(-3, 3)), input([5], reals(-2, 0)), input([3, 1], reals(0, 2))] },
  ];
}
