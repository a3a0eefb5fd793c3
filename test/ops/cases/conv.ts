// Convolutions and transposed ones: every option, sizes on both sides of every tile, channels by themselves, and nothing at all.
import { nn, type Tensor } from 'hebb';
import { type Input, input, type Layout, reals, wholes } from '../inputs.js';
import { at, build, type Ref } from '../oracle.js';
import type { Case } from '../table.js';

const { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d } = nn;

interface Geometry {
  readonly stride: readonly number[];
  readonly before: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

/** The window of a convolution as the oracle takes it. */
function geometry(
  kernel: readonly number[],
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: nn.ConvOptions,
): Geometry & { after: number[] } {
  const each = (value: number | readonly number[]): number[] => (typeof value === 'number' ? kernel.map(() => value) : [...value]);
  const dilations = each(dilation);
  const zeros = padding === 'valid' ? 0 : padding;
  const before = zeros === 'same' ? kernel.map((n, i) => Math.floor((dilations[i]! * (n - 1)) / 2)) : each(zeros);
  const after = zeros === 'same' ? kernel.map((n, i) => dilations[i]! * (n - 1) - before[i]!) : before;
  return { stride: each(stride), before, after, dilation: dilations, groups };
}

/** Σ over taps and input channels of x · weight, output by output. */
function convolve(x: Ref, weight: Ref, sizes: readonly number[], { stride, before, dilation, groups }: Geometry): Ref {
  const [outputs, inputs, ...kernel] = weight.shape as [number, number, ...number[]];
  const size = x.shape.slice(1, -1);
  return build([x.shape[0]!, ...sizes, outputs], (index) => {
    const o = index.at(-1)!;
    const first = Math.floor(o / (outputs / groups)) * inputs;
    let sum = 0;
    build(kernel, (tap) => {
      const place = size.map((_, i) => index[1 + i]! * stride[i]! - before[i]! + tap[i]! * dilation[i]!);
      if (place.every((p, i) => p >= 0 && p < size[i]!))
        for (let c = 0; c < inputs; c++) sum += at(x, [index[0]!, ...place, first + c]) * at(weight, [o, c, ...tap]);
      return 0;
    });
    return sum;
  });
}

/** Each input value spread over the outputs that its window reaches. */
function spreadOut(x: Ref, weight: Ref, sizes: readonly number[], { stride, before, dilation, groups }: Geometry): Ref {
  const [inputs, outputs, ...kernel] = weight.shape as [number, number, ...number[]];
  const size = x.shape.slice(1, -1);
  return build([x.shape[0]!, ...sizes, outputs * groups], (index) => {
    const o = index.at(-1)!;
    const group = Math.floor(o / outputs);
    let sum = 0;
    build(kernel, (tap) => {
      const from = size.map((_, i) => index[1 + i]! + before[i]! - tap[i]! * dilation[i]!);
      const place = from.map((p, i) => p / stride[i]!);
      if (place.every((p, i) => Number.isInteger(p) && p >= 0 && p < size[i]!))
        for (let c = (group * inputs) / groups; c < ((group + 1) * inputs) / groups; c++)
          sum += at(x, [index[0]!, ...place, c]) * at(weight, [c, o % outputs, ...tap]);
      return 0;
    });
    return sum;
  });
}

const FORWARD = [conv1d, conv2d, conv3d];
const TRANSPOSED = [convTranspose1d, convTranspose2d];

type More = { bias?: boolean; layouts?: readonly [Layout, Layout]; name?: string };

function conv(
  x: readonly number[],
  weight: readonly number[],
  options: nn.ConvOptions = {},
  { bias = false, layouts, name = '' }: More = {},
): Case {
  const rank = x.length - 2;
  const kernel = weight.slice(2);
  const window = geometry(kernel, options);
  const sizes = kernel.map((n, i) =>
    Math.floor((x[1 + i]! + window.before[i]! + window.after[i]! - window.dilation[i]! * (n - 1) - 1) / window.stride[i]! + 1),
  );
  const inputs: Input[] = [input(x, reals(-1, 2), 'f32', layouts?.[0]), input(weight, reals(-2, 1), 'f32', layouts?.[1] ?? 'parameter')];
  if (bias) inputs.push(input([weight[0]!], reals(-3, 3)));
  const told = Object.entries(options).map(([key, value]) => `${key} ${value}`);
  return {
    op: `nn.conv${rank}d`,
    name: [`${x.join('x')} by ${weight.join('x')}`, ...told, bias ? 'bias' : '', ...(layouts ?? []), name].filter(Boolean).join(' '),
    inputs,
    hebb: (...xs: Tensor[]) => FORWARD[rank - 1]!(xs[0]!, xs[1]!, { ...options, bias: xs[2] }),
    oracle: (...xs: Ref[]) => withBias(convolve(xs[0]!, xs[1]!, sizes, window), xs[2]),
    dtype: 'f32',
    tolerance: 'scaled',
    gradient: 'smooth',
  };
}

function transposed(
  x: readonly number[],
  weight: readonly number[],
  options: nn.ConvTransposeOptions = {},
  { bias = false, layouts }: More = {},
): Case {
  const rank = x.length - 2;
  const kernel = weight.slice(2);
  const window = geometry(kernel, options as nn.ConvOptions);
  const extra = kernel.map((_, i) =>
    typeof options.outputPadding === 'number' ? options.outputPadding : (options.outputPadding?.[i] ?? 0),
  );
  const sizes = kernel.map(
    (n, i) => (x[1 + i]! - 1) * window.stride[i]! - 2 * window.before[i]! + window.dilation[i]! * (n - 1) + extra[i]! + 1,
  );
  const outputs = weight[1]! * window.groups;
  const inputs: Input[] = [input(x, reals(-1, 2), 'f32', layouts?.[0]), input(weight, reals(-2, 1), 'f32', layouts?.[1] ?? 'parameter')];
  if (bias) inputs.push(input([outputs], reals(-3, 3)));
  const told = Object.entries(options).map(([key, value]) => `${key} ${value}`);
  return {
    op: `nn.convTranspose${rank}d`,
    name: [`${x.join('x')} by ${weight.join('x')}`, ...told, bias ? 'bias' : '', ...(layouts ?? [])].filter(Boolean).join(' '),
    inputs,
    hebb: (...xs: Tensor[]) => TRANSPOSED[rank - 1]!(xs[0]!, xs[1]!, { ...options, bias: xs[2] }),
    oracle: (...xs: Ref[]) => withBias(spreadOut(xs[0]!, xs[1]!, sizes, window), xs[2]),
    dtype: 'f32',
    tolerance: 'scaled',
    gradient: 'smooth',
  };
}

const withBias = (y: Ref, bias: Ref | undefined): Ref => (bias ? build(y.shape, (index) => at(y, index) + bias.data[index.at(-1)!]!) : y);

/** Whole numbers, whose sums are exact in whatever order. */
const exact = (one: Case): Case => ({
  ...one,
  name: `${one.name} of whole numbers`,
  inputs: one.inputs.map(({ shape, layout }) => input(shape, wholes(-3, 4), 'f32', layout)),
  tolerance: 'exact',
});

export const conv1: readonly Case[] = [
  conv([1, 5, 2], [3, 2, 3]),
  conv([2, 6, 2], [2, 2, 2], { padding: 'same' }, { bias: true }),
  conv([2, 7, 4], [4, 2, 3], { stride: 2, padding: 2, groups: 2 }),
  conv([1, 9, 3], [3, 1, 3], { dilation: 2, padding: 1, groups: 3 }),
  conv([2, 9, 2], [2, 2, 4], { stride: 3, dilation: 2, padding: 5 }),
  conv([0, 5, 2], [3, 2, 3]),
  conv([2, 700, 5], [18, 5, 7], { padding: 3 }),
  conv([3, 6, 2], [2, 2, 3], { padding: 1 }, { layouts: ['transposed', 'plain'] }),
];

export const conv2: readonly Case[] = [
  conv([1, 3, 3, 1], [1, 1, 3, 3]),
  conv([1, 3, 4, 2], [2, 2, 2, 2], {}, { bias: true }),
  conv([1, 4, 3, 2], [3, 2, 3, 3], { padding: 1 }),
  conv([1, 4, 4, 2], [2, 2, 3, 2], { padding: 'same' }),
  conv([2, 4, 3, 2], [2, 2, 1, 1]),
  conv([1, 5, 4, 2], [2, 2, 3, 3], { stride: 2, padding: 1 }, { bias: true }),
  conv([1, 5, 5, 2], [2, 2, 2, 1], { stride: [3, 2], padding: [1, 0], dilation: [2, 1] }),
  conv([1, 5, 6, 1], [2, 1, 3, 2], { dilation: 2, padding: [2, 1] }),
  conv([1, 4, 4, 3], [2, 3, 1, 1], { stride: 3 }),
  conv([1, 3, 4, 4], [4, 2, 2, 2], { groups: 2, padding: 1 }),
  conv([1, 4, 4, 3], [3, 1, 3, 3], { groups: 3, padding: 1 }, { bias: true }),
  conv([1, 5, 4, 2], [2, 1, 3, 3], { groups: 2, padding: 2, stride: 2, dilation: 2 }),
  conv([1, 4, 3, 2], [4, 1, 2, 2], { groups: 2 }),
  conv([2, 3, 3, 2], [2, 2, 2, 2], { padding: 'valid' }, { layouts: ['transposed', 'transposed'] }),
  conv([2, 3, 3, 2], [2, 2, 2, 2], { padding: 1 }, { layouts: ['narrowed', 'narrowed'] }),
  conv([3, 3, 3, 2], [2, 2, 2, 2], {}, { layouts: ['expanded', 'plain'] }),
  conv([0, 4, 4, 2], [3, 2, 3, 3]),
  conv([1, 1, 1, 2], [2, 2, 3, 3], { padding: 2 }),
  // Tiles of every width, and blocks of rows, columns and channels.
  conv([2, 13, 13, 32], [64, 32, 3, 3], { padding: 1 }, { bias: true }),
  exact(conv([1, 14, 15, 16], [70, 16, 3, 3], { padding: 1 })),
  exact(conv([3, 7, 7, 40], [33, 40, 3, 3], { padding: 1 })),
  exact(conv([1, 30, 61, 3], [17, 3, 5, 4], { stride: 2, padding: 2 })),
  exact(conv([2, 9, 9, 20], [50, 20, 1, 1])),
  exact(conv([2, 9, 9, 20], [50, 20, 1, 1], { stride: 2 })),
  exact(conv([1, 12, 31, 37], [37, 1, 3, 3], { groups: 37, padding: 1 })),
  exact(conv([1, 9, 10, 24], [36, 8, 3, 3], { groups: 3, padding: 1, stride: 2 })),
  exact(conv([1, 3, 3, 600], [20, 600, 3, 3], { padding: 1 })),
  exact(conv([1, 2, 700, 2], [3, 2, 1, 3], { padding: [0, 1] })),
  exact(conv([1, 15, 15, 40], [3, 40, 12, 12], { padding: 6 })),
  {
    ...conv([1, 4, 4, 2], [2, 2, 3, 3], { padding: 1 }),
    name: 'bf16 and f16',
    inputs: [input([1, 4, 4, 2], wholes(-4, 4), 'bf16'), input([2, 2, 3, 3], wholes(-4, 4), 'f16')],
    gradient: 'none',
  },
];

export const conv3: readonly Case[] = [
  conv([1, 3, 2, 3, 1], [2, 1, 2, 2, 2]),
  conv([1, 3, 3, 3, 2], [2, 1, 2, 3, 3], { groups: 2, padding: 1, stride: [2, 1, 2] }, { bias: true }),
  conv([1, 4, 3, 2, 1], [1, 1, 2, 2, 1], { dilation: [2, 1, 1], padding: [1, 0, 0], stride: 2 }),
  conv([2, 5, 6, 7, 4], [9, 4, 3, 3, 3], { padding: 'same' }),
  conv([0, 3, 3, 3, 1], [2, 1, 2, 2, 2]),
  conv([2, 3, 2, 3, 2], [2, 2, 2, 2, 2], { padding: 1 }, { layouts: ['transposed', 'plain'] }),
];

export const convTransposes: readonly Case[] = [
  transposed([1, 4, 2], [2, 3, 3]),
  transposed([2, 3, 2], [2, 2, 2], { stride: 2 }, { bias: true }),
  transposed([1, 5, 4], [4, 1, 3], { stride: 3, padding: 1, outputPadding: 2, groups: 2 }),
  transposed([1, 4, 3], [3, 1, 2], { groups: 3, dilation: 3, outputPadding: 1 }),
  transposed([0, 4, 2], [2, 3, 3]),
  transposed([2, 4, 2], [2, 2, 3], {}, { layouts: ['transposed', 'plain'] }),
  transposed([1, 2, 3, 1], [1, 2, 2, 2]),
  transposed([1, 3, 2, 2], [2, 2, 3, 3], { stride: 2, padding: 1, outputPadding: [1, 0] }, { bias: true }),
  transposed([1, 3, 3, 2], [2, 1, 3, 3], { groups: 2, stride: 2, padding: 1, outputPadding: 1 }),
  transposed([1, 2, 2, 2], [2, 2, 1, 1], { stride: 3 }),
  transposed([1, 3, 2, 1], [1, 1, 2, 3], { dilation: 2, padding: 1 }),
  exact(transposed([2, 7, 7, 24], [24, 35, 4, 4], { stride: 2, padding: 1 })),
  transposed([0, 2, 2, 2], [2, 2, 2, 2]),
  transposed([2, 3, 3, 2], [2, 2, 2, 2], { stride: 2 }, { layouts: ['transposed', 'transposed'] }),
];
