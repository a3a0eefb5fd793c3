// The one walk over recorded nodes: depth first, inputs before their users, without recursion.
import { clock } from './record.js';
import type { Tensor } from './tensor.js';

// Reused by every walk: none is entered from within another.
const stack: Tensor[] = [];
const next: number[] = [];

/** The nodes that `roots` depend on, inputs first. `enter` says whether to look at a node at all; `node.visit` marks those seen. */
export function topological(
  roots: readonly Tensor[],
  inputsOf: (node: Tensor) => readonly Tensor[],
  enter?: (node: Tensor) => boolean,
): Tensor[] {
  const visit = ++clock.visit;
  const order: Tensor[] = [];
  for (const root of roots) {
    if (root.visit === visit) continue;
    root.visit = visit;
    stack.push(root);
    next.push(0);
    while (stack.length) {
      const top = stack.length - 1;
      const node = stack[top]!;
      const inputs = inputsOf(node);
      if (next[top]! < inputs.length) {
        const input = inputs[next[top]!++]!;
        if (input.visit === visit) continue;
        input.visit = visit;
        if (enter && !enter(input)) continue;
        stack.push(input);
        next.push(0);
      } else {
        order.push(node);
        stack.pop();
        next.pop();
      }
    }
  }
  return order;
}
