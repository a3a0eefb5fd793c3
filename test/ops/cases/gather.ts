// Values picked and placed by index tensors: gather, scatter, indexSelect, indexAdd, take, oneHot, and masks.
import type { DType, Tensor } from 'hebb';
import { DTYPES } from '../dtypes.js';
import { type Input, input, type Layout, listed, reals, wholes } from '../inputs.js';
import { at, broadcastShape, build, expand, indexSelect, type Ref, sizeOf } from '../oracle.js';
import type { Case } from '../table.js';

const any = reals(-2, 2);
const exact = { dtype: 'f32', tolerance: 'exact', gradient: 'smooth' } as const;

/** Positions below n. */
const places = (shape: readonly number[], n: number, dtype: DType = 'i32'): Input =>
  input(shape, wholes(0, n - 1), dtype, shape.length > 1 ? 'transposed' : 'plain');

/** Positions below n, none of them twice along the axis. */
const unique = (shape: readonly number[], axis: number, n: number): Input => {
  const inner = sizeOf(shape.slice(axis + 1));
  return input(shape, (_, i) => (Math.floor(i / inner) + (i % inner)) % n, 'i32');
};

type Shapes = [from: number[], axis: number, index: number[], layout?: Layout];
const list: Shapes[] = [
  [[5], 0, [3]],
  [[3, 4], 1, [3, 2]],
  [[3, 4], 0, [2, 4], 'transposed'],
  [[3, 4], -1, [2, 4]],
  [[2, 3, 4], 1, [2, 2, 3], 'narrowed'],
  [[2, 3, 2], 0, [2, 3, 2]],
  [[0, 3], 0, [0, 2]],
  [[4, 3], 0, [0, 3]],
  [[70, 90], 1, [70, 33]],
];
const from = (axis: number, rank: number): number => (axis + rank) % rank;

function gathered(x: Ref, axis: number, index: Ref): Ref {
  return build(index.shape, (position) => at(x, position.with(axis, at(index, position))));
}
function scattered(x: Ref, axis: number, index: Ref, src: (position: readonly number[]) => number, adds: boolean): Ref {
  const result: Ref = { shape: x.shape, data: x.data.slice() };
  build(index.shape, (position) => {
    const flat = position.with(axis, at(index, position)).reduce((sum, i, k) => sum * x.shape[k]! + i, 0);
    result.data[flat] = (adds ? result.data[flat]! : 0) + src(position);
    return 0;
  });
  return result;
}

export const gathers: readonly Case[] = [...picks(), ...sets(), ...adds(), ...rows(), ...masks()];

function picks(): Case[] {
  return [
    ...list.map(([shape, axis, index, layout = 'plain' as const]) => {
      const k = from(axis, shape.length);
      return {
        ...exact,
        op: 'Tensor.gather',
        name: `${shape.join('x')} ${layout} axis ${axis} by ${index.join('x')}`,
        inputs: [input(shape, any, 'f32', layout), places(index, shape[k]!)],
        hebb: (x: Tensor, i: Tensor) => x.gather(axis, i),
        oracle: (x: Ref, i: Ref) => gathered(x, k, i),
      };
    }),
    ...DTYPES.map((dtype) => ({
      ...exact,
      op: 'Tensor.gather',
      name: `${dtype} by u8`,
      inputs: [input([4, 9], wholes(0, 100), dtype), places([4, 6], 9, 'u8')],
      hebb: (x: Tensor, i: Tensor) => x.gather(1, i),
      oracle: (x: Ref, i: Ref) => gathered(x, 1, i),
      dtype,
      gradient: 'none' as const,
      plain: 'bools',
    })),
    ...(
      [
        [[3, 4], [1, 2], 1],
        [[1, 4], [3, 2], -1],
        [[5, 1, 2], [2, 3, 1], 0],
        [[0, 4], [1, 2], 1],
      ] as const
    ).map(([shape, index, axis]): Case => {
      const k = from(axis, shape.length);
      const beside = broadcastShape([...shape].with(k, 1), [...index].with(k, 1));
      return {
        ...exact,
        op: 'Tensor.takeAlongAxis',
        name: `${shape.join('x')} axis ${axis} by ${index.join('x')}`,
        inputs: [input(shape, any, 'f32', 'transposed'), places(index, shape[k]!)],
        hebb: (x, i) => x.takeAlongAxis(i, axis),
        oracle: (x, i) => gathered(expand(x, beside.with(k, shape[k]!)), k, expand(i, beside.with(k, index[k]!))),
        plain: 'spread',
      };
    }),
  ];
}

