// The structure of a group of requests as a list of integers: the Program cache's key. One walk yields key, leaves and runtime scalars.
import { dtypeCode } from './dtype.js';
import { LEAF, NUMBER, VARIABLE } from './op.js';
import { clock } from './record.js';
import { ACCUMULATE, type StepNode } from './step.js';
import { DISPOSED, LOST, MARKED, STALE, type Tensor } from './tensor.js';
import { topological } from './walk.js';

/** What one group of requests asks for. */
export interface Request {
  readonly root: Tensor;
  readonly kind: 'store' | 'assign' | 'step';
}

export interface Structure {
  /** Nodes in walk order; leaves among them. */
  readonly nodes: Tensor[];
  readonly key: Int32Array;
  readonly hash: number;
  readonly scalars: number[];
  /** What will be stored: requests, and nodes that an earlier run computed but didn't store. */
  readonly results: Tensor[];
  /** Among the results: those stored because they were marked. */
  readonly again: Tensor[];
  /** A leaf whose small value is still on its way, and one that can't be had any more. */
  readonly blocked: Tensor | null;
  readonly stale: Tensor | null;
  /** Whether the nodes hold new values of variables: assignments, values after a step. */
  readonly assigns: boolean;
}

let buffer = new Int32Array(1024);
let length = 0;

function push(value: number): void {
  if (length === buffer.length) {
    const larger = new Int32Array(2 * length);
    larger.set(buffer);
    buffer = larger;
  }
  buffer[length++] = value;
}

/** Whether a walk stops here: the value is at hand or will be. */
export const isLeaf = (node: Tensor): boolean =>
  node.bytes !== null || node.storage !== null || node.flight !== null || node.op.lowering.kind === 'leaf';

const NONE: readonly Tensor[] = [];
export const inputsOf = (node: Tensor): readonly Tensor[] => (isLeaf(node) ? NONE : node.inputs);

const isCheap = (node: Tensor): boolean =>
  node.op.lowering.kind === 'alias' || node.op.lowering.kind === 'view' || node.op.lowering.kind === 'pick';

/** Walks what the requests need; throws nothing. */
export function structureOf(requests: readonly Request[]): Structure {
  const nodes = topological(
    requests.map((r) => r.root),
    inputsOf,
  );
  const scalars: number[] = [];
  const results: Tensor[] = [];
  const again: Tensor[] = [];
  let blocked: Tensor | null = null;
  let stale: Tensor | null = null;
  let assigns = false;
  length = 0;
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!;
    node.index = i;
    if (isLeaf(node)) {
      pushLeaf(node, scalars);
      if (node.flags & (STALE | DISPOSED | LOST)) stale = node;
      else if (node.flight !== null && node.bytes === null && node.storage === null) blocked = node;
      continue;
    }
    const { op, inputs, attrs } = node;
    push(op.id);
    for (let k = 0; k < inputs.length; k++) push(inputs[k]!.index);
    push(attrs.length);
    for (let k = 0; k < attrs.length; k++) push(attrs[k]!);
    for (let k = 0; k < node.scalars.length; k++) scalars.push(node.scalars[k]!);
    if (node.variable !== null) assigns = true;
    if (op.lowering.kind === 'update') pushStep(node as StepNode, nodes, i);
    else if (node.flags & MARKED && !isCheap(node)) {
      results.push(node);
      again.push(node);
    }
  }
  const resultVisit = ++clock.visit;
  for (const node of results) node.visit = resultVisit;
  for (const { root, kind } of requests) {
    push(kind === 'store' ? 1 : kind === 'assign' ? 2 : 3);
    push(root.index);
    if (kind === 'assign' || root.visit === resultVisit) continue;
    root.visit = resultVisit;
    if (kind === 'store' || !((root as StepNode).attrs[0]! & ACCUMULATE)) results.push(root);
    if (kind === 'step') {
      const loss = (root as StepNode).loss;
      if (loss !== null && loss.visit !== resultVisit && !isLeaf(loss)) {
        loss.visit = resultVisit;
        results.push(loss);
      }
    }
  }
  for (const node of again) push(node.index);
  const key = buffer.subarray(0, length);
  return { nodes, key, hash: hashOf(key), scalars, results, again, blocked, stale, assigns };
}

function pushLeaf(node: Tensor, scalars: number[]): void {
  const { shape } = node;
  if (node.op === NUMBER) {
    push(NUMBER.id);
    push(dtypeCode[node.dtype]);
    scalars.push(node.scalars[0]!);
    return;
  }
  const variable = node.op === VARIABLE;
  push(variable ? VARIABLE.id : LEAF.id);
  push((dtypeCode[node.dtype] << 5) | (node.bytes !== null ? 16 : 0) | shape.length);
  for (let k = 0; k < shape.length; k++) push(shape[k]!);
}

/** Which of the variables seen so far the step's optimizer owns, and their places: the same graph over other owners is another Program. */
function pushStep(step: StepNode, nodes: readonly Tensor[], end: number): void {
  push(step.updater.id);
  for (let k = 0; k < end; k++) {
    const { variable } = nodes[k]!;
    if (variable === null || nodes[k]!.op.lowering.kind === 'alias') continue;
    push(k);
    push(variable.requiresGrad ? (step.updater.index.get(variable) ?? -1) : -1);
  }
  push(-1);
}

function hashOf(key: Int32Array): number {
  let hash = key.length;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key[i]!, 0x01000193);
  return hash;
}

export function sameKey(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
