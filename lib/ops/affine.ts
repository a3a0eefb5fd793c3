// What the normalisations share: the learned scale and shift after them, and the small number that keeps their divisor from 0.
import { cast } from '../core/basic.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.js';
import { newOp } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { describe, formatShape, SCALAR, type Shape, sameShape } from '../core/shape.js';
import { NO_NUMBERS, type Tensor } from '../core/tensor.js';

/** Scale and shift after a normalisation, and what keeps its divisor from 0. */
export interface NormalizeOptions {
  /** Each normalised value is multiplied by it; 1 unless given. */
  readonly weight?: Tensor | null;
  /** Is added then; 0 unless given. */
  readonly bias?: Tensor | null;
  /** Is added to the variance before its root is taken; 1e-5 unless told. */
  readonly eps?: number;
}

/** Throws unless eps is a finite number ≥ 0. */
export function checkEps(op: string, eps: number): void {
  if (!(Number.isFinite(eps) && eps >= 0))
    throw new ArgumentError(op, `eps must be a finite number ≥ 0, got ${describe(eps)}`, { value: eps });
}

/**
 * Normalises in f32, whatever x is stored in, and rounds once. `fused` takes x alone, with a weight, or with weight and bias; a bias without
 * a weight is added afterwards.
 */
export function normalized(
  op: string,
  x: Tensor,
  { weight, bias, eps = 1e-5 }: NormalizeOptions,
  shape: Shape,
  fused: (inputs: readonly Tensor[], scalars: readonly number[]) => Tensor,
): Tensor {
  checkEps(op, eps);
  const inputs = [cast(x, 'f32')];
  if (weight) inputs.push(learned(op, 'weight', weight, shape));
  const shift = bias ? learned(op, 'bias', bias, shape) : null;
  if (weight && shift) inputs.push(shift);
  const y = fused(inputs, [eps]);
  return cast(shift !== null && !weight ? y.add(shift) : y, x.dtype);
}

/** The operand to be normalised: floats of any size. */
export function floats(op: string, x: Tensor): Tensor {
  const t = operand(op, x);
  if (!isFloat(t.dtype)) throw new DTypeError(op, `expects a float dtype, got ${t.dtype}; use .to('f32')`, { value: t.dtype });
  return t;
}

function learned(op: string, name: string, value: Tensor, shape: Shape): Tensor {
  const t = operand(op, value);
  if (!sameShape(t.shape, shape))
    throw new ShapeError(op, `${name} must be ${formatShape(shape)}, got ${formatShape(t.shape)}`, { value: t.shape });
  return cast(t, 'f32');
}

const numberOp = newOp('eps', { kind: 'element', float: 'copy', int: null }, () => []);

/** A node's own scalar as a tensor, for a composition that may be recorded once for many runs. */
export const ownScalar = (scalars: readonly number[]): Tensor => record(numberOp, [], SCALAR, 'f32', NO_NUMBERS, scalars);
