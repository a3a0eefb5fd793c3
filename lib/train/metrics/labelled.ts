// How classification metrics read outputs and targets: as rows of scores with a label each.
import { ArgumentError, describe, formatShape, ShapeError, sameShape, type Tensor } from '../../core/index.js';

/** Outputs (…, classes) and labels (…) as rows. */
export interface Rows {
  /** (rows, classes) */
  readonly scores: Tensor;
  /** (rows), i32 */
  readonly labels: Tensor;
  readonly classes: number;
}

/** @throws {ShapeError} when the shapes don't fit. @throws {ArgumentError} when targets are no labels. */
export function rowsOf(op: string, out: Tensor, y: Tensor): Rows {
  const classes = out.shape.at(-1);
  if (classes === undefined || classes === 0 || !sameShape(out.shape.slice(0, -1), y.shape)) {
    throw new ShapeError(op, `expects outputs (…, classes) and labels (…), got ${formatShape(out.shape)} and ${formatShape(y.shape)}`, {
      value: out.shape,
    });
  }
  if (y.dtype !== 'i32' && y.dtype !== 'u8') throw new ArgumentError(op, `expects labels in i32 or u8, got ${y.dtype}`, { value: y.dtype });
  return { scores: out.reshape([y.size, classes]), labels: y.reshape([y.size]).to('i32'), classes };
}

/** What was predicted and what is true: a row each, i32, with a 1 at the class's place. A label out of range is an IndexError, as a rejection. */
export interface Decisions {
  readonly predicted: Tensor;
  readonly actual: Tensor;
  readonly classes: number;
}

/** The class with the largest score; with a threshold, for outputs of one number each, 1 from it on and 0 below. */
export function decisionsOf(op: string, out: Tensor, y: Tensor, threshold: number | undefined): Decisions {
  if (threshold === undefined) {
    if (out.shape.length === y.shape.length && y.shape.length > 0)
      throw new ShapeError(op, `outputs ${formatShape(out.shape)} of one number each take { threshold }`, { value: out.shape });
    const { scores, labels, classes } = rowsOf(op, out, y);
    return { predicted: scores.argmax(-1).oneHot(classes), actual: labels.oneHot(classes), classes };
  }
  checkPaired(op, out, y);
  const labels = y.to('i32').reshape([y.size]);
  return { predicted: out.ge(threshold).to('i32').reshape([out.size]).oneHot(2), actual: labels.oneHot(2), classes: 2 };
}

/** Throws unless outputs and targets have one shape. */
export function checkPaired(op: string, out: Tensor, y: Tensor): void {
  if (sameShape(out.shape, y.shape)) return;
  throw new ShapeError(op, `outputs ${formatShape(out.shape)} don't fit targets ${formatShape(y.shape)}; reshape one of them`, {
    value: out.shape,
  });
}

export function checkThreshold(op: string, threshold: number | undefined): void {
  if (threshold !== undefined && !(typeof threshold === 'number' && !Number.isNaN(threshold)))
    throw new ArgumentError(op, `threshold must be a number, got ${describe(threshold)}`, { value: threshold });
}
