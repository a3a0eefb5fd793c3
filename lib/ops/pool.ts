// Pooling over one to three spatial axes of channels-last data: the maximum or the mean of each window, by fixed or adaptive windows.
import { cast, inF32 } from '../core/basic.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.js';
import { newOp, type Op, type Operands } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { describe, formatShape, type Shape } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { checkImages, type PerAxis, perAxis, type Sliding, slidOver } from './sliding.js';

/** Options of `maxPool1d`, `maxPool2d` and `maxPool3d`; lists have one number for each spatial axis. */
export interface MaxPoolOptions {
  /** Positions from one window to the next; the window's size unless told. */
  readonly stride?: PerAxis;
  /** Positions of -∞ on either side, at most half of the window; 0 unless told. */
  readonly padding?: PerAxis;
  /** Positions from one tap of the window to the next; 1 unless told. */
  readonly dilation?: PerAxis;
  /** Whether a last window that begins within the data but doesn't fit counts, too; false unless told. */
  readonly ceilMode?: boolean;
}

/** Options of `avgPool1d`, `avgPool2d` and `avgPool3d`. */
export interface AvgPoolOptions {
  /** Positions from one window to the next; the window's size unless told. */
  readonly stride?: PerAxis;
  /** Zeros on either side, at most half of the window; 0 unless told. */
  readonly padding?: PerAxis;
  /** Whether a last window that begins within the data but doesn't fit counts, too; false unless told. */
  readonly ceilMode?: boolean;
  /** Whether a mean counts the padding's zeros; true unless told. */
  readonly countIncludePad?: boolean;
  /** What sums are divided by, instead of the number of positions; a whole number ≥ 1. */
  readonly divisorOverride?: number;
}

/** Attrs: the divisor as the command takes it, then kernel, stride, padding and dilation of each axis, then the shape of the result. */
type Attrs = readonly number[];

const MAX = 0;
const MEAN = 1;

function geometry(kind: number, x: Tensor, y: Tensor, [divisor, ...window]: Attrs): number[] {
  const rank = x.shape.length - 2;
  const axes = Array.from({ length: rank }, (_, i) => [
    x.shape[1 + i]!,
    y.shape[1 + i]!,
    ...[0, 1, 2, 3].map((option) => window[option * rank + i]!),
  ]);
  const single = new Array<number[]>(3 - rank).fill([1, 1, 1, 1, 0, 1]);
  return [kind, divisor!, x.shape[0]!, x.shape[rank + 1]!, ...single.flat(), ...axes.flat()];
}

/** A command whose larger side is `x` and whose smaller one is `y`; it reads all inputs. */
const command = (opcode: string, kind: number, of: (node: Tensor) => [x: Tensor, y: Tensor]): Op['lowering'] => ({
  kind: 'command',
  opcode,
  args: (node: Tensor, io: Operands) => [
    ...geometry(kind, ...of(node), node.attrs),
    ...node.inputs.map((_, k) => io.input(k)),
    io.output(),
  ],
});

const made = (op: Op, inputs: Tensor[], shape: Shape, attrs: Attrs): Tensor =>
  record(op, inputs, shape, 'f32', [...attrs.slice(0, 1 + 4 * (shape.length - 2)), ...shape]);

const maxOp: Op = newOp(
  'maxPool',
  command('pool', MAX, (y) => [y.inputs[0]!, y]),
  ({ inputs: [x], y, attrs, dy }) => [made(maxGradOp, [x!, y, dy], x!.shape, attrs)],
);

const maxGradOp: Op = newOp(
  'maxPoolGrad',
  command('pool_grad', MAX, (dx) => [dx, dx.inputs[1]!]),
  ({ inputs: [x, y], attrs, dy: ddx }) => [null, null, made(pickOp, [x!, y!, ddx], y!.shape, attrs)],
);

/** The values of a third tensor where x is the window's maximum. */
const pickOp: Op = newOp(
  'maxPoolPick',
  command('pool_pick', MAX, (y) => [y.inputs[0]!, y]),
  ({ inputs: [x, y], attrs, dy }) => [null, null, made(maxGradOp, [x!, y!, dy], x!.shape, attrs)],
);

const meanOp: Op = newOp(
  'avgPool',
  command('pool', MEAN, (y) => [y.inputs[0]!, y]),
  ({ inputs: [x], attrs, dy }) => [made(meanGradOp, [dy], x!.shape, attrs)],
);

const meanGradOp: Op = newOp(
  'avgPoolGrad',
  command('pool_grad', MEAN, (dx) => [dx, dx.inputs[0]!]),
  ({ inputs: [y], attrs, dy: ddx }) => [made(meanOp, [ddx], y!.shape, attrs)],
);

function images(op: string, x: Tensor, rank: number): Tensor {
  const t = operand(op, x);
  if (!isFloat(t.dtype)) throw new DTypeError(op, `expects floats, got ${t.dtype}; use .to('f32')`, { value: t.dtype });
  checkImages(op, t, rank);
  return t;
}

