// Comparisons, logic on bools, and choosing by a mask.
import { type Tensor, where } from 'hebb';
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

export const compare: readonly Case[] = [...comparisons(), ...logic(), ...wheres()];

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
