// Remainders and floor division of floats and integers.
import type { Tensor } from 'hebb';
import { clearOfZero, type Fill, input, listed, magnitudes, reals, wholes } from '../inputs.js';
import { type Ref, zip } from '../oracle.js';
import type { Case } from '../table.js';
import { binary } from './element.js';

const NAMES = ['fmod', 'remainder', 'floorDivide'] as const;
type Name = (typeof NAMES)[number];

/** Python's % and //, as PyTorch has them for floats. */
const remainder = (a: number, b: number): number => {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
};
const floorDivide = (a: number, b: number): number => {
  if (b === 0) return a / b;
  const rest = a % b;
  return Math.round((a - rest) / b) - (rest !== 0 && rest < 0 !== b < 0 ? 1 : 0);
};
const FLOATS: Record<Name, (a: number, b: number) => number> = { fmod: (a, b) => a % b, remainder, floorDivide };
const WHOLE: Record<Name, (a: number, b: number) => number> = {
  fmod: (a, b) => (a % b) + 0,
  remainder: (a, b) => a - b * Math.floor(a / b),
  floorDivide: (a, b) => Math.floor(a / b) | 0,
};

/** Quotients between the jumps: |a / b| is n + 0.2 … n + 0.8. */
const dividend: Fill = (random, i) => (i % 2 ? -2 : 2) * (Math.floor(random() * 4) + 0.2 + 0.6 * random());

export const divisions: readonly Case[] = NAMES.flatMap((name): Case[] => {
  const two = { op: `Tensor.${name}`, hebb: (a: Tensor, b: Tensor) => a[name](b) };
  const floats = { ...two, oracle: (...xs: Ref[]) => zip(FLOATS[name], ...xs), dtype: 'f32', gradient: 'none' } as const;
  const whole = {
    ...two,
    oracle: (...xs: Ref[]) => zip(WHOLE[name], ...xs),
    dtype: 'i32',
    tolerance: 'exact',
    gradient: 'none',
    plain: 'small integers',
  } as const;
  const nonzero: Fill = (random, i) => (i % 2 ? -1 : 1) * wholes(1, 9)(random, i);
  const ends = [2 ** 31 - 1, -(2 ** 31), -1, 1, 7, -7, 2 ** 24 + 1];
  return [
    // Near both ends of the range the quotient or the sum overflows or rounds: floorDivide and remainder promise no exactness there.
    ...binary(name, FLOATS[name], {
      values: [dividend, listed([2])],
      gradient: name === 'floorDivide' ? 'none' : 'kinked',
      plain: 'few quotients',
    }).filter((one) => name === 'fmod' || one.name !== 'special values'),
    {
      ...floats,
      name: 'all signs, infinities and zeros',
      inputs: [
        input([8, 1], listed([0, 1, -1, 5.5, -5.5, Infinity, -Infinity, Number.NaN])),
        input([8], listed([2, -2, 5.5, Infinity, -Infinity, 0, -0, Number.NaN])),
      ],
      tolerance: 'exact',
    },
    ...(name === 'fmod'
      ? [
          {
            ...floats,
            name: 'far apart',
            inputs: [input([4001], magnitudes(-149, 128)), input([4001], magnitudes(-149, 128))],
            tolerance: 'exact',
          } as const,
        ]
      : []),
    {
      ...floats,
      name: 'quotients beyond 2^24',
      inputs: [input([501], reals(-1e9, 1e9)), input([501], clearOfZero(0.5, 40))],
      tolerance: name === 'fmod' ? 'exact' : 1,
    },
    { ...whole, name: 'i32', inputs: [input([33], wholes(-100, 100), 'i32'), input([33], nonzero, 'i32')] },
    { ...whole, name: 'i32 at its ends', inputs: [input([7, 1], listed(ends), 'i32'), input([7], listed(ends), 'i32')] },
    {
      ...whole,
      name: 'i32 views',
      inputs: [input([4, 5], wholes(-50, 50), 'i32', 'transposed'), input([4, 5], nonzero, 'i32', 'narrowed')],
    },
    { ...whole, name: 'i32 large', inputs: [input([40_001], wholes(-1e6, 1e6), 'i32'), input([40_001], nonzero, 'i32')] },
    { ...whole, name: 'i32 empty', inputs: [input([0, 3], wholes(0, 9), 'i32'), input([3], nonzero, 'i32')] },
    {
      ...whole,
      name: 'i32 by a number',
      inputs: [input([33], wholes(-100, 100), 'i32')],
      hebb: (a) => a[name](-7),
      oracle: (a) => zip((x) => WHOLE[name](x, -7), a),
    },
    { ...whole, name: 'u8', inputs: [input([33], wholes(0, 255), 'u8'), input([33], wholes(1, 255), 'u8')], dtype: 'u8' },
    { ...whole, name: 'u8 by i32', inputs: [input([33], wholes(0, 255), 'u8'), input([33], nonzero, 'i32')] },
    { ...whole, name: 'bool', inputs: [input([4], wholes(0, 1), 'bool'), input([4], listed([1]), 'bool')] },
    {
      ...floats,
      name: 'i32 by a fraction',
      inputs: [input([33], wholes(-100, 100), 'i32')],
      hebb: (a) => a[name](2.5),
      oracle: (a) => zip((x) => FLOATS[name](x, 2.5), a),
      tolerance: 'exact',
    },
    {
      ...floats,
      name: 'bf16',
      inputs: [input([15], dividend, 'bf16'), input([15], clearOfZero(1, 4), 'bf16')],
      dtype: 'bf16',
      tolerance: 'exact',
    },
  ];
});
