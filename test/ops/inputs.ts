// Inputs of a case: how they are drawn, laid out in memory, and given to hebb and to the oracle alike.
import { type DType, Parameter, type Tensor, tensor } from 'hebb';
import { convert, isFloat } from './dtypes.js';
import { expand, type Ref, reshape, sizeOf, transpose } from './oracle.js';

/** A value for position i. */
export type Fill = (random: () => number, i: number) => number;

/**
 * Where the values lie: `transposed` and `narrowed` are views of a larger or turned tensor, `expanded` is one row spread over the
 * first axis, a `parameter` is a variable.
 */
export type Layout = 'plain' | 'transposed' | 'narrowed' | 'expanded' | 'parameter';

export interface Input {
  readonly shape: readonly number[];
  readonly fill: Fill;
  readonly dtype: DType;
  readonly layout: Layout;
}

export function input(shape: readonly number[], fill: Fill, dtype: DType = 'f32', layout: Layout = 'plain'): Input {
  return { shape, fill, dtype, layout };
}

/** Reals in [low, high). */
export const reals =
  (low: number, high: number): Fill =>
  (random) =>
    low + (high - low) * random();

/** Whole numbers from low to high. */
export const wholes =
  (low: number, high: number): Fill =>
  (random) =>
    low + Math.floor((high - low + 1) * random());

/** Both signs, magnitudes in [low, high): clear of a kink at 0. */
export const clearOfZero =
  (low: number, high: number): Fill =>
  (random) =>
    (random() < 0.5 ? -1 : 1) * (low + (high - low) * random());

/**
 * Multiples of `gap` in an order of their own, from place `start` of it on: no two of 1009 are equal or near, so that no maximum changes
 * owner.
 */
export const distinct =
  (gap: number, start = 300, offset = 0): Fill =>
  (_, i) =>
    gap * ((((start + i) * 389) % 1009) - 504) + offset;

/** Both signs, all magnitudes between 2^low and 2^high alike. */
export const magnitudes =
  (low: number, high: number): Fill =>
  (random) =>
    (random() < 0.5 ? -1 : 1) * 2 ** (low + (high - low) * random());

export const listed =
  (values: readonly number[]): Fill =>
  (_, i) =>
    values[i % values.length]!;

/** What IEEE arithmetic makes exceptions for: both zeros and infinities, NaN, denormals, the largest and smallest. */
export const SPECIALS: readonly number[] = [
  0,
  -0,
  1,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  2 ** -149,
  -(2 ** -149),
  1e-40,
  -1e-40,
  2 ** -126,
  -(2 ** -126),
  3.4028234663852886e38,
  -3.4028234663852886e38,
  1e-30,
  88.5,
  -88.5,
  89.5,
  -104.5,
  0.5,
  -0.5,
  16777217,
  1e20,
  -1e20,
];

export const seed = Number(process.env.HEBB_TEST_SEED ?? 1);

/** Numbers in [0, 1) by a seed and a text (Mulberry32 over a hash); equal texts give equal numbers. */
export function randomFor(text: string): () => number {
  let state = seed >>> 0;
  for (const character of text) state = Math.imul(state ^ character.codePointAt(0)!, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The values of an input as its dtype holds them. */
export function draw({ shape, fill, dtype, layout }: Input, random: () => number): Ref {
  const drawn = layout === 'expanded' ? [1, ...shape.slice(1)] : shape;
  const value = (i: number): number => convert(isFloat(dtype) ? Math.fround(fill(random, i)) : fill(random, i), dtype);
  return expand({ shape: drawn, data: Float64Array.from({ length: sizeOf(drawn) }, (_, i) => value(i)) }, shape);
}

/** The same values as a tensor that lies in memory as asked. */
export function place(values: Ref, { dtype, layout }: Input): Tensor {
  const { shape, data } = values;
  const plain = (of: Ref): Tensor => tensor(isFloat(dtype) ? Float32Array.from(of.data) : Array.from(of.data), { shape: of.shape, dtype });
  if (layout === 'transposed') return plain(transpose(values)).transpose();
  if (layout === 'parameter') return new Parameter(plain(values));
  if (layout === 'expanded')
    return plain(reshape({ shape, data: data.slice(0, sizeOf(shape.slice(1))) }, [1, ...shape.slice(1)])).expand(shape);
  if (layout === 'plain') return plain(values);
  const rows = shape[0]!;
  const rest = sizeOf(shape.slice(1));
  const padded = new Float64Array((rows + 3) * rest).fill(1);
  padded.set(data, 2 * rest);
  return plain({ shape: [rows + 3, ...shape.slice(1)], data: padded }).narrow(0, 2, rows);
}
