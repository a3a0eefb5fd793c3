// What products, views and selections refuse: axes, sizes and indices out of range, and shapes that don't fit.
import { ArgumentError, concat, DTypeError, IndexError, ShapeError, type Tensor, tensor, zeros } from 'hebb';
import type { Refusal } from '../table.js';

const wrong = (value: unknown): never => value as never;
const matrix = (): Tensor => zeros([2, 3]);
const indices = (...values: number[]): Tensor => tensor(values, { dtype: 'i32' });

const matmul = 'Tensor.matmul';
const reshape = 'Tensor.reshape';
const expand = 'Tensor.expand';
const transpose = 'Tensor.transpose';
const narrow = 'Tensor.narrow';
const select = 'Tensor.indexSelect';

export const shapes: readonly Refusal[] = [
  {
    op: matmul,
    name: 'inner sizes',
    call: () => zeros([32, 10]).matmul(zeros([12, 4])),
    error: ShapeError,
    says: 'inner sizes differ: (32, 10) x (12, 4)',
  },
  { op: matmul, name: 'a transposed weight', call: () => zeros([32, 10]).matmul(zeros([4, 10])), error: ShapeError, says: 'transpose b?' },
  { op: matmul, name: 'vectors', call: () => zeros([3]).matmul(zeros([4])), error: ShapeError, says: 'inner sizes differ: (3) x (4)' },
  {
    op: matmul,
    name: 'batches',
    call: () => zeros([2, 3, 4]).matmul(zeros([3, 4, 5])),
    error: ShapeError,
    says: "(2) and (3) don't broadcast",
  },
  { op: matmul, name: 'a scalar', call: () => tensor(1).matmul(matrix()), error: ShapeError, says: 'expects matrices, got () x (2, 3)' },
  {
    op: matmul,
    name: 'integers',
    call: () => matrix().matmul(zeros([3, 2], { dtype: 'i32' })),
    error: DTypeError,
    says: "expects floats, got f32 and i32; use .to('f32')",
  },
  { op: matmul, name: 'nothing', call: () => matrix().matmul(wrong(undefined)), error: ArgumentError, says: 'got undefined' },
  { op: matmul, name: 'a number', call: () => matrix().matmul(wrong(2)), error: ShapeError, says: 'expects matrices' },

  {
    op: reshape,
    name: 'another count',
    call: () => matrix().reshape([4]),
    error: ShapeError,
    says: "(2, 3) doesn't fit [4]: 6 elements against 4",
  },
  { op: reshape, name: 'two free sizes', call: () => matrix().reshape([-1, -1]), error: ShapeError, says: 'only one size may be -1' },
  {
    op: reshape,
    name: "a rest that doesn't divide",
    call: () => matrix().reshape([4, -1]),
    error: ShapeError,
    says: "6 elements can't be split into 4",
  },
  { op: reshape, name: 'a free size beside 0', call: () => zeros([0]).reshape([0, -1]), error: ShapeError, says: "can't be split into 0" },
  { op: reshape, name: '-2', call: () => matrix().reshape([-2, -3]), error: ShapeError, says: '-2 is no size' },
  { op: reshape, name: 'NaN', call: () => matrix().reshape([Number.NaN, 6]), error: ShapeError, says: 'NaN is no size' },
  { op: reshape, name: '2.5', call: () => matrix().reshape([2.5, 2.4]), error: ShapeError, says: '2.5 is no size' },
  { op: reshape, name: '"6"', call: () => matrix().reshape([wrong('6')]), error: ShapeError, says: '"6" is no size' },
  { op: reshape, name: 'null', call: () => matrix().reshape(wrong(null)), error: ShapeError, says: 'expected an array' },
  { op: reshape, name: 'nine axes', call: () => matrix().reshape([2, 3, 1, 1, 1, 1, 1, 1, 1]), error: ShapeError, says: 'at most 8' },

  { op: expand, name: 'a smaller shape', call: () => matrix().expand([3]), error: ShapeError, says: "(2, 3) doesn't broadcast to (3)" },
  { op: expand, name: 'another size', call: () => matrix().expand([2, 4]), error: ShapeError, says: "don't broadcast" },
  { op: expand, name: 'to size 1', call: () => matrix().expand([1, 3]), error: ShapeError, says: "doesn't broadcast to (1, 3)" },
  { op: expand, name: '-1', call: () => zeros([1, 3]).expand([-1, 3]), error: ShapeError, says: 'a size must be a whole number' },
  { op: expand, name: 'NaN', call: () => zeros([1, 3]).expand([Number.NaN, 3]), error: ShapeError, says: 'got NaN' },
  { op: expand, name: '"2"', call: () => zeros([1, 3]).expand([wrong('2'), 3]), error: ShapeError, says: 'got "2"' },
  {
    op: expand,
    name: 'more than memory holds',
    call: () => zeros([1, 1]).expand([2 ** 31 - 1, 2 ** 31 - 1]),
    error: ShapeError,
    says: 'more elements than any memory',
  },
  { op: expand, name: 'no array', call: () => zeros([1]).expand(wrong(2)), error: ShapeError, says: 'an array of sizes, got 2' },
  { op: expand, name: 'nine axes', call: () => zeros([1]).expand([1, 1, 1, 1, 1, 1, 1, 1, 1]), error: ShapeError, says: 'at most 8 axes' },

  {
    op: transpose,
    name: 'an axis twice',
    call: () => matrix().transpose(0, 0),
    error: ArgumentError,
    says: 'each of the 2 axes once, got (0, 0)',
  },
  {
    op: transpose,
    name: 'too few axes',
    call: () => zeros([2, 3, 4]).transpose(0, 1),
    error: ArgumentError,
    says: 'each of the 3 axes once',
  },
  { op: transpose, name: 'axis 2 of two', call: () => matrix().transpose(0, 2), error: IndexError, says: 'axis 2 is out of range' },
  { op: transpose, name: 'NaN', call: () => matrix().transpose(0, Number.NaN), error: ArgumentError, says: 'got NaN' },
  { op: transpose, name: 'an array', call: () => matrix().transpose(wrong([1, 0])), error: ArgumentError, says: 'got [1, 0]' },

  {
    op: narrow,
    name: 'past the end',
    call: () => matrix().narrow(1, 2, 2),
    error: IndexError,
    says: 'start 2 and length 2 leave axis 1 of (2, 3)',
  },
  { op: narrow, name: 'before the start', call: () => matrix().narrow(1, -1, 2), error: IndexError, says: 'start -1' },
  { op: narrow, name: 'a negative length', call: () => matrix().narrow(1, 1, -1), error: IndexError, says: 'length -1' },
  { op: narrow, name: '1.5', call: () => matrix().narrow(1, 1.5, 1), error: IndexError, says: 'start 1.5' },
  { op: narrow, name: 'a string', call: () => matrix().narrow(1, wrong('1'), 1), error: IndexError, says: 'start "1"' },
  { op: narrow, name: 'axis 2 of two', call: () => matrix().narrow(2, 0, 1), error: IndexError, says: 'axis 2 is out of range' },
  { op: narrow, name: 'a scalar', call: () => tensor(1).narrow(0, 0, 1), error: IndexError, says: 'out of range for 0 axes' },

  { op: select, name: 'a row too far', call: () => matrix().indexSelect(0, indices(0, 2)).data(), error: IndexError, says: '2' },
  { op: select, name: 'a negative row', call: () => matrix().indexSelect(0, indices(-1)).data(), error: IndexError, says: '-1' },
  {
    op: select,
    name: 'a column too far',
    call: () =>
      matrix()
        .indexSelect(1, indices(1, 0, 3))
        .data(),
    error: IndexError,
    says: '3',
  },
  { op: select, name: 'a row of none', call: () => zeros([0, 3]).indexSelect(0, indices(0)).data(), error: IndexError, says: '0' },
  {
    op: select,
    name: 'indices of f32',
    call: () => matrix().indexSelect(0, tensor([0])),
    error: DTypeError,
    says: 'indices must be i32 or u8, got f32',
  },
  { op: select, name: 'indices of bool', call: () => matrix().indexSelect(0, tensor([true])), error: DTypeError, says: 'got bool' },
  {
    op: select,
    name: 'indices of two axes',
    call: () => matrix().indexSelect(0, zeros([1, 1], { dtype: 'i32' })),
    error: ShapeError,
    says: 'one axis, got (1, 1)',
  },
  {
    op: select,
    name: 'axis -3 of two',
    call: () => matrix().indexSelect(-3, indices(0)),
    error: IndexError,
    says: 'axis -3 is out of range',
  },
  { op: select, name: 'an array', call: () => matrix().indexSelect(0, wrong([0])), error: ArgumentError, says: 'got [0]' },

  { op: 'concat', name: 'nothing', call: () => concat([]), error: ArgumentError, says: 'at least one tensor' },
  { op: 'concat', name: 'no array', call: () => concat(wrong(matrix())), error: ArgumentError, says: 'at least one tensor' },
  {
    op: 'concat',
    name: 'other sizes',
    call: () => concat([matrix(), zeros([2, 4])]),
    error: ShapeError,
    says: '(2, 3) and (2, 4) differ beyond axis 0',
  },
  { op: 'concat', name: 'other ranks', call: () => concat([matrix(), zeros([3])]), error: ShapeError, says: '(2, 3) and (3) differ' },
  {
    op: 'concat',
    name: 'other dtypes',
    call: () => concat([matrix(), zeros([2, 3], { dtype: 'i32' })]),
    error: DTypeError,
    says: 'dtypes differ: f32 and i32',
  },
  { op: 'concat', name: 'scalars', call: () => concat([tensor(1), tensor(2)]), error: IndexError, says: 'out of range for 0 axes' },
  { op: 'concat', name: 'axis 2 of two', call: () => concat([matrix(), matrix()], 2), error: IndexError, says: 'axis 2 is out of range' },
  { op: 'concat', name: 'a hole', call: () => concat([matrix(), wrong(undefined)]), error: ArgumentError, says: 'got undefined' },
  { op: 'concat', name: 'a number', call: () => concat([zeros([1]), wrong(2)]), error: ShapeError, says: '(1) and () differ' },
];
