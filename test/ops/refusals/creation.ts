// What cannot become a tensor: impossible shapes, ragged or strange values, values that a dtype can't hold.
import {
  ArgumentError,
  arange,
  bernoulli,
  DTypeError,
  defineOp,
  exponential,
  full,
  multinomial,
  nn,
  normal,
  ones,
  rand,
  randint,
  randn,
  randperm,
  ShapeError,
  type Tensor,
  tensor,
  truncatedNormal,
  uniform,
  zeros,
} from 'hebb';
import type { Refusal } from '../table.js';

const wrong = (value: unknown): never => value as never;

const made = (op: string, make: (shape: readonly number[]) => Tensor): Refusal[] => [
  { op, name: 'size -1', call: () => make([2, -1]), error: ShapeError, says: 'a size must be a whole number from 0 to 2^31-1, got -1' },
  { op, name: 'size NaN', call: () => make([Number.NaN]), error: ShapeError, says: 'got NaN' },
  { op, name: 'size 2.5', call: () => make([2.5]), error: ShapeError, says: 'got 2.5' },
  { op, name: 'size "4"', call: () => make([wrong('4')]), error: ShapeError, says: 'got "4"' },
  { op, name: 'size null', call: () => make([wrong(null)]), error: ShapeError, says: 'got null' },
  { op, name: 'size 1e21', call: () => make([1e21]), error: ShapeError, says: 'got 1e+21' },
  { op, name: '2^32 squared', call: () => make([2 ** 32, 2 ** 32]), error: ShapeError, says: 'got 4294967296' },
  {
    op,
    name: 'past any memory',
    call: () => make([2 ** 31 - 1, 2 ** 31 - 1, 4]),
    error: ShapeError,
    says: 'more elements than any memory',
  },
  {
    op,
    name: 'past any memory behind 0',
    call: () => make([0, 2 ** 31 - 1, 2 ** 31 - 1]),
    error: ShapeError,
    says: 'more elements than any memory',
  },
  { op, name: 'nine axes', call: () => make([1, 1, 1, 1, 1, 1, 1, 1, 1]), error: ShapeError, says: 'at most 8 axes, got 9' },
  { op, name: 'no array', call: () => make(wrong(3)), error: ShapeError, says: 'shape must be an array of sizes, got 3' },
];

const filled = (op: string, make: (shape: number[], options: { dtype: never }) => Tensor): Refusal => ({
  op,
  name: 'an unknown dtype',
  call: () => make([2], { dtype: wrong('float32') }),
  error: DTypeError,
  says: 'got float32',
});

const given = (name: string, call: () => unknown, error: Refusal['error'], says: string): Refusal => ({
  op: 'tensor',
  name,
  call,
  error,
  says,
});

