// The base of all optimizers: a step differentiates the loss, clips, and updates in one run. Each optimizer adds its rule's numbers and states.
import { tensor, zeros } from '../core/create.js';
import { ArgumentError, FormatError, locate, ShapeError } from '../core/errors.js';
import { claim } from '../core/flight.js';
import { operand } from '../core/record.js';
import { describe, formatShape, sameShape } from '../core/shape.js';
import {
  ACCUMULATE,
  CLIP_NORM,
  recordStep,
  SKIP_NON_FINITE,
  type StepNode,
  type UpdateOperands,
  type Updater,
  USES_ACCUMULATED,
} from '../core/step.js';
import { askStep, settleAssignments } from '../core/stretch.js';
import { type StateDict, Tensor } from '../core/tensor.js';
import { Parameter } from '../core/variable.js';

/** Options that every optimizer takes. */
export interface Common {
  /** Learning rate. */
  lr?: number;
  /** L2 penalty (AdamW: decoupled decay). Default 0. */
  weightDecay?: number;
  /** Scales the gradients so that their common 2-norm is at most this, as `torch.nn.utils.clip_grad_norm_`. */
  clipNorm?: number;
  /** Cuts each gradient entry to ± this, after `clipNorm`. */
  clipValue?: number;
  /** Leaves everything as it is in a step whose loss or gradient norm isn't finite. Default false. */
  skipNonFinite?: boolean;
}

/** What an optimizer's rule consists of. */
export interface Rule {
  /** The native command. */
  readonly opcode: 'sgd' | 'adam';
  /** PyTorch's names of its states, in the order of the command's segment. */
  readonly states: readonly string[];
  /** Numbers of the rule after lr, read at each step. */
  hyper(): readonly number[];
  /** Structural numbers. */
  structure(): readonly number[];
  /** The command's arguments up to `clipValue`. */
  head(hyper: (k: number) => number): number[];
  /** A segment's state buffers. */
  segment(states: readonly number[]): number[];
}

export function checkNumber(op: string, name: string, value: unknown, low: number, high = Infinity): number {
  if (typeof value !== 'number' || !(value >= low && value < high))
    throw new ArgumentError(
      op,
      `${name} must be a number from ${low}${high === Infinity ? '' : ` to below ${high}`}, got ${describe(value)}`,
      { value },
    );
  return value;
}

let optimizers = 0;

/**
 * The base class of optimizers. `await step(loss)` differentiates with respect to its own parameters and updates them, in one run.
 */
export abstract class Optimizer {
  /** @internal */ readonly updater: OptimizerUpdater;
  private rate: number;
  private last: StepNode | null = null;
  private readonly common: Common;
  private accumulated = false;
  /** Leaves everything as it is in a step whose loss or gradient norm isn't finite. */
  skipNonFinite: boolean;

  protected constructor(
    params: readonly Parameter[],
    common: Common,
    private readonly rule: Rule,
  ) {
    const name = this.constructor.name;
    if (!Array.isArray(params) || params.length === 0 || params.some((p) => !(p instanceof Parameter)))
      throw new ArgumentError(name, `expects a list of Parameters, for example model.parameters(), got ${describe(params)}`, {
        value: params,
      });
    this.rate = checkNumber(name, 'lr', common.lr, 0);
    checkNumber(name, 'weightDecay', common.weightDecay ?? 0, 0);
    for (const key of ['clipNorm', 'clipValue'] as const)
      if (common[key] !== undefined) checkNumber(name, key, common[key], Number.MIN_VALUE);
    this.common = common;
    this.skipNonFinite = common.skipNonFinite ?? false;
    this.updater = new OptimizerUpdater(++optimizers, params, rule, common);
  }

  /** The learning rate; schedules change it between steps. */
  get lr(): number {
    return this.rate;
  }

  set lr(value: number) {
    this.rate = checkNumber(this.constructor.name, 'lr', value, 0);
  }

  /** The 2-norm of the newest step's gradients before clipping, over all parameters; `await opt.gradNorm.item()`. */
  get gradNorm(): Tensor {
    if (this.last === null) throw new ArgumentError('gradNorm', 'there has been no step yet');
    return this.last;
  }

