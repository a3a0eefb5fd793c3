// Checkpointing: a part of a model keeps its inputs alone; what it computes in between is computed again when the backward pass comes there.
import { gradients } from './autograd.js';
import { ArgumentError } from './errors.js';
import { gate } from './gate.js';
import { newOp } from './op.js';
import { operand, record, recordedBy } from './record.js';
import { describe } from './shape.js';
import { NO_INPUTS, Tensor } from './tensor.js';
import { topological } from './walk.js';

/** Inputs: the value, then all that its part of the graph reads from outside. */
const checkpointOp = newOp('checkpoint', { kind: 'alias' }, ({ inputs: [value, ...outside], dy }) => {
  const held = outside.map((x) => gate(x, dy));
  return [null, ...gradients(again(value!, outside, held, dy), held, dy)];
});

/**
 * Records `fn(...inputs)` as a checkpoint: its result is the same, but a gradient records the computation anew, from what `fn` read and
 * behind the incoming gradient. Random values are the same ones; assignments are carried out once, by the first round.
 *
 * @throws {ArgumentError} when `fn` doesn't return one Tensor.
 */
export function checkpointed<A extends unknown[]>(fn: (...inputs: A) => Tensor, inputs: A): Tensor {
  const { result, nodes } = recordedBy(() => fn(...inputs) as unknown);
  if (!(result instanceof Tensor))
    throw new ArgumentError('checkpoint', `expects a function or module that returns one Tensor, got ${describe(result)}`, {
      value: result,
    });
  const value = operand('checkpoint', result);
  const isInside = (node: Tensor): boolean => nodes.has(node) && node.variable === null; // an assigned value stays in its variable
  if (!isInside(value)) return value;
  const order = topological([value], (node) => (isInside(node) ? node.inputs : NO_INPUTS));
  const outside = order.filter((node) => !isInside(node) && node.op.name !== 'number');
  return record(checkpointOp, [value, ...outside], value.shape, value.dtype);
}

/** Records the part between `outside` and `value` once more, reading `held` in place of `outside`. */
function again(value: Tensor, outside: readonly Tensor[], held: readonly Tensor[], dy: Tensor): Tensor {
  const copies = new Map(outside.map((node, i) => [node, held[i]!]));
  for (const node of topological([value], (x) => (copies.has(x) ? NO_INPUTS : x.inputs))) {
    const { op, inputs, shape, dtype, attrs, scalars } = node;
    if (copies.has(node) || op.lowering.kind === 'leaf') continue;
    const copy = record(
      op,
      inputs.map((x) => copies.get(x) ?? x),
      shape,
      dtype,
      attrs,
      scalars,
    );
    copies.set(node, inputs.some((x) => copies.has(x)) ? copy : gate(copy, dy));
  }
  return copies.get(value)!;
}