/** The window of a pooling layer or function by its options. */
export function poolWindow(op: string, kernelSize: PerAxis, rank: number, options: MaxPoolOptions): Sliding {
  const kernel = perAxis(op, 'kernelSize', kernelSize, rank, 1);
  const stride = perAxis(op, 'stride', options.stride ?? kernel, rank, 1);
  const dilation = perAxis(op, 'dilation', options.dilation ?? 1, rank, 1);
  const before = perAxis(op, 'padding', options.padding ?? 0, rank, 0);
  if (options.ceilMode !== undefined && typeof options.ceilMode !== 'boolean')
    throw new ArgumentError(op, `ceilMode must be true or false, got ${describe(options.ceilMode)}`, { value: options.ceilMode });
  if (before.some((n, i) => n > ((kernel[i]! - 1) * dilation[i]! + 1) / 2))
    throw new ArgumentError(
      op,
      `padding must be at most half of the window, got ${describe(options.padding)} for ${describe(kernelSize)}`,
      {
        value: options.padding,
      },
    );
  return { kernel, stride, dilation, before, after: before };
}

function pooled(kind: Op, op: string, rank: number, t: Tensor, window: Sliding, divisor: number, ceilMode: boolean): Tensor {
  return inF32(images(op, t, rank), (given) => {
    const x = cast(given, 'f32');
    const sizes = slidOver(op, x.shape.slice(1, -1), window, ceilMode);
    const attrs = [divisor, ...window.kernel, ...window.stride, ...window.before, ...window.dilation];
    return made(kind, [x], [x.shape[0]!, ...sizes, x.shape.at(-1)!], attrs);
  });
}

function maxPool(rank: number, x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions): Tensor {
  const op = `maxPool${rank}d`;
  return pooled(maxOp, op, rank, x, poolWindow(op, kernelSize, rank, options), 0, options.ceilMode ?? false);
}

/** How a mean's sum is divided, as the command takes it. */
export function divisorOf(op: string, { countIncludePad = true, divisorOverride }: AvgPoolOptions): number {
  if (typeof countIncludePad !== 'boolean')
    throw new ArgumentError(op, `countIncludePad must be true or false, got ${describe(countIncludePad)}`, { value: countIncludePad });
  if (divisorOverride === undefined) return countIncludePad ? -1 : 0;
  if (!Number.isInteger(divisorOverride) || divisorOverride < 1 || divisorOverride > 2 ** 31 - 1)
    throw new ArgumentError(op, `divisorOverride must be a whole number ≥ 1, got ${describe(divisorOverride)}`, { value: divisorOverride });
  return divisorOverride;
}

function avgPool(rank: number, x: Tensor, kernelSize: PerAxis, options: AvgPoolOptions): Tensor {
  const op = `avgPool${rank}d`;
  const { stride, padding, ceilMode = false } = options;
  return pooled(meanOp, op, rank, x, poolWindow(op, kernelSize, rank, { stride, padding, ceilMode }), divisorOf(op, options), ceilMode);
}

function adaptive(kind: Op, name: string, rank: number, t: Tensor, outputSize: PerAxis): Tensor {
  const op = `${name}${rank}d`;
  const sizes = perAxis(op, 'outputSize', outputSize, rank, 1);
  return inF32(images(op, t, rank), (given) => {
    const x = cast(given, 'f32');
    if (x.shape.slice(1, -1).includes(0))
      throw new ShapeError(op, `there is nothing to pool in ${formatShape(x.shape)}`, { value: x.shape });
    const [none, one] = [0, 1].map((n) => new Array<number>(rank).fill(n)) as [number[], number[]];
    return made(kind, [x], [x.shape[0]!, ...sizes, x.shape.at(-1)!], [0, ...none, ...one, ...none, ...one]);
  });
}

/**
 * The maximum of each window over sequences: (N, L, C) → (N, L', C), as `torch.max_pool1d` but channels-last. NaN wins.
 * @throws {ShapeError} {ArgumentError} {DTypeError} as `maxPool2d`.
 * @example
 * nn.maxPool1d(randn([8, 100, 16]), 2).shape; // → [8, 50, 16]
 */
export const maxPool1d = (x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): Tensor => maxPool(1, x, kernelSize, options);

/**
 * The maximum of each window over images: (N, H, W, C) → (N, H', W', C), as `torch.max_pool2d` but channels-last. H' = ⌊(H + 2·padding -
 * dilation·(kernelSize - 1) - 1) / stride⌋ + 1, or ⌈ ⌉ with `ceilMode`; the stride is the window's size unless told. NaN wins; the gradient
 * goes to the first of equal values. 16-bit floats keep their dtype.
 *
 * @throws {ShapeError} when the window is larger than the padded image. @throws {ArgumentError} for kernels, strides or dilations below 1,
 *   padding beyond half of the window. @throws {DTypeError} for integers.
 * @example
 * nn.maxPool2d(randn([32, 28, 28, 8]), 2).shape; // → [32, 14, 14, 8]
 */
