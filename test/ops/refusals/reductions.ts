// What reductions refuse: axes out of range or named twice, extremes of nothing, orders and corrections that are no numbers.
import { ArgumentError, IndexError, ShapeError, type Tensor, tensor, zeros } from 'hebb';
import type { Refusal } from '../table.js';

const wrong = (value: unknown): never => value as never;
const matrix = (): Tensor => zeros([2, 3]);

const NAMES = ['sum', 'mean', 'max', 'min', 'prod', 'var', 'std', 'norm', 'logSumExp', 'countNonzero', 'all', 'any'] as const;

const reduction = (name: (typeof NAMES)[number]): Refusal[] => {
  const op = `Tensor.${name}`;
  return [
    { op, name: 'a bare axis', call: () => matrix()[name](wrong(-1)), error: ArgumentError, says: 'write { axis: -1 }' },
    {
      op,
      name: 'axis 2 of two',
      call: () => matrix()[name]({ axis: 2 }),
      error: IndexError,
      says: 'axis 2 is out of range for 2 axes (-2 … 1)',
    },
    { op, name: 'axis -3 of two', call: () => matrix()[name]({ axis: -3 }), error: IndexError, says: 'axis -3 is out of range' },
    {
      op,
      name: 'axis 0 of a scalar',
      call: () => tensor(1)[name]({ axis: 0 }),
      error: IndexError,
      says: 'axis 0 is out of range for 0 axes',
    },
    {
      op,
      name: 'axis NaN',
      call: () => matrix()[name]({ axis: Number.NaN }),
      error: ArgumentError,
      says: 'axis must be a whole number, got NaN',
    },
    { op, name: 'axis 0.5', call: () => matrix()[name]({ axis: 0.5 }), error: ArgumentError, says: 'got 0.5' },
    { op, name: 'axis "0"', call: () => matrix()[name]({ axis: wrong('0') }), error: ArgumentError, says: 'got "0"' },
    { op, name: 'an axis twice', call: () => matrix()[name]({ axis: [1, -1] }), error: ArgumentError, says: 'axis 1 is named twice' },
  ];
};

const extreme = (name: 'max' | 'min'): Refusal[] => [
  {
    op: `Tensor.${name}`,
    name: 'no values',
    call: () => zeros([0])[name](),
    error: ShapeError,
    says: `no ${name} over an empty axis of (0)`,
  },
  {
    op: `Tensor.${name}`,
    name: 'an empty axis',
    call: () => zeros([2, 0])[name]({ axis: 1 }),
    error: ShapeError,
    says: 'empty axis of (2, 0)',
  },
];

const position = (name: 'argmax' | 'argmin'): Refusal[] => {
  const op = `Tensor.${name}`;
  return [
    { op, name: 'no values', call: () => zeros([0, 3])[name](), error: ShapeError, says: `no ${name} of an empty tensor (0, 3)` },
    { op, name: 'an empty axis', call: () => zeros([0, 3])[name](0), error: ShapeError, says: 'empty axis' },
    { op, name: 'axis 2 of two', call: () => matrix()[name](2), error: IndexError, says: 'out of range' },
    { op, name: 'axis NaN', call: () => matrix()[name](Number.NaN), error: ArgumentError, says: 'got NaN' },
    { op, name: 'keepDim 1', call: () => matrix()[name](0, { keepDim: wrong(1) }), error: ArgumentError, says: 'keepDim must be' },
  ];
};

const corrected = (name: 'var' | 'std'): Refusal[] =>
  [-1, Number.NaN, '1'].map((correction) => ({
    op: `Tensor.${name}`,
    name: `correction ${JSON.stringify(correction)}`,
    call: () => matrix()[name]({ correction: wrong(correction) }),
    error: ArgumentError,
    says: 'correction must be a number from 0',
  }));

const norm = 'Tensor.norm';

export const reductions: readonly Refusal[] = [
  ...NAMES.flatMap(reduction),
  ...extreme('max'),
  ...extreme('min'),
  ...position('argmax'),
  ...position('argmin'),
  ...corrected('var'),
  ...corrected('std'),
  {
    op: norm,
    name: 'order NaN',
    call: () => matrix().norm({ ord: Number.NaN }),
    error: ArgumentError,
    says: 'ord must be a number, got NaN',
  },
  { op: norm, name: 'order "fro"', call: () => matrix().norm({ ord: wrong('fro') }), error: ArgumentError, says: 'got "fro"' },
  ...[Infinity, -Infinity, -1].map((ord) => ({
    op: norm,
    name: `order ${ord} of nothing`,
    call: () => zeros([2, 0]).norm({ axis: 1, ord }),
    error: ShapeError,
    says: `no norm of order ${ord} over an empty axis of (2, 0)`,
  })),
];
