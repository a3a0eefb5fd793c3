// Convolutions over one, two or three spatial axes of channels-last data, and the transposed ones. Three commands do all of it, and are
// each other's gradients: forward, to the data, and to the weights.
import { cast } from '../core/basic.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.js';
import { newOp, type Op, type Operands } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { describe, formatShape, type Shape } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { checkImages, type PerAxis, perAxis, type Sliding, slidOver } from './sliding.js';

/** Options of `conv1d`, `conv2d` and `conv3d`; lists have one number for each spatial axis. */
export interface ConvOptions {
  /** (outChannels), added to every position; none unless told. */
  readonly bias?: Tensor | null;
  /** Positions from one window to the next; 1 unless told. */
  readonly stride?: PerAxis;
  /** Zeros on either side; 0 ('valid') unless told. 'same' keeps the size, for stride 1. */
  readonly padding?: PerAxis | 'same' | 'valid';
  /** Positions from one tap of the window to the next; 1 unless told. */
  readonly dilation?: PerAxis;
  /** Parts of the channels that see only each other; 1 unless told. As many as channels: depthwise. */
  readonly groups?: number;
}

/** Options of `convTranspose1d` and `convTranspose2d`; lists have one number for each spatial axis. */
export interface ConvTransposeOptions {
  /** (outChannels), added to every position; none unless told. */
  readonly bias?: Tensor | null;
  /** Positions from one value of the data to the next in the result; 1 unless told. */
  readonly stride?: PerAxis;
  /** What the convolution that this one turns round was padded with: so much is cut off on either side; 0 unless told. */
  readonly padding?: PerAxis;
  /** Positions added at the end of each axis, less than stride or dilation; 0 unless told. */
  readonly outputPadding?: PerAxis;
  /** Positions from one tap of the window to the next; 1 unless told. */
  readonly dilation?: PerAxis;
  /** Parts of the channels that see only each other; 1 unless told. */
  readonly groups?: number;
}

/** Attrs: groups, then stride, padding before and dilation of each axis, then the sizes that shapes of inputs don't tell. */
type Attrs = readonly number[];

const spatial = (x: Tensor): Shape => x.shape.slice(1, -1);

/** The arguments that all three commands share, of (N, …in, C) and (N, …out, K) and weights (K, C/groups, …kernel). */
function geometry(x: Tensor, y: Tensor, weight: Tensor, [groups, ...rest]: Attrs): number[] {
  const rank = x.shape.length - 2;
  const axes = [...spatial(x)].flatMap((size, i) => [
    size,
    y.shape[1 + i]!,
    weight.shape[2 + i]!,
    rest[i]!,
    rest[rank + i]!,
    rest[2 * rank + i]!,
  ]);
  const single = new Array<number[]>(3 - rank).fill([1, 1, 1, 1, 0, 1]).flat();
  return [x.shape[0]!, groups!, x.shape[rank + 1]!, y.shape[rank + 1]!, ...single, ...axes];
}

const command = (opcode: string, epilogue: boolean, of: (node: Tensor) => [x: Tensor, y: Tensor, weight: Tensor]): Op['lowering'] => ({
  kind: 'command',
  opcode,
  epilogue,
  args: (node: Tensor, io: Operands) => [...geometry(...of(node), node.attrs), io.input(0), io.input(1), io.output()],
});

/** How a window lies, without the sizes of the result. */
const windowOf = (attrs: Attrs, rank: number): Attrs => attrs.slice(0, 1 + 3 * rank);
const rankOf = (x: Tensor): number => x.shape.length - 2;

const forwardOp: Op = newOp(
  'conv',
  command('conv', true, (y) => [y.inputs[0]!, y, y.inputs[1]!]),
  ({ inputs: [x, weight], attrs, dy }) => [toData(dy, weight!, x!.shape, attrs), toWeight(x!, dy, weight!.shape, attrs)],
);

const dataOp: Op = newOp(
  'convData',
  command('conv_data', true, (x) => [x, x.inputs[0]!, x.inputs[1]!]),
  ({ inputs: [y, weight], attrs, dy: dx }) => [forward(dx, weight!, y!.shape, attrs), toWeight(dx, y!, weight!.shape, attrs)],
);

const weightOp: Op = newOp(
  'convWeight',
  command('conv_weight', false, (weight) => [weight.inputs[0]!, weight.inputs[1]!, weight]),
  ({ inputs: [x, y], attrs, dy: dWeight }) => [toData(y!, dWeight, x!.shape, attrs), forward(x!, dWeight, y!.shape, attrs)],
);

const made = (op: Op, inputs: Tensor[], shape: Shape, attrs: Attrs): Tensor =>
  record(op, inputs, shape, 'f32', [...windowOf(attrs, rankOf(inputs[0]!)), ...shape]);

