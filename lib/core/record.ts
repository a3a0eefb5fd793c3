// Recording: how a node comes to be. Checks its inputs' state on the user's own line; computes nothing.
import type { DType } from './dtype.js';
import { ArgumentError, DisposedError, StaleError } from './errors.js';
import { NUMBER, type Op, VARIABLE } from './op.js';
import { describe, type Shape } from './shape.js';
import { DISPOSED, INHERITED, isStored, NEEDS_GRAD, NO_NUMBERS, numberTensor, OPAQUE, STALE, SUSPECT, Tensor } from './tensor.js';
import { Parameter } from './variable.js';

/** The flush count: nodes of an earlier count may have been executed or become stale. */
export const clock = { now: 1, visit: 0 };

let inferenceDepth = 0;

/** Records what `fn` does with parameters as constants: results keep no record for gradients once they are stored. */
export function inference<T>(fn: () => T): T {
  inferenceDepth++;
  try {
    return fn();
  } finally {
    inferenceDepth--;
  }
}

/** What the innermost `recordedBy` has seen so far. */
let seen: Set<Tensor> | null = null;

/** Runs `fn` and tells which nodes it recorded. */
export function recordedBy<T>(fn: () => T): { result: T; nodes: ReadonlySet<Tensor> } {
  const outer = seen;
  const nodes = new Set<Tensor>();
  seen = nodes;
  try {
    return { result: fn(), nodes };
  } finally {
    seen = outer;
    if (outer !== null) for (const node of nodes) outer.add(node);
  }
}

/** Records `op` on inputs that `operand` has prepared. */
export function record(
  op: Op,
  inputs: readonly Tensor[],
  shape: Shape,
  dtype: DType,
  attrs: readonly number[] = NO_NUMBERS,
  scalars: readonly number[] = NO_NUMBERS,
): Tensor {
  let flags = op.opaque ? OPAQUE : 0;
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]!;
    flags |= input.flags & INHERITED;
    if (input.clock === clock.now || input.op.lowering.kind === 'leaf') continue;
    if (isStored(input))
      flags |= input.flags & NEEDS_GRAD ? OPAQUE : 0; // the walk of a run stops there, a gradient goes on
    else {
      checkFresh(op.name, input);
      flags |= SUSPECT;
    }
  }
  if (inferenceDepth > 0) flags &= ~NEEDS_GRAD;
  const node = new Tensor(op, inputs, shape, dtype, attrs, scalars, flags, clock.now);
  seen?.add(node);
  return node;
}

/** The node that an operand stands for now: a variable's newest value, a number as a runtime scalar. */
export function operand(op: string, value: unknown, like: DType = 'f32'): Tensor {
  if (value instanceof Tensor) {
    const node = value instanceof Parameter ? value.read() : value;
    if (node.flags & (DISPOSED | STALE)) checkUsable(op, node);
    return node;
  }
  if (typeof value === 'number') return numberTensor(value, numberDType(value, like), clock.now);
  throw new ArgumentError(op, `expects a Tensor or a number, got ${describe(value)}`, { value });
}

/** A number takes its partner's dtype, but a fraction makes integers f32. */
function numberDType(value: number, like: DType): DType {
  if (like === 'f32' || like === 'bf16' || like === 'f16') return like;
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 'i32' : 'f32';
}

function checkUsable(op: string, node: Tensor): void {
  if (node.flags & DISPOSED) throw new DisposedError(op, 'the tensor was disposed');
  throw staleError(op, node);
}

const staleError = (op: string, node: Tensor): StaleError =>
  new StaleError(
    op,
    `this was recorded from ${node.variable?.label() ?? 'a variable'}, which has been overwritten since, and was not computed before; ` +
      'ask for it before step() (then await after), or record it anew',
    { cause: node.variable?.failure ?? undefined },
  );

/** Throws a StaleError when `root` can't be computed any more; else remembers that it was looked at. */
export function checkFresh(op: string, root: Tensor): void {
  const visit = ++clock.visit;
  const stack = [root];
  root.visit = visit;
  while (stack.length) {
    const node = stack.pop()!;
    if (node.op === VARIABLE ? node.flags & STALE : node.flags & DISPOSED) checkUsable(op, node);
    if (isStored(node) || node.op === NUMBER) continue;
    for (const input of node.inputs) {
      if (input.visit === visit) continue;
      input.visit = visit;
      stack.push(input);
    }
  }
}