  /**
   * Updates the parameters by the loss's gradients, or by ready gradients (one a parameter, in their order).
   * The loss and `gradNorm` stay readable.
   *
   * @returns resolves when the step is submitted and the queue has room (several steps may be in flight); rejects with the first failed step.
   */
  step(lossOrGrads: Tensor | readonly Tensor[]): Promise<void> {
    try {
      const bits =
        (this.accumulated ? USES_ACCUMULATED : 0) |
        (this.common.clipNorm === undefined ? 0 : CLIP_NORM) |
        (this.skipNonFinite ? SKIP_NON_FINITE : 0);
      const node = this.record(lossOrGrads, bits);
      this.accumulated = false;
      this.last = node;
      return askStep(node);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /** Adds the loss's gradients to those that the next `step` uses: micro-batches of one large batch. Divide the loss by their number. */
  accumulate(loss: Tensor): Promise<void> {
    try {
      this.updater.prepareAccumulated();
      const node = this.record(loss, ACCUMULATE);
      this.accumulated = true;
      return askStep(node);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  private record(what: Tensor | readonly Tensor[], bits: number): StepNode {
    const { updater, rule } = this;
    if (updater.failed) {
      const error = updater.failed;
      updater.failed = null;
      claim(error);
      throw locate(error);
    }
    updater.prepare();
    // Values assigned in this stretch become the variables' memory before the update works on it.
    settleAssignments((variable) => updater.owns(variable));
    const structure = [bits, this.common.clipValue === undefined ? 0 : 1, ...rule.structure()];
    const hyper = [this.rate, ...rule.hyper(), this.common.clipValue ?? 0, this.common.clipNorm ?? 0];
    if (what instanceof Tensor) {
      const loss = operand('step', what);
      if (loss.size !== 1)
        throw new ShapeError('step', `expects a scalar loss, got ${formatShape(loss.shape)}; use .mean()`, { value: loss.shape });
      return recordStep(updater, { loss }, structure, hyper);
    }
    const params = [...updater.index.keys()];
    if (!Array.isArray(what) || what.length !== params.length)
      throw new ArgumentError('step', `expects a loss or ${params.length} gradients, got ${describe(what)}`, { value: what });
    const grads = (what as readonly Tensor[]).map((g, i) => {
      const node = operand('step', g);
      if (!sameShape(node.shape, params[i]!.shape))
        throw new ShapeError('step', `gradient ${i} is ${formatShape(node.shape)}, its parameter ${formatShape(params[i]!.shape)}`, {
          value: node.shape,
        });
      return node;
    });
    return recordStep(updater, { params, grads }, structure, hyper);
  }

  /** States by PyTorch's names (`state.0.exp_avg` …), the step count, and the learning rate's bits; copies. */
  async stateDict(): Promise<StateDict> {
    this.updater.prepare();
    const dict = Object.create(null) as StateDict;
    const entries = this.updater.entries();
    await Promise.all(entries.map(async ([key, variable]) => void (dict[key] = tensor(await variable.data(), { shape: variable.shape }))));
    const ordered = Object.create(null) as StateDict;
    for (const [key] of entries) ordered[key] = dict[key]!;
    ordered['lr'] = tensor(new Int32Array(Float64Array.of(this.rate).buffer));
    return ordered;
  }

  /** Takes over what `stateDict` gave; all or nothing. @throws {FormatError} when keys or shapes don't fit. */
  loadStateDict(state: StateDict): void {
    this.updater.prepare();
    const entries = this.updater.entries();
    for (const [key, variable] of entries) {
      const value = state[key];
      if (value === undefined) throw new FormatError('loadStateDict', `the optimizer's state lacks '${key}'`, { value: key });
      if (!sameShape(value.shape, variable.shape))
        throw new FormatError('loadStateDict', `'${key}' is ${formatShape(value.shape)}, expected ${formatShape(variable.shape)}`, {
          value: key,
        });
    }
    const bits = state['lr']?.bytes;
    if (bits?.byteLength === 8) this.lr = new Float64Array(bits.slice().buffer)[0]!;
    for (const [key, variable] of entries) variable.assign(state[key]!.to('f32'));
  }
}

/** @internal The core's view of an optimizer. */
export class OptimizerUpdater implements Updater {
  readonly index: ReadonlyMap<Parameter, number>;
  readonly opcode: string;
  failed: Error | null = null;
  private count: Parameter | null = null;
  private readonly stateOf: (Parameter[] | null)[];
  private readonly sums: (Parameter | null)[];

  constructor(
    readonly id: number,
    private readonly params: readonly Parameter[],
    private readonly rule: Rule,
    private readonly common: Common,
  ) {
    this.index = new Map(params.map((p, i) => [p, i]));
    this.opcode = rule.opcode;
    this.stateOf = params.map(() => null);
    this.sums = params.map(() => null);
  }

  get stepCount(): Parameter {
    return this.count!;
  }

  get clipNormAt(): number {
    return this.rule.hyper().length + 2;
  }

  states(i: number): readonly Parameter[] {
    return this.stateOf[i]!;
  }

  accumulated(i: number): Parameter {
    return this.sums[i]!;
  }

  /** Creates the states of parameters that train. */
  prepare(): void {
    this.count ??= buffer([]);
    this.params.forEach((p, i) => {
      if (p.requiresGrad) this.stateOf[i] ??= this.rule.states.map(() => buffer(p.shape));
    });
  }

  prepareAccumulated(): void {
    this.params.forEach((p, i) => {
      if (p.requiresGrad) this.sums[i] ??= buffer(p.shape);
    });
  }

  /** Whether a variable is a parameter or a state of this optimizer. */
  owns(variable: Parameter): boolean {
    const among = (list: readonly (Parameter | null)[] | null): boolean => list !== null && list.includes(variable);
    return variable === this.count || this.index.has(variable) || among(this.sums) || this.stateOf.some(among);
  }

  entries(): [key: string, variable: Parameter][] {
    const states = this.params.flatMap((_, i) =>
      (this.stateOf[i] ?? []).map((v, k): [string, Parameter] => [`state.${i}.${this.rule.states[k]}`, v]),
    );
    return [['step', this.count!], ...states];
  }

  args({ hyper, step, condition, scale, norm, segments }: UpdateOperands): number[] {
    const clipValue = this.common.clipValue === undefined ? -1 : hyper(this.rule.hyper().length + 1);
    return [
      ...this.rule.head(hyper),
      clipValue,
      step,
      condition,
      scale,
      norm,
      segments.length,
      ...segments.flatMap((s) => [s.count, s.param, s.grad, ...this.rule.segment(s.states)]),
    ];
  }
}

const buffer = (shape: readonly number[]): Parameter => new Parameter(zeros(shape), { requiresGrad: false });
