// Convolutions as layers, over sequences, images and volumes, and the transposed ones. Data are channels-last; weights lie as PyTorch's.
import { ArgumentError, describe, Parameter, type Tensor } from '../core/index.js';
import {
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convWindow,
  type PerAxis,
  perAxis,
} from '../ops/index.js';
import { kaimingUniform, uniform } from './init.js';
import { Module } from './module.js';

/** Options of the layers `Conv1d`, `Conv2d` and `Conv3d`: as those of the functions, but `bias` says whether there is one. */
export interface ConvLayerOptions extends Omit<ConvOptions, 'bias'> {
  /** Whether to add a learned bias; true unless told. */
  readonly bias?: boolean;
}

/** Options of the layers `ConvTranspose1d` and `ConvTranspose2d`. */
export interface ConvTransposeLayerOptions extends Omit<ConvTransposeOptions, 'bias'> {
  /** Whether to add a learned bias; true unless told. */
  readonly bias?: boolean;
}

/** What the layers share: their parameters, and the checks when one is made. */
abstract class ConvLayer<O extends { readonly groups?: number; readonly bias?: boolean }> extends Module {
  /** Last size of the input. */
  readonly inChannels: number;
  /** Last size of the result. */
  readonly outChannels: number;
  /** The window's size along each spatial axis. */
  readonly kernelSize: readonly number[];
  /** (outChannels, inChannels/groups, …kernelSize); of transposed convolutions (inChannels, outChannels/groups, …kernelSize). */
  weight: Parameter;
  /** (outChannels), or null without one. */
  bias: Parameter | null;
  protected readonly options: Omit<O, 'bias'>;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerAxis,
    rank: number,
    transposed: boolean,
    { bias = true, ...options }: O,
  ) {
    super();
    const name = new.target.name;
    for (const [what, size] of Object.entries({ inChannels, outChannels }))
      if (!Number.isInteger(size) || size < 1)
        throw new ArgumentError(name, `${what} must be a whole number ≥ 1, got ${describe(size)}`, { value: size });
    const { groups = 1 } = options;
    if (!Number.isInteger(groups) || groups < 1 || inChannels % groups || outChannels % groups)
      throw new ArgumentError(name, `groups must divide ${inChannels} and ${outChannels} channels, got ${describe(groups)}`, {
        value: groups,
      });
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = perAxis(name, 'kernelSize', kernelSize, rank, 1);
    convWindow(name, this.kernelSize, options as Omit<ConvOptions, 'bias' | 'groups'>);
    this.options = options;
    const [first, second] = transposed ? [inChannels, outChannels / groups] : [outChannels, inChannels / groups];
    const shape = [first, second, ...this.kernelSize];
    const bound = this.kernelSize.reduce((product, n) => product * n, second) ** -0.5;
    this.weight = new Parameter(kaimingUniform(shape, { a: Math.sqrt(5) }));
    this.bias = bias ? new Parameter(uniform([outChannels], { low: -bound, high: bound })) : null;
  }
}

/**
 * Convolution of sequences: (N, L, inChannels) → (N, L', outChannels); see `conv1d`. `weight` is (outChannels, inChannels/groups, kernel),
 * `bias` (outChannels) or null; both begin uniform in ±1/√(inChannels/groups · kernel), as in PyTorch.
 * @throws {ArgumentError} as `Conv2d`. @throws {ShapeError} in forward.
 * @example
 * new nn.Conv1d(16, 32, 5, { padding: 'same' }).forward(randn([8, 100, 16])).shape; // → [8, 100, 32]
 */
export class Conv1d extends ConvLayer<ConvLayerOptions> {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options: ConvLayerOptions = {}) {
    super(inChannels, outChannels, kernelSize, 1, false, options);
  }

  forward(x: Tensor): Tensor {
    return conv1d(x, this.weight, { ...this.options, bias: this.bias });
  }
}

/**
 * Convolution of images: (N, H, W, inChannels) → (N, H', W', outChannels); see `conv2d`. `weight` is (outChannels, inChannels/groups,
 * kernelHeight, kernelWidth), `bias` (outChannels) or null; both begin uniform in ±1/√(inChannels/groups · kernelHeight · kernelWidth), as in
 * PyTorch.
 *
 * @throws {ArgumentError} for channels, kernels, strides, dilations or groups below 1, paddings below 0, 'same' with a stride, or groups that
 *   don't divide the channels. @throws {ShapeError} in forward, for other channels or an image smaller than the window.
 * @example
 * new nn.Conv2d(1, 32, 3, { padding: 1 }).forward(randn([64, 28, 28, 1])).shape; // → [64, 28, 28, 32]
 */
export class Conv2d extends ConvLayer<ConvLayerOptions> {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options: ConvLayerOptions = {}) {
    super(inChannels, outChannels, kernelSize, 2, false, options);
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, { ...this.options, bias: this.bias });
  }
}

/**
 * Convolution of volumes: (N, D, H, W, inChannels) → (N, D', H', W', outChannels); see `conv3d`. Parameters as `Conv2d`'s, with three axes.
 * @throws {ArgumentError} as `Conv2d`. @throws {ShapeError} in forward.
 * @example
 * new nn.Conv3d(1, 4, 3).forward(randn([2, 8, 8, 8, 1])).shape; // → [2, 6, 6, 6, 4]
 */
export class Conv3d extends ConvLayer<ConvLayerOptions> {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options: ConvLayerOptions = {}) {
    super(inChannels, outChannels, kernelSize, 3, false, options);
  }

  forward(x: Tensor): Tensor {
    return conv3d(x, this.weight, { ...this.options, bias: this.bias });
  }
}

/**
 * Transposed convolution of sequences: (N, L, inChannels) → (N, L', outChannels); see `convTranspose1d`. `weight` is (inChannels,
 * outChannels/groups, kernel), `bias` (outChannels) or null; both begin uniform in ±1/√(outChannels/groups · kernel), as in PyTorch.
 * @throws {ArgumentError} as `Conv2d`. @throws {ShapeError} in forward.
 * @example
 * new nn.ConvTranspose1d(16, 4, 2, { stride: 2 }).forward(randn([8, 50, 16])).shape; // → [8, 100, 4]
 */
export class ConvTranspose1d extends ConvLayer<ConvTransposeLayerOptions> {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options: ConvTransposeLayerOptions = {}) {
    super(inChannels, outChannels, kernelSize, 1, true, options);
  }

  forward(x: Tensor): Tensor {
    return convTranspose1d(x, this.weight, { ...this.options, bias: this.bias });
  }
}

/**
 * Transposed convolution of images: (N, H, W, inChannels) → (N, H', W', outChannels); see `convTranspose2d`. `weight` is (inChannels,
 * outChannels/groups, kernelHeight, kernelWidth), `bias` (outChannels) or null; both begin uniform in ±1/√(outChannels/groups ·
 * kernelHeight · kernelWidth), as in PyTorch.
 * @throws {ArgumentError} as `Conv2d`. @throws {ShapeError} in forward.
 * @example
 * new nn.ConvTranspose2d(16, 4, 2, { stride: 2 }).forward(randn([8, 7, 7, 16])).shape; // → [8, 14, 14, 4]
 */
export class ConvTranspose2d extends ConvLayer<ConvTransposeLayerOptions> {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options: ConvTransposeLayerOptions = {}) {
    super(inChannels, outChannels, kernelSize, 2, true, options);
  }

  forward(x: Tensor): Tensor {
    return convTranspose2d(x, this.weight, { ...this.options, bias: this.bias });
  }
}
