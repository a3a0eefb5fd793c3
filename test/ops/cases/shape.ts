// What moves values without changing them: reshape, transpose, expand, detach. All exact, in every dtype.
import type { Tensor } from 'hebb';
import { DTYPES } from '../dtypes.js';
import { input, reals, wholes } from '../inputs.js';
import { expand, type Ref, reshape, sizeOf, transpose } from '../oracle.js';
import type { Case } from '../table.js';

const any = reals(-2, 2);
const exact = { dtype: 'f32', tolerance: 'exact', gradient: 'smooth' } as const;

export const shape: readonly Case[] = [...reshapes(), ...transposes(), ...expands(), ...detaches()];

function reshapes(): Case[] {
  const list: [from: number[], to: number[], layout?: 'transposed' | 'narrowed' | 'parameter'][] = [
    [[6], [2, 3]],
    [[2, 3], [-1]],
    [[2, 3], [3, -1], 'transposed'],
    [[4, 3], [2, 2, 3], 'narrowed'],
    [[], [1, 1]],
    [[1, 1], []],
    [
      [0, 3],
      [5, 0],
    ],
    [[0], [0, 4]],
    [[2, 3], [2, 3], 'parameter'],
    [[61, 67], [67, 61], 'transposed'],
    [[2, 2, 2, 2, 2], [4, 1, 8], 'transposed'],
    [[256], [2, 2, 2, 2, 2, 2, 2, 2]],
  ];
  return [
    ...list.map(([from, to, layout = 'plain' as const]) => ({
      ...exact,
      op: 'Tensor.reshape',
      name: `${from.join('x') || 'scalar'} ${layout} to ${to.join('x') || 'scalar'}`,
      inputs: [input(from, any, 'f32', layout)],
      hebb: (x: Tensor) => x.reshape(to),
      oracle: (x: Ref) => reshape(x, resolved(to, sizeOf(from))),
    })),
    ...DTYPES.map((dtype) => ({
      ...exact,
      op: 'Tensor.reshape',
      name: `a view of ${dtype}`,
      inputs: [input([5, 8], wholes(0, 100), dtype, 'transposed')],
      hebb: (x: Tensor) => x.reshape([10, 4]),
      oracle: (x: Ref) => reshape(x, [10, 4]),
      dtype,
      gradient: 'none' as const,
      plain: 'bools',
    })),
  ];
}

const resolved = (to: number[], size: number): number[] =>
  to.map((n) => (n === -1 ? size / to.reduce((p, k) => (k === -1 ? p : p * k), 1) : n));

function transposes(): Case[] {
  const list: [from: number[], order: number[]][] = [
    [[3, 5], []],
    [
      [3, 5],
      [0, 1],
    ],
    [[2, 3, 4], []],
    [
      [2, 3, 4],
      [0, 2, 1],
    ],
    [
      [2, 3, 4],
      [1, -1, 0],
    ],
    [
      [2, 3, 4],
      [-1, 0, 1],
    ],
    [
      [2, 1, 3, 2],
      [3, 1, 0, 2],
    ],
    [[], []],
    [[4], []],
    [
      [0, 3],
      [1, 0],
    ],
    [
      [1, 7],
      [1, 0],
    ],
    [[67, 129], []],
    [
      [5, 33, 31],
      [2, 0, 1],
    ],
    [
      [2, 2, 2, 2, 2, 2, 2, 2],
      [7, 0, 6, 1, 5, 2, 4, 3],
    ],
  ];
  return [
    ...list.map(([from, order]) => ({
      ...exact,
      op: 'Tensor.transpose',
      name: `${from.join('x') || 'scalar'} by ${order.join(' ') || 'reversal'}`,
      inputs: [input(from, any)],
      hebb: (x: Tensor) => x.transpose(...order),
      oracle: (x: Ref) => transpose(x, order.length ? order.map((axis) => (axis + from.length) % from.length) : undefined),
    })),
    ...DTYPES.map((dtype) => ({
      ...exact,
      op: 'Tensor.transpose',
      name: `twice turned ${dtype}`,
      inputs: [input([9, 4, 3], wholes(0, 100), dtype, 'transposed')],
      hebb: (x: Tensor) => x.transpose(1, 0, 2),
      oracle: (x: Ref) => transpose(x, [1, 0, 2]),
      dtype,
      gradient: 'none' as const,
      plain: 'bools',
    })),
  ];
}

function expands(): Case[] {
  const list: [from: number[], to: number[], layout?: 'transposed' | 'narrowed'][] = [
    [[3], [2, 3]],
    [
      [2, 1],
      [2, 4],
    ],
    [[], [2, 2]],
    [[1], [0]],
    [
      [0, 1],
      [0, 4],
    ],
    [[1, 3], [2, 4, 3], 'narrowed'],
    [[4, 1], [4, 4], 'transposed'],
    [
      [2, 3],
      [2, 3],
    ],
    [
      [1, 31, 1],
      [9, 31, 65],
    ],
  ];
  return list.map(([from, to, layout = 'plain' as const]) => ({
    ...exact,
    op: 'Tensor.expand',
    name: `${from.join('x') || 'scalar'} ${layout} to ${to.join('x')}`,
    inputs: [input(from, any, 'f32', layout)],
    hebb: (x: Tensor) => x.expand(to),
    oracle: (x: Ref) => expand(x, to),
    plain: 'one value spread',
  }));
}

/** Without a gradient by its definition; gradients.test.ts says what `grad` makes of it. */
function detaches(): Case[] {
  const list = [
    [[3, 4], 'plain'],
    [[5, 3], 'transposed'],
    [[0], 'plain'],
    [[], 'plain'],
    [[2, 3], 'parameter'],
  ] as const;
  return list.map(([from, layout]) => ({
    ...exact,
    op: 'Tensor.detach',
    name: `${from.join('x') || 'scalar'} ${layout}`,
    inputs: [input(from, any, 'f32', layout)],
    hebb: (x: Tensor) => x.detach(),
    oracle: (x: Ref) => x,
    gradient: 'none',
  }));
}
