// The same values under other axes, and evenly spaced parts of them: all exact, in every dtype.
import type { Tensor } from 'hebb';
import { DTYPES } from '../dtypes.js';
import { input, type Layout, reals, wholes } from '../inputs.js';
import { at, build, expand, narrow, type Ref, reduce, reshape, total, transpose } from '../oracle.js';
import type { Case } from '../table.js';

const any = reals(-2, 2);
const exact = { dtype: 'f32', tolerance: 'exact', gradient: 'smooth' } as const;

interface Op {
  readonly op: string;
  hebb(x: Tensor): Tensor;
  oracle(x: Ref): Ref;
}

/** A case of f32, and one of each dtype where `dtypes` asks for them. */
const moves = (name: string, shape: number[], layout: Layout, { op, hebb, oracle }: Op, plain?: string): Case => ({
  ...exact,
  op: `Tensor.${op}`,
  name: `${name} of ${shape.join('x') || 'scalar'} ${layout}`,
  inputs: [input(shape, any, 'f32', layout)],
  hebb,
  oracle,
  plain,
});
const everyDType = (shape: number[], { op, hebb, oracle }: Op): Case[] =>
  DTYPES.map((dtype) => ({
    op: `Tensor.${op}`,
    name: dtype,
    inputs: [input(shape, wholes(0, 100), dtype, 'transposed')],
    hebb,
    oracle,
    dtype,
    tolerance: 'exact' as const,
    gradient: 'none' as const,
    plain: 'bools',
  }));

const permute = (...order: number[]): Op => ({
  op: 'permute',
  hebb: (x) => x.permute(...order),
  oracle: (x) =>
    transpose(
      x,
      order.map((axis) => (axis + x.shape.length) % x.shape.length),
    ),
});
const swap = (a: number, b: number): Op => ({
  op: 'swapAxes',
  hebb: (x) => x.swapAxes(a, b),
  oracle: (x) => {
    const order = x.shape.map((_, axis) => axis);
    const [i, j] = [a, b].map((axis) => (axis + order.length) % order.length) as [number, number];
    [order[i], order[j]] = [order[j]!, order[i]!];
    return transpose(x, order);
  },
});
const move = (from: number | number[], to: number | number[], order: number[]): Op => ({
  op: 'moveAxis',
  hebb: (x) => x.moveAxis(from, to),
  oracle: (x) => transpose(x, order),
});
const reshaped = (op: string, hebb: (x: Tensor) => Tensor, shape: number[]): Op => ({ op, hebb, oracle: (x) => reshape(x, shape) });
const broadcast = (shape: number[]): Op => ({ op: 'broadcastTo', hebb: (x) => x.broadcastTo(shape), oracle: (x) => expand(x, shape) });

export const flipped = (x: Ref, axes: readonly number[]): Ref =>
  build(x.shape, (index) =>
    at(
      x,
      index.map((i, k) => (axes.includes(k) ? x.shape[k]! - 1 - i : i)),
    ),
  );
const flip = (axis?: number | number[]): Op => ({
  op: 'flip',
  hebb: (x) => x.flip(axis),
  oracle: (x) => {
    const rank = x.shape.length;
    const axes = axis === undefined ? x.shape.map((_, k) => k) : [axis].flat().map((k) => (k + rank) % rank);
    return flipped(x, axes);
  },
});

/** Part `part` of those that split and chunk give, which starts and ends there. */
const part = (op: string, of: (x: Tensor) => Tensor[], count: number, k: number, axis: number, start: number, end: number): Op => ({
  op,
  hebb: (x) => {
    const parts = of(x);
    if (parts.length !== count) throw new Error(`${parts.length} parts, expected ${count}`);
    return parts[k]!;
  },
  oracle: (x) => narrow(x, axis, start, end - start),
});

