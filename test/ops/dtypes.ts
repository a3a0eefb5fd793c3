// What a dtype makes of a float64 (rounding to floats, saturation to integers), promotion, and how far two f32 are apart.
import type { DType } from 'hebb';

export const DTYPES: readonly DType[] = ['f32', 'bf16', 'f16', 'i32', 'u8', 'bool'];
export const isFloat = (dtype: DType): boolean => dtype === 'f32' || dtype === 'bf16' || dtype === 'f16';

/** bool < u8 < i32 < f16, bf16 < f32; f16 with bf16 gives f32. */
export function promote(a: DType, b: DType): DType {
  if (a !== b && isFloat(a) && isFloat(b)) return 'f32';
  const order: DType[] = ['bool', 'u8', 'i32', 'f16', 'bf16', 'f32'];
  return order[Math.max(order.indexOf(a), order.indexOf(b))]!;
}

/** The value of `dtype` that an f32 or an integer becomes: floats to nearest even; integers truncate and saturate, and NaN gives 0. */
export function convert(x: number, dtype: DType): number {
  if (dtype === 'f32') return Math.fround(x);
  if (dtype === 'bf16') return roundFloat(x, 7, -126, 2 ** 128 * (1 - 2 ** -8));
  if (dtype === 'f16') return roundFloat(x, 10, -14, 65504);
  if (dtype === 'bool') return x === 0 ? 0 : 1;
  const [low, high] = dtype === 'u8' ? [0, 255] : [-(2 ** 31), 2 ** 31 - 1];
  return Number.isNaN(x) ? 0 : Math.min(high, Math.max(low, Math.trunc(x))) + 0;
}

/** To the nearest float with `mantissa` bits after the point, ties to even; beyond `most` infinity. */
function roundFloat(x: number, mantissa: number, lowestExponent: number, most: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), lowestExponent);
  const unit = 2 ** (exponent - mantissa);
  const below = Math.floor(x / unit);
  const rest = x / unit - below;
  const rounded = (rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below) * unit;
  return Math.abs(rounded) > most ? Math.sign(x) * Number.POSITIVE_INFINITY : rounded || x * 0;
}

/** How many f32 steps `found` is away from the exact value: 0.5 is correct rounding; Infinity where one is NaN or infinite and the other not. */
export function ulps(found: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (Object.is(found, rounded) || found === rounded) return 0;
  if (!Number.isFinite(found) || !Number.isFinite(rounded)) return Number.POSITIVE_INFINITY;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(rounded))), -126);
  return Math.abs(found - exact) / 2 ** (exponent - 23);
}
