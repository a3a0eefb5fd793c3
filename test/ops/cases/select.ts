// Parts and joins: narrow, concat. All exact, in every dtype.
import { concat, type Tensor } from 'hebb';
import { DTYPES } from '../dtypes.js';
import { input, type Layout, reals, wholes } from '../inputs.js';
import { concat as join, narrow, type Ref } from '../oracle.js';
import type { Case } from '../table.js';

const any = reals(-2, 2);
const exact = { dtype: 'f32', tolerance: 'exact', gradient: 'smooth' } as const;

export const select: readonly Case[] = [...narrows(), ...concats()];

function narrows(): Case[] {
  const list: [shape: number[], axis: number, start: number, length: number, layout?: Layout][] = [
    [[7], 0, 2, 3],
    [[7], 0, 0, 7],
    [[7], 0, 7, 0],
    [[4, 5], 1, 1, 3],
    [[4, 5], -2, 3, 1],
    [[4, 5], 1, 2, 2, 'transposed'],
    [[4, 5], 0, 1, 2, 'expanded'],
    [[2, 3, 4], 1, 1, 2, 'narrowed'],
    [[0, 3], 1, 1, 1],
    [[129, 65], 1, 3, 60],
    [[2, 2, 2, 2, 2, 2, 2, 3], 7, 1, 2],
  ];
  const rest = { ...exact, op: 'Tensor.narrow' } as const;
  return [
    ...list.map(([shape, axis, start, length, layout = 'plain']) => ({
      ...rest,
      name: `${length} of axis ${axis} of ${shape.join('x')} ${layout} from ${start}`,
      inputs: [input(shape, any, 'f32', layout)],
      hebb: (x: Tensor) => x.narrow(axis, start, length),
      oracle: (x: Ref) => narrow(x, (axis + shape.length) % shape.length, start, length),
      plain: layout === 'expanded' ? 'equal rows' : undefined,
    })),
    ...DTYPES.map((dtype) => ({
      ...rest,
      name: dtype,
      inputs: [input([5, 9], wholes(0, 100), dtype)],
      hebb: (x: Tensor) => x.narrow(1, 3, 5),
      oracle: (x: Ref) => narrow(x, 1, 3, 5),
      dtype,
      gradient: 'none' as const,
      plain: 'bools',
    })),
  ];
}

function concats(): Case[] {
  const list: [axis: number, ...shapes: number[][]][] = [
    [0, [3], [2]],
    [0, [3], [0], [1]],
    [1, [2, 3], [2, 1], [2, 2]],
    [-1, [2, 3, 4], [2, 3, 1]],
    [0, [0, 3], [0, 3]],
    [1, [4, 2], [4, 2]],
    [0, [5, 2]],
    [1, [65, 33], [65, 31]],
    [0, ...Array.from({ length: 30 }, (_, i) => [i % 3, 2])],
  ];
  const rest = { ...exact, op: 'concat' } as const;
  return [
    ...list.map(([axis, ...shapes]) => ({
      ...rest,
      name: `${shapes.length} along axis ${axis}, the first ${shapes[0]!.join('x')}`,
      inputs: shapes.map((shape, i) => input(shape, any, 'f32', i % 2 === 1 ? 'transposed' : 'plain')),
      hebb: (...xs: Tensor[]) => concat(xs, axis),
      oracle: (...xs: Ref[]) => join(xs, (axis + shapes[0]!.length) % shapes[0]!.length),
    })),
    {
      ...rest,
      name: 'of one tensor with itself',
      inputs: [input([3, 2], any)],
      hebb: (x) => concat([x, x.mul(2), x], 1),
      oracle: (x) => join([x, { ...x, data: x.data.map((value) => 2 * value) }, x], 1),
    },
    ...DTYPES.map((dtype) => ({
      ...rest,
      name: dtype,
      inputs: [input([3, 5], wholes(0, 100), dtype), input([2, 5], wholes(0, 100), dtype, 'transposed')],
      hebb: (a: Tensor, b: Tensor) => concat([a, b]),
      oracle: (a: Ref, b: Ref) => join([a, b], 0),
      dtype,
      gradient: 'none' as const,
      plain: 'bools',
    })),
  ];
}
