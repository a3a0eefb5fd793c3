// Numbers in state dicts: doubles kept exactly, as the bits of each in two i32.
import { tensor } from '../core/create.js';
import { FormatError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { StateDict, Tensor } from '../core/tensor.js';

/** A tensor (n, 2) of the bits of n doubles. */
export const toBits = (numbers: readonly number[]): Tensor =>
  tensor(new Int32Array(Float64Array.from(numbers).buffer), { shape: [numbers.length, 2] });

/** What `toBits` kept under a key. @throws {FormatError} when it isn't there, isn't `length` doubles, or is not computed yet. */
export function fromBits(state: StateDict, key: string, length: number): number[] {
  const value = state[key];
  if (value === undefined) throw new FormatError('loadStateDict', `the state lacks '${key}'`, { value: key });
  const { shape, dtype, bytes } = value;
  if (dtype !== 'i32' || shape.length !== 2 || shape[0] !== length || shape[1] !== 2 || bytes === null)
    throw new FormatError('loadStateDict', `'${key}' must hold the bits of ${length} doubles, got ${dtype} ${formatShape(shape)}`, {
      value: key,
    });
  return [...new Float64Array(bytes.slice().buffer)];
}
