// Pooling: maxima and means by fixed windows with every option, and by windows that evenly cover what there is.
import { nn, type Tensor } from 'hebb';
import { distinct, input, type Layout, listed, reals, wholes } from '../inputs.js';
import { at, build, type Ref, total } from '../oracle.js';
import type { Case } from '../table.js';

const { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveMaxPool1d, adaptiveMaxPool2d } = nn;
const { avgPool1d, avgPool2d, avgPool3d, maxPool1d, maxPool2d, maxPool3d } = nn;

const FIXED = { maxPool: [maxPool1d, maxPool2d, maxPool3d], avgPool: [avgPool1d, avgPool2d, avgPool3d] };
const ADAPTIVE = { adaptiveMaxPool: [adaptiveMaxPool1d, adaptiveMaxPool2d], adaptiveAvgPool: [adaptiveAvgPool1d, adaptiveAvgPool2d] };

type Options = nn.MaxPoolOptions & nn.AvgPoolOptions;

/** The positions of window o along an axis, those in the padding too. */
type Positions = (o: number, axis: number) => number[];

/** `of` what a window holds of one channel; `padded` is the number of its positions, padding included. */
function pool(x: Ref, sizes: readonly number[], positions: Positions, of: (values: number[], padded: number) => number): Ref {
  const spatial = x.shape.slice(1, -1);
  return build([x.shape[0]!, ...sizes, x.shape.at(-1)!], (index) => {
    const axes = spatial.map((_, i) => positions(index[1 + i]!, i));
    const values: number[] = [];
    build(
      axes.map(({ length }) => length),
      (tap) => {
        const place = axes.map((all, i) => all[tap[i]!]!);
        if (place.every((p, i) => p >= 0 && p < spatial[i]!)) values.push(at(x, [index[0]!, ...place, index.at(-1)!]));
        return 0;
      },
    );
    return of(
      values,
      axes.reduce((count, { length }) => count * length, 1),
    );
  });
}

const most = (values: number[]): number =>
  values.reduce((a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b)), -Infinity);

interface More {
  readonly layout?: Layout;
  readonly name?: string;
}

function fixed(
  kind: keyof typeof FIXED,
  x: readonly number[],
  kernel: number | number[],
  options: Options = {},
  { layout, name }: More = {},
): Case {
  const rank = x.length - 2;
  const each = (value: number | readonly number[]): number[] => (typeof value === 'number' ? new Array(rank).fill(value) : [...value]);
  const [window, padding, dilation] = [each(kernel), each(options.padding ?? 0), each(options.dilation ?? 1)];
  const stride = each(options.stride ?? kernel);
  const sizes = window.map((k, i) => {
    const [size, pad, step] = [x[1 + i]!, padding[i]!, stride[i]!];
    const last = (size + 2 * pad - dilation[i]! * (k - 1) - 1) / step;
    const count = (options.ceilMode ? Math.ceil(last) : Math.floor(last)) + 1;
    return options.ceilMode && (count - 1) * step >= size + pad ? count - 1 : count;
  });
  const positions: Positions = (o, i) =>
    Array.from({ length: window[i]! }, (_, k) => o * stride[i]! - padding[i]! + k * dilation[i]!).filter(
      (p) => p < x[1 + i]! + padding[i]!,
    );
  const { countIncludePad = true, divisorOverride } = options;
  const mean = (values: number[], padded: number): number =>
    total(values) / (divisorOverride ?? (countIncludePad ? padded : values.length));
  const told = Object.entries(options).map(([key, value]) => `${key} ${value}`);
  return {
    op: `nn.${kind}${rank}d`,
    name: [`${x.join('x')} by ${kernel}`, ...told, layout, name].filter(Boolean).join(' '),
    inputs: [input(x, kind === 'maxPool' ? distinct(0.05) : reals(-1, 2), 'f32', layout)],
    hebb: (t: Tensor) => FIXED[kind][rank - 1]!(t, kernel, options),
    oracle: (t: Ref) => pool(t, sizes, positions, kind === 'maxPool' ? most : mean),
    dtype: 'f32',
    tolerance: kind === 'maxPool' ? 'exact' : 'scaled',
    gradient: 'smooth',
  };
}

