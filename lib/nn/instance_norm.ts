// Instance normalisation of channels, the last axis: by the statistics of each sample.
import type { Tensor } from '../core/index.js';
import { instanceNormalized, normalizedBy } from '../ops/index.js';
import { RunningNorm, type RunningNormOptions, track } from './running.js';

/** The common part; `forms` are the shapes that each takes, by their number of axes: without a batch's axis, and with it. */
abstract class InstanceNorm extends RunningNorm {
  constructor(
    kind: string,
    private readonly forms: Record<number, string>,
    numFeatures: number,
    options: RunningNormOptions,
  ) {
    super(kind, numFeatures, { affine: false, trackRunningStats: false, ...options });
  }

  forward(x: Tensor): Tensor {
    this.check(x, this.forms);
    const { runningMean, runningVar, weight, bias, eps, numFeatures } = this;
    const options = { weight, bias, eps };
    if (!this.training && runningMean !== null) return normalizedBy('instanceNorm', x, runningMean, runningVar!, options);
    const single = !this.forms[x.shape.length]!.startsWith('N');
    const batch = instanceNormalized(single ? x.unsqueeze(0) : x, options);
    if (this.training && runningMean !== null && x.size > 0) {
      const mean = (of: Tensor): Tensor => of.reshape([-1, numFeatures]).mean({ axis: 0 });
      const positions = x.size / batch.mean.size;
      track(runningMean, runningVar, { mean: mean(batch.mean), variance: mean(batch.variance) }, positions, this.momentum ?? 0);
    }
    return single ? batch.y.squeeze(0) : batch.y;
  }
}

/**
 * Instance normalisation of sequences: (N, L, C) or (L, C) → the same. Each channel of each sample is normalised by its own mean and variance,
 * in training and in eval mode alike. With `affine`, false unless told, `weight` (ones at first) and `bias` (zeros) are (C). With
 * `trackRunningStats`, false unless told, `runningMean` and `runningVar` move towards the samples' average while training, and serve in
 * eval mode; `momentum` null leaves them as they are, as in PyTorch.
 *
 * Source: Ulyanov, Vedaldi and Lempitsky, "Instance normalization: the missing ingredient for fast stylization", 2016.
 *
 * @param numFeatures C, the size of the last axis.
 * @throws {ArgumentError} for a numFeatures that is no whole number ≥ 1, an eps < 0, a momentum outside of 0 to 1; forward throws a ShapeError
 *   for other shapes and for samples of one position.
 * @example
 * const layer = new nn.InstanceNorm1d(8, { affine: true });
 * layer.forward(randn([4, 20, 8])).shape; // → [4, 20, 8]
 */
export class InstanceNorm1d extends InstanceNorm {
  constructor(numFeatures: number, options: RunningNormOptions = {}) {
    super('InstanceNorm1d', { 2: 'L', 3: 'N, L' }, numFeatures, options);
  }
}

/**
 * Instance normalisation of images: (N, H, W, C) or (H, W, C) → the same. Everything else is as in `InstanceNorm1d`.
 * @example
 * const layer = new nn.InstanceNorm2d(3);
 * layer.forward(randn([4, 32, 32, 3])).shape; // → [4, 32, 32, 3]
 */
export class InstanceNorm2d extends InstanceNorm {
  constructor(numFeatures: number, options: RunningNormOptions = {}) {
    super('InstanceNorm2d', { 3: 'H, W', 4: 'N, H, W' }, numFeatures, options);
  }
}

/**
 * Instance normalisation of volumes: (N, D, H, W, C) or (D, H, W, C) → the same. Everything else is as in `InstanceNorm1d`.
 * @example
 * const layer = new nn.InstanceNorm3d(4);
 * layer.forward(randn([2, 5, 6, 7, 4])).shape; // → [2, 5, 6, 7, 4]
 */
export class InstanceNorm3d extends InstanceNorm {
  constructor(numFeatures: number, options: RunningNormOptions = {}) {
    super('InstanceNorm3d', { 4: 'D, H, W', 5: 'N, D, H, W' }, numFeatures, options);
  }
}
