// The graph of one Program while it is compiled: nodes in order, steps expanded into backward pass and update, aliases looked through.

import { gradients } from './autograd.js';
import { add, cast, mul, sumTo, transposeOp } from './basic.js';
import { ArgumentError } from './errors.js';
import { clipScale, finiteCondition, normOp } from './guard.js';
import { isLeaf } from './key.js';
import { NUMBER } from './op.js';
import { clock, record } from './record.js';
import { SCALAR, sameShape } from './shape.js';
import { ACCUMULATE, CLIP_NORM, isAfter, SKIP_NON_FINITE, type StepNode, USES_ACCUMULATED } from './step.js';
import { numberTensor, type Tensor } from './tensor.js';
import type { Parameter } from './variable.js';
import { topological } from './walk.js';

/** What a step became: gradients and their parameters, and the scalars that steer the update. */
export interface Update {
  readonly step: StepNode;
  readonly segments: readonly { variable: Parameter; param: Tensor; grad: Tensor; place: number }[];
  readonly condition: Tensor | null;
  readonly scale: Tensor | null;
  /** The gradient norm, where clipping or skipping needs it before the update; else the update computes it. */
  readonly norm: Tensor | null;
  /** Assignments beside the update: accumulated gradients. */
  readonly commits: readonly { variable: Parameter; value: Tensor }[];
}

/** The tensor that a transposition shows when it undoes another one, else null. */
function turnedBack(node: Tensor): Tensor | null {
  if (node.op !== transposeOp || isLeaf(node)) return null;
  const inner = node.inputs[0]!;
  const undone = inner.op === transposeOp && !isLeaf(inner) && node.attrs.every((axis, i) => inner.attrs[axis] === i);
  return undone ? inner.inputs[0]! : null;
}

export class Graph {
  readonly nodes: Tensor[];
  readonly updates = new Map<StepNode, Update>();
  /** Numbers whose value is a step's hyper-parameter. */
  readonly hyper = new Map<Tensor, { step: StepNode; k: number }>();

  constructor(recorded: readonly Tensor[], roots: readonly Tensor[]) {
    for (const node of recorded)
      if (node.op.lowering.kind === 'update' && !isLeaf(node))
        this.updates.set(node as StepNode, this.expandStep(node as StepNode, recorded));
    const extra = [...this.updates.values()].flatMap((u) => u.commits.map((c) => c.value));
    this.nodes = topological([...roots, ...extra], (node) => this.inputsOf(node));
    this.nodes.forEach((node, i) => (node.index = i));
  }

  inputsOf(node: Tensor): readonly Tensor[] {
    if (isLeaf(node)) return [];
    const update = this.updates.get(node as StepNode);
    if (!update) {
      const turned = turnedBack(node);
      return turned ? [turned] : node.inputs;
    }
    const { segments, condition, scale, norm, step } = update;
    const needed: Tensor[] = [];
    if (step.loss) needed.push(step.loss);
    for (const { param, grad } of segments) needed.push(param, grad);
    for (const t of [condition, scale, norm]) if (t) needed.push(t);
    const steps = [...this.updates.keys()];
    const earlier = steps.slice(0, steps.indexOf(step)).findLast((s) => s.updater === step.updater);
    if (earlier) needed.push(earlier);
    return needed;
  }

  /** The node whose memory an alias shows. A value after a step is its own node: the step's doing. */
  resolve(node: Tensor): Tensor {
    for (let base = node; ; ) {
      const next = !isLeaf(base) && base.op.lowering.kind === 'alias' && !isAfter(base) ? base.inputs[0]! : turnedBack(base);
      if (next === null) return base;
      base = next;
    }
  }

  private expandStep(step: StepNode, recorded: readonly Tensor[]): Update {
    const { updater, loss } = step;
    const bits = step.attrs[0]!;
    const { params, found } = this.stepGradients(step, recorded);
    const commits: { variable: Parameter; value: Tensor }[] = [];
    if (bits & ACCUMULATE) {
      params.forEach((variable, i) => {
        const sum = updater.accumulated(updater.index.get(variable)!);
        if (found[i]) commits.push({ variable: sum, value: add(sum.read(), dense(found[i]!, variable)) });
      });
      return { step, segments: [], condition: null, scale: null, norm: null, commits };
    }
    const segments: { variable: Parameter; param: Tensor; grad: Tensor; place: number }[] = [];
    params.forEach((variable, i) => {
      const place = updater.index.get(variable)!;
      let grad = found[i] ? dense(found[i]!, variable) : null;
      if (bits & USES_ACCUMULATED) {
        const sum = updater.accumulated(place);
        grad = grad ? add(grad, sum.read()) : sum.read();
        commits.push({ variable: sum, value: numberTensor(0, 'f32', clock.now) });
      }
      if (grad) segments.push({ variable, param: this.newestIn(recorded, variable, step), grad, place });
    });
    if (segments.length === 0)
      throw new ArgumentError('step', "the loss doesn't depend on any of the optimizer's parameters; are they frozen, or another model's?");
    const grads = segments.map((s) => s.grad);
    const needsNorm = (bits & (CLIP_NORM | SKIP_NON_FINITE)) !== 0 && grads.length > 0;
    const norm = needsNorm ? record(normOp, grads, SCALAR, 'f32') : null;
    const scale = norm && bits & CLIP_NORM ? clipScale(norm, this.hyperNumber(step, updater.clipNormAt)) : null;
    const condition = norm && bits & SKIP_NON_FINITE ? finiteCondition(loss ? [loss, norm] : [norm]) : null;
    return { step, segments, condition, scale, norm, commits };
  }

  private stepGradients(step: StepNode, recorded: readonly Tensor[]): { params: Parameter[]; found: (Tensor | null)[] } {
    if (step.explicit) {
      const first = step.loss ? 1 : 0;
      return { params: [...step.explicit], found: step.explicit.map((_, i) => step.inputs[first + i]!) };
    }
    const end = recorded.indexOf(step);
    const own = new Set<Parameter>();
    for (let i = 0; i < end; i++) {
      const { variable } = recorded[i]!;
      if (variable !== null && variable.requiresGrad && step.updater.index.has(variable)) own.add(variable);
    }
    if (step.attrs[0]! & USES_ACCUMULATED) for (const p of step.updater.index.keys()) if (p.requiresGrad) own.add(p);
    const params = [...own];
    const found = gradients(step.loss!, params);
    const keep = params.map((_, i) => found[i] !== null || (step.attrs[0]! & USES_ACCUMULATED) !== 0);
    return { params: params.filter((_, i) => keep[i]), found: found.filter((_, i) => keep[i]) };
  }

  /** The node of the variable's value that the step updates: its leaf, or its value after an earlier step. */
  private newestIn(recorded: readonly Tensor[], variable: Parameter, step: StepNode): Tensor {
    let newest: Tensor | null = null;
    for (const node of recorded) {
      if (node === step) break;
      if (node.variable === variable && (isLeaf(node) || isAfter(node))) newest = node;
    }
    return newest ?? variable.read();
  }

  private hyperNumber(step: StepNode, k: number): Tensor {
    const node = numberTensor(0, 'f32', clock.now);
    this.hyper.set(node, { step, k });
    return node;
  }
}

/** A gradient in its parameter's shape. */
function dense(grad: Tensor, variable: Parameter): Tensor {
  if (sameShape(grad.shape, variable.shape) && grad.op !== NUMBER) return grad;
  return cast(sumTo(add(mul(variable.read(), 0), grad), variable.shape), 'f32');
}
