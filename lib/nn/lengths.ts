// How long each sequence of a batch is: a list, which is checked at once, or a tensor, which is checked when it is read.
import { ArgumentError, arange, describe, formatShape, sameShape, type Tensor, tensor } from '../core/index.js';

/** The number of valid steps or labels of each sequence: i32 or u8 (batch), or a list. */
export type Lengths = Tensor | readonly number[];

/** Lengths as i32 (batch), each from `least` to `most`. */
export function lengthsOf(op: string, name: string, lengths: Lengths, batch: number, least: number, most: number): Tensor {
  if (Array.isArray(lengths)) {
    const bad = lengths.findIndex((n) => !Number.isInteger(n) || n < least || n > most);
    if (lengths.length !== batch || bad >= 0) {
      const got = bad >= 0 ? `${describe(lengths[bad])} at position ${bad}` : `${lengths.length} of them`;
      throw new ArgumentError(op, `${name} must be ${batch} whole numbers from ${least} to ${most}, got ${got}`, { value: lengths });
    }
    return tensor(lengths, { shape: [batch], dtype: 'i32' });
  }
  const t = lengths as Tensor;
  if (!sameShape(t.shape, [batch]) || (t.dtype !== 'i32' && t.dtype !== 'u8')) {
    throw new ArgumentError(op, `${name} must be i32 or u8 (${batch}), got ${t.dtype} ${formatShape(t.shape)}`, { value: t });
  }
  // Read from a list of the valid ones, so that another is an IndexError.
  return arange(least, most + 1).indexSelect(0, t.to('i32').sub(least));
}
