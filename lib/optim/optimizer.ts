// The base of all optimizers: a step differentiates the loss, clips, and updates in one run. Each optimizer adds its rule.
import { tensor } from '../core/create.js';
import { ArgumentError, FormatError, locate, ShapeError } from '../core/errors.js';
import { claim } from '../core/flight.js';
import { operand } from '../core/record.js';
import { describe, formatShape, sameShape } from '../core/shape.js';
import { ACCUMULATE, CLIP_NORM, recordStep, SKIP_NON_FINITE, type StepNode, USES_ACCUMULATED } from '../core/step.js';
import { askStep, settleAssignments } from '../core/stretch.js';
import { type StateDict, Tensor } from '../core/tensor.js';
import type { Parameter } from '../core/variable.js';
import { type Common, checkNumber, type Group, makeGroups, type ParamGroup, type Params, type Rule } from './groups.js';
import { fromBits, toBits } from './state.js';
import { numbersOf, OptimizerUpdater } from './updater.js';

let optimizers = 0;

/**
 * The base class of optimizers. `await step(loss)` differentiates with respect to its own parameters and updates them, in one run.
 *
 * Parameters come as one list or as groups that set options for themselves; all share `clipNorm`, `clipValue` and `skipNonFinite`. Each
 * parameter counts its own steps: one that a loss doesn't reach, or that is frozen, stays as it is.
 *
 * @example
 * const [body, head] = [new nn.Linear(4, 8), new nn.Linear(8, 1)];
 * const opt = new optim.AdamW([{ params: body.parameters(), lr: 1e-4 }, { params: head.parameters(), weightDecay: 0 }], { lr: 1e-3 });
 * await opt.step(head.forward(body.forward(ones([16, 4]))).square().mean());
 * opt.paramGroups[0]!.lr = 1e-5;
 */
export abstract class Optimizer<O extends Common = Common> {
  /** The groups with their options. Numbers may be set between steps, and are checked. */
  readonly paramGroups: readonly ParamGroup<O>[];
  /** @internal */ readonly updater: OptimizerUpdater;
  /** Leaves everything as it is in a step whose loss or gradient norm isn't finite. */
  skipNonFinite: boolean;
  private readonly groups: readonly Group<Common>[];
  private readonly clipNorm: number | undefined;
  private readonly clipValue: number;
  /** The numbers of a step, until one of them is changed. */
  private hyper: readonly number[] | null = null;
  private last: StepNode | null = null;
  private accumulated = false;

  /** @internal */
  protected constructor(params: Params<O>, options: O, rule: Rule<O>) {
    const name = this.constructor.name;
    for (const key of ['clipNorm', 'clipValue'] as const)
      if (options[key] !== undefined) checkNumber(name, key, options[key], Number.MIN_VALUE);
    const groups = makeGroups(name, params, options, rule, () => void (this.hyper = null));
    this.paramGroups = groups.map((group) => group.options);
    this.groups = groups as unknown as readonly Group<Common>[];
    this.clipNorm = options.clipNorm;
    this.clipValue = options.clipValue ?? Infinity;
    this.skipNonFinite = options.skipNonFinite ?? false;
    this.updater = new OptimizerUpdater(++optimizers, rule.opcode, this.groups);
  }

  /** The learning rate of the first group. Setting it sets every group's. */
  get lr(): number {
    return this.groups[0]!.options.lr;
  }

  /** Sets every group's. */
  set lr(value: number) {
    for (const group of this.groups) group.options.lr = value;
  }

  /**
   * The 2-norm of the newest step's gradients before clipping, over all parameters; `await opt.gradNorm.item()`.
   * @throws {ArgumentError} before the first step.
   */
  get gradNorm(): Tensor {
    if (this.last === null) throw new ArgumentError('gradNorm', 'there has been no step yet');
    return this.last;
  }

