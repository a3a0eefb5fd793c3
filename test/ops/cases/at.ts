// Indexing: at() and with() over one list of indices, each with the shape of its part and where its elements stand in the tensor.
import { type Index, type Tensor, tensor } from 'hebb';
import { DTYPES } from '../dtypes.js';
import { input, type Layout, reals, wholes } from '../inputs.js';
import { at, build, type Ref, sizeOf } from '../oracle.js';
import type { Case } from '../table.js';

/** The element of x at a position of the part. */
type Place = (...position: number[]) => number[];
type Part = readonly [index: Index[], from: number[], shape: number[], place: Place, layout?: Layout];

const i32 = (values: unknown[]): Tensor => tensor(values, { dtype: 'i32' });
const u8 = (values: unknown[]): Tensor => tensor(values, { dtype: 'u8' });

const plain: readonly Part[] = [
  [[2], [5], [], () => [2]],
  [[-1], [3, 4], [4], (i) => [2, i]],
  [[1, -2], [3, 4], [], () => [1, 2]],
  [['1:3'], [5, 2], [2, 2], (i, j) => [1 + i, j], 'transposed'],
  [['1:'], [4], [3], (i) => [1 + i]],
  [[':-1'], [4], [3], (i) => [i]],
  [[':'], [4], [4], (i) => [i]],
  [['::2'], [5], [3], (i) => [2 * i]],
  [['::-1'], [5], [5], (i) => [4 - i]],
  [['4:0:-2'], [6], [2], (i) => [4 - 2 * i]],
  [['-2::-3'], [8], [3], (i) => [6 - 3 * i]],
  [['3:1'], [5], [0], () => []],
  [['-99:99'], [3], [3], (i) => [i]],
  [['99:'], [3], [0], () => []],
  [[':', 1], [3, 4], [3], (i) => [i, 1]],
  [['...', 1], [2, 3, 4], [2, 3], (i, j) => [i, j, 1], 'transposed'],
  [[0, '...', '::2'], [2, 3, 4], [3, 2], (j, k) => [0, j, 2 * k]],
  [['...'], [3, 2], [3, 2], (i, j) => [i, j], 'narrowed'],
  [[null], [3], [1, 3], (_, i) => [i]],
  [[':', null, -1], [3, 4], [3, 1], (i) => [i, 3]],
  [[null, 1, null, '::-1', null], [2, 3], [1, 1, 3, 1], (_, __, j) => [1, 2 - j]],
  [['1:', '::2'], [0, 3], [0, 2], () => []],
  [['...'], [], [], () => []],
  [[null], [], [1], () => []],
];

const fancy: readonly Part[] = [
  [[i32([3, 0, -1])], [5, 2], [3, 2], (i, j) => [[3, 0, 4][i]!, j], 'transposed'],
  [[[2, 1]], [4], [2], (i) => [2 - i]],
  [
    [
      [
        [0, 3],
        [1, 2],
      ],
    ],
    [4, 2],
    [2, 2, 2],
    (i, j, k) => [[0, 3, 1, 2][2 * i + j]!, k],
  ],
  [[':', u8([1, 0])], [3, 4], [3, 2], (i, j) => [i, 1 - j]],
  [['...', [0, 2]], [2, 3, 4], [2, 3, 2], (i, j, k) => [i, j, 2 * k]],
  [
    [
      [0, 1, 2],
      [2, 0, 1],
    ],
    [3, 4],
    [3],
    (i) => [i, [2, 0, 1][i]!],
  ],
  [
    [
      [[0], [2]],
      [1, 3],
    ],
    [3, 4],
    [2, 2],
    (i, j) => [2 * i, 1 + 2 * j],
  ],
  [[1, [0, 2]], [2, 3, 4], [2, 4], (i, j) => [1, 2 * i, j]],
  [[0, ':', [0, 2]], [2, 3, 4], [2, 3], (i, j) => [0, j, 2 * i]],
  [[[0, 1], ':', [3, 0]], [2, 3, 4], [2, 3], (i, j) => [i, j, 3 - 3 * i]],
  [[':', [0, 2], '::2'], [2, 3, 4], [2, 2, 2], (i, j, k) => [i, 2 * j, 2 * k], 'narrowed'],
  [[':', [0, 2], [3, 1], null], [2, 3, 4], [2, 2, 1], (i, j) => [i, 2 * j, 3 - 2 * j]],
  [[[1, 0], null, [1, 2]], [2, 3], [2, 1], (i) => [1 - i, 1 + i]],
  [[null, [1, 0]], [2, 3], [1, 2, 3], (_, i, j) => [1 - i, j]],
  [['1:3', ':', i32([])], [4, 2, 3], [2, 2, 0], () => []],
  [[[]], [0, 3], [0, 3], () => []],
];

