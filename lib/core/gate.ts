// Gates: what keeps recomputed nodes behind the gradient that they are recomputed for. Without them a Program would compute a checkpointed
// part twice in a row, and hold the second round's values for as long as it would have held the first one's.
import { isLeaf } from './key.js';
import { newOp } from './op.js';
import { record } from './record.js';
import type { Tensor } from './tensor.js';

const gateOp = newOp('recompute', { kind: 'alias' }, ({ dy }) => [dy, null]);

/** x for recomputed nodes to read: every walk comes to `gradient` before it comes to them. */
export const gate = (x: Tensor, gradient: Tensor): Tensor => record(gateOp, [x, gradient], x.shape, x.dtype);

const NONE: readonly Tensor[] = [];

/** The gradients that a reader of `input` must not share a Chain with: those of the gates between it and the memory that it reads. */
export function waitsOf(input: Tensor): readonly Tensor[] {
  let found = NONE;
  for (let node = input; !isLeaf(node) && node.op.lowering.kind === 'alias'; node = node.inputs[0]!)
    if (node.op === gateOp) found = [...found, node.inputs[1]!];
  return found;
}
