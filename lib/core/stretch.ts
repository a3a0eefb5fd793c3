// One stretch, one run: gathers what is asked for between two awaits, submits it at the end of the microtask, and settles what came of it.

import { detachOp } from './detach.js';
import type { TypedArray } from './dtype.js';
import { DisposedError, type HebbError, StaleError } from './errors.js';
import {
  attach,
  claim,
  Flight,
  failing,
  failuresSeen,
  landing,
  launch,
  lost,
  owe,
  roomInQueue,
  voidAssignments,
  wordFault,
} from './flight.js';
import { groupsOf } from './groups.js';
import { dropRecord, dropStaleRecords } from './kept.js';
import { type Request, type Structure, structureOf } from './key.js';
import { native } from './native.js';
import { VARIABLE } from './op.js';
import { bind, type Plan, planCounts, planFor } from './plan.js';
import { clock, operand, record } from './record.js';
import { clearPendingSteps, type StepNode } from './step.js';
import { allocate, type Storage } from './storage.js';
import { asking, bytesOf, DISPOSED, MARKED, NO_INPUTS, STALE, SUSPECT, type Tensor, viewOf } from './tensor.js';
import { wayOfRun } from './turn.js';
import { assignedOp, type Parameter, variableHooks } from './variable.js';
import { noteCompilation, sites, warnAgain } from './warnings.js';

export interface Ask extends Request {
  readonly variable: Parameter | null;
  readonly resolve: ((outcome?: Promise<never>) => void) | null;
  /** Where it was asked, for nodes that an earlier run may have executed. */
  readonly site: Error | null;
}

let open: Ask[] = [];
let scheduled = false;
let assigns = 0;
let retried = false;

/**
 * Submits the open assignments of variables that `own` names, because a step is about to work on their memory. First values go alone, so
 * that the rest of the stretch still shares one run with the step; a later value takes the whole stretch along, whose requests may read the old one.
 */
export function settleAssignments(own: (variable: Parameter) => boolean): void {
  if (assigns === 0) return;
  const mine = open.filter((ask) => ask.variable !== null && own(ask.variable));
  if (mine.length === 0) return;
  if (mine.some((ask) => ask.variable!.settled)) return flush();
  const rest = open.filter((ask) => !mine.includes(ask));
  open = mine;
  flush();
  open = [...open, ...rest];
  assigns = open.filter((ask) => ask.kind === 'assign').length;
  if (open.length && !scheduled) {
    scheduled = true;
    void microtask.then(flush);
  }
}

function push(ask: Ask): void {
  open.push(ask);
  if (scheduled) return;
  scheduled = true;
  void microtask.then(flush);
}

/** Cheaper than queueMicrotask, which makes an async resource each time. */
const microtask = Promise.resolve();

function siteOf(root: Tensor): Error | null {
  return sites.wanted > 0 || root.flags & SUSPECT || root.clock !== clock.now ? new Error('asked here') : null;
}

/** Asks for a tensor; resolves once its value is stored. */
function store(root: Tensor): Promise<void> {
  if (root.flight !== null) {
    const { waiters } = root.flight;
    root.flight.told = true;
    return new Promise((resolve) => waiters.push({ resolve, reject: (error) => resolve(failing(error)) }));
  }
  const site = siteOf(root);
  return new Promise((resolve) => push({ root, kind: 'store', variable: null, resolve, site }));
}

/** Asks for a step; resolves when it has been submitted and there is room in the queue. */
export function askStep(node: StepNode): Promise<void> {
  const site = node.loss === null ? null : siteOf(node.loss);
  return new Promise((resolve) => push({ root: node, kind: 'step', variable: null, resolve, site }));
}

variableHooks.assign = (variable, root) => {
  assigns++;
  push({ root, kind: 'assign', variable, resolve: null, site: null });
};

variableHooks.claim = claim;

/** Submits what has been asked for so far. */
export function flush(): void {
  scheduled = false;
  if (open.length === 0) return;
  const asks = withoutSuperseded(open);
  open = [];
  assigns = 0;
  clock.now++;
  clearPendingSteps();
  const groups = asks.length === 1 ? [asks] : groupsOf(asks);
  for (let i = 0; i < groups.length; i++) {
    const wait = submit(groups[i]!);
    if (wait === null) continue;
    // Something small that this group reads is still on its way to JS: the rest of the stretch waits for it.
    open = [...groups.slice(i).flat(), ...open];
    assigns = open.filter((ask) => ask.kind === 'assign').length;
    scheduled = true;
    wait(flush);
    return;
  }
}

