// What all losses share: their options, how the losses of elements or rows become one number, and the base of their Modules.
import { ArgumentError, describe, formatShape, type Shape, ShapeError, sameShape, type Tensor } from '../../core/index.js';
import { Module } from '../module.js';

/** What becomes of one loss an element or row: their mean (unless told), their sum, or all of them. */
export type Reduction = 'mean' | 'sum' | 'none';

/** Options that all losses take. */
export interface LossOptions {
  /** What becomes of the single losses: 'mean' unless told, 'sum' or 'none'. */
  readonly reduction?: Reduction;
}

/** A loss as a Module: takes what the function takes, and holds its options. */
export abstract class Loss<O extends object = LossOptions, A extends unknown[] = [Tensor, Tensor]> extends Module<A> {
  /** What the function is called with. */
  readonly options: O;

  constructor(options: O = {} as O) {
    super();
    this.options = options;
  }
}

export function reduce(op: string, losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === 'mean') return losses.mean();
  if (reduction === 'sum') return losses.sum();
  if (reduction === 'none') return losses;
  throw new ArgumentError(op, `reduction must be 'mean', 'sum' or 'none', got ${describe(reduction)}`, { value: reduction });
}

/** Throws unless the shapes are equal: broadcasting outputs against targets is nearly always a mistake. */
export function checkSame(op: string, a: Shape, b: Shape): void {
  if (!sameShape(a, b)) {
    throw new ShapeError(op, `outputs are ${formatShape(a)}, targets ${formatShape(b)}; reshape one of them`, { value: b });
  }
}

/** Throws unless `part` (a weight, a variance) broadcasts to `shape`. */
export function checkBroadcasts(op: string, name: string, part: Tensor, shape: Shape): void {
  const lead = shape.length - part.shape.length;
  if (part.shape.every((size, axis) => size === 1 || size === shape[lead + axis]) && lead >= 0) return;
  throw new ShapeError(op, `${name} ${formatShape(part.shape)} doesn't broadcast to ${formatShape(shape)}`, { value: part.shape });
}
