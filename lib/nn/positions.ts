// Where in a sequence a vector stands: sinusoidal and learned vectors to add to it, and a learned bias by distance for attention's scores.
import { ArgumentError, arange, describe, formatShape, Parameter, ShapeError, type Tensor } from '../core/index.js';
import { stack } from '../ops/index.js';
import { checkNumber } from './check.js';
import { normal, zeros } from './init.js';
import { Module } from './module.js';

function checkSizes(op: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes))
    if (!Number.isInteger(size) || size < 1)
      throw new ArgumentError(op, `${name} must be a whole number ≥ 1, got ${describe(size)}`, { value: size });
}

function checkRows(op: string, { shape }: Tensor, size: number, offset: number): number {
  if (shape.length < 2 || shape.at(-1) !== size)
    throw new ShapeError(op, `expects (…, T, ${size}), got ${formatShape(shape)}`, { value: shape });
  if (!Number.isInteger(offset) || offset < 0)
    throw new ArgumentError(op, `offset must be a whole number ≥ 0, got ${describe(offset)}`, { value: offset });
  return shape.at(-2)!;
}

/** Options of `SinusoidalPositions`. */
export interface SinusoidalPositionsOptions {
  /** The longest wavelength is 2π · base, nearly; 10000 unless told. */
  readonly base?: number;
}

/**
 * Adds sin(t · base^(-2i/E)) at 2i and the cosine at 2i+1 to the vector of position t: (…, T, E) → (…, T, E). Nothing is learned. `forward(x, offset)` begins
 * at position `offset`, which is 0 unless told: the length of a KVCache for what comes after it.
 *
 * Source: Vaswani et al., "Attention is all you need", 2017.
 *
 * @throws {ArgumentError} for a size that is no even whole number, a base ≤ 0; in forward for an offset below 0. @throws {ShapeError} in forward.
 * @example
 * new nn.SinusoidalPositions(64).forward(randn([8, 20, 64])).shape; // → [8, 20, 64]
 */
export class SinusoidalPositions extends Module<[x: Tensor, offset?: number]> {
  /** E, the last size; even. */
  readonly embedDim: number;
  /** The longest wavelength is 2π · base, nearly. */
  readonly base: number;

  constructor(embedDim: number, { base = 10000 }: SinusoidalPositionsOptions = {}) {
    super();
    checkSizes('SinusoidalPositions', { embedDim });
    if (embedDim % 2 !== 0) throw new ArgumentError('SinusoidalPositions', `embedDim must be even, got ${embedDim}`, { value: embedDim });
    checkNumber('SinusoidalPositions', 'base', base, 0, true);
    this.embedDim = embedDim;
    this.base = base;
  }

  forward(x: Tensor, offset = 0): Tensor {
    const length = checkRows('SinusoidalPositions', x, this.embedDim, offset);
    const frequencies = arange(this.embedDim / 2)
      .mul((-2 * Math.log(this.base)) / this.embedDim)
      .exp();
    const angles = arange(length).to('f32').add(offset).unsqueeze(1).mul(frequencies);
    return x.add(stack([angles.sin(), angles.cos()], -1).reshape([length, this.embedDim]));
  }
}

/**
 * Adds a learned vector to that of each position: (…, T, E) → (…, T, E), T ≤ maxLength. `weight` is (maxLength, E) and begins normally distributed
 * with a deviation of 0.02, as in GPT-2. `forward(x, offset)` begins at position `offset`, which is 0 unless told.
 *
 * @throws {ArgumentError} for sizes that are no whole numbers ≥ 1; in forward for an offset below 0. @throws {ShapeError} in forward, for other
 *   sizes and positions beyond maxLength.
 * @example
 * new nn.LearnedPositions(256, 64).forward(randn([8, 20, 64])).shape; // → [8, 20, 64]
 */
export class LearnedPositions extends Module<[x: Tensor, offset?: number]> {
  /** How many positions it knows. */
  readonly maxLength: number;
  /** E, the last size. */
  readonly embedDim: number;
  /** (maxLength, embedDim). */
  weight: Parameter;

  constructor(maxLength: number, embedDim: number) {
    super();
    checkSizes('LearnedPositions', { maxLength, embedDim });
    this.maxLength = maxLength;
    this.embedDim = embedDim;
    this.weight = new Parameter(normal([maxLength, embedDim], { std: 0.02 }));
  }

  forward(x: Tensor, offset = 0): Tensor {
    const length = checkRows('LearnedPositions', x, this.embedDim, offset);
    if (offset + length > this.maxLength)
      throw new ShapeError('LearnedPositions', `knows ${this.maxLength} positions, asked for ${offset} … ${offset + length - 1}`, {
        value: x.shape,
      });
    return x.add(this.weight.narrow(0, offset, length));
  }
}

/**
 * A learned number for each head and distance of key and query, to add to the scores: `forward(T, S)` gives (numHeads, T, S), an additive mask for attention.
 * Distances beyond maxDistance share the last one's. `weight` is (numHeads, 2 · maxDistance + 1), by key position - query position + maxDistance; it begins as zeros.
 *
 * Source: Raffel et al., "Exploring the limits of transfer learning with a unified text-to-text transformer", 2020, without its buckets.
 *
 * @throws {ArgumentError} for sizes that are no whole numbers ≥ 1; in forward for lengths that are no whole numbers ≥ 0.
 * @example
 * const bias = new nn.RelativePositionBias(4, 32);
 * const q = randn([1, 4, 10, 16]);
 * nn.scaledDotProductAttention(q, q, q, { mask: bias.forward(10, 10) }).shape; // → [1, 4, 10, 16]
 */
export class RelativePositionBias extends Module<[queries: number, keys: number]> {
  /** Heads of the attention. */
  readonly numHeads: number;
  /** Positions further apart share this distance's number. */
  readonly maxDistance: number;
  /** (numHeads, 2 · maxDistance + 1), zeros at first. */
  weight: Parameter;

  constructor(numHeads: number, maxDistance: number) {
    super();
    checkSizes('RelativePositionBias', { numHeads, maxDistance });
    this.numHeads = numHeads;
    this.maxDistance = maxDistance;
    this.weight = new Parameter(zeros([numHeads, 2 * maxDistance + 1]));
  }

  forward(queries: number, keys: number): Tensor {
    for (const [name, size] of Object.entries({ queries, keys }))
      if (!Number.isInteger(size) || size < 0)
        throw new ArgumentError('RelativePositionBias', `${name} must be a whole number ≥ 0, got ${describe(size)}`, { value: size });
    const far = this.maxDistance;
    const distance = arange(keys).sub(arange(queries).unsqueeze(1)).maximum(-far).minimum(far).add(far);
    return this.weight.indexSelect(1, distance.reshape([queries * keys])).reshape([this.numHeads, queries, keys]);
  }
}
