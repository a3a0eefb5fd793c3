// First values with a structure: the identity, as a matrix or as a window, and orthogonal matrices.
import {
  ArgumentError,
  arange,
  describe,
  formatShape,
  randn,
  randperm,
  type Shape,
  ShapeError,
  sizeOf,
  type Tensor,
} from '../core/index.js';
import { eye as identity, stack, where } from '../ops/index.js';
import { checkNumber, checkPart } from './check.js';
import type { RandomOptions } from './init.js';

/**
 * Ones where row and column are equal, else zeros: a linear layer that passes its inputs on.
 * @throws {ShapeError} for other than two axes.
 * @example
 * const layer = new nn.Linear(4, 4);
 * layer.weight.assign(nn.init.eye(layer.weight.shape));
 */
export function eye(shape: Shape): Tensor {
  const [rows, cols] = shape;
  if (shape.length !== 2) throw new ShapeError('eye', `expects a matrix (out, in), got ${formatShape(shape)}`, { value: shape });
  return identity(rows!, cols!);
}

/**
 * A convolution that passes its input channels on, as many as there are: weight (out, in, …window) with ones at the window's centre where
 * the channels, counted within each of `groups` (1 unless told), are equal.
 * @throws {ShapeError} for fewer than three or more than five axes. @throws {ArgumentError} for groups that don't divide `out`.
 * @example
 * await nn.init.dirac([1, 1, 3, 3]).data(); // → 0, 0, 0, 0, 1, 0, 0, 0, 0
 */
export function dirac(shape: Shape, { groups = 1 }: { groups?: number } = {}): Tensor {
  const [outputs, inputs, ...window] = shape;
  if (shape.length < 3 || shape.length > 5) {
    throw new ShapeError('dirac', `expects a weight (out, in, …window) with a window of 1 to 3 axes, got ${formatShape(shape)}`, {
      value: shape,
    });
  }
  if (!Number.isInteger(groups) || groups < 1 || outputs! % groups !== 0)
    throw new ArgumentError('dirac', `groups must divide the ${outputs} outputs, got ${describe(groups)}`, { value: groups });
  const each = eye([outputs! / groups, inputs!]);
  const channels = each.expand([groups, ...each.shape]).reshape([outputs!, inputs!, ...window.map(() => 1)]);
  const centres = window.map((size, axis) => {
    const place = window.map((_, other) => (other === axis ? size : 1));
    return arange(size)
      .eq(Math.floor(size / 2))
      .to('f32')
      .reshape(place);
  });
  return centres.reduce((weight, centre) => weight.mul(centre), channels);
}

/** Options of `sparse`. */
export interface SparseOptions extends RandomOptions {
  /** The part of each column's elements that is 0, from 0 to 1, rounded up to a whole number of them. */
  readonly sparsity: number;
  /** The standard deviation of the others; 0.01 unless told. */
  readonly std?: number;
}

/**
 * Normal with a mean of 0, but in each column as many elements, at random places, are 0.
 * Source: Martens, "Deep learning via Hessian-free optimization", 2010.
 * @throws {ShapeError} for other than two axes. @throws {ArgumentError} for a sparsity or deviation out of range.
 * @example
 * const layer = new nn.Linear(10, 20);
 * layer.weight.assign(nn.init.sparse(layer.weight.shape, { sparsity: 0.9 }));
 */
export function sparse(shape: Shape, { sparsity, std = 0.01, generator }: SparseOptions): Tensor {
  const [rows, cols] = shape;
  if (shape.length !== 2) throw new ShapeError('sparse', `expects a matrix (out, in), got ${formatShape(shape)}`, { value: shape });
  checkPart('sparse', 'sparsity', sparsity);
  checkNumber('sparse', 'std', std, 0);
  const values = randn(shape, { generator }).mul(std);
  if (cols === 0) return values;
  const order = stack(
    Array.from({ length: cols! }, () => randperm(rows!, { generator })),
    1,
  );
  return where(order.lt(Math.ceil(sparsity * rows!)), 0, values);
}

/** Steps that bring singular values of 1e-7 and more near to 1, and then steps that make them 1. */
const GROWING = 14;
const REFINING = 5;

/**
 * A random matrix with orthonormal rows, or columns where these are fewer, times `gain`; axes after the first count as one. Uniform over
 * all such matrices.
 * Source: Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2013. Found
 * as the nearest orthogonal matrix to a normal one, by the iteration of Björck and Bowie, 1971, with the first steps of Jordan et al.,
 * "Muon", 2024.
 * @throws {ShapeError} for fewer than two axes.
 * @example
 * const layer = new nn.Linear(4, 2);
 * layer.weight.assign(nn.init.orthogonal(layer.weight.shape, { gain: nn.init.calculateGain('relu') }));
 */
export function orthogonal(shape: Shape, { gain = 1, generator }: RandomOptions & { gain?: number } = {}): Tensor {
  if (shape.length < 2) throw new ShapeError('orthogonal', `expects at least two axes, got ${formatShape(shape)}`, { value: shape });
  checkNumber('orthogonal', 'gain', gain);
  const [rows, cols] = [shape[0]!, sizeOf(shape.slice(1))];
  const wide = rows <= cols;
  const normal = randn(wide ? [rows, cols] : [cols, rows], { generator });
  // A normal matrix has no singular value above √rows + √cols + 6, save once in 10⁷ times.
  let x = normal.mul(1 / (Math.sqrt(rows) + Math.sqrt(cols) + 6));
  for (let i = 0; i < GROWING + REFINING; i++) {
    const gram = x.matmul(x.transpose());
    // Odd polynomials of x act on its singular values alone: s → 3.4445·s - 4.775·s³ + 2.0315·s⁵, then s → 1.5·s - 0.5·s³.
    const higher = i < GROWING ? gram.matmul(gram).mul(2.0315).sub(gram.mul(4.775)) : gram.mul(-0.5);
    x = higher.matmul(x).add(x.mul(i < GROWING ? 3.4445 : 1.5));
  }
  return (wide ? x : x.transpose()).mul(gain).reshape(shape);
}
