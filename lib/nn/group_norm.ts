// GroupNorm: normalises groups of channels within each sample.
import { ArgumentError, formatShape, ones, Parameter, ShapeError, type Tensor, zeros } from '../core/index.js';
import { groupNorm } from '../ops/index.js';
import { checkNumber } from './check.js';
import { Module } from './module.js';

/** Options of `GroupNorm`. */
export interface GroupNormOptions {
  /** Is added to the variance before its root is taken; 1e-5 unless told. */
  readonly eps?: number;
  /** Whether to learn a scale and a shift for each channel; true unless told. */
  readonly affine?: boolean;
}

/**
 * Normalises each group of adjacent channels of each sample by its own mean and variance: (N, …, C) → the same. `weight` (ones at first)
 * and `bias` (zeros) are (C), null where they are not learned.
 *
 * Source: Wu and He, "Group normalization", 2018.
 *
 * @param numGroups Into how many groups the channels are split; 1 takes all together, numChannels each alone.
 * @param numChannels C, the size of the last axis.
 * @throws {ArgumentError} for numbers that are no whole ones ≥ 1, groups that don't divide the channels, an eps < 0; forward throws a
 *   ShapeError for other channels.
 * @example
 * const layer = new nn.GroupNorm(4, 16);
 * layer.forward(randn([8, 14, 14, 16])).shape; // → [8, 14, 14, 16]
 */
export class GroupNorm extends Module {
  /** Into how many groups the channels are split. */
  readonly numGroups: number;
  /** C, the size of the last axis. */
  readonly numChannels: number;
  /** Is added to the variance before its root is taken. */
  readonly eps: number;
  /** (numChannels), ones at first, or null without `affine`. */
  weight: Parameter | null;
  /** (numChannels), zeros at first, or null without `affine`. */
  bias: Parameter | null;

  constructor(numGroups: number, numChannels: number, { eps = 1e-5, affine = true }: GroupNormOptions = {}) {
    super();
    for (const [name, size] of Object.entries({ numGroups, numChannels })) {
      if (!Number.isInteger(size) || size < 1)
        throw new ArgumentError('GroupNorm', `${name} must be a whole number ≥ 1, got ${size}`, { value: size });
    }
    if (numChannels % numGroups !== 0)
      throw new ArgumentError('GroupNorm', `numGroups must divide numChannels, got ${numGroups} and ${numChannels}`, { value: numGroups });
    checkNumber('GroupNorm', 'eps', eps, 0);
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.weight = affine ? new Parameter(ones([numChannels])) : null;
    this.bias = affine ? new Parameter(zeros([numChannels])) : null;
  }

  forward(x: Tensor): Tensor {
    const { shape } = x;
    if (shape.length < 2 || shape[shape.length - 1] !== this.numChannels)
      throw new ShapeError('GroupNorm', `expects (N, …, ${this.numChannels}), got ${formatShape(shape)}; channels are the last axis`, {
        value: shape,
      });
    return groupNorm(x, this.numGroups, this);
  }
}
