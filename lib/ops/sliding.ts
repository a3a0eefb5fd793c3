// How a window slides over the spatial axes of channels-last data: its options as numbers for each axis, and the sizes that come out.
import { ArgumentError, ShapeError } from '../core/errors.js';
import { describe, formatShape, type Shape } from '../core/shape.js';

/** One number for every spatial axis, or one for each. */
export type PerAxis = number | readonly number[];

/** A window of `kernel` taps an axis, and the zeros before and after the data. */
export interface Sliding {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const MOST = 2 ** 31 - 1;
const AXES = ['', 'length', 'height, width', 'depth, height, width'];

/** An option as one whole number ≥ `least` for each of `rank` axes. */
export function perAxis(op: string, name: string, value: unknown, rank: number, least: number): number[] {
  const list = Array.isArray(value) ? Array.from(value as unknown[]) : new Array<unknown>(rank).fill(value);
  const fits = list.length === rank && list.every((n) => Number.isInteger(n) && (n as number) >= least && (n as number) <= MOST);
  if (fits) return list as number[];
  const one = `a whole number ≥ ${least}`;
  throw new ArgumentError(
    op,
    `${name} must be ${one}, or ${rank === 1 ? 'a list of one' : `${rank} of them (${AXES[rank]})`}, got ${describe(value)}`,
    {
      value,
    },
  );
}

/** Throws unless x is (N, …spatial, C). */
export function checkImages(op: string, x: { readonly shape: Shape }, rank: number): void {
  if (x.shape.length === rank + 2) return;
  const remedy = x.shape.length === rank + 1 ? '; unsqueeze(0) makes a batch of one' : '';
  throw new ShapeError(op, `expects (batch, ${AXES[rank]}, channels), got ${formatShape(x.shape)}${remedy}`, { value: x.shape });
}

/** The sizes of what a window makes of (N, …sizes, C); `ceil` counts a last window that begins within the data but doesn't fit. */
export function slidOver(op: string, sizes: Shape, { kernel, stride, dilation, before, after }: Sliding, ceil = false): number[] {
  return sizes.map((size, i) => {
    const padded = size + before[i]! + after[i]!;
    const reach = dilation[i]! * (kernel[i]! - 1) + 1;
    if (reach > padded)
      throw new ShapeError(
        op,
        `a window of ${reach} doesn't fit ${padded}, the padded size of ${formatShape(sizes)}; add padding, or a smaller kernel`,
        {
          value: sizes,
        },
      );
    const last = (padded - reach) / stride[i]!;
    if (!ceil) return Math.floor(last) + 1;
    const count = Math.ceil(last) + 1;
    return (count - 1) * stride[i]! >= size + before[i]! ? count - 1 : count;
  });
}
