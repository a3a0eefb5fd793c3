// Tensors of a pattern: linspace, logspace, eye, meshgrid, and fills in another's shape.
import { cast, expand, reshape } from '../core/basic.js';
import { arange, full } from '../core/create.js';
import { checkDType, type DType } from '../core/dtype.js';
import { ArgumentError, ShapeError } from '../core/errors.js';
import { operand } from '../core/record.js';
import { checkShape, describe, formatShape } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';

function spaced(op: string, start: number, end: number, steps: number): Tensor {
  if (!Number.isFinite(start) || !Number.isFinite(end))
    throw new ArgumentError(op, `no range from ${describe(start)} to ${describe(end)}`, { value: [start, end] });
  const [n] = checkShape(op, [steps]) as [number];
  const i = cast(arange(n), 'f32');
  const step = n > 1 ? (end - start) / (n - 1) : 0;
  // From either end to the middle, so that both ends are exact.
  const back = i.neg().add(n - 1);
  return i.le(back).where(i.mul(step).add(start), back.mul(-step).add(end));
}

/**
 * `steps` evenly spaced values from `start` to `end`, both included, f32.
 * @throws {ArgumentError} limits that aren't finite. @throws {ShapeError} where `steps` is no size.
 * @example
 * await linspace(0, 1, 5).data(); // → 0, 0.25, 0.5, 0.75, 1
 */
export const linspace = (start: number, end: number, steps: number): Tensor => spaced('linspace', start, end, steps);

/**
 * `base` to the powers of a `linspace`, f32; base 10 unless given.
 * @throws {ArgumentError} a base that isn't positive; otherwise as `linspace`.
 * @example
 * await logspace(0, 2, 3).data(); // → 1, 10, 100
 */
export function logspace(start: number, end: number, steps: number, base = 10): Tensor {
  if (!(base > 0)) throw new ArgumentError('logspace', `expects a positive base, got ${describe(base)}`, { value: base });
  return spaced('logspace', start, end, steps).mul(Math.log(base)).exp();
}

/**
 * The matrix of n rows and m columns (n unless told) with ones on its diagonal, else zeros.
 * @param options `dtype`: f32 unless told.
 * @throws {ShapeError} where n or m is no size.
 * @example
 * await eye(2).data(); // → 1, 0, 0, 1
 */
export function eye(n: number, m = n, { dtype = 'f32' }: { dtype?: DType } = {}): Tensor {
  const [rows, cols] = checkShape('eye', [n, m]) as [number, number];
  return cast(reshape(arange(rows), [rows, 1]).eq(arange(cols)), checkDType('eye', dtype));
}

/**
 * Grids of coordinates: each vector spread over the axes of all, one tensor for each.
 * @throws {ArgumentError} no vectors, or another indexing. @throws {ShapeError} for other than vectors.
 * @param options `indexing`: `ij` (default, as PyTorch) or `xy` (NumPy's default), which exchanges the first two axes.
 * @example
 * const [x, y] = meshgrid([tensor([1, 2]), tensor([3, 4, 5])]);
 * await x!.data(); // → 1, 1, 1, 2, 2, 2
 * await y!.data(); // → 3, 4, 5, 3, 4, 5
 */
export function meshgrid(vectors: readonly Tensor[], { indexing = 'ij' }: { indexing?: 'ij' | 'xy' } = {}): Tensor[] {
  if (!Array.isArray(vectors) || vectors.length === 0)
    throw new ArgumentError('meshgrid', 'expects at least one vector', { value: vectors });
  if (indexing !== 'ij' && indexing !== 'xy')
    throw new ArgumentError('meshgrid', `indexing must be ij or xy, got ${describe(indexing)}`, { value: indexing });
  const nodes = vectors.map((t) => operand('meshgrid', t));
  const bad = nodes.find((x) => x.shape.length > 1);
  if (bad) throw new ShapeError('meshgrid', `expects vectors, got ${formatShape(bad.shape)}`, { value: bad.shape });
  const shape = checkShape(
    'meshgrid',
    nodes.map((x) => x.size),
  );
  const grids = nodes.map((x, i) =>
    expand(
      reshape(
        x,
        shape.map((n, k) => (k === i ? n : 1)),
      ),
      shape,
    ),
  );
  return indexing === 'xy' && shape.length > 1 ? grids.map((grid) => grid.swapAxes(0, 1)) : grids;
}

/** Options of `fullLike`, `zerosLike` and `onesLike`. */
export interface LikeOptions {
  /** The tensor's own unless told. */
  dtype?: DType;
}

/** A tensor of x's shape, and dtype unless another is given, with every element `value`. @example await fullLike(tensor([1, 2]), 7).data(); // → 7, 7 */
export function fullLike(x: Tensor, value: number, { dtype }: LikeOptions = {}): Tensor {
  const like = operand('fullLike', x);
  return full(like.shape, value, { dtype: dtype ?? like.dtype });
}

/** Zeros of x's shape and dtype. @example await zerosLike(tensor([1, 2])).data(); // → 0, 0 */
export const zerosLike = (x: Tensor, options: LikeOptions = {}): Tensor => fullLike(x, 0, options);

/** Ones of x's shape and dtype. @example await onesLike(tensor([1, 2])).data(); // → 1, 1 */
export const onesLike = (x: Tensor, options: LikeOptions = {}): Tensor => fullLike(x, 1, options);
