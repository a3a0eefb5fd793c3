// Normalisation by channels, the last axis of x: of groups of channels in each sample, of single channels in each sample (instance) or over
// all samples (batch). One fused forward, which keeps the statistics, and one fused backward.
import { reshape } from '../core/basic.js';
import { ArgumentError, ShapeError } from '../core/errors.js';
import { newOp, type Op } from '../core/op.js';
import { record } from '../core/record.js';
import { describe, formatShape, sizeOf } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { checkEps, floats, type NormalizeOptions, normalized, ownScalar } from './affine.js';
import { furtherResult, fusedBackward, type Plain } from './fused_backward.js';

/** What is normalised together: x as (samples, positions, channels), its channels in groups. */
interface Layout {
  readonly samples: number;
  readonly groups: number;
}

/** A normalised tensor, and the mean and the (population's) variance of each group, sample by sample; these have no gradient. */
export interface Normalized {
  readonly y: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

const SAVED = 2;

const sizes = ({ shape }: Tensor, [samples, groups]: readonly number[]): number[] => {
  const channels = shape[shape.length - 1]!;
  return [samples!, samples === 0 ? 0 : sizeOf(shape.slice(0, -1)) / samples!, channels, groups!];
};

const plain: Plain = ([x, weight, bias], attrs, scalars) => {
  const [samples, positions, channels, groups] = sizes(x!, attrs) as [number, number, number, number];
  const grouped = reshape(x!, [samples, positions, groups, groups === 0 ? 0 : channels / groups]);
  const together = { axis: [1, 3], keepDim: true };
  const d = grouped.sub(grouped.mean(together));
  const n = reshape(d.mul(d.square().mean(together).add(ownScalar(scalars)).rsqrt()), x!.shape);
  const scaled = weight ? n.mul(weight) : n;
  return bias ? scaled.add(bias) : scaled;
};

/** attrs: samples and groups; scalars: eps. */
function channelNorm(name: string): (x: Tensor, options: NormalizeOptions, layout: Layout) => Normalized {
  const backward = fusedBackward({
    name,
    opcode: 'group_norm_grad',
    saved: SAVED,
    plain,
    args: ({ inputs, attrs }, io) => {
      const own = inputs.length - SAVED - 1;
      return [
        ...sizes(inputs[0]!, attrs),
        io.scalar(0),
        io.input(0),
        io.input(own),
        io.input(own + 1),
        own > 1 ? io.input(1) : -1,
        io.input(own + 2),
        io.output(0),
        io.output(1),
        io.output(2),
      ];
    },
  });
  const op: Op = newOp(
    name,
    {
      kind: 'command',
      opcode: 'group_norm',
      extra: ({ attrs: [samples, groups] }) => Array.from({ length: SAVED }, () => ({ shape: [samples! * groups!], dtype: 'f32' })),
      args: ({ inputs, attrs }, io) => [
        ...sizes(inputs[0]!, attrs),
        io.scalar(0),
        io.input(0),
        inputs.length > 1 ? io.input(1) : -1,
        inputs.length > 2 ? io.input(2) : -1,
        io.output(0),
        io.output(1),
        io.output(2),
      ],
    },
    (context) => backward(context, [statistic(context.y, 1), statistic(context.y, 2)]),
  );
  const pick = newOp(`${name}Statistic`, { kind: 'pick', of: op }, null);
  const statistic = (y: Tensor, k: number): Tensor => furtherResult(pick, y, k, y.attrs[0]! * y.attrs[1]!);
  return (x, options, { samples, groups }) => {
    let node = x;
    const y = normalized(name, x, options, x.shape.slice(-1), (inputs, scalars) => {
      node = record(op, inputs, x.shape, 'f32', [samples, groups], scalars);
      return node;
    });
    return { y, mean: statistic(node, 1).detach(), variance: statistic(node, 2).detach() };
  };
}

const byBatch = channelNorm('batchNorm');
const byInstance = channelNorm('instanceNorm');
const byGroup = channelNorm('groupNorm');

/** x with a first axis of samples and a last one of channels. */
function images(op: string, a: Tensor, axes: number): Tensor {
  const x = floats(op, a);
  if (x.shape.length < axes)
    throw new ShapeError(op, `expects (samples, …, channels), got ${formatShape(x.shape)}; channels are the last axis`, { value: x.shape });
  return x;
}

function refuseOne(op: string, x: Tensor, count: number): void {
  if (count === 1)
    throw new ShapeError(op, `needs more than one value for each mean, got ${formatShape(x.shape)}; a larger batch, or eval mode?`, {
      value: x.shape,
    });
}

/** Each channel's values normalised over all else. */
export function batchNormalized(a: Tensor, options: NormalizeOptions): Normalized {
  const x = images('batchNorm', a, 2);
  const channels = x.shape[x.shape.length - 1]!;
  refuseOne('batchNorm', x, x.size / channels);
  return byBatch(x, options, { samples: 1, groups: channels });
}

/** Each channel's values normalised within each sample. */
export function instanceNormalized(a: Tensor, options: NormalizeOptions): Normalized {
  const x = images('instanceNorm', a, 3);
  refuseOne('instanceNorm', x, sizeOf(x.shape.slice(1, -1)));
  return byInstance(x, options, { samples: x.shape[0]!, groups: x.shape[x.shape.length - 1]! });
}

/** (x - mean) / √(variance + eps) · weight + bias with statistics of each channel that are given: one scale and one shift, which a Chain fuses. */
export function normalizedBy(
  op: string,
  a: Tensor,
  mean: Tensor,
  variance: Tensor,
  { weight, bias, eps = 1e-5 }: NormalizeOptions,
): Tensor {
  const x = floats(op, a);
  checkEps(op, eps);
  const channels = x.shape.slice(-1);
  for (const [name, t] of Object.entries({ mean, variance, weight, bias })) {
    if (t && (t.shape.length !== 1 || t.shape[0] !== channels[0]))
      throw new ShapeError(op, `${name} must be ${formatShape(channels)}, got ${formatShape(t.shape)}`, { value: t.shape });
  }
  const root = variance.add(eps).rsqrt();
  const scale = weight ? root.mul(weight) : root;
  const shift = mean.neg().mul(scale);
  return x
    .to('f32')
    .mul(scale)
    .add(bias ? shift.add(bias) : shift)
    .to(x.dtype);
}

/**
 * (x - mean) / √(variance + eps) · weight + bias with the statistics of each channel within each sample; the variance is that of a
 * population. In f32, whatever x is stored in.
 *
 * @param x (samples, …, channels), at least three axes. @param options `weight` and `bias` (channels); `eps`, 1e-5 unless told.
 * @throws {ShapeError} for fewer axes, for one position alone, or where weight or bias is another shape. @throws {DTypeError} for integers.
 *   @throws {ArgumentError} for an eps that is no finite number ≥ 0.
 *
 * Source: Ulyanov, Vedaldi and Lempitsky, "Instance normalization: the missing ingredient for fast stylization", 2016.
 * @example
 * await nn.instanceNorm(tensor([[[1], [3]]])).data(); // → -1.000, 1.000
 */
export function instanceNorm(x: Tensor, options: NormalizeOptions = {}): Tensor {
  return instanceNormalized(x, options).y;
}

/**
 * (x - mean) / √(variance + eps) · weight + bias with the statistics of each group of adjacent channels within each sample; the variance is
 * that of a population. In f32, whatever x is stored in.
 *
 * @param x (samples, …, channels). @param numGroups Into how many groups the channels are split.
 * @param options `weight` and `bias` (channels); `eps`, 1e-5 unless told.
 * @throws {ShapeError} for fewer than two axes, for a group of one value, or where weight or bias is another shape. @throws {DTypeError} for
 *   integers. @throws {ArgumentError} for groups that don't divide the channels, or an eps that is no finite number ≥ 0.
 *
 * Source: Wu and He, "Group normalization", 2018.
 * @example
 * nn.groupNorm(randn([8, 14, 14, 64]), 16).shape; // → [8, 14, 14, 64]
 */
export function groupNorm(x: Tensor, numGroups: number, options: NormalizeOptions = {}): Tensor {
  const t = images('groupNorm', x, 2);
  const channels = t.shape[t.shape.length - 1]!;
  if (!Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0)
    throw new ArgumentError('groupNorm', `numGroups must be a whole number that divides ${channels} channels, got ${describe(numGroups)}`, {
      value: numGroups,
    });
  refuseOne('groupNorm', t, t.size / numGroups);
  return byGroup(t, options, { samples: t.shape[0]!, groups: numGroups }).y;
}