/** Of several assignments of a variable only the last is carried out. */
function withoutSuperseded(asks: readonly Ask[]): readonly Ask[] {
  if (assigns < 2) return asks;
  const last = new Map<Parameter, Ask>();
  for (const ask of asks) if (ask.variable) last.set(ask.variable, ask);
  return asks.filter((ask) => ask.variable === null || last.get(ask.variable) === ask);
}

type Wait = (then: () => void) => void;

/** Runs one group. Returns null, or how to wait when it can't be submitted yet. */
function submit(asks: readonly Ask[]): Wait | null {
  for (;;) {
    const structure = structureOf(asks);
    const { blocked, stale } = structure;
    if (stale !== null) {
      rejectAll(asks, staleError(stale), lost.has(stale));
      return null;
    }
    if (blocked !== null) {
      const { waiters } = blocked.flight!;
      return (then) => waiters.push({ resolve: then, reject: then });
    }
    for (const node of structure.again) {
      const first = asks.find((ask) => ask.site);
      warnAgain(node, first?.site ?? null, first?.kind === 'step');
    }
    const results: Storage[] = [];
    try {
      const compiled = planCounts().compiled;
      const plan = planFor(structure, asks);
      if (planCounts().compiled !== compiled) noteCompilation(asks.find((ask) => ask.site)?.site ?? null);
      else if (sites.wanted > 0) sites.wanted--;
      for (const { bytes, small } of plan.results) if (!small) results.push(allocate('run', bytes));
      execute(plan, structure, asks, results);
      retried = false;
    } catch (error) {
      if ((error as HebbError).code === 'HEBB_MEMORY' && !retried) {
        retried = true;
        return (then) => void setImmediate(then);
      }
      retried = false;
      rejectAll(asks, error as Error);
    }
    return null;
  }
}

const staleError = (leaf: Tensor): Error =>
  lost.get(leaf) ??
  (leaf.flags & DISPOSED
    ? new DisposedError('run', 'a tensor that this needs was disposed')
    : new StaleError(
        'run',
        `this was recorded from ${leaf.variable?.label()}, which has been overwritten since; ask for it before step() and await after`,
        {
          cause: leaf.variable?.failure ?? undefined,
        },
      ));

function rejectAll(asks: readonly Ask[], error: Error, told = false): void {
  for (const ask of asks) {
    if (ask.resolve) {
      ask.resolve(failing(error));
      told = true;
    }
    if (ask.variable) {
      voidAssignment(ask.variable, error);
      ask.variable.unread ??= error;
    }
  }
  if (!told) owe(error);
}

function execute(plan: Plan, structure: Structure, asks: readonly Ask[], results: readonly Storage[]): void {
  const { nodes } = structure;
  attach();
  bind(plan, structure, results, asks);
  const output = new Uint8Array(plan.outputBytes);
  const way = wayOfRun();
  const run = native().run(plan.program, plan.scalars, plan.handles, plan.input, output, way !== 'queue', failuresSeen.count);
  if (run < 0) {
    failuresSeen.count++;
    throw wordFault(native().fault(), plan.commands);
  }
  const flight = run > 0 ? new Flight(run, plan.nanoseconds, plan.commands, output) : null;

  for (let i = 0; i < nodes.length; i++) if (!isLeafOp(nodes[i]!)) nodes[i]!.flags |= MARKED;
  let large = 0;
  for (let i = 0; i < plan.results.length; i++) {
    const { offset, bytes, small } = plan.results[i]!;
    const tensor = structure.results[i]!;
    tensor.flags &= ~MARKED;
    if (!small) tensor.storage = results[large++]!;
    else if (flight === null) tensor.bytes = output.subarray(offset, offset + bytes);
    if (flight !== null) {
      tensor.flight = flight;
      flight.results.push({ tensor, small, offset, bytes });
    }
  }
  writeVariables(plan, structure, asks, flight);
  const overwrites = plan.writtenLeaves.length > 0 || structure.assigns;
  for (const tensor of structure.results) dropRecord(tensor, overwrites);
  if (overwrites) dropStaleRecords();

  if (flight !== null) {
    launch(flight);
    for (const ask of asks) {
      if (ask.kind === 'store') {
        const resolve = ask.resolve!;
        flight.waiters.push({ resolve, reject: (error) => resolve(failing(error)) });
      } else if (ask.kind === 'step') settleStep(ask, flight);
    }
  } else if (way === 'inline') resolveAll(asks);
  else setImmediate(resolveAll, asks);
}

function resolveAll(asks: readonly Ask[]): void {
  for (const ask of asks) ask.resolve?.();
}

