// Activations composed of others. Values against float64; the gradients stay finite where a branch not taken overflows.
import type { Tensor } from 'hebb';
import { clearOfZero, type Fill, input, listed, reals, SPECIALS } from '../inputs.js';
import { gelu, map, type Ref, sigmoid } from '../oracle.js';
import type { Case, Gradient } from '../table.js';
import { unary } from './element.js';

const any = reals(-3, 3);
const cut = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
const elu = (x: number, alpha: number, rate = 1): number => (x > 0 ? x : alpha * Math.expm1(x * rate));
const softplus = (x: number): number => (x > 20 ? x : Math.log1p(Math.exp(x)));
const geluTanh = (x: number): number => x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3));
const [ALPHA, SCALE] = [1.6732632423543772, 1.0507009873554805];
/** Clear of the kinks at 0, ±0.5, ±1, ±3 and 6. */
const clear: Fill = (random) => (random() < 0.5 ? -1 : 1) * (Math.floor(random() * 8) + 0.1 + 0.3 * random());

export const activations: readonly Case[] = [
  ...unary('elu', (x) => elu(x, 1), { values: clearOfZero(0.1, 3), tolerance: 'scaled', gradient: 'kinked' }),
  ...unary('celu', (x) => elu(x, 1), { values: clearOfZero(0.1, 3), tolerance: 'scaled', gradient: 'kinked' }),
  ...unary('selu', (x) => SCALE * elu(x, ALPHA), { values: clearOfZero(0.1, 3), tolerance: 'scaled', gradient: 'kinked' }),
  ...unary('softplus', softplus, { values: any, tolerance: 4, gradient: 'smooth' }),
  ...unary('logSigmoid', (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))), {
    values: clearOfZero(0.1, 3),
    tolerance: 4,
    gradient: 'smooth',
  }),
  ...unary('mish', (x) => x * Math.tanh(Math.log1p(Math.exp(Math.min(x, 700)))), { values: any, tolerance: 'scaled', gradient: 'smooth' }),
  ...unary('softsign', (x) => x / (1 + Math.abs(x)), { values: clearOfZero(0.1, 3), tolerance: 2, gradient: 'smooth' }),
  ...unary('hardTanh', (x) => cut(x, -1, 1), { values: clear, tolerance: 'exact', gradient: 'kinked', plain: 'many saturate' }),
  ...unary('relu6', (x) => cut(x, 0, 6), { values: clear, tolerance: 'exact', gradient: 'kinked', plain: 'many saturate' }),
  ...unary('hardSigmoid', (x) => cut(x + 3, 0, 6) / 6, { values: clear, tolerance: 'scaled', gradient: 'kinked', plain: 'many saturate' }),
  ...unary('hardSwish', (x) => (x * cut(x + 3, 0, 6)) / 6, {
    values: clear,
    tolerance: 'scaled',
    gradient: 'kinked',
    plain: 'many saturate',
  }),
  ...unary('tanhshrink', (x) => x - Math.tanh(x), { values: any, tolerance: 'scaled', gradient: 'smooth' }),
  ...unary('softshrink', (x) => x - cut(x, -0.5, 0.5), {
    values: clear,
    tolerance: 'exact',
    gradient: 'kinked',
    plain: 'small ones are 0',
  }),
  ...unary('hardshrink', (x) => (Math.abs(x) <= 0.5 ? 0 : x), {
    values: clear,
    tolerance: 'exact',
    gradient: 'kinked',
    plain: 'small ones are 0',
  }),
  ...withNumbers(),
];

function withNumbers(): Case[] {
  const list: [op: string, name: string, hebb: (x: Tensor) => Tensor, f: (x: number) => number, values: Fill, gradient: Gradient][] = [
    ['elu', 'alpha 0.25', (x) => x.elu(0.25), (x) => elu(x, 0.25), clearOfZero(0.1, 3), 'kinked'],
    ['celu', 'alpha 0.5', (x) => x.celu(0.5), (x) => elu(x, 0.5, 2), clearOfZero(0.1, 3), 'kinked'],
    [
      'softplus',
      'beta 2, threshold 3',
      (x) => x.softplus({ beta: 2, threshold: 3 }),
      (x) => (2 * x > 3 ? x : Math.log1p(Math.exp(2 * x)) / 2),
      clearOfZero(1.7, 3),
      'kinked',
    ],
    ['hardTanh', '-2 … 0.25', (x) => x.hardTanh(-2, 0.25), (x) => cut(x, -2, 0.25), clearOfZero(0.5, 1.5), 'kinked'],
    ['softshrink', 'lambda 1', (x) => x.softshrink(1), (x) => x - cut(x, -1, 1), clear, 'kinked'],
    ['hardshrink', 'lambda 1', (x) => x.hardshrink(1), (x) => (Math.abs(x) <= 1 ? 0 : x), clear, 'kinked'],
    ['threshold', 'above -1, else 20', (x) => x.threshold(-1, 20), (x) => (x <= -1 ? 20 : x), clear, 'kinked'],
    ['rrelu', 'mean slope', (x) => x.rrelu(), (x) => (x > 0 ? x : (x * 11) / 48), clearOfZero(0.1, 3), 'kinked'],
    ['rrelu', '0.1 … 0.4', (x) => x.rrelu({ lower: 0.1, upper: 0.4 }), (x) => (x > 0 ? x : x / 4), clearOfZero(0.1, 3), 'kinked'],
    [
      'rrelu',
      'one slope, training',
      (x) => x.rrelu({ lower: 0.25, upper: 0.25, training: true }),
      (x) => (x > 0 ? x : x / 4),
      clearOfZero(0.1, 3),
      'kinked',
    ],
    ['gelu', "approximate 'tanh'", (x) => x.gelu({ approximate: 'tanh' }), geluTanh, any, 'smooth'],
    ['gelu', "approximate 'none'", (x) => x.gelu({ approximate: 'none' }), gelu, any, 'smooth'],
  ];
  return list.flatMap(([op, name, hebb, f, values, gradient]): Case[] => {
    const base = {
      op: `Tensor.${op}`,
      hebb,
      oracle: (x: Ref) => map(x, f),
      dtype: 'f32',
      tolerance: 'scaled',
      plain: 'kinks',
      gradient,
    } as const;
    return [
      { ...base, name, inputs: [input([4, 7], values)] },
      { ...base, name: `${name}, view`, inputs: [input([9, 5], values, 'f32', 'transposed')] },
      { ...base, name: `${name}, empty`, inputs: [input([0, 3], values)] },
      { ...base, name: `${name}, scalar`, inputs: [input([], values)] },
      { ...base, name: `${name}, bf16`, inputs: [input([9], values, 'bf16')], dtype: 'bf16', gradient: 'none' },
      {
        ...base,
        name: `${name}, special values`,
        inputs: [input([SPECIALS.length], listed(SPECIALS.filter((x) => Math.abs(x) < 1e5)))],
        gradient: 'none',
      },
    ];
  });
}
