// What layers that normalise channels share: scale and shift, and running statistics, which are variables that training moves and
// predicting reads.
import { ArgumentError, formatShape, ones, Parameter, ShapeError, type Tensor, tensor, zeros } from '../core/index.js';
import type { Normalized, NormalizeOptions } from '../ops/index.js';
import { checkNumber, checkPart } from './check.js';
import { type AnyModule, Module } from './module.js';

/** Options of `BatchNorm` and `InstanceNorm` layers. */
export interface RunningNormOptions {
  /** Is added to the variance before its root is taken; 1e-5 unless told. */
  readonly eps?: number;
  /**
   * The part that a batch's statistics take in the running ones; 0.1 unless told. null: BatchNorm keeps the average over all batches,
   * InstanceNorm leaves the running ones as they are.
   */
  readonly momentum?: number | null;
  /** Whether to learn a scale and a shift for each channel; unless told, true for BatchNorm and false for InstanceNorm. */
  readonly affine?: boolean;
  /**
   * Whether to keep running statistics; without, each batch's own are used in eval mode too. Unless told, true for BatchNorm and false for
   * InstanceNorm.
   */
  readonly trackRunningStats?: boolean;
}

export abstract class RunningNorm extends Module {
  /** C, the size of the last axis. */
  readonly numFeatures: number;
  /** Is added to the variance before its root is taken. */
  readonly eps: number;
  /** The part that a batch's statistics take in the running ones; null as `RunningNormOptions` tells. */
  readonly momentum: number | null;
  /** (numFeatures), ones at first, or null without `affine`. */
  weight: Parameter | null;
  /** (numFeatures), zeros at first, or null without `affine`. */
  bias: Parameter | null;
  /** (numFeatures), zeros at first and without gradient, or null without `trackRunningStats`. */
  readonly runningMean: Parameter | null;
  /** (numFeatures), ones at first and without gradient, or null without `trackRunningStats`. */
  readonly runningVar: Parameter | null;
  /**
   * How many batches BatchNorm has trained on, an i32 scalar, or null without `trackRunningStats`; InstanceNorm leaves it at 0, as
   * PyTorch's does.
   */
  readonly numBatchesTracked: Parameter | null;

  constructor(
    private readonly kind: string,
    numFeatures: number,
    { eps = 1e-5, momentum = 0.1, affine, trackRunningStats }: RunningNormOptions,
  ) {
    super();
    if (!Number.isInteger(numFeatures) || numFeatures < 1)
      throw new ArgumentError(kind, `numFeatures must be a whole number ≥ 1, got ${numFeatures}`, { value: numFeatures });
    checkNumber(kind, 'eps', eps, 0);
    if (momentum !== null) checkPart(kind, 'momentum', momentum);
    const buffer = (init: Tensor): Parameter | null => (trackRunningStats ? new Parameter(init, { requiresGrad: false }) : null);
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? new Parameter(ones([numFeatures])) : null;
    this.bias = affine ? new Parameter(zeros([numFeatures])) : null;
    this.runningMean = buffer(zeros([numFeatures]));
    this.runningVar = buffer(ones([numFeatures]));
    this.numBatchesTracked = buffer(tensor(0, { dtype: 'i32' }));
  }

  /** Under PyTorch's names. */
  override *members(): Iterable<[name: string, member: Parameter | AnyModule]> {
    const named = {
      weight: this.weight,
      bias: this.bias,
      running_mean: this.runningMean,
      running_var: this.runningVar,
      num_batches_tracked: this.numBatchesTracked,
    };
    for (const [name, member] of Object.entries(named)) if (member !== null) yield [name, member];
  }

  /** Throws unless x has one of these numbers of axes and ends in the layer's channels. */
  protected check(x: Tensor, forms: Record<number, string>): void {
    const { shape } = x;
    if (forms[shape.length] !== undefined && shape[shape.length - 1] === this.numFeatures) return;
    const wanted = Object.values(forms).map((form) => `(${form}, ${this.numFeatures})`);
    throw new ShapeError(this.kind, `expects ${wanted.join(' or ')}, got ${formatShape(shape)}; channels are the last axis`, {
      value: shape,
    });
  }
}

/**
 * Moves running statistics towards those of a batch whose channels have `count` values: by `momentum`, which may be recorded. The variance
 * that is kept is the sample's: over count - 1.
 */
export function track(
  mean: Parameter | null,
  variance: Parameter | null,
  batch: Pick<Normalized, 'mean' | 'variance'>,
  count: number,
  momentum: number | Tensor,
): void {
  mean?.assign(mean.add(batch.mean.sub(mean).mul(momentum)));
  variance?.assign(
    variance.add(
      batch.variance
        .mul(count / (count - 1))
        .sub(variance)
        .mul(momentum),
    ),
  );
}

/** Options of the functions that normalise with statistics which training moves. */
export interface RunningOptions extends NormalizeOptions {
  /** Normalise by the batch's own statistics, and move the running ones; false unless told. */
  readonly training?: boolean;
  /** The part that the batch's statistics take in the running ones; 0.1 unless told. */
  readonly momentum?: number;
}