/** Places that are named twice: which of several values stays is a matter of order, and the gradients go to all. */
const twice: readonly Part[] = [
  [[[1, 1, 0]], [3, 2], [3, 2], (i, j) => [[1, 1, 0][i]!, j]],
  [
    [
      [0, 0],
      [1, -3],
    ],
    [2, 4],
    [2],
    () => [0, 1],
  ],
];

const written = (index: readonly Index[]): string =>
  index.map((part) => (typeof part === 'object' && part !== null && 'dtype' in part ? part.dtype : JSON.stringify(part))).join(' ');

const exact = { dtype: 'f32', tolerance: 'exact' } as const;

function reads([index, from, shape, place, layout = 'plain']: Part): Case {
  return {
    ...exact,
    op: 'Tensor.at',
    name: `${from.join('x') || 'scalar'} ${layout} at ${written(index)}`,
    inputs: [input(from, reals(-2, 2), 'f32', layout)],
    hebb: (x) => x.at(...index),
    oracle: (x) => build(shape, (position) => at(x, place(...position))),
    gradient: 'smooth',
  };
}

const writes =
  (gradient: 'smooth' | 'none', spread = false) =>
  ([index, from, shape, place, layout = 'plain']: Part): Case => {
    const given = spread ? shape.map((n, i) => (i === 0 ? 1 : n)).slice(shape[0] === 1 ? 1 : 0) : shape;
    return {
      ...exact,
      op: 'Tensor.with',
      name: `${from.join('x') || 'scalar'} ${layout} at ${written(index)}${spread ? ' spread' : ''}`,
      inputs: [input(from, reals(-2, 2), 'f32', layout), input(given, reals(5, 9))],
      hebb: (x, value) => x.with(index, value),
      oracle: (x, value) => {
        const result: Ref = { shape: x.shape, data: x.data.slice() };
        const lead = shape.length - given.length;
        build(shape, (position) => {
          const flat = place(...position).reduce((sum, i, axis) => sum * from[axis]! + i, 0);
          result.data[flat] = at(
            value,
            given.map((n, i) => (n === 1 ? 0 : position[i + lead]!)),
          );
          return 0;
        });
        return result;
      },
      gradient,
    };
  };

const everyDType: Case[] = DTYPES.flatMap((dtype) => {
  const rest = { dtype, tolerance: 'exact', gradient: 'none', plain: 'bools' } as const;
  const x = input([4, 6], wholes(0, 100), dtype, 'transposed');
  const part = (position: readonly number[]): number[] => [[3, 0][position[0]!]!, 5 - 2 * position[1]!];
  return [
    {
      ...rest,
      op: 'Tensor.at',
      name: dtype,
      inputs: [x],
      hebb: (t: Tensor) => t.at([3, 0], '::-2'),
      oracle: (t: Ref) => build([2, 3], (position) => at(t, part(position))),
    },
    {
      ...rest,
      op: 'Tensor.with',
      name: `${dtype} by a number`,
      inputs: [x],
      hebb: (t: Tensor) => t.with([[3, 0], '::-2'], 1),
      oracle: (t: Ref) => build([4, 6], ([i, j]) => ((i === 3 || i === 0) && j! % 2 === 1 ? 1 : at(t, [i!, j!]))),
    },
  ];
});

const masked = (name: string, from: number[], mask: number[], value: number[]): Case => ({
  ...exact,
  op: 'Tensor.with',
  name,
  inputs: [input(from, reals(-2, 2)), input(mask, (random) => Number(random() < 0.5), 'bool', 'transposed'), input(value, reals(5, 9))],
  hebb: (x, m, v) => x.with([m], v),
  oracle: (x, m, v) =>
    build(from, (index) => (at(m, index.slice(0, mask.length)) ? at(v, index.slice(from.length - value.length)) : at(x, index))),
  gradient: 'smooth',
});

export const indexing: readonly Case[] = [
  ...[...plain, ...fancy, ...twice].map(reads),
  ...[...plain, ...fancy].map(writes('smooth')),
  ...[plain[3]!, plain[15]!, fancy[0]!, fancy[8]!].map(writes('smooth', true)),
  ...twice.map(writes('none')),
  ...everyDType,
  masked('where a mask is true', [4, 5], [4, 5], []),
  masked('where a mask of rows is true', [4, 3], [4], [3]),
  masked('where a mask of nothing is true', [0, 3], [0], []),
].map((one) => (sizeOf(one.inputs[0]!.shape) > 4 ? one : { ...one, plain: 'small' }));
