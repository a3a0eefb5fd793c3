// Batch normalisation of channels, the last axis: by the batch's own statistics while training, by running ones else.
import { ArgumentError, Parameter, type Tensor } from '../core/index.js';
import { batchNormalized, normalizedBy } from '../ops/index.js';
import { checkPart } from './check.js';
import { RunningNorm, type RunningNormOptions, type RunningOptions, track } from './running.js';

/**
 * (x - mean) / √(variance + eps) · weight + bias for each channel. With `training` mean and variance are those of x over all axes but the
 * last (the variance that of a population), and the running ones, where given, move towards them; else they are the running ones.
 * The counterpart of `torch.nn.functional.batch_norm`, channels last.
 *
 * @param x (samples, …, channels). @param runningMean (channels), for training a Parameter or null. @param runningVar likewise.
 * @param options `weight`, `bias` (channels), `training` (default false), `momentum` (default 0.1), `eps` (default 1e-5).
 * @throws {ShapeError} for fewer than two axes, other channels, or, with `training`, one value for each channel. @throws {DTypeError} for
 *   integers. @throws {ArgumentError} where running statistics are missing or can't move, or for a momentum or eps out of range.
 *
 * Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift", 2015.
 * @example
 * const x = tensor([[1, 10], [3, 30]]);
 * await nn.batchNorm(x, null, null, { training: true }).data(); // → -1.000, -1.000, 1.000, 1.000
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  { training = false, momentum = 0.1, ...options }: RunningOptions = {},
): Tensor {
  checkPart('batchNorm', 'momentum', momentum);
  return normalize(x, runningMean, runningVar, training, options, () => momentum);
}

function normalize(
  x: Tensor,
  mean: Tensor | null,
  variance: Tensor | null,
  training: boolean,
  options: RunningOptions,
  momentum: () => number | Tensor,
): Tensor {
  if (!training) {
    if (mean === null || variance === null)
      throw new ArgumentError('batchNorm', 'needs runningMean and runningVar, or training: true for statistics of x');
    return normalizedBy('batchNorm', x, mean, variance, options);
  }
  if (!isVariable(mean) || !isVariable(variance))
    throw new ArgumentError('batchNorm', 'moves running statistics while training: each must be a Parameter or null');
  const batch = batchNormalized(x, options);
  const count = x.size / x.shape[x.shape.length - 1]!;
  if (count > 0) track(mean, variance, batch, count, momentum());
  return batch.y;
}

const isVariable = (t: Tensor | null): t is Parameter | null => t === null || t instanceof Parameter;

/** The common part; `forms` are the shapes that each takes, by their number of axes. */
abstract class BatchNorm extends RunningNorm {
  constructor(
    kind: string,
    private readonly forms: Record<number, string>,
    numFeatures: number,
    options: RunningNormOptions,
  ) {
    super(kind, numFeatures, { affine: true, trackRunningStats: true, ...options });
  }

  forward(x: Tensor): Tensor {
    this.check(x, this.forms);
    const { runningMean, runningVar, weight, bias, eps } = this;
    const training = this.training || runningMean === null;
    const tracked = this.training ? [runningMean, runningVar] : training ? [null, null] : [runningMean, runningVar];
    return normalize(x, tracked[0]!, tracked[1]!, training, { weight, bias, eps }, () => this.count());
  }

  /** Counts a batch; gives the part that its statistics take. */
  private count(): number | Tensor {
    if (this.numBatchesTracked === null) return 0;
    const count = this.numBatchesTracked.add(1);
    this.numBatchesTracked.assign(count);
    return this.momentum ?? count.to('f32').reciprocal();
  }
}

/**
 * Batch normalisation of features: (N, C) or (N, L, C) → the same. While training each channel is normalised by its own mean and variance
 * over the batch, and the running ones move towards these (the variance over n - 1); in eval mode and in `predict` the running ones serve,
 * as one scale and one shift. `weight` (ones at first) and `bias` (zeros) are (C); `runningMean` (zeros), `runningVar` (ones) and
 * `numBatchesTracked` are variables without gradient, in state dicts under PyTorch's names.
 *
 * Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift", 2015.
 *
 * @param numFeatures C, the size of the last axis. @param options `momentum` null keeps the average over all batches.
 * @throws {ArgumentError} for a numFeatures that is no whole number ≥ 1, an eps < 0, a momentum outside of 0 to 1; forward throws a ShapeError
 *   for other shapes, and while training for one value for each channel.
 * @example
 * const layer = new nn.BatchNorm1d(64);
 * layer.forward(randn([32, 64])).shape; // → [32, 64]
 */
export class BatchNorm1d extends BatchNorm {
  constructor(numFeatures: number, options: RunningNormOptions = {}) {
    super('BatchNorm1d', { 2: 'N', 3: 'N, L' }, numFeatures, options);
  }
}

/**
 * Batch normalisation of images: (N, H, W, C) → the same. Everything else is as in `BatchNorm1d`.
 * @example
 * const layer = new nn.BatchNorm2d(16);
 * layer.forward(randn([8, 28, 28, 16])).shape; // → [8, 28, 28, 16]
 */
export class BatchNorm2d extends BatchNorm {
  constructor(numFeatures: number, options: RunningNormOptions = {}) {
    super('BatchNorm2d', { 4: 'N, H, W' }, numFeatures, options);
  }
}

/**
 * Batch normalisation of volumes: (N, D, H, W, C) → the same. Everything else is as in `BatchNorm1d`.
 * @example
 * const layer = new nn.BatchNorm3d(4);
 * layer.forward(randn([2, 5, 6, 7, 4])).shape; // → [2, 5, 6, 7, 4]
 */
export class BatchNorm3d extends BatchNorm {
  constructor(numFeatures: number, options: RunningNormOptions = {}) {
    super('BatchNorm3d', { 5: 'N, D, H, W' }, numFeatures, options);
  }
}
