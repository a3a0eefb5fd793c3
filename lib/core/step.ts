// An optimizer's step as a node. It is recorded as "step of this loss" alone; its backward pass and update are recorded once, when the
// Program is compiled, so a cached training step costs JS no more than its forward pass.

import { gradients } from './autograd.js';
import { inputsOf } from './key.js';
import { newOp } from './op.js';
import { checkFresh, clock, record } from './record.js';
import { SCALAR } from './shape.js';
import { isStored, NEEDS_GRAD, NO_NUMBERS, OPAQUE, Tensor } from './tensor.js';
import { type Parameter, variableHooks } from './variable.js';
import { topological } from './walk.js';

/** How an update becomes a command: the optimizer's part of it. Buffers and scalars are numbers of the Program. */
export interface UpdateOperands {
  /** The scalar of hyper-parameter k (see `Updater.hyper`). */
  hyper(k: number): number;
  /** The buffer of the parameters' step counts. */
  readonly step: number;
  readonly condition: number;
  readonly scale: number;
  readonly norm: number;
  /** `gradient`: its buffer, or -1 and the product that it is. */
  readonly segments: readonly { place: number; count: number; param: number; gradient: readonly number[]; states: readonly number[] }[];
}

/** What the core needs of an optimizer. */
export interface Updater {
  readonly id: number;
  /** The place of each parameter. */
  readonly index: ReadonlyMap<Parameter, number>;
  /** The state variables of parameter i, in the order of the command's segment. */
  states(i: number): readonly Parameter[];
  /** The accumulated gradient of parameter i, where micro-batches are added up. */
  accumulated(i: number): Parameter;
  /** How many steps each parameter has taken, by its place. */
  readonly stepCount: Parameter;
  /** The place, within a step's `hyper` numbers, of the clipping norm. */
  readonly clipNormAt: number;
  readonly opcode: string;
  /** The error of a step that failed after its promise had resolved; the next step rejects with it. */
  failed: Error | null;
  args(operands: UpdateOperands): number[];
}

/** Structural bits of a step, in `attrs[0]`. */
export const ACCUMULATE = 1;
export const USES_ACCUMULATED = 2;
export const CLIP_NORM = 4;
export const SKIP_NON_FINITE = 8;

const stepOp = newOp('step', { kind: 'update' }, null);
/** A parameter's value after a step of the same stretch. */
const afterOp = newOp('after', { kind: 'alias' }, null);

/** Its value is the gradient norm. */
export class StepNode extends Tensor {
  /** Parameters of explicit gradients, or null: those that the loss reaches. `inputs` are the loss, such gradients and their parameters. */
  explicit: readonly Parameter[] | null = null;
  /** Values after this step that have been read in its own stretch. */
  readonly after: Tensor[] = [];
  private reached: Set<Parameter> | null = null;

  constructor(
    readonly updater: Updater,
    readonly loss: Tensor | null,
    inputs: readonly Tensor[],
    attrs: readonly number[],
    hyper: readonly number[],
  ) {
    super(stepOp, inputs, SCALAR, 'f32', attrs, hyper, 0, clock.now);
  }

  writes(variable: Parameter): boolean {
    if (!variable.requiresGrad || !this.updater.index.has(variable)) return false;
    if (this.explicit) return this.explicit.includes(variable);
    if (this.reached === null) {
      this.reached = new Set();
      for (const node of topological(this.inputs, inputsOf)) if (node.variable !== null) this.reached.add(node.variable);
    }
    return this.reached.has(variable);
  }
}

let pending: StepNode[] = [];

/** Records a step of `updater` on `loss`, or on ready gradients. */
export function recordStep(
  updater: Updater,
  what: { loss: Tensor } | { params: readonly Parameter[]; grads: readonly Tensor[] },
  structure: readonly number[],
  hyper: readonly number[],
): StepNode {
  let node: StepNode;
  if ('loss' in what) {
    const { loss } = what;
    if (loss.clock !== clock.now && !isStored(loss)) checkFresh('step', loss);
    if (loss.flags & OPAQUE || (loss.clock !== clock.now && leadsThroughStored(loss))) {
      // A user's gradient rule may read anything, and what lies behind a stored tensor is in no Program's key: recorded now.
      const own = [...updater.index.keys()].filter((p) => p.requiresGrad);
      const found = gradients(loss, own);
      const reached = own.filter((_, i) => found[i] !== null);
      node = new StepNode(updater, loss, [loss, ...found.filter((g) => g !== null), ...reached.map((p) => p.read())], structure, hyper);
      node.explicit = reached;
    } else node = new StepNode(updater, loss, [loss], structure, hyper);
  } else {
    node = new StepNode(updater, null, [...what.grads, ...what.params.map((p) => p.read())], structure, hyper);
    node.explicit = what.params;
  }
  if (!(structure[0]! & ACCUMULATE)) {
    pending.push(node);
    variableHooks.pendingSteps = pending.length;
  }
  return node;
}

/** Whether a gradient's path leads on behind a tensor that was stored since it was recorded. */
const leadsThroughStored = (loss: Tensor): boolean =>
  topological([loss], (node) => node.inputs).some((node) => node.inputs.length > 0 && node.flags & NEEDS_GRAD && isStored(node));

variableHooks.afterStep = (variable, newest) => {
  if (newest.op === afterOp && newest.inputs[0] === pending[pending.length - 1]) return null;
  for (let i = pending.length - 1; i >= 0; i--) {
    const step = pending[i]!;
    if (newest.op === afterOp && newest.inputs[0] === step) return null;
    if (!step.writes(variable)) continue;
    const after = record(afterOp, [step, newest], variable.shape, variable.dtype, NO_NUMBERS);
    after.variable = variable;
    after.flags = newest.flags & ~OPAQUE;
    variable.newest = after;
    step.after.push(after);
    return after;
  }
  return null;
};

export const isAfter = (node: Tensor): boolean => node.op === afterOp;

/** Called when a stretch is submitted: its steps are no longer pending. */
export function clearPendingSteps(): void {
  pending = [];
  variableHooks.pendingSteps = 0;
}

export const hasPendingStep = (updater: Updater): boolean => pending.some((step) => step.updater === updater);
