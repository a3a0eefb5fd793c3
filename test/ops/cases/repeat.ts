// Larger tensors from smaller ones, and tensors of a pattern: stack, tile, repeat, roll, pad; linspace, eye, meshgrid and fills.
import { type DType, eye, fullLike, linspace, logspace, meshgrid, onesLike, type PadMode, stack, type Tensor, zerosLike } from 'hebb';
import { DTYPES } from '../dtypes.js';
import { input, type Layout, reals, wholes } from '../inputs.js';
import { at, broadcastShape, build, concat, expand, map, type Ref, reshape, zip } from '../oracle.js';
import type { Case } from '../table.js';

const any = reals(-2, 2);
const exact = { dtype: 'f32', tolerance: 'exact', gradient: 'smooth' } as const;
const fixed = { inputs: [], tolerance: 'exact', gradient: 'none', dtype: 'f32' } as const;

export const repeat: readonly Case[] = [...stacks(), ...tiles(), ...interleaved(), ...rolls(), ...pads(), ...patterns(), ...likes()];

function stacks(): Case[] {
  const list: [axis: number, shape: number[], count: number][] = [
    [0, [3], 3],
    [1, [2, 3], 2],
    [-1, [2, 3], 4],
    [0, [], 5],
    [1, [2, 0], 2],
    [2, [33, 17], 3],
  ];
  return [
    ...list.map(([axis, shape, count]) => ({
      ...exact,
      op: 'stack',
      name: `${count} of ${shape.join('x') || 'scalar'} along axis ${axis}`,
      inputs: Array.from({ length: count }, (_, i) => input(shape, any, 'f32', i % 2 ? 'transposed' : 'plain')),
      hebb: (...xs: Tensor[]) => stack(xs, axis),
      oracle: (...xs: Ref[]) => {
        const place = (axis + shape.length + 1) % (shape.length + 1);
        return concat(
          xs.map((x) => reshape(x, shape.toSpliced(place, 0, 1))),
          place,
        );
      },
    })),
    ...DTYPES.map((dtype) => ({
      ...exact,
      op: 'stack',
      name: dtype,
      inputs: [input([5], wholes(0, 100), dtype), input([5], wholes(0, 100), dtype)],
      hebb: (a: Tensor, b: Tensor) => stack([a, b], 1),
      oracle: (a: Ref, b: Ref) => build([5, 2], ([i, j]) => (j ? b : a).data[i!]!),
      dtype,
      gradient: 'none' as const,
      plain: 'bools',
    })),
  ];
}

function tiled(x: Ref, counts: readonly number[]): Ref {
  const rank = Math.max(x.shape.length, counts.length);
  const from = reshape(x, [...new Array(rank - x.shape.length).fill(1), ...x.shape]);
  const times = [...new Array(rank - counts.length).fill(1), ...counts];
  return build(
    from.shape.map((n, k) => n * times[k]!),
    (index) =>
      at(
        from,
        index.map((i, k) => i % from.shape[k]!),
      ),
  );
}

function tiles(): Case[] {
  const list: [op: 'tile' | 'repeat', shape: number[], counts: number[], layout?: Layout][] = [
    ['tile', [3], [2]],
    ['tile', [2, 3], [2]],
    ['tile', [2, 3], [2, 3, 2], 'transposed'],
    ['tile', [2, 3], [0, 2]],
    ['tile', [0, 3], [2, 2]],
    ['tile', [], [3]],
    ['tile', [33, 17], [3, 5]],
    ['repeat', [3], [3, 2]],
    ['repeat', [2, 3], [1, 2], 'transposed'],
    ['repeat', [2, 0], [2, 2]],
  ];
  return [
    ...list.map(([op, shape, counts, layout = 'plain' as const]) => ({
      ...exact,
      op: `Tensor.${op}`,
      name: `${shape.join('x') || 'scalar'} ${layout} by ${counts.join(' ')}`,
      inputs: [input(shape, any, 'f32', layout)],
      hebb: (x: Tensor) => x[op](counts),
      oracle: (x: Ref) => tiled(x, counts),
      plain: 'repeated',
    })),
    ...DTYPES.map((dtype) => ({
      ...exact,
      op: 'Tensor.tile',
      name: dtype,
      inputs: [input([3, 2], wholes(0, 100), dtype)],
      hebb: (x: Tensor) => x.tile([2, 3]),
      oracle: (x: Ref) => tiled(x, [2, 3]),
      dtype,
      gradient: 'none' as const,
      plain: 'bools',
    })),
  ];
}

