// Weight gradients that an optimizer's update computes itself, a few rows at a time: they go from the product's tiles to the update while
// they are hot, never through memory.
import type { Group } from './fuse.js';
import type { Graph, Update } from './graph.js';
import { isLeaf } from './key.js';
import { isAfter } from './step.js';
import type { Tensor } from './tensor.js';

const FEWEST = 1 << 18; // values of a gradient that is worth it: smaller ones stay in the caches anyway
const COLUMNS = 4096; // at most: several rows fit a core's cache
const RIGHT = 1 << 17; // values of the right operand, which is read again for every few rows

/** The products that are gradients of one step and that nobody else reads. */
export function ownProducts(
  graph: Graph,
  users: readonly Tensor[][],
  kept: ReadonlySet<Tensor>,
  groups: ReadonlyMap<Tensor, Group>,
): Set<Tensor> {
  const products = new Set<Tensor>();
  for (const update of graph.updates.values()) {
    if (!readsOnce(update)) continue;
    for (const { grad } of update.segments) {
      const node = graph.resolve(grad);
      if (graph.nodes[node.index] !== node || isLeaf(node) || kept.has(node)) continue;
      const isAlone = (groups.get(node)?.members.length ?? 1) === 1 && users[node.index]!.length === 1;
      if (isAlone && isSuitable(node, graph)) products.add(node);
    }
  }
  return products;
}

/** A norm, and what depends on it, need all gradients before the update begins. */
const readsOnce = ({ condition, scale, norm }: Update): boolean => !condition && !scale && !norm;

function isSuitable(node: Tensor, graph: Graph): boolean {
  if (node.op.name !== 'matmul' || node.shape.length !== 2) return false;
  const [rows, columns] = node.shape as [number, number];
  const depth = node.inputs[0]!.shape[1]!;
  if (rows * columns < FEWEST || columns > COLUMNS || columns < 16 || depth === 0 || depth * columns > RIGHT) return false;
  return node.inputs.every((operand) => !isVariable(operand, graph));
}

/** Whether a value lies in a variable, which the same update may overwrite. */
function isVariable(operand: Tensor, graph: Graph): boolean {
  let node = graph.resolve(operand);
  while (!isLeaf(node) && node.op.lowering.kind === 'view') node = graph.resolve(node.inputs[0]!);
  return node.variable !== null || isAfter(node);
}
