// What running sums and orderings refuse: axes out of range, a k that isn't there, options of another kind.
import { ArgumentError, IndexError, ShapeError, type Tensor, tensor, zeros } from 'hebb';
import type { Refusal } from '../table.js';

const wrong = (value: unknown): never => value as never;
const matrix = (): Tensor => zeros([2, 3]);

const axes = (name: string, along: (x: Tensor, axis: number) => unknown): Refusal[] => {
  const op = `Tensor.${name}`;
  return [
    { op, name: 'axis 2 of two', call: () => along(matrix(), 2), error: IndexError, says: 'axis 2 is out of range for 2 axes' },
    { op, name: 'axis -3 of two', call: () => along(matrix(), -3), error: IndexError, says: 'axis -3 is out of range' },
    { op, name: 'axis NaN', call: () => along(matrix(), Number.NaN), error: ArgumentError, says: 'axis must be a whole number, got NaN' },
    { op, name: 'axis "0"', call: () => along(matrix(), wrong('0')), error: ArgumentError, says: 'got "0"' },
  ];
};

const counts = (name: 'topK' | 'kthValue', bad: readonly unknown[], says: string): Refusal[] =>
  bad.map((k) => ({
    op: `Tensor.${name}`,
    name: `k ${typeof k === 'string' ? JSON.stringify(k) : k}`,
    call: () => matrix()[name](wrong(k)),
    error: ArgumentError,
    says,
  }));

export const order: readonly Refusal[] = [
  ...axes('cumsum', (x, axis) => x.cumsum(axis)),
  ...axes('cumprod', (x, axis) => x.cumprod(axis)),
  ...axes('sort', (x, axis) => x.sort(axis)),
  ...axes('argsort', (x, axis) => x.argsort(axis)),
  ...axes('topK', (x, axis) => x.topK(1, { axis })),
  ...axes('kthValue', (x, axis) => x.kthValue(1, { axis })),
  ...axes('median', (x, axis) => x.median({ axis })),
  { op: 'Tensor.cumsum', name: 'a scalar', call: () => tensor(1).cumsum(0), error: IndexError, says: 'out of range for 0 axes' },
  ...counts('topK', [-1, 4, 1.5, Number.NaN, '1', undefined], 'k must be a whole number from 0 to 3, the size of axis 1 of (2, 3)'),
  ...counts('kthValue', [0, 4, -1, 1.5, '1', undefined], 'k must be a whole number from 1 to 3'),
  {
    op: 'Tensor.sort',
    name: 'descending 1',
    call: () => matrix().sort(0, { descending: wrong(1) }),
    error: ArgumentError,
    says: 'descending must be true or false, got 1',
  },
  {
    op: 'Tensor.topK',
    name: 'largest "no"',
    call: () => matrix().topK(1, { largest: wrong('no') }),
    error: ArgumentError,
    says: 'largest must be true or false',
  },
  { op: 'Tensor.median', name: 'nothing', call: () => zeros([0]).median(), error: ShapeError, says: 'no median over an empty axis of (0)' },
  {
    op: 'Tensor.kthValue',
    name: 'nothing',
    call: () => zeros([2, 0]).kthValue(1),
    error: ShapeError,
    says: 'no kthValue over an empty axis',
  },
];