export const maxPool2d = (x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): Tensor => maxPool(2, x, kernelSize, options);

/**
 * The maximum of each window over volumes: (N, D, H, W, C) → (N, D', H', W', C), as `torch.max_pool3d` but channels-last.
 * @throws {ShapeError} {ArgumentError} {DTypeError} as `maxPool2d`.
 * @example
 * nn.maxPool3d(randn([2, 8, 8, 8, 4]), 2).shape; // → [2, 4, 4, 4, 4]
 */
export const maxPool3d = (x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): Tensor => maxPool(3, x, kernelSize, options);

/**
 * The mean of each window over sequences: (N, L, C) → (N, L', C), as `torch.avg_pool1d` but channels-last.
 * @throws {ShapeError} {ArgumentError} {DTypeError} as `avgPool2d`.
 * @example
 * nn.avgPool1d(randn([8, 100, 16]), 4).shape; // → [8, 25, 16]
 */
export const avgPool1d = (x: Tensor, kernelSize: PerAxis, options: AvgPoolOptions = {}): Tensor => avgPool(1, x, kernelSize, options);

/**
 * The mean of each window over images: (N, H, W, C) → (N, H', W', C), as `torch.avg_pool2d` but channels-last; sizes as `maxPool2d`'s. The
 * padding's zeros count unless `countIncludePad` is false.
 *
 * @throws {ShapeError} when the window is larger than the padded image. @throws {ArgumentError} for kernels, strides or divisors below 1,
 *   padding beyond half of the window. @throws {DTypeError} for integers.
 * @example
 * nn.avgPool2d(randn([32, 28, 28, 8]), 2).shape; // → [32, 14, 14, 8]
 */
export const avgPool2d = (x: Tensor, kernelSize: PerAxis, options: AvgPoolOptions = {}): Tensor => avgPool(2, x, kernelSize, options);

/**
 * The mean of each window over volumes: (N, D, H, W, C) → (N, D', H', W', C), as `torch.avg_pool3d` but channels-last.
 * @throws {ShapeError} {ArgumentError} {DTypeError} as `avgPool2d`.
 * @example
 * nn.avgPool3d(randn([2, 8, 8, 8, 4]), 2).shape; // → [2, 4, 4, 4, 4]
 */
export const avgPool3d = (x: Tensor, kernelSize: PerAxis, options: AvgPoolOptions = {}): Tensor => avgPool(3, x, kernelSize, options);

/**
 * Means of windows that evenly cover sequences, as many as asked for: (N, L, C) → (N, outputSize, C). Window i goes from ⌊i·L / outputSize⌋
 * to ⌈(i + 1)·L / outputSize⌉, as PyTorch's.
 * @throws {ArgumentError} for an output size below 1. @throws {ShapeError} {DTypeError} as `avgPool2d`.
 * @example
 * nn.adaptiveAvgPool1d(randn([8, 100, 16]), 7).shape; // → [8, 7, 16]
 */
export const adaptiveAvgPool1d = (x: Tensor, outputSize: PerAxis): Tensor => adaptive(meanOp, 'adaptiveAvgPool', 1, x, outputSize);

/**
 * Means of windows that evenly cover images, as many as asked for: (N, H, W, C) → (N, H', W', C); 1 is the mean of each image and channel.
 * Windows as `adaptiveAvgPool1d`'s.
 * @throws {ArgumentError} for an output size below 1. @throws {ShapeError} {DTypeError} as `avgPool2d`.
 * @example
 * nn.adaptiveAvgPool2d(randn([32, 7, 9, 64]), 1).shape; // → [32, 1, 1, 64]
 */
export const adaptiveAvgPool2d = (x: Tensor, outputSize: PerAxis): Tensor => adaptive(meanOp, 'adaptiveAvgPool', 2, x, outputSize);

/**
 * Maxima of windows that evenly cover sequences: (N, L, C) → (N, outputSize, C). Windows as `adaptiveAvgPool1d`'s.
 * @throws {ArgumentError} for an output size below 1. @throws {ShapeError} {DTypeError} as `maxPool2d`.
 * @example
 * nn.adaptiveMaxPool1d(randn([8, 100, 16]), 7).shape; // → [8, 7, 16]
 */
export const adaptiveMaxPool1d = (x: Tensor, outputSize: PerAxis): Tensor => adaptive(maxOp, 'adaptiveMaxPool', 1, x, outputSize);

/**
 * Maxima of windows that evenly cover images: (N, H, W, C) → (N, H', W', C). Windows as `adaptiveAvgPool1d`'s.
 * @throws {ArgumentError} for an output size below 1. @throws {ShapeError} {DTypeError} as `maxPool2d`.
 * @example
 * nn.adaptiveMaxPool2d(randn([32, 7, 9, 64]), [2, 3]).shape; // → [32, 2, 3, 64]
 */
export const adaptiveMaxPool2d = (x: Tensor, outputSize: PerAxis): Tensor => adaptive(maxOp, 'adaptiveMaxPool', 2, x, outputSize);