function interleaved(): Case[] {
  const list: [shape: number[], times: number, axis?: number, layout?: Layout][] = [
    [[3], 2],
    [[2, 3], 2, undefined, 'transposed'],
    [[2, 3], 3, 0],
    [[2, 3], 2, -1, 'narrowed'],
    [[2, 0], 2, 1],
    [[2, 3], 0, 0],
  ];
  return list.map(([shape, times, axis, layout = 'plain']) => ({
    ...exact,
    op: 'Tensor.repeatInterleave',
    name: `${shape.join('x')} ${layout} ${times} times along ${axis}`,
    inputs: [input(shape, any, 'f32', layout)],
    hebb: (x) => x.repeatInterleave(times, axis),
    oracle: (x) => {
      const from = axis === undefined ? reshape(x, [x.data.length]) : x;
      const k = axis === undefined ? 0 : (axis + shape.length) % shape.length;
      return build(from.shape.with(k, from.shape[k]! * times), (index) => at(from, index.with(k, Math.floor(index[k]! / times))));
    },
    plain: 'repeated',
  }));
}

function rolls(): Case[] {
  const list: [shape: number[], shift: number | number[], axis?: number | number[], layout?: Layout][] = [
    [[5], 2],
    [[5], -7],
    [[3, 4], 5, undefined, 'transposed'],
    [[3, 4], 1, 0],
    [[3, 4], -1, -1, 'narrowed'],
    [
      [3, 4],
      [1, 2],
      [0, 1],
    ],
    [[3, 4], 0, 0],
    [[0, 3], 1, 0],
  ];
  return list.map(([shape, shift, axis, layout = 'plain']) => ({
    ...exact,
    op: 'Tensor.roll',
    name: `${shape.join('x')} ${layout} by ${shift} along ${axis}`,
    inputs: [input(shape, any, 'f32', layout)],
    hebb: (x) => x.roll(shift, axis),
    oracle: (x) => {
      const from = axis === undefined ? reshape(x, [x.data.length]) : x;
      const axes = [axis ?? 0].flat().map((k) => (k + from.shape.length) % from.shape.length);
      const by = [shift].flat();
      const turned = build(from.shape, (index) =>
        at(
          from,
          index.map((i, k) => (axes.includes(k) ? (((i - by[axes.indexOf(k)]!) % from.shape[k]!) + from.shape[k]!) % from.shape[k]! : i)),
        ),
      );
      return reshape(turned, x.shape);
    },
  }));
}