function sets(): Case[] {
  return [
    ...list.flatMap(([shape, axis, index, layout = 'plain']): Case[] => {
      const k = from(axis, shape.length);
      const rest = { ...exact, op: 'Tensor.scatter' };
      const name = `${shape.join('x')} ${layout} axis ${axis} by ${index.join('x')}`;
      return [
        {
          ...rest,
          name,
          inputs: [input(shape, any, 'f32', layout), unique(index, k, shape[k]!), input(index, reals(5, 9), 'f32', 'transposed')],
          hebb: (x, i, src) => x.scatter(axis, i, src),
          oracle: (x, i, src) => scattered(x, k, i, (position) => at(src, position), false),
        },
        {
          ...rest,
          name: `${name}, a number`,
          inputs: [input(shape, any, 'f32', layout), places(index, shape[k]!)],
          hebb: (x, i) => x.scatter(axis, i, 7),
          oracle: (x, i) => scattered(x, k, i, () => 7, false),
          plain: 'one value',
        },
      ];
    }),
    ...DTYPES.map((dtype) => ({
      ...exact,
      op: 'Tensor.scatter',
      name: `${dtype}, the last of several`,
      inputs: [input([4, 5], wholes(0, 100), dtype), places([4, 9], 5), input([4, 9], wholes(0, 100), dtype)],
      hebb: (x: Tensor, i: Tensor, src: Tensor) => x.scatter(1, i, src),
      oracle: (x: Ref, i: Ref, src: Ref) => scattered(x, 1, i, (position) => at(src, position), false),
      dtype,
      gradient: 'none' as const,
      plain: 'bools',
    })),
  ];
}

function adds(): Case[] {
  return [
    ...list.map(([shape, axis, index, layout = 'plain' as const]) => {
      const k = from(axis, shape.length);
      return {
        ...exact,
        tolerance: 'scaled' as const,
        op: 'Tensor.scatterAdd',
        name: `${shape.join('x')} ${layout} axis ${axis} by ${index.join('x')}`,
        inputs: [input(shape, any, 'f32', layout), places(index, shape[k]!), input(index, any, 'f32', 'transposed')],
        hebb: (x: Tensor, i: Tensor, src: Tensor) => x.scatterAdd(axis, i, src),
        oracle: (x: Ref, i: Ref, src: Ref) => scattered(x, k, i, (position) => at(src, position), true),
      };
    }),
    ...(['f32', 'i32', 'f16'] as const).map((dtype) => ({
      ...exact,
      op: 'Tensor.scatterAdd',
      name: dtype,
      inputs: [input([4, 5], wholes(0, 30), dtype), places([4, 9], 5), input([4, 9], wholes(0, 30), dtype)],
      hebb: (x: Tensor, i: Tensor, src: Tensor) => x.scatterAdd(1, i, src),
      oracle: (x: Ref, i: Ref, src: Ref) => scattered(x, 1, i, (position) => at(src, position), true),
      dtype,
      gradient: 'none' as const,
    })),
  ];
}