function adaptive(kind: keyof typeof ADAPTIVE, x: readonly number[], size: number | number[], layout?: Layout): Case {
  const rank = x.length - 2;
  const sizes = typeof size === 'number' ? new Array<number>(rank).fill(size) : size;
  const positions: Positions = (o, i) => {
    const [n, count] = [x[1 + i]!, sizes[i]!];
    const first = Math.floor((o * n) / count);
    return Array.from({ length: Math.ceil(((o + 1) * n) / count) - first }, (_, k) => first + k);
  };
  const isMax = kind === 'adaptiveMaxPool';
  return {
    op: `nn.${kind}${rank}d`,
    name: [`${x.join('x')} to ${size}`, layout].filter(Boolean).join(' '),
    inputs: [input(x, isMax ? distinct(0.05) : reals(-1, 2), 'f32', layout)],
    hebb: (t: Tensor) => ADAPTIVE[kind][rank - 1]!(t, size),
    oracle: (t: Ref) => pool(t, sizes, positions, isMax ? most : (values) => total(values) / values.length),
    dtype: 'f32',
    tolerance: isMax ? 'exact' : 'scaled',
    gradient: 'smooth',
  };
}

const special = fixed('maxPool', [1, 4, 6, 1], 2, {}, { name: 'NaN and infinity' });

export const pools: readonly Case[] = [
  ...(['maxPool', 'avgPool'] as const).flatMap((kind) => [
    fixed(kind, [2, 7, 3], 2),
    fixed(kind, [1, 8, 2], 3, { stride: 2, padding: 1, ceilMode: true }),
    fixed(kind, [0, 8, 2], 3),
    fixed(kind, [3, 6, 2], 2, { stride: 1 }, { layout: 'transposed' }),
    fixed(kind, [1, 4, 6, 2], 2),
    fixed(kind, [1, 5, 5, 2], 3, { stride: 2, padding: 1 }),
    fixed(kind, [1, 5, 4, 3], [3, 2], { stride: 1, padding: [1, 0] }),
    fixed(kind, [1, 6, 5, 2], [2, 3], { stride: [3, 2], ceilMode: true }),
    fixed(kind, [1, 4, 4, 2], 3, { stride: 3, padding: 1, ceilMode: true }),
    fixed(kind, [0, 4, 4, 2], 2),
    fixed(kind, [2, 4, 4, 0], 2),
    fixed(kind, [2, 4, 4, 2], 2, {}, { layout: 'transposed' }),
    fixed(kind, [2, 3, 4, 2], 2, { stride: 1 }, { layout: 'narrowed' }),
    fixed(kind, [2, 17, 18, 70], 3, { stride: 2, padding: 1 }),
    fixed(kind, [1, 3, 2, 4, 2], 2, { stride: 1 }),
    fixed(kind, [1, 4, 4, 3, 1], [2, 3, 2], { padding: 1, stride: 2, ceilMode: true }),
    fixed(kind, [0, 2, 2, 2, 1], 2),
    fixed(kind, [2, 2, 2, 3, 2], 2, {}, { layout: 'transposed' }),
    {
      ...fixed(kind, [1, 4, 4, 3], 2),
      name: 'bf16',
      inputs: [input([1, 4, 4, 3], wholes(-9, 9), 'bf16')],
      dtype: 'bf16',
      gradient: 'none',
    } as Case,
  ]),
  fixed('maxPool', [1, 7, 2], 3, { dilation: 2, padding: 2, stride: 1 }),
  fixed('maxPool', [1, 6, 5, 2], 2, { dilation: [3, 2], stride: 1 }),
  {
    ...special,
    inputs: [input([1, 4, 6, 1], listed([1, Number.NaN, -Infinity, -Infinity, 5, Infinity, 2, 3, -Infinity, -Infinity, 4, -1]))],
    gradient: 'none',
    plain: 'few windows',
  },
  fixed('avgPool', [1, 5, 5, 2], 3, { stride: 2, padding: 1, countIncludePad: false }),
  fixed('avgPool', [1, 6, 4, 2], 3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
  fixed('avgPool', [1, 4, 4, 2], 2, { divisorOverride: 3 }),
  fixed('avgPool', [1, 9, 3], 4, { padding: 2, divisorOverride: 1 }),
  ...(['adaptiveMaxPool', 'adaptiveAvgPool'] as const).flatMap((kind) => [
    adaptive(kind, [2, 7, 3], 3),
    adaptive(kind, [1, 3, 2], 5),
    adaptive(kind, [0, 7, 3], 2),
    adaptive(kind, [2, 6, 3], 4, 'transposed'),
    adaptive(kind, [1, 5, 7, 2], [2, 3]),
    adaptive(kind, [2, 4, 5, 2], 1),
    adaptive(kind, [1, 3, 2, 4], [4, 3]),
    adaptive(kind, [0, 4, 4, 2], 2),
    adaptive(kind, [2, 4, 4, 2], 3, 'transposed'),
    adaptive(kind, [2, 23, 19, 67], [5, 7]),
  ]),
];