function diagonalOf(x: Ref, offset: number, a: number, b: number): Ref {
  const length = Math.max(0, Math.min(x.shape[a]! - Math.max(0, -offset), x.shape[b]! - Math.max(0, offset)));
  const rest = x.shape.map((_, k) => k).filter((k) => k !== a && k !== b);
  return build([...rest.map((k) => x.shape[k]!), length], (index) => {
    const i = index.at(-1)!;
    return at(
      x,
      x.shape.map((_, k) => (k === a ? i + Math.max(0, -offset) : k === b ? i + Math.max(0, offset) : index[rest.indexOf(k)]!)),
    );
  });
}
const diagonal = (offset: number, a = 0, b = 1): Op => ({
  op: 'diagonal',
  hebb: (x) => x.diagonal(offset, a, b),
  oracle: (x) => diagonalOf(x, offset, (a + x.shape.length) % x.shape.length, (b + x.shape.length) % x.shape.length),
});
const diag = (offset: number): Op => ({
  op: 'diag',
  hebb: (x) => x.diag(offset),
  oracle: (x) => {
    if (x.shape.length === 2) return diagonalOf(x, offset, 0, 1);
    const n = x.shape[0]! + Math.abs(offset);
    return build([n, n], ([i, j]) => (j! - i! === offset ? x.data[Math.min(i!, j!)]! : 0));
  },
});
const triangle = (op: 'tril' | 'triu', offset: number): Op => ({
  op,
  hebb: (x) => x[op](offset),
  oracle: (x) =>
    build(x.shape, (index) => {
      const above = index.at(-1)! - index.at(-2)!;
      return (op === 'tril' ? above <= offset : above >= offset) ? at(x, index) : 0;
    }),
});
const trace: Op = { op: 'trace', hebb: (x) => x.trace(), oracle: (x) => reduce(diagonalOf(x, 0, 0, 1), total) };

