// Rotary position embedding: pairs of a vector's values turned by angles that grow with the position.
import { mul } from '../core/basic.js';
import { arange } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.js';
import { operand } from '../core/record.js';
import { describe, formatShape } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { concat } from './concat.js';

/** Options of `rotaryEmbedding`. */
export interface RotaryOptions {
  /** The longest wavelength is 2π · base, nearly; 10000 unless told. */
  readonly base?: number;
  /** The position of the first row; 0 unless told: the length of a KVCache for what comes after it. */
  readonly offset?: number;
}

/**
 * Turns the pairs (x[i], x[i + d/2]) of each row by the angle position · base^(-2i/d): products of queries and keys so turned depend on
 * their distance alone. The halves lie as in Llama's and GPT-NeoX's files.
 *
 * Source: Su et al., "RoFormer: enhanced transformer with rotary position embedding", 2021.
 *
 * @param x Floats (…, T, d), d even: queries or keys, (batch, heads, T, d). @param options `base` (default 10000), `offset` (default 0).
 * @returns The same shape, f32.
 * @throws {ShapeError} fewer than two axes, or an odd d. @throws {DTypeError} integers. @throws {ArgumentError} a base ≤ 0, an offset that is not finite.
 * @example
 * await nn.rotaryEmbedding(tensor([[1, 0], [1, 0]])).data(); // → 1, 0, 0.540, 0.841
 */
export function rotaryEmbedding(x: Tensor, { base = 10000, offset = 0 }: RotaryOptions = {}): Tensor {
  const t = operand('rotaryEmbedding', x);
  if (!isFloat(t.dtype)) throw new DTypeError('rotaryEmbedding', `expects floats, got ${t.dtype}; use .to('f32')`, { value: t.dtype });
  const [length, size] = t.shape.slice(-2) as [number, number?];
  if (size === undefined || size % 2 !== 0)
    throw new ShapeError('rotaryEmbedding', `expects (…, T, d) with an even d, got ${formatShape(t.shape)}`, { value: t.shape });
  if (!(base > 0 && base < Infinity))
    throw new ArgumentError('rotaryEmbedding', `base must be a finite number > 0, got ${describe(base)}`, { value: base });
  if (!Number.isFinite(offset))
    throw new ArgumentError('rotaryEmbedding', `offset must be a finite number, got ${describe(offset)}`, { value: offset });
  const half = size / 2;
  const frequencies = mul(arange(half), (-2 * Math.log(base)) / Math.max(1, size)).exp();
  const angles = mul(arange(length).to('f32').add(offset).unsqueeze(1), frequencies);
  const [cos, sin] = [angles.cos(), angles.sin()];
  const [a, b] = [t.narrow(-1, 0, half), t.narrow(-1, half, half)];
  return concat([mul(a, cos).sub(mul(b, sin)), mul(b, cos).add(mul(a, sin))], -1);
}
