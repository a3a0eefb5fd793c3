// Plans: compiled Programs with what a run must bind, cached by structure. A hit costs one comparison; a miss compiles.
import { type Encoded, Encoder } from './encode.js';
import { Graph } from './graph.js';
import { isLeaf, type Request, type Structure, sameKey } from './key.js';
import { Lowering } from './lower.js';
import { native } from './native.js';
import { NUMBER } from './op.js';
import { layOut, schedule, stepsToDefer } from './schedule.js';
import type { StepNode, Updater } from './step.js';
import type { Storage } from './storage.js';
import type { Tensor } from './tensor.js';
import type { Parameter } from './variable.js';

/** Where a leaf's Storage comes from at each run. */
type Binding =
  | { kind: 'node'; index: number }
  | { kind: 'result'; index: number }
  | { kind: 'variable'; index: number; request: number }
  | { kind: 'state'; updater: Updater; owner: number; state: number }
  | { kind: 'fixed'; variable: Parameter };

export interface Plan {
  readonly key: Int32Array;
  readonly program: number;
  readonly nanoseconds: number;
  readonly scalars: Float64Array;
  readonly handles: Int32Array;
  readonly input: Uint8Array;
  readonly outputBytes: number;
  readonly results: Encoded['results'];
  readonly commands: readonly string[];
  /** Walk positions of the variable leaves that the run overwrites. */
  readonly writtenLeaves: readonly number[];
  readonly bindings: readonly Binding[];
  readonly inputs: readonly { index: number; offset: number }[];
  readonly bytes: number;
}

interface Assignment extends Request {
  readonly variable: Parameter | null;
}

const LIMIT = 64 * 2 ** 20; // bytes of Programs kept
const cache = new Map<number, Plan[]>();
/** In order of last use: the first is the next to go. */
const recent = new Set<Plan>();
let cachedBytes = 0;
let compiled = 0;

export const planCounts = (): { count: number; bytes: number; compiled: number } => ({ count: recent.size, bytes: cachedBytes, compiled });

export function planFor(structure: Structure, requests: readonly Assignment[]): Plan {
  const bucket = cache.get(structure.hash);
  if (bucket)
    for (const plan of bucket)
      if (sameKey(plan.key, structure.key)) {
        if (recent.size > 1) {
          recent.delete(plan);
          recent.add(plan);
        }
        return plan;
      }
  const plan = compile(structure, requests);
  if (bucket) bucket.push(plan);
  else cache.set(structure.hash, [plan]);
  recent.add(plan);
  cachedBytes += plan.bytes;
  while (cachedBytes > LIMIT && recent.size > 1) evict(recent.values().next().value!);
  return plan;
}

function evict(plan: Plan): void {
  recent.delete(plan);
  cachedBytes -= plan.bytes;
  native().release(plan.program);
  for (const [hash, bucket] of cache) {
    const at = bucket.indexOf(plan);
    if (at < 0) continue;
    bucket.splice(at, 1);
    if (bucket.length === 0) cache.delete(hash);
    return;
  }
}

/** Gives this run's leaves, small inputs and scalars to the plan's arrays, which native code copies. */
export function bind(plan: Plan, { nodes, scalars }: Structure, results: readonly Storage[], requests: readonly Assignment[]): void {
  plan.scalars.set(scalars);
  for (const { index, offset } of plan.inputs) plan.input.set(nodes[index]!.bytes!, offset);
  const { handles, bindings } = plan;
  for (let i = 0; i < bindings.length; i++) {
    const storage = storageOf(bindings[i]!, nodes, results, requests);
    handles[2 * i] = storage.slot;
    handles[2 * i + 1] = storage.generation;
  }
}

function storageOf(binding: Binding, nodes: readonly Tensor[], results: readonly Storage[], requests: readonly Assignment[]): Storage {
  switch (binding.kind) {
    case 'node': {
      const node = nodes[binding.index]!;
      return (node.variable ?? node).storage!;
    }
    case 'result':
      return results[binding.index]!;
    case 'variable':
      return requests[binding.request]!.variable!.storage!;
    case 'state': {
      const owner = nodes[binding.owner]!.variable!;
      const { updater, state } = binding;
      const place = updater.index.get(owner)!;
      return (state < 0 ? updater.accumulated(place) : updater.states(place)[state]!).storage!;
    }
    case 'fixed':
      return binding.variable.storage!;
  }
}

