// The buffers that metrics count in, and sums over many batches that rounding doesn't spoil.
import { type DType, Parameter, type Shape, type Tensor, zeros } from '../../core/index.js';

/** A buffer of zeros: a count, or a sum. */
export const buffer = (shape: Shape, dtype: DType = 'f32'): Parameter => new Parameter(zeros(shape, { dtype }), { requiresGrad: false });

/** Adds to a count. */
export function count(into: Parameter, value: Tensor | number): void {
  into.assign(into.add(value));
}

/**
 * Adds to a sum that is kept as two numbers: `rest` gathers what rounding takes from `sum`, so that a million batches add up as if in float64.
 * Source: Knuth, "The art of computer programming" 2, 4.2.2, theorem B.
 */
export function accumulate(sum: Parameter, rest: Parameter, value: Tensor): void {
  const next = sum.add(value);
  const added = next.sub(sum);
  rest.assign(rest.add(sum.sub(next.sub(added))).add(value.sub(added)));
  sum.assign(next);
}

/** The values of several buffers at one moment, in float64. */
export async function values(...buffers: readonly Tensor[]): Promise<number[][]> {
  return Promise.all(buffers.map(async (each) => Array.from(await each.data())));
}

export const total = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0);