  /**
   * Updates the parameters by the loss's gradients, or by ready gradients (one a parameter, in their order; a frozen one's is ignored).
   * The loss and `gradNorm` stay readable.
   *
   * @returns resolves when the step is submitted and the queue has room (several steps may be in flight); rejects with the first failed step.
   * @throws {ShapeError} (as a rejection) for a loss that isn't one number, or gradients of other shapes. @throws {ArgumentError} for another
   *   count of gradients.
   * @example
   * const w = new Parameter(tensor([1, 2]));
   * const opt = new optim.SGD([w], { lr: 0.1 });
   * await opt.step(w.square().sum());
   * await opt.step(grad(w.sum(), [w]));
   * await w.data(); // → 0.7, 1.5
   */
  step(lossOrGrads: Tensor | readonly Tensor[]): Promise<void> {
    try {
      const bits =
        (this.accumulated ? USES_ACCUMULATED : 0) |
        (this.clipNorm === undefined ? 0 : CLIP_NORM) |
        (this.skipNonFinite ? SKIP_NON_FINITE : 0);
      const node = this.record(lossOrGrads, bits);
      this.accumulated = false;
      this.last = node;
      return askStep(node);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /**
   * Adds the loss's gradients to those that the next `step` uses: micro-batches of one large batch. Divide the loss by their number.
   *
   * @returns As `step`.
   * @throws {ShapeError} (as a rejection) for a loss that isn't one number.
   * @example
   * const w = new Parameter(tensor(1));
   * const opt = new optim.SGD([w], { lr: 0.1 });
   * for (const x of [1, 2, 3]) await opt.accumulate(w.mul(x).div(4));
   * await opt.step(w.mul(4).div(4));
   * await w.item(); // → 0.75
   */
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

  /** @internal Forgets the failure of a step that somebody has been told of otherwise. */
  forgetFailure(): void {
    if (this.updater.failed) claim(this.updater.failed);
    this.updater.failed = null;
  }

  private record(what: Tensor | readonly Tensor[], bits: number): StepNode {
    const { updater } = this;
    if (updater.failed) {
      const error = updater.failed;
      updater.failed = null;
      claim(error);
      throw locate(error);
    }
    updater.prepare();
    // Values assigned in this stretch become the variables' memory before the update works on it.
    settleAssignments((variable) => updater.owns(variable));
    this.hyper ??= numbersOf(this.groups, this.clipValue, this.clipNorm ?? 0);
    if (!(what instanceof Tensor)) return recordStep(updater, this.explicit(what), [bits], this.hyper);
    const loss = operand('step', what);
    if (loss.size !== 1)
      throw new ShapeError('step', `expects a scalar loss, got ${formatShape(loss.shape)}; use .mean()`, { value: loss.shape });
    return recordStep(updater, { loss }, [bits], this.hyper);
  }

  /** Ready gradients and the parameters that they update. */
  private explicit(what: readonly Tensor[]): { params: Parameter[]; grads: Tensor[] } {
    const all = [...this.updater.index.keys()];
    if (!Array.isArray(what) || what.length !== all.length)
      throw new ArgumentError('step', `expects a loss or ${all.length} gradients, got ${describe(what)}`, { value: what });
    const nodes = what.map((g, i) => {
      const node = operand('step', g);
      if (sameShape(node.shape, all[i]!.shape)) return node;
      const message = `gradient ${i} is ${formatShape(node.shape)}, its parameter ${formatShape(all[i]!.shape)}`;
      throw new ShapeError('step', message, { value: node.shape });
    });
    const trains = (_: unknown, i: number): boolean => all[i]!.requiresGrad;
    return { params: all.filter(trains), grads: nodes.filter(trains) };
  }

  /**
   * States by PyTorch's names (`state.0.exp_avg` …), the parameters' step counts, and the groups' numbers as the bits of doubles; copies.
   * @example
   * const opt = new optim.SGD([new Parameter(zeros([3]))], { momentum: 0.9 });
   * Object.keys(await opt.stateDict()); // → step, state.0.momentum_buffer, param_groups.0
   */
  async stateDict(): Promise<StateDict> {
    this.updater.prepare();
    const entries = this.updater.entries();
    const values = entries.map(async ([, variable]) => tensor(await variable.data(), { shape: variable.shape }));
    const dict = Object.create(null) as StateDict;
    for (const [i, value] of (await Promise.all(values)).entries()) dict[entries[i]![0]] = value;
    for (const [i, { numbers }] of this.groups.entries()) dict[`param_groups.${i}`] = toBits(numbers);
    return dict;
  }

  /**
   * Takes over what `stateDict` gave, learning rates and other numbers of the groups included; all or nothing.
   * @throws {FormatError} when keys or shapes don't fit.
   * @example
   * const model = new nn.Linear(4, 1);
   * const [from, to] = [new optim.Adam(model.parameters(), { lr: 0.1 }), new optim.Adam(model.parameters())];
   * to.loadStateDict(await from.stateDict());
   * to.lr; // → 0.1
   */
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
    const numbers = this.groups.map((group, i) => fromBits(state, `param_groups.${i}`, group.numbers.length));
    for (const [i, group] of this.groups.entries()) group.check(numbers[i]!);
    for (const [i, group] of this.groups.entries()) group.load(numbers[i]!);
    for (const [key, variable] of entries) variable.assign(state[key]!.to('f32'));
  }
}