export const views: readonly Case[] = [
  moves('2 0 1', [2, 3, 4], 'plain', permute(2, 0, 1)),
  moves('-1 0', [3, 5], 'transposed', permute(-1, 0)),
  moves('of none', [0, 3], 'plain', permute(1, 0)),
  moves('0 2', [2, 3, 4], 'plain', swap(0, 2)),
  moves('-1 1', [2, 3, 4], 'narrowed', swap(-1, 1)),
  moves('0 0', [3, 0], 'plain', swap(0, 0)),
  moves('0 to -1', [2, 3, 4], 'plain', move(0, -1, [1, 2, 0])),
  moves('2 to 0', [2, 3, 4], 'transposed', move(2, 0, [2, 0, 1])),
  moves('0, 1 to 2, 0', [2, 3, 4], 'plain', move([0, 1], [2, 0], [1, 2, 0])),
  moves('0 to 1', [0, 3], 'plain', move(0, 1, [1, 0])),
  moves(
    'all',
    [1, 3, 1, 2],
    'plain',
    reshaped('squeeze', (x) => x.squeeze(), [3, 2]),
  ),
  moves(
    'the first',
    [1, 3, 1],
    'transposed',
    reshaped('squeeze', (x) => x.squeeze(0), [3, 1]),
  ),
  moves(
    'one larger',
    [1, 3, 1],
    'plain',
    reshaped('squeeze', (x) => x.squeeze([1, -1]), [1, 3]),
  ),
  moves(
    'none',
    [1, 0],
    'plain',
    reshaped('squeeze', (x) => x.squeeze(), [0]),
  ),
  moves(
    'in front',
    [3, 2],
    'transposed',
    reshaped('unsqueeze', (x) => x.unsqueeze(0), [1, 3, 2]),
  ),
  moves(
    'behind',
    [3, 0],
    'plain',
    reshaped('unsqueeze', (x) => x.unsqueeze(-1), [3, 0, 1]),
  ),
  moves(
    'a scalar',
    [],
    'plain',
    reshaped('unsqueeze', (x) => x.unsqueeze(0), [1]),
  ),
  moves(
    'all',
    [2, 3, 4],
    'transposed',
    reshaped('flatten', (x) => x.flatten(), [24]),
  ),
  moves(
    'the last two',
    [2, 3, 4],
    'plain',
    reshaped('flatten', (x) => x.flatten(1), [2, 12]),
  ),
  moves(
    'one axis',
    [2, 0],
    'plain',
    reshaped('flatten', (x) => x.flatten(0, 0), [2, 0]),
  ),
  moves(
    'a scalar',
    [],
    'plain',
    reshaped('flatten', (x) => x.flatten(), [1]),
  ),
  moves(
    'into 3 and rest',
    [2, 12],
    'transposed',
    reshaped('unflatten', (x) => x.unflatten(1, [3, -1]), [2, 3, 4]),
  ),
  moves(
    'none',
    [0, 2],
    'plain',
    reshaped('unflatten', (x) => x.unflatten(0, [3, 0]), [3, 0, 2]),
  ),
  moves('rows', [3], 'plain', broadcast([2, 3])),
  moves('a view', [4, 1], 'transposed', broadcast([2, 4, 2]), 'spread'),
  moves('none', [0, 1], 'plain', broadcast([0, 3])),
  moves('all axes', [2, 3, 4], 'transposed', flip()),
  moves('the last axis', [5, 7], 'plain', flip(-1)),
  moves('the first axis', [5, 7], 'narrowed', flip(0)),
  moves('two axes', [2, 3, 4], 'plain', flip([0, 2])),
  moves('none', [0, 3], 'plain', flip()),
  moves('a scalar', [], 'plain', flip()),
  moves('large', [65, 129], 'plain', flip(1)),
  ...everyDType([5, 6], flip(1)),
  moves(
    'by 2, the last',
    [5, 3],
    'plain',
    part('split', (x) => x.split(2), 3, 2, 0, 4, 5),
  ),
  moves(
    'by 2, the first',
    [3, 4],
    'transposed',
    part('split', (x) => x.split(2, 1), 2, 0, 1, 0, 2),
  ),
  moves(
    'by sizes',
    [3, 6],
    'plain',
    part('split', (x) => x.split([1, 3, 2], -1), 3, 1, 1, 1, 4),
  ),
  moves(
    'none',
    [0, 3],
    'plain',
    part('split', (x) => x.split(2), 1, 0, 0, 0, 0),
  ),
  moves(
    'in 2',
    [5, 3],
    'transposed',
    part('chunk', (x) => x.chunk(2), 2, 1, 0, 3, 5),
  ),
  moves(
    'in 4 of 6',
    [6],
    'plain',
    part('chunk', (x) => x.chunk(4), 3, 2, 0, 4, 6),
  ),
  moves(
    'none',
    [2, 0],
    'plain',
    part('chunk', (x) => x.chunk(3, 1), 1, 0, 1, 0, 0),
  ),
  moves('main', [3, 5], 'transposed', diagonal(0)),
  moves('above', [3, 5], 'plain', diagonal(3)),
  moves('below', [5, 3], 'plain', diagonal(-1)),
  moves('outside', [2, 3], 'plain', diagonal(5)),
  moves('of matrices', [2, 3, 4], 'plain', diagonal(1, 2, 0)),
  moves('none', [0, 3], 'plain', diagonal(0)),
  ...everyDType([5, 6], diagonal(-1)),
  moves('of a matrix', [4, 3], 'transposed', diag(-1)),
  moves('of a vector', [3], 'plain', diag(0), 'zeros'),
  moves('above', [3], 'plain', diag(2), 'zeros'),
  moves('below', [3], 'plain', diag(-1), 'zeros'),
  moves('none', [0], 'plain', diag(1)),
  ...everyDType([9], diag(1)),
  moves('main', [3, 4], 'transposed', triangle('tril', 0)),
  moves('above', [2, 3, 4], 'plain', triangle('tril', 1)),
  moves('none', [0, 4], 'plain', triangle('tril', -1)),
  ...everyDType([4, 5], triangle('tril', 0)),
  moves('main', [4, 3], 'transposed', triangle('triu', 0)),
  moves('below', [2, 4, 4], 'plain', triangle('triu', -2)),
  moves('none', [4, 0], 'plain', triangle('triu', 0)),
  ...everyDType([4, 5], triangle('triu', -1)),
  { ...moves('wide', [3, 5], 'transposed', trace), tolerance: 'scaled' },
  moves('none', [0, 3], 'plain', trace),
];
