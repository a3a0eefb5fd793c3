// Variables: the only tensors whose value changes. A Parameter alone owns its memory; reading it records its newest assignment.

import { bytesPerElement } from './dtype.js';
import { ArgumentError, DTypeError, locate, ShapeError } from './errors.js';
import { newOp, VARIABLE } from './op.js';
import { clock, operand, record } from './record.js';
import { formatShape, sameShape, sizeOf } from './shape.js';
import { allocate } from './storage.js';
import { NEEDS_GRAD, NO_INPUTS, NO_NUMBERS, STALE, Tensor } from './tensor.js';

/** @internal A new value, until its run is submitted. */
export const assignedOp = newOp('assign', { kind: 'alias' }, ({ dy }) => [dy]);

/** @internal Set by stretch.ts and step.ts, which import this file. */
export const variableHooks = {
  assign: undefined as unknown as (variable: Parameter, node: Tensor) => void,
  /** The node for a variable that a pending step will write, or null. */
  afterStep: (_variable: Parameter, _node: Tensor): Tensor | null => null,
  pendingSteps: 0,
  /** Tells that somebody has been told of a failure. */
  claim: (_error: Error): void => {},
};

/**
 * A variable: a tensor that owns its memory and can be assigned. Layers hold their weights in Parameters; with `requiresGrad: false` it is
 * a buffer (a running statistic, a count).
 *
 * @param init The first value; it is copied.
 * @param options `requiresGrad` (default true): whether optimizers update it.
 * @throws {DTypeError} for a dtype other than f32, unless `requiresGrad` is false.
 * @example
 * const scale = new Parameter(tensor(1));
 * scale.assign(scale.mul(0.5));
 * await scale.item(); // → 0.5
 */
export class Parameter extends Tensor {
  /** Whether optimizers update it; `freeze()` sets it to false. */
  requiresGrad: boolean;
  /** The name within its module, for messages. */
  name = '';
  /** @internal The newest value: a VARIABLE leaf, or what was assigned in the open stretch. */
  newest: Tensor | null = null;
  /** @internal The leaf of the value in memory, stale as soon as that is overwritten; null when nobody has read it. */
  private held: Tensor | null = null;
  /** @internal Whether a value has been written to its memory. */
  settled = false;
  /** @internal Why values recorded from it became stale without a new one: its last assignment failed. */
  failure: Error | null = null;
  /** @internal The error of an `assign` that failed, which the next read throws. */
  unread: Error | null = null;

  constructor(init: Tensor, options: { requiresGrad?: boolean } = {}) {
    const { requiresGrad = true } = options;
    if (!(init instanceof Tensor)) throw new ArgumentError('Parameter', 'expects a Tensor as its first value', { value: init });
    if (requiresGrad && init.dtype !== 'f32')
      throw new DTypeError('Parameter', `trains in f32, got ${init.dtype}; use requiresGrad: false for a buffer`);
    super(VARIABLE, NO_INPUTS, init.shape, init.dtype, NO_NUMBERS, NO_NUMBERS, 0, 0);
    this.requiresGrad = requiresGrad;
    this.storage = allocate('Parameter', sizeOf(init.shape) * bytesPerElement[init.dtype]);
    this.assign(init);
  }

  /**
   * Gives the variable a new value, in the next run; later reads record the new value.
   * @throws {ShapeError} or {DTypeError} unless shape and dtype are its own. What the value's computation fails with rejects the next read.
   * @example
   * const count = new Parameter(zeros([], { dtype: 'i32' }), { requiresGrad: false });
   * count.assign(count.add(1));
   * await count.item(); // → 1
   */
  assign(value: Tensor): void {
    const node = operand('assign', value);
    if (!sameShape(node.shape, this.shape))
      throw new ShapeError('assign', `${this.label()} is ${formatShape(this.shape)}, the new value ${formatShape(node.shape)}`);
    if (node.dtype !== this.dtype)
      throw new DTypeError('assign', `${this.label()} is ${this.dtype}, the new value ${node.dtype}; use .to('${this.dtype}')`);
    const assigned = record(assignedOp, [node], this.shape, this.dtype);
    assigned.variable = this;
    assigned.flags = this.requiresGrad ? assigned.flags | NEEDS_GRAD : assigned.flags & ~NEEDS_GRAD;
    this.newest = assigned;
    this.unread = null; // what the failed assignment should have written is overwritten
    variableHooks.assign(this, assigned);
  }

  /** @internal The node of the newest value. */
  read(): Tensor {
    if (this.unread !== null) {
      const error = this.unread;
      this.unread = null;
      variableHooks.claim(error);
      throw locate(error);
    }
    if (this.newest === null) {
      if (!this.settled && this.failure !== null) throw locate(this.failure); // there is no old value to fall back on
      this.newest = new Tensor(
        VARIABLE,
        NO_INPUTS,
        this.shape,
        this.dtype,
        NO_NUMBERS,
        NO_NUMBERS,
        this.requiresGrad ? NEEDS_GRAD : 0,
        clock.now,
      );
      this.newest.variable = this;
      this.hold(this.newest);
    } else if (this.requiresGrad !== (this.newest.flags & NEEDS_GRAD) > 0) this.newest.flags ^= NEEDS_GRAD; // frozen or thawed since
    if (variableHooks.pendingSteps > 0) return variableHooks.afterStep(this, this.newest) ?? this.newest;
    return this.newest;
  }

  /** @internal The value in memory is about to be, or was, overwritten: what was recorded from it can't be computed any more. */
  hold(next: Tensor | null): void {
    if (this.held !== null && this.held !== next) this.held.flags |= STALE;
    this.held = next;
  }

  /** @internal */
  label(): string {
    return this.name ? `parameter '${this.name}'` : `a parameter of shape ${formatShape(this.shape)}`;
  }
}
