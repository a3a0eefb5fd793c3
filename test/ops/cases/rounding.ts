// Rounding, tests for NaN and infinity, lerp.
import type { Tensor } from 'hebb';
import { type Fill, input, listed, reals, SPECIALS, wholes } from '../inputs.js';
import { map, type Ref, zip } from '../oracle.js';
import type { Case } from '../table.js';
import { unary } from './element.js';

/** Between the jumps, where the gradient is known. */
const between: Fill = (random) => Math.floor(random() * 9 - 4) + 0.2 + 0.6 * random();
const even = (x: number): number => {
  const below = Math.floor(x);
  const rest = x - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
};
const TESTS = { isNaN: Number.isNaN, isFinite: Number.isFinite, isInf: (x: number): boolean => Math.abs(x) === Infinity } as const;

export const rounding: readonly Case[] = [
  ...unary('floor', Math.floor, { values: between, tolerance: 'exact', gradient: 'kinked' }),
  ...unary('ceil', Math.ceil, { values: between, tolerance: 'exact', gradient: 'kinked' }),
  ...unary('round', even, { values: between, tolerance: 'exact', gradient: 'none' }),
  ...unary('trunc', Math.trunc, { values: between, tolerance: 'exact', gradient: 'kinked' }),
  ...unary('frac', (x) => (Math.abs(x) === Infinity ? Number.NaN : x - Math.trunc(x)), {
    values: between,
    tolerance: 'exact',
    gradient: 'kinked',
  }),
  ...(['floor', 'ceil', 'round', 'trunc'] as const).flatMap((name): Case[] => [
    {
      op: `Tensor.${name}`,
      name: 'halves',
      inputs: [input([22], (_, i) => (i - 11) / 2)],
      hebb: (x) => x[name](),
      oracle: (x) => map(x, name === 'round' ? even : Math[name]),
      dtype: 'f32',
      tolerance: 'exact',
      gradient: 'none',
    },
    {
      op: `Tensor.${name}`,
      name: 'i32 stays',
      inputs: [input([9], wholes(-(2 ** 30), 2 ** 30), 'i32')],
      hebb: (x) => x[name](),
      oracle: (x) => x,
      dtype: 'i32',
      tolerance: 'exact',
      gradient: 'none',
    },
  ]),
  ...tests(),
  ...lerps(),
];

function tests(): Case[] {
  return (['isNaN', 'isFinite', 'isInf'] as const).flatMap((name) => {
    const base = {
      op: `Tensor.${name}`,
      hebb: (x: Tensor) => x[name](),
      oracle: (x: Ref) => map(x, (value) => Number(TESTS[name](value))),
      dtype: 'bool',
      tolerance: 'exact',
      gradient: 'none',
      plain: 'a test',
    } as const;
    return [
      { ...base, name: 'special values', inputs: [input([SPECIALS.length], listed(SPECIALS))] },
      { ...base, name: 'scalar', inputs: [input([], listed([Number.NaN]))] },
      { ...base, name: 'empty', inputs: [input([0, 2], reals(0, 1))] },
      { ...base, name: 'view', inputs: [input([5, 7], listed(SPECIALS), 'f32', 'transposed')] },
      { ...base, name: 'bf16', inputs: [input([SPECIALS.length], listed(SPECIALS), 'bf16')] },
      { ...base, name: 'f16', inputs: [input([SPECIALS.length], listed(SPECIALS), 'f16')] },
      { ...base, name: 'i32', inputs: [input([5], wholes(-9, 9), 'i32')] },
    ];
  });
}

function lerps(): Case[] {
  const base = { op: 'Tensor.lerp', dtype: 'f32', tolerance: 'scaled', gradient: 'smooth' } as const;
  const any = reals(-3, 3);
  const lerp = (a: number, b: number, w: number): number => a + w * (b - a);
  const three = { ...base, hebb: (a: Tensor, b: Tensor, w: Tensor) => a.lerp(b, w), oracle: (...xs: Ref[]) => zip(lerp, ...xs) };
  const number = (w: number): Case => ({
    ...base,
    name: `weight ${w}`,
    inputs: [input([3, 5], any), input([5], any)],
    hebb: (a, b) => a.lerp(b, w),
    oracle: (a, b) => zip((x, y) => lerp(x, y, Math.fround(w)), a, b),
  });
  return [
    ...[-0.5, 0, 0.3, 0.5, 0.9, 1, 1.5].map(number),
    { ...three, name: 'tensors', inputs: [input([3, 5], any), input([3, 5], any), input([5], reals(0.1, 0.4))] },
    { ...three, name: 'views', inputs: [input([4, 3], any, 'f32', 'transposed'), input([3], any), input([4, 1], reals(0.6, 0.9))] },
    { ...three, name: 'empty', inputs: [input([0, 3], any), input([3], any), input([], any)] },
    { ...three, name: 'bf16', inputs: [input([9], any, 'bf16'), input([9], any, 'bf16'), input([], reals(0, 1))], gradient: 'none' },
    {
      ...base,
      name: 'weight 1 gives the end exactly',
      inputs: [input([9], any), input([9], reals(-1e-6, 1e-6))],
      hebb: (a, b) => a.lerp(b, 1),
      oracle: (_, b) => b,
      tolerance: 'exact',
      gradient: 'none',
    },
  ];
}
