// pow, and the exponentials and logarithms beside exp and log. ULP as simd/powers.h states them.
import type { Tensor } from 'hebb';
import { input, listed, reals, SPECIALS, wholes } from '../inputs.js';
import { map, type Ref, zip } from '../oracle.js';
import type { Case } from '../table.js';
import { binary, integers, unary } from './element.js';

const any = reals(-3, 3);
const positive = reals(0.2, 4);

/** C's pow: unlike JavaScript's, 1 to any power and ±1 to an infinite one are 1. */
const pow = (x: number, y: number): number => (x === 1 || (x === -1 && !Number.isNaN(y) && Math.abs(y) === Infinity) ? 1 : x ** y);
/** Modulo 2^32, by so many products. */
const powWhole = (x: number, y: number): number => {
  if (y < 0) return x === 1 ? 1 : x === -1 ? (y % 2 ? -1 : 1) : 0;
  let [result, square] = [1, x];
  for (let left = y; left > 0; left = Math.floor(left / 2)) {
    if (left % 2) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
};

export const powers: readonly Case[] = [
  ...unary('expm1', Math.expm1, { values: any, tolerance: 2, gradient: 'smooth' }),
  ...unary('exp2', (x) => 2 ** x, { values: any, tolerance: 2, gradient: 'smooth' }),
  ...unary('log1p', Math.log1p, { values: reals(-0.6, 4), tolerance: 2, gradient: 'smooth' }),
  ...unary('log2', Math.log2, { values: positive, tolerance: 2, gradient: 'smooth' }),
  ...unary('log10', Math.log10, { values: positive, tolerance: 2, gradient: 'smooth' }),
  ...binary('pow', pow, { values: [positive, any], gradient: 'smooth', tolerance: 2 }),
  ...integers('pow', powWhole, 'i32', 'most negative powers are 0'),
  ...exponents(),
  ...landmarks(),
];

function exponents(): Case[] {
  const list = [-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 10];
  return list.flatMap((y): Case[] => {
    const base = {
      op: 'Tensor.pow',
      hebb: (x: Tensor) => x.pow(y),
      oracle: (x: Ref) => map(x, (value) => pow(value, y)),
      dtype: 'f32',
      tolerance: 2,
      gradient: 'smooth',
      plain: y === 0 ? 'x^0 is 1' : undefined,
    } as const;
    const negative = listed(SPECIALS.filter((x) => y % 1 === 0 || x > 0));
    return [
      { ...base, name: `exponent ${y}`, inputs: [input([5, 9], positive, 'f32', 'transposed')] },
      { ...base, name: `exponent ${y}, special values`, inputs: [input([25], negative)], gradient: 'none' },
      {
        ...base,
        name: `exponent ${y}, bf16`,
        inputs: [input([15], positive, 'bf16')],
        dtype: 'bf16',
        tolerance: 'scaled',
        gradient: 'none',
      },
      ...(y >= 0 && y % 1 === 0
        ? [
            {
              ...base,
              name: `exponent ${y}, i32`,
              inputs: [input([15], wholes(-9, 9), 'i32')],
              oracle: (x: Ref) => map(x, (value) => powWhole(value, y)),
              dtype: 'i32',
              tolerance: 'exact',
              gradient: 'none',
            } as const,
          ]
        : []),
    ];
  });
}

/** Where a user expects a round number. */
function landmarks(): Case[] {
  const base = { dtype: 'f32', tolerance: 'exact', gradient: 'none' } as const;
  const exponents = Array.from({ length: 38 }, (_, i) => i);
  const twos = Array.from({ length: 277 }, (_, i) => i - 149);
  const at = (values: number[]) => [input([values.length], listed(values))];
  return [
    {
      ...base,
      op: 'Tensor.log10',
      name: 'powers of ten',
      inputs: at(exponents.slice(0, 11).map((n) => 10 ** n)),
      hebb: (x) => x.log10(),
      oracle: (x) => map(x, Math.log10),
    },
    {
      ...base,
      op: 'Tensor.log2',
      name: 'powers of two',
      inputs: at(twos.map((n) => 2 ** n)),
      hebb: (x) => x.log2(),
      oracle: (x) => map(x, Math.log2),
    },
    { ...base, op: 'Tensor.exp2', name: 'whole numbers', inputs: at(twos), hebb: (x) => x.exp2(), oracle: (x) => map(x, (n) => 2 ** n) },
    {
      ...base,
      op: 'Tensor.pow',
      name: 'whole numbers',
      inputs: [input([9, 1], listed([-4, -3, -2, -1, 0, 1, 2, 3, 10])), input([7], listed([0, 1, 2, 3, 4, 5, 6]))],
      hebb: (x, y) => x.pow(y),
      oracle: (x, y) => zip(pow, x, y),
    },
  ];
}