function rows(): Case[] {
  const selects: [name: string, shape: number[], axis: number, index: number[], layout?: Layout][] = [
    ['rows', [5, 3], 0, [4, 0, 2]],
    ['a row twice', [4, 2], 0, [1, 1, 3]],
    ['columns', [3, 5], 1, [4, 0, 2, 2]],
    ['the last axis of a view', [3, 4, 2], -1, [1, 0, 1], 'transposed'],
    ['the middle axis', [3, 4, 2], 1, [3, 3, 0]],
    ['of a vector', [7], 0, [6, 1, 1, 0]],
    ['no rows', [4, 2], 0, []],
    ['rows without values', [4, 0], 0, [1, 2]],
    ['many', [301, 17], 0, Array.from({ length: 2000 }, (_, i) => (i * 97) % 301)],
    ['many columns', [70, 301], 1, Array.from({ length: 200 }, (_, i) => (i * 97) % 301)],
  ];
  const named = (index: number[], dtype: 'i32' | 'u8' = 'i32'): Input => input([index.length], listed(index), dtype);
  const one =
    (index: Ref): ((x: Ref) => Ref) =>
    (x) =>
      build(index.shape, (position) => x.data.at(at(index, position))!);
  return [
    ...selects.flatMap(([name, shape, axis, index, layout = 'plain']): Case[] => {
      const k = from(axis, shape.length);
      const src = shape.with(k, index.length);
      return [
        {
          ...exact,
          op: 'Tensor.indexSelect',
          name,
          inputs: [input(shape, any, 'f32', layout), named(index)],
          hebb: (x, i) => x.indexSelect(axis, i),
          oracle: (x, i) => indexSelect(x, k, i),
        },
        {
          ...exact,
          tolerance: 'scaled',
          op: 'Tensor.indexAdd',
          name,
          inputs: [input(shape, any, 'f32', layout), named(index), input(src, any)],
          hebb: (x, i, y) => x.indexAdd(axis, i, y),
          oracle: (x, i, y) =>
            scattered(
              x,
              k,
              build(src, (position) => i.data[position[k]!]!),
              (position) => at(y, position),
              true,
            ),
        },
      ];
    }),
    ...DTYPES.map((dtype) => ({
      ...exact,
      op: 'Tensor.indexSelect',
      name: `${dtype} by u8 indices`,
      inputs: [input([6, 5], wholes(0, 100), dtype), named([5, 3, 3, 0], 'u8')],
      hebb: (x: Tensor, index: Tensor) => x.indexSelect(0, index),
      oracle: (x: Ref, index: Ref) => indexSelect(x, 0, index),
      dtype,
      gradient: 'none' as const,
      plain: 'bools',
    })),
    ...(
      [
        ['a matrix', [3, 4], [2, 3], 'transposed'],
        ['a scalar position', [5], [], 'plain'],
        ['none of none', [0], [0, 2], 'plain'],
      ] as const
    ).map(
      ([name, shape, index, layout]): Case => ({
        ...exact,
        op: 'Tensor.take',
        name,
        inputs: [input(shape, any, 'f32', layout), input(index, wholes(-sizeOf(shape), sizeOf(shape) - 1), 'i32')],
        hebb: (x, i) => x.take(i),
        oracle: (x, i) => one(i)(x),
      }),
    ),
    ...(
      [
        [[7], 5],
        [[2, 3], 4],
        [[0], 3],
        [[], 6],
      ] as const
    ).map(
      ([shape, classes]): Case => ({
        ...exact,
        op: 'Tensor.oneHot',
        name: `${shape.join('x') || 'scalar'} of ${classes}`,
        inputs: [input(shape, wholes(0, classes - 1), shape.length ? 'i32' : 'u8', shape.length > 1 ? 'transposed' : 'plain')],
        hebb: (i) => i.oneHot(classes),
        oracle: (i) => build([...shape, classes], (position) => Number(at(i, position.slice(0, -1)) === position.at(-1))),
        dtype: 'i32',
        gradient: 'none',
        plain: 'mostly zeros',
      }),
    ),
  ];
}

function masks(): Case[] {
  const mask = (shape: number[]): Input => input(shape, (random) => Number(random() < 0.5), 'bool', 'transposed');
  const shapes: [x: number[], mask: number[]][] = [
    [
      [3, 4],
      [3, 4],
    ],
    [[3, 4], [4]],
    [[0, 4], [4]],
  ];
  return [
    ...shapes.map(
      ([shape, own]): Case => ({
        ...exact,
        op: 'Tensor.maskedFill',
        name: `${shape.join('x')} by ${own.join('x')}`,
        inputs: [input(shape, any), mask(own)],
        hebb: (x, m) => x.maskedFill(m, -7),
        oracle: (x, m) => build(shape, (index) => (at(expand(m, shape), index) ? -7 : at(x, index))),
        plain: 'filled',
      }),
    ),
    ...DTYPES.map((dtype) => ({
      ...exact,
      op: 'Tensor.maskedFill',
      name: dtype,
      inputs: [input([3, 4], wholes(0, 100), dtype), mask([3, 4])],
      hebb: (x: Tensor, m: Tensor) => x.maskedFill(m, 1),
      oracle: (x: Ref, m: Ref) => build([3, 4], (index) => (at(m, index) ? 1 : at(x, index))),
      dtype,
      gradient: 'none' as const,
      plain: 'bools',
    })),
  ];
}
