// einsum against a walk over all letters at once.
import { einsum } from 'hebb';
import { input, reals, wholes } from '../inputs.js';
import { at, build, type Ref, total } from '../oracle.js';
import type { Case } from '../table.js';

/** The sum of products, by definition. `labels` are those of each operand and of the result, ellipses written out as digits. */
function summed(labels: readonly string[], result: string, xs: readonly Ref[]): Ref {
  const sizes = new Map<string, number>();
  labels.forEach((own, k) => [...own].forEach((l, i) => sizes.set(l, Math.max(sizes.get(l) ?? 1, xs[k]!.shape[i]!))));
  for (const [own, k] of labels.map((own, k) => [own, k] as const)) [...own].forEach((l, i) => xs[k]!.shape[i] === 0 && sizes.set(l, 0));
  const inner = [...sizes.keys()].filter((l) => !result.includes(l));
  const size = (l: string): number => sizes.get(l)!;
  return build([...result].map(size), (outer) => {
    const terms: number[] = [];
    build(inner.map(size), (rest) => {
      const place = (l: string): number => (result.includes(l) ? outer[result.indexOf(l)]! : rest[inner.indexOf(l)]!);
      const factors = xs.map((x, k) =>
        at(
          x,
          [...labels[k]!].map((l, i) => (x.shape[i] === 1 ? 0 : place(l))),
        ),
      );
      return terms.push(factors.reduce((a, b) => a * b));
    });
    return total(terms);
  });
}

/** [equation, shapes, the same equation with ellipses and the result written out]. */
const list: [equation: string, shapes: number[][], plain?: string][] = [
  [
    'ij,jk->ik',
    [
      [3, 4],
      [4, 2],
    ],
  ],
  [
    'ij,jk',
    [
      [3, 4],
      [4, 2],
    ],
    'ij,jk->ik',
  ],
  [
    'ji,jk->ki',
    [
      [4, 3],
      [4, 2],
    ],
  ],
  [
    'ij,kj->ik',
    [
      [3, 4],
      [2, 4],
    ],
  ],
  [
    'bij,bjk->bik',
    [
      [2, 3, 4],
      [2, 4, 2],
    ],
  ],
  [
    'bhqd,bhkd->bhqk',
    [
      [2, 2, 3, 4],
      [2, 2, 5, 4],
    ],
  ],
  ['ij->ji', [[3, 4]]],
  ['ji', [[3, 4]], 'ji->ij'],
  ['ii->i', [[4, 4]]],
  ['ii', [[4, 4]], 'ii->'],
  ['iij->j', [[3, 3, 2]]],
  ['ij->', [[3, 4]]],
  ['ij->i', [[3, 4]]],
  ['i,i->', [[5], [5]]],
  ['i,j->ij', [[3], [4]]],
  ['i,j->', [[3], [4]]],
  [
    'ij,ij->ij',
    [
      [3, 4],
      [3, 4],
    ],
  ],
  [
    'ij,ij->i',
    [
      [3, 4],
      [3, 4],
    ],
  ],
  [
    'bi,bj->bij',
    [
      [2, 3],
      [2, 4],
    ],
  ],
  [
    'ijk,jil->kl',
    [
      [2, 3, 4],
      [3, 2, 5],
    ],
  ],
  [
    'ij,jk,kl->il',
    [
      [2, 3],
      [3, 4],
      [4, 2],
    ],
  ],
  ['i,ij,j->', [[3], [3, 4], [4]]],
  ['ijk,k->ij', [[2, 3, 4], [4]]],
  [
    '...ij,...jk->...ik',
    [
      [2, 3, 4],
      [4, 2],
    ],
    '0ij,jk->0ik',
  ],
  [
    '...ij,...jk',
    [
      [2, 1, 3, 4],
      [3, 4, 2],
    ],
    '01ij,1jk->01ik',
  ],
  [
    'i...,i...->...',
    [
      [3, 2, 4],
      [3, 2, 4],
    ],
    'i01,i01->01',
  ],
  ['...i->...', [[3, 4]], '0i->0'],
  [
    'ij,jk->ik',
    [
      [1, 4],
      [4, 2],
    ],
  ],
  ['ij,j->i', [[3, 1], [4]]],
  [
    'ij,jk->ik',
    [
      [0, 4],
      [4, 2],
    ],
  ],
  [
    'ij,jk->ik',
    [
      [2, 0],
      [0, 3],
    ],
  ],
  [
    'aab,bcc->ac',
    [
      [2, 2, 3],
      [3, 4, 4],
    ],
  ],
  [
    ' i j , j k -> i k ',
    [
      [3, 4],
      [4, 2],
    ],
    'ij,jk->ik',
  ],
];

export const einsums: readonly Case[] = [
  ...list.map(([equation, shapes, plain = equation], k): Case => {
    const [left, result] = plain.split('->') as [string, string];
    return {
      op: 'einsum',
      name: `${equation} of ${shapes.map((s) => s.join('x')).join(' and ')}`,
      inputs: shapes.map((shape, i) => input(shape, reals(-2, 2), 'f32', (i + k) % 2 ? 'transposed' : 'plain')),
      hebb: (...xs) => einsum(equation, ...xs),
      oracle: (...xs) => summed(left.split(','), result, xs),
      dtype: 'f32',
      tolerance: 'scaled',
      gradient: 'smooth',
      plain: shapes.flat().includes(0) ? 'sums of nothing' : undefined,
    };
  }),
  {
    op: 'einsum',
    name: 'of i32',
    inputs: [input([3, 4], wholes(-9, 9), 'i32'), input([4, 2], wholes(-9, 9), 'i32')],
    hebb: (a, b) => einsum('ij,jk', a, b),
    oracle: (a, b) => summed(['ij', 'jk'], 'ik', [a, b]),
    dtype: 'i32',
    tolerance: 'exact',
    gradient: 'none',
  },
];
