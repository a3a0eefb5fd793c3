// Labels of rows, as splits and samplers are handed them, and the rows of each class.
import { ArgumentError, describe, ShapeError, Tensor } from '../core/index.js';

/** One label a row: numbers or strings, or a tensor of one axis. */
export type Labels = ArrayLike<number | string> | Tensor;

/** Their number; throws unless they are labels. */
export function countLabels(op: string, labels: Labels): number {
  if (labels instanceof Tensor) {
    if (labels.rank !== 1) throw new ShapeError(op, `labels are one axis, got (${labels.shape.join(', ')})`, { value: labels.shape });
    return labels.shape[0]!;
  }
  if (typeof labels === 'object' && labels !== null && Number.isInteger(labels.length)) return labels.length;
  throw new ArgumentError(op, `expects an array or a tensor of labels, got ${describe(labels)}`, { value: labels });
}

/** The rows of each class in the order of `order`, classes by their first row in it. */
export async function rowsByClass(labels: Labels, order: Int32Array): Promise<number[][]> {
  const values = labels instanceof Tensor ? await labels.data() : labels;
  const classes = new Map<number | string, number[]>();
  for (const row of order) {
    const label = values[row]!;
    const rows = classes.get(label);
    if (rows === undefined) classes.set(label, [row]);
    else rows.push(row);
  }
  return [...classes.values()];
}
