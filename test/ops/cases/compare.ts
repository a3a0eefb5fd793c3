// Comparisons, logic on bools, and choosing by a mask.
import { type DType, type Tensor, where } from 'hebb';
import { DTYPES, isFloat, promote } from '../dtypes.js';
import { input, listed, reals, wholes } from '../inputs.js';
import { map, type Ref, zip } from '../oracle.js';
import type { Case } from '../table.js';
import { binary, choices, integers } from './element.js';

const COMPARISONS = {
  eq: (a: number, b: number) => Number(a === b),
  ne: (a: number, b: number) => Number(a !== b),
  lt: (a: number, b: number) => Number(a < b),
  le: (a: number, b: number) => Number(a <= b),
  gt: (a: number, b: number) => Number(a > b),
  ge: (a: number, b: number) => Number(a >= b),
} as const;

const LOGIC = {
  logicalAnd: (a: number, b: number) => a & b,
  logicalOr: (a: number, b: number) => a | b,
} as const;

const pairs = DTYPES.flatMap((a) => DTYPES.map((b) => [a, b] as const));
const few = (dtype: DType) =>
  dtype === 'bool' ? wholes(0, 1) : dtype === 'u8' ? wholes(0, 4) : isFloat(dtype) ? listed([0, 1, -1, 2, 0.5, -3, 4]) : wholes(-3, 4);

export const compare: readonly Case[] = [...comparisons(), ...logic(), ...wheres(), ...mixed(), ...withNumbers()];

/** Every pair of dtypes: a comparison of the values themselves; a choice in the promoted dtype. */
function mixed(): Case[] {
  return pairs.flatMap(([a, b]): Case[] => {
    const inputs = [input([41], few(a), a), input([41], few(b), b)];
    const rest = { tolerance: 'exact', gradient: 'none', plain: 'few values' } as const;
    return [
      ...(['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const).map(
        (name): Case => ({
          ...rest,
          op: `Tensor.${name}`,
          name: `${a} with ${b}`,
          inputs,
          hebb: (x, y) => x[name](y),
          oracle: (x, y) => zip(COMPARISONS[name], x, y),
          dtype: 'bool',
        }),
      ),
      {
        ...rest,
        op: 'where',
        name: `${a} or ${b} gives ${promote(a, b)}`,
        inputs: [input([41], wholes(0, 1), 'bool'), ...inputs],
        hebb: (mask, x, y) => where(mask, x, y),
        oracle: (...xs) => zip((mask, x, y) => (mask ? x : y), ...xs),
        dtype: promote(a, b),
      },
    ];
  });
}

/** A number takes the tensor's dtype where that holds it; a fraction makes integers f32. */
function withNumbers(): Case[] {
  const numbers = [1, -2, 0.5] as const;
  const rest = { tolerance: 'exact', gradient: 'none', plain: 'few values' } as const;
  return DTYPES.flatMap((dtype) =>
    numbers.flatMap((number): Case[] => {
      const whole = Number.isInteger(number);
      const chosen: DType = isFloat(dtype) ? dtype : whole ? 'i32' : 'f32';
      return [
        {
          ...rest,
          op: 'Tensor.lt',
          name: `${dtype} with ${number}`,
          inputs: [input([41], few(dtype), dtype)],
          hebb: (x) => x.lt(number),
          oracle: (x) => map(x, (value) => Number(value < number)),
          dtype: 'bool',
        },
        {
          ...rest,
          op: 'Tensor.where',
          name: `${dtype} or ${number} gives ${chosen}`,
          inputs: [input([41], wholes(0, 1), 'bool'), input([41], few(dtype), dtype)],
          hebb: (mask, x) => mask.where(x, number),
          oracle: (mask, x) => zip((yes, value) => (yes ? value : number), mask, x),
          dtype: chosen,
        },
      ];
    }),
  );
}

function comparisons(): Case[] {
  const values = [listed([-1, 0.5, 2, 0.5, 3]), listed([0.5, 0.5, -1, 3])] as const;
  return (['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const).flatMap((name) => [
    ...binary(name, COMPARISONS[name], { values, gradient: 'none', bool: true }),
    ...integers(name, COMPARISONS[name], 'bool'),
  ]);
}

function logic(): Case[] {
  const rest = { dtype: 'bool', tolerance: 'exact', gradient: 'none', plain: 'bools' } as const;
  const bits = (shape: number[], layout: 'plain' | 'transposed' = 'plain') => input(shape, wholes(0, 1), 'bool', layout);
  const two = (['logicalAnd', 'logicalOr'] as const).flatMap((name) =>
    [
      { name: 'same shapes', inputs: [bits([77]), bits([77])] },
      { name: 'broadcast views', inputs: [bits([5, 3], 'transposed'), bits([5, 1])] },
      { name: 'scalar', inputs: [bits([]), bits([3])] },
      { name: 'empty', inputs: [bits([0]), bits([0])] },
    ].map((one) => ({
      ...rest,
      ...one,
      op: `Tensor.${name}`,
      hebb: (a: Tensor, b: Tensor) => a[name](b),
      oracle: (a: Ref, b: Ref) => zip(LOGIC[name], a, b),
    })),
  );
  const not = [bits([77]), bits([]), bits([2, 0]), bits([7, 5], 'transposed')].map((x) => ({
    ...rest,
    op: 'Tensor.logicalNot',
    name: `${x.shape.join('x') || 'scalar'} ${x.layout}`,
    inputs: [x],
    hebb: (a: Tensor) => a.logicalNot(),
    oracle: (a: Ref) => map(a, (value) => 1 - value),
  }));
  return [...two, ...not];
}

function wheres(): Case[] {
  const rest = { oracle: (...xs: Ref[]) => zip((mask, a, b) => (mask ? a : b), ...xs), dtype: 'f32', tolerance: 'exact' } as const;
  const mask = input([9], wholes(0, 1), 'bool');
  return [
    ...choices.map((one) => ({ ...rest, ...one, op: 'where', hebb: (m: Tensor, a: Tensor, b: Tensor) => where(m, a, b) })),
    ...choices.map((one) => ({ ...rest, ...one, op: 'Tensor.where', hebb: (m: Tensor, a: Tensor, b: Tensor) => m.where(a, b) })),
    {
      ...rest,
      op: 'where',
      name: 'numbers',
      inputs: [mask, input([9], reals(-1, 1))],
      hebb: (m, b) => where(m, 2.5, b),
      oracle: (m, b) => zip((yes, value) => (yes ? 2.5 : value), m, b),
      gradient: 'kinked',
    },
    {
      ...rest,
      op: 'Tensor.where',
      name: 'i32 beyond 2^24',
      inputs: [mask, input([9], wholes(2 ** 24, 2 ** 30), 'i32'), input([9], wholes(-9, 9), 'i32')],
      hebb: (m, a, b) => m.where(a, b),
      dtype: 'i32',
      gradient: 'none',
    },
  ];
}