const forward = (x: Tensor, weight: Tensor, shape: Shape, attrs: Attrs): Tensor => made(forwardOp, [x, weight], shape, attrs);
const toData = (y: Tensor, weight: Tensor, shape: Shape, attrs: Attrs): Tensor => made(dataOp, [y, weight], shape, attrs);
const toWeight = (x: Tensor, y: Tensor, shape: Shape, attrs: Attrs): Tensor => made(weightOp, [x, y], shape, attrs);

function float(op: string, name: string, value: Tensor): Tensor {
  const x = operand(op, value);
  if (!isFloat(x.dtype)) throw new DTypeError(op, `${name} must be floats, got ${x.dtype}; use .to('f32')`, { value: x.dtype });
  return cast(x, 'f32');
}

function checkWeight(op: string, weight: Tensor, rank: number, named: string): void {
  const { shape } = weight;
  if (shape.length !== rank + 2)
    throw new ShapeError(op, `expects a weight (${named}, …window) with ${rank} axes of window, got ${formatShape(shape)}`, {
      value: shape,
    });
  if (shape.includes(0)) throw new ShapeError(op, `a weight can't be empty, got ${formatShape(shape)}`, { value: shape });
}

function checkGroups(op: string, groups: unknown, channels: number, named: string): number {
  if (typeof groups !== 'number' || !Number.isInteger(groups) || groups < 1)
    throw new ArgumentError(op, `groups must be a whole number ≥ 1, got ${describe(groups)}`, { value: groups });
  if (channels % groups !== 0)
    throw new ArgumentError(op, `${channels} ${named} channels don't divide into ${groups} groups`, { value: groups });
  return groups;
}

function checkChannels(op: string, x: Tensor, expected: number): void {
  if (x.shape.at(-1) === expected) return;
  const turned =
    x.shape[1] === expected ? `; images are channels-last, transpose(0, ${[...spatial(x).keys()].map((i) => i + 2).join(', ')}, 1)?` : '';
  throw new ShapeError(
    op,
    `the weight expects ${expected} channels, the last axis of ${formatShape(x.shape)} has ${x.shape.at(-1)}${turned}`,
    {
      value: x.shape,
    },
  );
}

function withBias(op: string, y: Tensor, bias: Tensor | null | undefined): Tensor {
  if (bias === undefined || bias === null) return y;
  const b = float(op, 'bias', bias);
  if (b.shape.length !== 1 || b.shape[0] !== y.shape.at(-1))
    throw new ShapeError(op, `expects a bias (${y.shape.at(-1)}), got ${formatShape(b.shape)}`, { value: b.shape });
  return y.add(b);
}

/** The window of a convolution by its options. */
export function convWindow(op: string, kernel: readonly number[], options: Omit<ConvOptions, 'bias' | 'groups'>): Sliding {
  const rank = kernel.length;
  const { padding = 0 } = options;
  const stride = perAxis(op, 'stride', options.stride ?? 1, rank, 1);
  const dilation = perAxis(op, 'dilation', options.dilation ?? 1, rank, 1);
  if (padding === 'same') {
    if (stride.some((n) => n !== 1))
      throw new ArgumentError(op, `padding 'same' is for stride 1, got ${describe(options.stride)}; give padding as a number`, {
        value: options.stride,
      });
    const all = kernel.map((n, i) => dilation[i]! * (n - 1));
    return { kernel, stride, dilation, before: all.map((n) => n >> 1), after: all.map((n) => n - (n >> 1)) };
  }
  if (typeof padding === 'string' && padding !== 'valid')
    throw new ArgumentError(op, `padding must be a number, a list, 'same' or 'valid', got ${describe(padding)}`, { value: padding });
  const before = perAxis(op, 'padding', padding === 'valid' ? 0 : padding, rank, 0);
  return { kernel, stride, dilation, before, after: before };
}

function convolution(rank: number, input: Tensor, weights: Tensor, options: ConvOptions): Tensor {
  const op = `conv${rank}d`;
  const x = float(op, 'x', input);
  const weight = float(op, 'weight', weights);
  checkImages(op, x, rank);
  checkWeight(op, weight, rank, 'outChannels, inChannels/groups');
  const [outputs, inputs, ...kernel] = weight.shape as [number, number, ...number[]];
  const groups = checkGroups(op, options.groups ?? 1, outputs, 'output');
  checkChannels(op, x, inputs * groups);
  const window = convWindow(op, kernel, options);
  const shape = [x.shape[0]!, ...slidOver(op, spatial(x), window), outputs];
  return withBias(op, forward(x, weight, shape, [groups, ...window.stride, ...window.before, ...window.dilation]), options.bias);
}