/** Position i of a padded axis of n entries as one of the axis; -1 outside of it. */
function source(i: number, n: number, mode: PadMode): number {
  if (mode === 'constant') return i >= 0 && i < n ? i : -1;
  if (mode === 'replicate') return Math.min(n - 1, Math.max(0, i));
  if (mode === 'circular') return (i + n) % n;
  return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

function padded(x: Ref, widths: readonly number[], mode: PadMode, value: number): Ref {
  const width = (k: number, side: 0 | 1): number => widths[2 * (x.shape.length - 1 - k) + side] ?? 0;
  return build(
    x.shape.map((n, k) => n + width(k, 0) + width(k, 1)),
    (index) => {
      const from = index.map((i, k) => source(i - width(k, 0), x.shape[k]!, mode));
      return from.includes(-1) ? value : at(x, from);
    },
  );
}

function pads(): Case[] {
  const list: [shape: number[], widths: number[], mode?: PadMode, value?: number, layout?: Layout][] = [
    [[3], [1, 2], 'constant', 0.5],
    [[2, 3], [2, 0], 'constant', -1, 'transposed'],
    [
      [2, 3],
      [1, 0, 2, 1],
    ],
    [[2, 2, 2], [0, 0, 0, 0, 1, 1], 'constant', 2],
    [[2, 3], []],
    [[0, 3], [1, 1, 1, 1], 'constant', 3],
    [[4], [3, 2], 'reflect'],
    [[3, 4], [1, 2, 2, 1], 'reflect', 0, 'transposed'],
    [[3, 2], [2, 3, 1, 0], 'replicate'],
    [[3, 4], [2, 4], 'circular'],
    [[0, 2], [1, 1], 'replicate'],
  ];
  return [
    ...list.map(([shape, widths, mode, value, layout = 'plain' as const]) => ({
      ...exact,
      op: 'Tensor.pad',
      name: `${shape.join('x')} ${layout} by ${widths.join(' ')} ${mode} ${value}`,
      inputs: [input(shape, any, 'f32', layout)],
      hebb: (x: Tensor) => x.pad(widths, { mode, value }),
      oracle: (x: Ref) => padded(x, widths, mode ?? 'constant', value ?? 0),
      plain: 'padding',
    })),
    ...DTYPES.map((dtype) => ({
      ...exact,
      op: 'Tensor.pad',
      name: dtype,
      inputs: [input([3, 2], wholes(0, 100), dtype)],
      hebb: (x: Tensor) => x.pad([1, 0, 0, 2], { value: 1 }),
      oracle: (x: Ref) => padded(x, [1, 0, 0, 2], 'constant', 1),
      dtype,
      gradient: 'none' as const,
      plain: 'bools',
    })),
  ];
}

function patterns(): Case[] {
  const line = (start: number, end: number, steps: number) => (): Ref =>
    build([steps], ([i]) => (steps === 1 ? start : start + ((end - start) * i!) / (steps - 1)));
  const lines: [number, number, number][] = [
    [0, 1, 5],
    [-3, 7, 1000],
    [2, -2, 7],
    [5, 9, 1],
    [1, 2, 0],
  ];
  const grid = (k: number, indexing: 'ij' | 'xy') => ({
    ...exact,
    op: 'meshgrid',
    name: `vector ${k} by ${indexing}`,
    inputs: [input([3], any), input([4], any, 'f32', 'transposed'), input([2], any)],
    hebb: (...xs: Tensor[]) => meshgrid(xs, { indexing })[k]!,
    oracle: (...xs: Ref[]) =>
      build(
        indexing === 'ij' ? [3, 4, 2] : [4, 3, 2],
        ([i, j, m]) => xs[k]!.data[[i!, j!, m!].at(indexing === 'xy' && k < 2 ? 1 - k : k)!]!,
      ),
  });
  return [
    ...lines.map(
      ([start, end, steps]): Case => ({
        ...fixed,
        op: 'linspace',
        name: `${start} ${end} ${steps}`,
        hebb: () => linspace(start, end, steps),
        oracle: line(start, end, steps),
        tolerance: 'scaled',
      }),
    ),
    {
      ...fixed,
      op: 'logspace',
      name: 'by 10',
      hebb: () => logspace(-1, 3, 9),
      oracle: () => map(line(-1, 3, 9)(), (x) => 10 ** x),
      tolerance: 'scaled',
    },
    {
      ...fixed,
      op: 'logspace',
      name: 'by 2',
      hebb: () => logspace(0, 6, 7, 2),
      oracle: () => map(line(0, 6, 7)(), (x) => 2 ** x),
      tolerance: 'scaled',
    },
    ...(
      [
        [3, 3],
        [2, 5],
        [0, 2],
        [70, 33],
      ] as const
    ).map(
      ([n, m]): Case => ({
        ...fixed,
        op: 'eye',
        name: `${n} ${m}`,
        hebb: () => eye(n, m),
        oracle: () => build([n, m], ([i, j]) => Number(i === j)),
        plain: 'zeros',
      }),
    ),
    {
      ...fixed,
      op: 'eye',
      name: 'of i32',
      hebb: () => eye(3, 3, { dtype: 'i32' }),
      oracle: () => build([3, 3], ([i, j]) => Number(i === j)),
      dtype: 'i32',
    },
    ...(['ij', 'xy'] as const).flatMap((indexing) => [0, 1, 2].map((k) => grid(k, indexing))),
    {
      ...exact,
      op: 'meshgrid',
      name: 'none',
      inputs: [input([0], any), input([2], any)],
      hebb: (...xs) => meshgrid(xs)[1]!,
      oracle: () => build([0, 2], () => 0),
    },
  ];
}

function likes(): Case[] {
  const list: [op: string, hebb: (x: Tensor, dtype?: DType) => Tensor, value: number][] = [
    ['zerosLike', (x, dtype) => zerosLike(x, dtype && { dtype }), 0],
    ['onesLike', (x, dtype) => onesLike(x, dtype && { dtype }), 1],
    ['fullLike', (x, dtype) => fullLike(x, 3, dtype && { dtype }), 3],
  ];
  const outer: Case = {
    ...exact,
    op: 'Tensor.outer',
    name: '3 and 4',
    inputs: [input([3], any), input([4], any, 'f32', 'transposed')],
    hebb: (a, b) => a.outer(b),
    oracle: (a, b) => zip((x, y) => x * y, reshape(a, [3, 1]), b),
  };
  const dot: Case = {
    ...exact,
    op: 'Tensor.dot',
    name: '65',
    inputs: [input([65], any), input([65], any, 'f32', 'transposed')],
    hebb: (a, b) => a.dot(b),
    oracle: (a, b) => ({ shape: [], data: Float64Array.of(a.data.reduce((sum, x, i) => sum + x * b.data[i]!, 0)) }),
    tolerance: 'scaled',
  };
  const none = (shape: number[]) => (): Ref => expand({ shape: [], data: Float64Array.of(0) }, broadcastShape(shape));
  return [
    ...list.flatMap(([op, hebb, value]): Case[] =>
      (['plain', 'transposed'] as const).map((layout) => ({
        ...exact,
        gradient: 'none',
        op,
        name: layout,
        inputs: [input(layout === 'plain' ? [0, 3] : [2, 3], wholes(0, 9), 'i32', layout)],
        hebb: (x) => hebb(x, layout === 'plain' ? 'f32' : undefined),
        oracle: (x) => map(x, () => value),
        dtype: layout === 'plain' ? 'f32' : 'i32',
        plain: 'one value',
      })),
    ),
    outer,
    { ...outer, name: 'none', inputs: [input([0], any), input([4], any)], oracle: none([0, 4]) },
    dot,
    { ...dot, name: 'none', inputs: [input([0], any), input([0], any)], oracle: none([]) },
    {
      ...dot,
      name: 'of i32',
      inputs: [input([7], wholes(-9, 9), 'i32'), input([7], wholes(-9, 9), 'i32')],
      dtype: 'i32',
      tolerance: 'exact',
      gradient: 'none',
    },
  ];
}
