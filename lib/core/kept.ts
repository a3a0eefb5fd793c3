// How long a stored tensor keeps its record: not at all where no gradient can need it, else until a variable in it is overwritten.
import { LEAF, VARIABLE } from './op.js';
import { clock } from './record.js';
import { FORGOTTEN, NEEDS_GRAD, NO_INPUTS, STALE, type Tensor } from './tensor.js';

/** Stored tensors that keep their record for gradients, until a variable in it is overwritten. */
let keeping: WeakRef<Tensor>[] = [];

/** A tensor has been stored, by a run that overwrites variables or not: drops its record unless gradients may need it. */
export function dropRecord(tensor: Tensor, overwrites: boolean): void {
  if (tensor.flags & NEEDS_GRAD && !overwrites) {
    keeping.push(new WeakRef(tensor));
    if (keeping.length > 1000 && keeping.length % 1000 === 0) keeping = keeping.filter((ref) => ref.deref() !== undefined);
    return;
  }
  forget(tensor);
}

function forget(tensor: Tensor): void {
  if (tensor.op === VARIABLE) return;
  if (tensor.inputs.length > 0) tensor.flags |= FORGOTTEN;
  tensor.op = LEAF;
  tensor.inputs = NO_INPUTS;
}

/** Variables have been overwritten: drops the records that lead to their old values. */
export function dropStaleRecords(): void {
  if (keeping.length === 0) return;
  keeping = keeping.filter((ref) => {
    const tensor = ref.deref();
    if (tensor === undefined) return false;
    if (!recordIsStale(tensor)) return true;
    forget(tensor);
    return false;
  });
}

function recordIsStale(root: Tensor): boolean {
  const visit = ++clock.visit;
  const stack = [root];
  while (stack.length) {
    const node = stack.pop()!;
    if (node.flags & STALE) return true;
    for (const input of node.inputs)
      if (input.visit !== visit) {
        input.visit = visit;
        stack.push(input);
      }
  }
  return false;
}