function transposed(rank: number, input: Tensor, weights: Tensor, options: ConvTransposeOptions): Tensor {
  const op = `convTranspose${rank}d`;
  const x = float(op, 'x', input);
  const weight = float(op, 'weight', weights);
  checkImages(op, x, rank);
  checkWeight(op, weight, rank, 'inChannels, outChannels/groups');
  const [inputs, outputs, ...kernel] = weight.shape as [number, number, ...number[]];
  const groups = checkGroups(op, options.groups ?? 1, inputs, 'input');
  checkChannels(op, x, inputs);
  const stride = perAxis(op, 'stride', options.stride ?? 1, rank, 1);
  const dilation = perAxis(op, 'dilation', options.dilation ?? 1, rank, 1);
  const padding = perAxis(op, 'padding', options.padding ?? 0, rank, 0);
  const extra = perAxis(op, 'outputPadding', options.outputPadding ?? 0, rank, 0);
  const sizes = spatial(x).map((size, i) => {
    if (extra[i]! >= Math.max(stride[i]!, dilation[i]!))
      throw new ArgumentError(
        op,
        `outputPadding must be less than stride or dilation, got ${extra[i]} for ${stride[i]} and ${dilation[i]}`,
        {
          value: options.outputPadding,
        },
      );
    const made = (size - 1) * stride[i]! - 2 * padding[i]! + dilation[i]! * (kernel[i]! - 1) + extra[i]! + 1;
    if (made < 1)
      throw new ShapeError(op, `padding ${padding[i]} cuts off all of axis ${1 + i} of ${formatShape(x.shape)}`, { value: x.shape });
    return made;
  });
  const shape = [x.shape[0]!, ...sizes, outputs * groups];
  return withBias(op, toData(x, weight, shape, [groups, ...stride, ...padding, ...dilation]), options.bias);
}

/**
 * Slides a window over sequences: (N, L, C) → (N, L', K), each result the sum of products of the window's values with `weight`
 * (K, C/groups, kernel), as `torch.conv1d` but channels-last. L' = ⌊(L + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1.
 * @throws {ShapeError} {ArgumentError} {DTypeError} as `conv2d`.
 * @example
 * nn.conv1d(randn([8, 100, 16]), randn([32, 16, 5]), { padding: 'same' }).shape; // → [8, 100, 32]
 */
export const conv1d = (x: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor => convolution(1, x, weight, options);

/**
 * Slides a window over images: (N, H, W, C) → (N, H', W', K), each result the sum of products of the window's values with `weight`
 * (K, C/groups, kernelHeight, kernelWidth), as `torch.conv2d` but channels-last. H' = ⌊(H + 2·padding - dilation·(kernelHeight - 1) - 1) /
 * stride⌋ + 1. Floats of any dtype; the result is f32.
 *
 * @throws {ShapeError} when shapes don't fit, or the window is larger than the padded image. @throws {ArgumentError} for strides, dilations
 *   or groups below 1, paddings below 0, 'same' with a stride, channels that don't divide into groups. @throws {DTypeError} for integers.
 * @example
 * nn.conv2d(randn([32, 28, 28, 1]), randn([8, 1, 3, 3]), { padding: 1 }).shape; // → [32, 28, 28, 8]
 */
export const conv2d = (x: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor => convolution(2, x, weight, options);

/**
 * Slides a window over volumes: (N, D, H, W, C) → (N, D', H', W', K) by `weight` (K, C/groups, …window), as `torch.conv3d` but channels-last.
 * @throws {ShapeError} {ArgumentError} {DTypeError} as `conv2d`.
 * @example
 * nn.conv3d(randn([2, 8, 8, 8, 1]), randn([4, 1, 3, 3, 3])).shape; // → [2, 6, 6, 6, 4]
 */
export const conv3d = (x: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor => convolution(3, x, weight, options);

/**
 * The transpose of `conv1d`, with which sequences grow: (N, L, C) → (N, L', K) by `weight` (C, K/groups, kernel), as
 * `torch.conv_transpose1d`. L' = (L - 1)·stride - 2·padding + dilation·(kernel - 1) + outputPadding + 1.
 * @throws {ShapeError} {ArgumentError} {DTypeError} as `conv2d`; outputPadding must be less than stride or dilation.
 * @example
 * nn.convTranspose1d(randn([8, 50, 16]), randn([16, 4, 2]), { stride: 2 }).shape; // → [8, 100, 4]
 */
export const convTranspose1d = (x: Tensor, weight: Tensor, options: ConvTransposeOptions = {}): Tensor => transposed(1, x, weight, options);

/**
 * The transpose of `conv2d`, with which images grow: (N, H, W, C) → (N, H', W', K) by `weight` (C, K/groups, kernelHeight, kernelWidth), as
 * `torch.conv_transpose2d`. H' = (H - 1)·stride - 2·padding + dilation·(kernelHeight - 1) + outputPadding + 1.
 * @throws {ShapeError} {ArgumentError} {DTypeError} as `conv2d`; outputPadding must be less than stride or dilation.
 * @example
 * nn.convTranspose2d(randn([8, 7, 7, 16]), randn([16, 4, 2, 2]), { stride: 2 }).shape; // → [8, 14, 14, 4]
 */
export const convTranspose2d = (x: Tensor, weight: Tensor, options: ConvTransposeOptions = {}): Tensor => transposed(2, x, weight, options);
