// Unrelated requests of one stretch become separate Programs, so that one caller's failure never rejects another's promise.
import { inputsOf, isLeaf } from './key.js';
import { VARIABLE } from './op.js';
import type { StepNode } from './step.js';
import type { Ask } from './stretch.js';
import { NEEDS_GRAD, type Tensor } from './tensor.js';
import type { Parameter } from './variable.js';
import { topological } from './walk.js';

/** Related are requests that share a node to compute, or a variable that one of them writes. */
export function groupsOf(asks: readonly Ask[]): Ask[][] {
  const parent = asks.map((_, i) => i);
  const find = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
    return i;
  };
  const owner = new Map<Tensor, number>();
  const readers = new Map<Parameter, number[]>();
  const writers = new Map<Parameter, number>();
  asks.forEach((ask, i) => {
    if (ask.variable) noteWriter(ask.variable, i);
    for (const node of topological([ask.root], inputsOf)) {
      if (node.op === VARIABLE) {
        const list = readers.get(node.variable!);
        if (list) list.push(i);
        else readers.set(node.variable!, [i]);
      } else if (node.op.lowering.kind !== 'leaf' && node.bytes === null && node.storage === null && node.flight === null) {
        const before = owner.get(node);
        if (before === undefined) owner.set(node, i);
        else parent[find(i)] = find(before);
      }
      if (node.op.lowering.kind === 'update') for (const variable of (node as StepNode).updater.index.keys()) noteWriter(variable, i);
    }
  });
  function noteWriter(variable: Parameter, i: number): void {
    const before = writers.get(variable);
    if (before === undefined) writers.set(variable, i);
    else parent[find(i)] = find(before);
  }
  for (const [variable, i] of writers) for (const reader of readers.get(variable) ?? []) parent[find(reader)] = find(i);
  const groups = new Map<number, Ask[]>();
  asks.forEach((ask, i) => {
    const root = find(i);
    const group = groups.get(root);
    if (group) group.push(ask);
    else groups.set(root, [ask]);
  });
  return [...groups.values()].flatMap(firstValuesApart);
}

/** First values go ahead, unless the rest shares their work: else a failure beside them would leave variables that never had a value. */
function firstValuesApart(asks: readonly Ask[]): Ask[][] {
  // A step's gradient may still have to pass through a value that was computed from parameters.
  const isFirst = ({ variable, root }: Ask): boolean => variable !== null && !variable.settled && !(root.inputs[0]!.flags & NEEDS_GRAD);
  const firsts = asks.filter(isFirst);
  const rest = asks.filter((ask) => !isFirst(ask));
  if (firsts.length === 0 || rest.length === 0) return [[...asks]];
  const roots = new Set(firsts.map(({ root }) => root));
  const own = new Set(topological([...roots], inputsOf));
  const read = topological(
    rest.map(({ root }) => root),
    (node) => (roots.has(node) ? [] : inputsOf(node)),
  );
  const shared = read.some((node) => own.has(node) && !roots.has(node) && !isLeaf(node));
  return shared ? [[...asks]] : [...groupsOf(firsts), rest];
}
