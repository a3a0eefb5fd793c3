// Pooling as layers; each is the function of the same name in lib/ops/pool.ts, which tells shapes and errors.
import type { Tensor } from '../core/index.js';
import {
  type AvgPoolOptions,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  divisorOf,
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type PerAxis,
  perAxis,
  poolWindow,
} from '../ops/index.js';
import { Module } from './module.js';

/** A window and its options, checked when the layer is made. */
abstract class Pool<O extends MaxPoolOptions> extends Module {
  /** The window's size: one number for every spatial axis, or one for each. */
  readonly kernelSize: PerAxis;
  protected readonly options: O;

  constructor(kernelSize: PerAxis, options: O, rank: number) {
    super();
    poolWindow(new.target.name, kernelSize, rank, options);
    this.kernelSize = kernelSize;
    this.options = { ...options };
  }
}

abstract class MeanPool extends Pool<AvgPoolOptions> {
  constructor(kernelSize: PerAxis, options: AvgPoolOptions, rank: number) {
    super(kernelSize, options, rank);
    divisorOf(new.target.name, options);
  }
}

/** The sizes that come out, whatever goes in. */
abstract class AdaptivePool extends Module {
  /** The size of the result: one number for every spatial axis, or one for each. */
  readonly outputSize: PerAxis;

  constructor(outputSize: PerAxis, rank: number) {
    super();
    perAxis(new.target.name, 'outputSize', outputSize, rank, 1);
    this.outputSize = outputSize;
  }
}

/** The maximum of each window over sequences (N, L, C); see `maxPool1d`. @example new nn.MaxPool1d(2).forward(randn([8, 100, 16])).shape; // → [8, 50, 16] */
export class MaxPool1d extends Pool<MaxPoolOptions> {
  constructor(kernelSize: PerAxis, options: MaxPoolOptions = {}) {
    super(kernelSize, options, 1);
  }

  forward(x: Tensor): Tensor {
    return maxPool1d(x, this.kernelSize, this.options);
  }
}

/** The maximum of each window over images (N, H, W, C); see `maxPool2d`. @example new nn.MaxPool2d(2).forward(randn([32, 28, 28, 8])).shape; // → [32, 14, 14, 8] */
export class MaxPool2d extends Pool<MaxPoolOptions> {
  constructor(kernelSize: PerAxis, options: MaxPoolOptions = {}) {
    super(kernelSize, options, 2);
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

/** The maximum of each window over volumes (N, D, H, W, C); see `maxPool3d`. @example new nn.MaxPool3d(2).forward(randn([2, 8, 8, 8, 4])).shape; // → [2, 4, 4, 4, 4] */
export class MaxPool3d extends Pool<MaxPoolOptions> {
  constructor(kernelSize: PerAxis, options: MaxPoolOptions = {}) {
    super(kernelSize, options, 3);
  }

  forward(x: Tensor): Tensor {
    return maxPool3d(x, this.kernelSize, this.options);
  }
}

/** The mean of each window over sequences (N, L, C); see `avgPool1d`. @example new nn.AvgPool1d(2).forward(randn([8, 100, 16])).shape; // → [8, 50, 16] */
export class AvgPool1d extends MeanPool {
  constructor(kernelSize: PerAxis, options: AvgPoolOptions = {}) {
    super(kernelSize, options, 1);
  }

  forward(x: Tensor): Tensor {
    return avgPool1d(x, this.kernelSize, this.options);
  }
}

/** The mean of each window over images (N, H, W, C); see `avgPool2d`. @example new nn.AvgPool2d(2).forward(randn([32, 28, 28, 8])).shape; // → [32, 14, 14, 8] */
export class AvgPool2d extends MeanPool {
  constructor(kernelSize: PerAxis, options: AvgPoolOptions = {}) {
    super(kernelSize, options, 2);
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}

/** The mean of each window over volumes (N, D, H, W, C); see `avgPool3d`. @example new nn.AvgPool3d(2).forward(randn([2, 8, 8, 8, 4])).shape; // → [2, 4, 4, 4, 4] */
export class AvgPool3d extends MeanPool {
  constructor(kernelSize: PerAxis, options: AvgPoolOptions = {}) {
    super(kernelSize, options, 3);
  }

  forward(x: Tensor): Tensor {
    return avgPool3d(x, this.kernelSize, this.options);
  }
}

/** Means of windows that evenly cover sequences (N, L, C); see `adaptiveAvgPool1d`. @example new nn.AdaptiveAvgPool1d(7).forward(randn([8, 100, 16])).shape; // → [8, 7, 16] */
export class AdaptiveAvgPool1d extends AdaptivePool {
  constructor(outputSize: PerAxis) {
    super(outputSize, 1);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this.outputSize);
  }
}

/** Means of windows that evenly cover images (N, H, W, C); see `adaptiveAvgPool2d`. @example new nn.AdaptiveAvgPool2d(7).forward(randn([32, 28, 28, 8])).shape; // → [32, 7, 7, 8] */
export class AdaptiveAvgPool2d extends AdaptivePool {
  constructor(outputSize: PerAxis) {
    super(outputSize, 2);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}

/** Maxima of windows that evenly cover sequences (N, L, C); see `adaptiveMaxPool1d`. @example new nn.AdaptiveMaxPool1d(7).forward(randn([8, 100, 16])).shape; // → [8, 7, 16] */
export class AdaptiveMaxPool1d extends AdaptivePool {
  constructor(outputSize: PerAxis) {
    super(outputSize, 1);
  }

  forward(x: Tensor): Tensor {
    return adaptiveMaxPool1d(x, this.outputSize);
  }
}

/** Maxima of windows that evenly cover images (N, H, W, C); see `adaptiveMaxPool2d`. @example new nn.AdaptiveMaxPool2d(7).forward(randn([32, 28, 28, 8])).shape; // → [32, 7, 7, 8] */
export class AdaptiveMaxPool2d extends AdaptivePool {
  constructor(outputSize: PerAxis) {
    super(outputSize, 2);
  }

  forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.outputSize);
  }
}
