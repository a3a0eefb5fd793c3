// `to` and promotion: every dtype into every other, what doesn't fit saturates or rounds; and what a pair of dtypes gives.
import type { DType, Tensor } from 'hebb';
import { convert, DTYPES, isFloat, promote } from '../dtypes.js';
import { input, listed, magnitudes, SPECIALS, wholes } from '../inputs.js';
import { map, type Ref, zip } from '../oracle.js';
import type { Case } from '../table.js';

/** Around every edge: ties of the 16-bit floats, the ends of u8 and i32, f16's overflow and denormals. */
const EDGES = [
  ...SPECIALS,
  0.999,
  -0.999,
  254.5,
  255,
  255.9,
  256,
  -3,
  2147483520,
  2147483648,
  -2147483648,
  -2147483904,
  65504,
  65519,
  65520,
  1 + 2 ** -8,
  1 + 3 * 2 ** -8,
  1 + 2 ** -11,
  1 + 3 * 2 ** -11,
  2 ** -24,
  2 ** -25,
  1.5 * 2 ** -24,
  2 ** -14 - 2 ** -25,
  3.39e38,
];

const WHOLE = [0, 1, 2, 127, 128, 255];
const sources: Record<DType, readonly number[]> = {
  f32: EDGES,
  bf16: EDGES,
  f16: EDGES,
  i32: [...WHOLE, -1, 256, -(2 ** 31), 2 ** 31 - 1, 2 ** 24 + 1, 2 ** 25 + 2, 65535, 2049, 257],
  u8: WHOLE,
  bool: [0, 1],
};

const to = (from: DType, dtype: DType): Omit<Case, 'name' | 'inputs'> => ({
  op: 'Tensor.to',
  hebb: (x: Tensor) => x.to(dtype),
  // f32 stands between an i32 and a 16-bit float.
  oracle: (x: Ref) => map(x, (value) => convert(isFloat(from) || !isFloat(dtype) ? value : Math.fround(value), dtype)),
  dtype,
  tolerance: 'exact',
  gradient: 'none',
  plain: 'saturates',
});

const pairs = DTYPES.flatMap((a) => DTYPES.map((b) => [a, b] as const));

export const cast: readonly Case[] = [
  ...pairs.map(([a, b]) => ({ ...to(a, b), name: `${a} to ${b}`, inputs: [input([sources[a].length], listed(sources[a]), a)] })),
  ...pairs.map(([a, b]) => ({ ...to(a, b), name: `${a} to ${b}, a view`, inputs: [input([5, 13], wholes(0, 200), a, 'transposed')] })),
  ...pairs.map(([a, b]) => ({ ...to(a, b), name: `${a} to ${b}, empty`, inputs: [input([0, 2], wholes(0, 1), a)] })),
  { ...to('f32', 'bf16'), name: 'all magnitudes to bf16', inputs: [input([5003], magnitudes(-149, 128))] },
  { ...to('f32', 'f16'), name: 'all magnitudes to f16', inputs: [input([5003], magnitudes(-30, 17))] },
  { ...to('f32', 'i32'), name: 'all magnitudes to i32', inputs: [input([5003], magnitudes(-3, 36))] },
  {
    ...to('f32', 'f32'),
    name: 'f32 to f32 keeps the gradient',
    inputs: [input([5], listed([1, 2.5, -3]))],
    oracle: (x) => x,
    gradient: 'smooth',
  },
  ...pairs.map(([a, b]) => promotion(a, b)),
];

/** A bool sum is an i32: true + true is 2. */
function promotion(a: DType, b: DType): Case {
  const dtype = promote(a, b) === 'bool' ? 'i32' : promote(a, b);
  return {
    op: 'Tensor.add',
    name: `${a} with ${b} gives ${dtype}`,
    inputs: [input([11], wholes(0, 100), a), input([11], wholes(0, 100), b)],
    hebb: (x: Tensor, y: Tensor) => x.add(y),
    oracle: (x: Ref, y: Ref) => zip((p, q) => p + q, x, y),
    dtype,
    tolerance: 'exact',
    gradient: 'none',
    plain: 'small integers',
  };
}
