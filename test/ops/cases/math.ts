// exp, log, tanh, sigmoid, erf, relu, gelu, silu, leakyRelu (the ULP are those that the design promises), and the families with
// files of their own.
import type { Tensor } from 'hebb';
import { clearOfZero, input, listed, reals, SPECIALS } from '../inputs.js';
import { erf, gelu, map, type Ref, sigmoid, silu } from '../oracle.js';
import type { Case } from '../table.js';
import { unary } from './element.js';
import { powers } from './powers.js';
import { rounding } from './rounding.js';
import { trigonometry } from './trigonometry.js';

const any = reals(-3, 3);

export const math: readonly Case[] = [
  ...unary('exp', Math.exp, { values: any, tolerance: 2, gradient: 'smooth' }),
  ...unary('log', Math.log, { values: reals(0.2, 4), tolerance: 2, gradient: 'smooth' }),
  ...unary('tanh', Math.tanh, { values: any, tolerance: 2, gradient: 'smooth' }),
  ...unary('sigmoid', sigmoid, { values: any, tolerance: 2, gradient: 'smooth' }),
  ...unary('erf', erf, { values: any, tolerance: 4, gradient: 'smooth' }),
  ...unary('relu', (x) => Math.max(x, 0), { values: clearOfZero(0.1, 3), tolerance: 'exact', gradient: 'kinked' }),
  ...unary('gelu', gelu, { values: any, tolerance: 'scaled', gradient: 'smooth' }),
  // Where sigmoid(x) is denormal it has lost bits, and silu with it.
  ...unary('silu', silu, { values: any, tolerance: 4, gradient: 'smooth', extremes: 'scaled' }),
  ...leakyRelus(),
  ...powers,
  ...trigonometry,
  ...rounding,
];

function leakyRelus(): Case[] {
  const slope = Math.fround(0.2);
  const base = {
    op: 'Tensor.leakyRelu',
    hebb: (x: Tensor) => x.leakyRelu(0.2),
    oracle: (x: Ref) => map(x, (value) => (value > 0 ? value : slope * value)),
    dtype: 'f32',
    tolerance: 'exact',
    gradient: 'kinked',
  } as const;
  return [
    { ...base, name: 'slope', inputs: [input([4, 7], clearOfZero(0.1, 3))] },
    { ...base, name: 'scalar', inputs: [input([], clearOfZero(0.1, 3))] },
    { ...base, name: 'empty', inputs: [input([0, 3], any)] },
    { ...base, name: 'view', inputs: [input([9, 5], clearOfZero(0.1, 3), 'f32', 'transposed')] },
    { ...base, name: 'special values', inputs: [input([SPECIALS.length], listed(SPECIALS))], gradient: 'none' },
    {
      ...base,
      name: 'slope 0.01 unless told',
      inputs: [input([9], clearOfZero(0.1, 3))],
      hebb: (x) => x.leakyRelu(),
      oracle: (x) => map(x, (value) => (value > 0 ? value : Math.fround(0.01) * value)),
    },
  ];
}