/** The old values' leaves become stale; the newest recorded values become the leaves of the new versions. */
function writeVariables(plan: Plan, { nodes, assigns: recorded }: Structure, asks: readonly Ask[], flight: Flight | null): void {
  for (const index of plan.writtenLeaves) {
    const leaf = nodes[index]!;
    leaf.flags |= STALE;
    advance(leaf.variable!, flight);
  }
  for (const ask of asks) if (ask.kind === 'step') (ask.root as StepNode).after.forEach(settleVersion);
  if (!recorded) return;
  for (const ask of asks) {
    if (!ask.variable) continue;
    advance(ask.variable, flight);
    flight?.assigned.push(ask.variable);
  }
  for (const node of nodes) if (node.op === assignedOp) settleVersion(node);
}

const isLeafOp = (node: Tensor): boolean => node.op.lowering.kind === 'leaf';

/** A queued step resolves when the queue has room; a failure before that rejects it, a later one the optimizer's next step. */
function settleStep(ask: Ask, flight: Flight): void {
  let settled = false;
  flight.waiters.push({
    resolve: () => {},
    reject: (error) => {
      const { updater } = ask.root as StepNode;
      if (settled) {
        updater.failed ??= error;
        return false;
      }
      // A step before it may have failed first, and entailed this.
      const first = updater.failed;
      if (first) claim(first);
      updater.failed = null;
      ask.resolve!(failing(first ?? error));
      settled = true;
      return true;
    },
  });
  void roomInQueue().then(() => {
    if (settled) return;
    settled = true;
    ask.resolve!();
  });
}

function advance(variable: Parameter, flight: Flight | null): void {
  if (flight !== null) {
    flight.written.push(variable);
    if (!variable.settled) flight.first.push(variable);
  }
  variable.failure = null;
  variable.settled = true;
  variable.hold(null); // also where this Program didn't read it
  if (variable.newest?.op === VARIABLE && variable.newest.flags & STALE) variable.newest = null;
}

/** A recorded new value whose run was submitted is from now on the variable's value in memory. */
function settleVersion(node: Tensor): void {
  const variable = node.variable!;
  node.op = VARIABLE;
  node.inputs = NO_INPUTS;
  if (variable.newest === node) variable.hold(node);
  else node.flags |= STALE;
}

function voidAssignment(variable: Parameter, error: Error): void {
  if (variable.newest !== null) variable.newest.flags |= STALE;
  if (variable.newest !== null && variable.newest.op !== VARIABLE) {
    variable.newest.op = VARIABLE;
    variable.newest.inputs = NO_INPUTS;
  }
  variable.newest = null;
  variable.failure = error;
}

voidAssignments.of = (flight, error) => {
  for (const variable of flight.written) voidAssignment(variable, error);
  for (const variable of flight.first) variable.settled = false;
  for (const variable of flight.assigned) variable.unread ??= error;
};

/**
 * Computes and stores tensors in one run, so that later runs read them instead of computing them again.
 * @throws {HebbError} (as a rejection) what a computation fails with: an {IndexError}, a {MemoryError}, a {StaleError} ….
 * @example
 * const noise = randn([100, 100]);
 * await run(noise, noise.mean());
 */
export async function run(...tensors: Tensor[]): Promise<void> {
  await Promise.all(tensors.map((t) => settled(operand('run', t))));
}

const settled = (t: Tensor): Promise<void> | undefined => (isAtHand(t) || t.op === VARIABLE ? undefined : store(snapshot(t)));

/** A variable is read through a copy of its value at this moment: storing the value itself would give it a second home. */
function snapshot(t: Tensor): Tensor {
  const node = operand('data', t);
  return node.variable !== null ? record(detachOp, [node], node.shape, node.dtype) : node;
}

const isAtHand = (t: Tensor): boolean => t.bytes !== null || (t.storage !== null && t.flight === null);

asking.item = (t) => {
  try {
    const node = snapshot(t);
    if (node.bytes !== null) return Promise.resolve(viewOf(node, node.bytes)[0]!);
    return (isAtHand(node) ? values(node) : store(node).then(() => values(node))).then((data) => data[0]!);
  } catch (error) {
    return Promise.reject(error as Error);
  }
};

asking.data = async (t) => {
  const node = snapshot(t);
  if (!isAtHand(node)) await store(node);
  return (await values(node)).slice();
};

async function values(t: Tensor): Promise<TypedArray> {
  if (t.bytes !== null) return viewOf(t, t.bytes);
  if (t.storage === null) throw new DisposedError('data', 'the tensor was disposed');
  attach();
  const buffer = new ArrayBuffer(bytesOf(t));
  const run = native().readStorage(t.storage.slot, t.storage.generation, 0, buffer);
  if (run > 0) await landing(run);
  return viewOf(t, new Uint8Array(buffer));
}