function detached(): Float32Array {
  const view = Float32Array.of(1, 2);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

const values: readonly Refusal[] = [
  given('ragged rows', () => tensor([[1, 2], [3]]), ShapeError, 'ragged array: 1 values at [1], expected 2'),
  given('a number among rows', () => tensor([[1], 2]), ShapeError, 'ragged array: 2 at [1]'),
  given('a row among numbers', () => tensor([1, [2]]), ArgumentError, 'expects numbers, got [2] at [1]'),
  given('a hole', () => tensor(new Array(2)), ArgumentError, 'got undefined at [0]'),
  given('a string', () => tensor(wrong(['1'])), ArgumentError, 'got "1" at [0]'),
  given('text', () => tensor(wrong('12')), ArgumentError, 'got "12"'),
  given('null', () => tensor(wrong(null)), ArgumentError, 'got null'),
  given('an object', () => tensor(wrong({ length: 2 })), ArgumentError, 'got a Object'),
  given('bigints', () => tensor(wrong([1n])), ArgumentError, 'got 1n'),
  given('BigInt64Array', () => tensor(wrong(BigInt64Array.of(1n))), ArgumentError, 'got BigInt64Array'),
  given('numbers and booleans', () => tensor([1, true]), ArgumentError, 'numbers and booleans are mixed'),
  given('nine levels', () => tensor([[[[[[[[[1]]]]]]]]]), ShapeError, 'deeper than 8'),
  given('another count', () => tensor([1, 2, 3], { shape: [2, 2] }), ShapeError, "3 values don't fill shape (2, 2) of 4"),
  given('an impossible shape', () => tensor([1], { shape: [-1] }), ShapeError, 'got -1'),
  given('an unknown dtype', () => tensor([1], { dtype: wrong('f64') }), DTypeError, 'got f64'),
  given(
    '1.5 as i32',
    () => tensor([1, 1.5], { dtype: 'i32' }),
    ArgumentError,
    'i32 holds whole numbers from -2147483648 to 2147483647, got 1.5 at position 1',
  ),
  given('2^31 as i32', () => tensor([2 ** 31], { dtype: 'i32' }), ArgumentError, 'got 2147483648'),
  given('256 as u8', () => tensor([256], { dtype: 'u8' }), ArgumentError, 'from 0 to 255, got 256'),
  given('NaN as u8', () => tensor([Number.NaN], { dtype: 'u8' }), ArgumentError, 'got NaN'),
  given('2 as bool', () => tensor([2], { dtype: 'bool' }), ArgumentError, 'from 0 to 1, got 2'),
  given('a detached array', () => tensor(detached()), ArgumentError, 'detached'),
];

const through = (y: unknown): unknown => defineOp({ name: 'mine', forward: (_: Tensor) => wrong(y), grad: () => [] })(tensor([1]));

export const creation: readonly Refusal[] = [
  ...values,
  ...made('zeros', zeros),
  ...made('ones', ones),
  ...made('full', (shape) => full(shape, 7)),
  ...made('rand', rand),
  ...made('randn', randn),
  filled('zeros', zeros),
  filled('ones', ones),
  filled('full', (shape, options) => full(shape, 1, options)),
  { op: 'full', name: 'a string', call: () => full([2], wrong('7')), error: ArgumentError, says: 'expects a number, got "7"' },
  { op: 'full', name: '1.5 as i32', call: () => full([2], 1.5, { dtype: 'i32' }), error: ArgumentError, says: 'got 1.5' },
  { op: 'arange', name: 'step 0', call: () => arange(0, 5, 0), error: ArgumentError, says: 'no range from 0 to 5 by 0' },
  {
    op: 'arange',
    name: 'to infinity',
    call: () => arange(Number.POSITIVE_INFINITY),
    error: ArgumentError,
    says: 'no range from 0 to Infinity',
  },
  { op: 'arange', name: 'NaN', call: () => arange(Number.NaN, 1), error: ArgumentError, says: 'no range from NaN' },
  { op: 'arange', name: 'a string', call: () => arange(wrong('5')), error: ArgumentError, says: 'no range' },
  { op: 'arange', name: 'too many', call: () => arange(2 ** 31), error: ShapeError, says: 'got 2147483648' },
  { op: 'randperm', name: '-1', call: () => randperm(-1), error: ShapeError, says: 'got -1' },
  { op: 'randperm', name: '1.5', call: () => randperm(1.5), error: ShapeError, says: 'got 1.5' },
  ...made('randint', (shape) => randint(0, 2, shape)),
  ...made('uniform', uniform),
  ...made('normal', normal),
  ...made('exponential', exponential),
  ...made('truncatedNormal', truncatedNormal),
  { op: 'randint', name: 'no number between', call: () => randint(3, 3, [1]), error: ArgumentError, says: 'got 3 and 3' },
  { op: 'randint', name: 'half a number', call: () => randint(0, 1.5, [1]), error: ArgumentError, says: 'got 0 and 1.5' },
  { op: 'randint', name: 'beyond 32 bits', call: () => randint(0, 2 ** 31 + 1, [1]), error: ArgumentError, says: 'low < high ≤ 2^31' },
  { op: 'uniform', name: 'to infinity', call: () => uniform([1], { high: Infinity }), error: ArgumentError, says: 'high must be a finite' },
  {
    op: 'normal',
    name: 'a negative deviation',
    call: () => normal([1], { std: -1 }),
    error: ArgumentError,
    says: 'std must not be negative',
  },
  { op: 'normal', name: 'NaN', call: () => normal([1], { mean: Number.NaN }), error: ArgumentError, says: 'got NaN' },
  { op: 'exponential', name: 'rate 0', call: () => exponential([1], { rate: 0 }), error: ArgumentError, says: 'rate must be a positive' },
  {
    op: 'truncatedNormal',
    name: 'limits reversed',
    call: () => truncatedNormal([1], { low: 1, high: 0 }),
    error: ArgumentError,
    says: 'low 1 is not below high 0',
  },
  {
    op: 'truncatedNormal',
    name: 'std 0',
    call: () => truncatedNormal([1], { std: 0 }),
    error: ArgumentError,
    says: 'std must be a positive',
  },
  { op: 'bernoulli', name: 'integers', call: () => bernoulli(ones([1], { dtype: 'i32' })), error: DTypeError, says: 'got i32' },
  { op: 'bernoulli', name: 'an array', call: () => bernoulli(wrong([1])), error: ArgumentError, says: 'got [1]' },
  { op: 'multinomial', name: 'none', call: () => multinomial(ones([2]), 0), error: ArgumentError, says: 'at least 1' },
  {
    op: 'multinomial',
    name: 'more than classes',
    call: () => multinomial(ones([2]), 3),
    error: ArgumentError,
    says: 'at most the 2 classes',
  },
  { op: 'multinomial', name: 'integers', call: () => multinomial(ones([2], { dtype: 'i32' }), 1), error: DTypeError, says: 'got i32' },
  { op: 'multinomial', name: 'three axes', call: () => multinomial(ones([1, 1, 2]), 1), error: ShapeError, says: 'got (1, 1, 2)' },
  { op: 'multinomial', name: 'a negative weight', call: () => multinomial(tensor([-1, 2]), 1).data(), error: ArgumentError, says: 'row 0' },
  {
    op: 'defineOp',
    name: 'a forward that returns a promise',
    call: () => through(Promise.resolve(tensor([1]))),
    error: ArgumentError,
    says: 'forward must return a Tensor at once, got a Promise',
  },
  { op: 'defineOp', name: 'a forward that returns nothing', call: () => through(undefined), error: ArgumentError, says: 'got undefined' },
  {
    op: 'nn.checkpoint',
    name: 'a number',
    call: () => nn.checkpoint(wrong(5)),
    error: ArgumentError,
    says: 'expects a Module or a function',
  },
  {
    op: 'nn.checkpoint',
    name: 'a function that returns a list',
    call: () => (nn.checkpoint as (f: unknown) => (x: Tensor) => Tensor)((x: Tensor) => [x])(tensor([1])),
    error: ArgumentError,
    says: 'returns one Tensor, got [',
  },
];