function compile(structure: Structure, requests: readonly Assignment[]): Plan {
  compiled++;
  const { nodes, results } = structure;
  const scalarBase = new Map<readonly number[], number>();
  let scalarCount = 0;
  for (const node of nodes) {
    if (isLeaf(node) && node.op !== NUMBER) continue;
    scalarBase.set(node.scalars, scalarCount);
    scalarCount += node.scalars.length;
  }
  const walkIndex = new Map(nodes.map((node, i) => [node, i]));
  const graph = new Graph(nodes, requests.map((r) => r.root).concat(results));
  const assigns = requests.filter((r) => r.kind === 'assign').map(({ root, variable }) => ({ root, variable: variable! }));
  const deferred = new Set<StepNode>();
  let lowering = new Lowering(graph, { results, assigns }, deferred);
  let order = schedule(lowering.units);
  for (let late = stepsToDefer(order); late.length; late = stepsToDefer(order)) {
    for (const step of late) deferred.add(step);
    lowering = new Lowering(graph, { results, assigns }, deferred);
    order = schedule(lowering.units);
  }
  const workspace = layOut(lowering, order);
  const encoded = new Encoder(graph, lowering, order, workspace, scalarBase, scalarCount, results).encode();
  nodes.forEach((node, i) => (node.index = i));

  const bindings = encoded.leaves.map((home) => bindingOf(home, graph, walkIndex, encoded, requests));
  const scalars = new Float64Array(scalarCount + encoded.constants.length);
  scalars.set(encoded.constants, scalarCount);
  const program = native().compile(encoded.program);
  const written = new Set<Parameter>(lowering.written());
  return {
    key: structure.key.slice(),
    program,
    nanoseconds: native().cost(program),
    scalars,
    handles: new Int32Array(2 * bindings.length),
    input: new Uint8Array(encoded.inputBytes),
    outputBytes: encoded.outputBytes,
    results: encoded.results,
    commands: encoded.commands,
    writtenLeaves: nodes.flatMap((node, i) =>
      node.variable !== null && isLeaf(node) && node.bytes === null && written.has(node.variable) ? [i] : [],
    ),
    bindings,
    inputs: encoded.inputs.map(({ node, offset }) => ({ index: walkIndex.get(node)!, offset })),
    bytes: encoded.program.byteLength * 3 + structure.key.byteLength + 1024,
  };
}

function bindingOf(
  home: Encoded['leaves'][number],
  graph: Graph,
  walkIndex: ReadonlyMap<Tensor, number>,
  encoded: Encoded,
  requests: readonly Assignment[],
): Binding {
  if (home.kind === 'result') return { kind: 'result', index: encoded.results.slice(0, home.index).filter((r) => !r.small).length };
  if (home.kind !== 'variable') return { kind: 'node', index: walkIndex.get(home.node)! };
  const { variable } = home;
  for (const [node, index] of walkIndex) if (node.variable === variable) return { kind: 'node', index };
  const request = requests.findIndex((r) => r.variable === variable);
  if (request >= 0) return { kind: 'variable', index: 0, request };
  for (const { step, segments, commits } of graph.updates.values()) {
    if (step.updater.stepCount === variable) return { kind: 'fixed', variable };
    for (const owner of [...segments.map((s) => s.variable), ...ownersOf(step, commits)]) {
      const place = step.updater.index.get(owner)!;
      const ownerIndex = [...walkIndex].find(([node]) => node.variable === owner)?.[1];
      if (ownerIndex === undefined) continue;
      const state = step.updater.states(place).indexOf(variable);
      if (state >= 0) return { kind: 'state', updater: step.updater, owner: ownerIndex, state };
      if (step.attrs[0] !== 0 && step.updater.accumulated(place) === variable)
        return { kind: 'state', updater: step.updater, owner: ownerIndex, state: -1 };
    }
  }
  return { kind: 'fixed', variable };
}

/** The parameters whose accumulated gradients a step touches. */
function ownersOf(step: StepNode, commits: readonly { variable: Parameter }[]): Parameter[] {
  if (commits.length === 0) return [];
  return [...step.updater.index.keys()].filter((p) =>
    commits.some((c) => c.variable === step.updater.accumulated(step.updater.index.get(p)!)),
  );
}
