// What indexing refuses: positions out of range with the value and its place, and what is no index.
import { ArgumentError, DTypeError, IndexError, ShapeError, type Tensor, tensor, zeros } from 'hebb';
import type { Refusal } from '../table.js';

const wrong = (value: unknown): never => value as never;
const x = (): Tensor => zeros([2, 3]);
const i32 = (...values: unknown[]): Tensor => tensor(values, { dtype: 'i32' });

const no = (op: string, name: string, call: () => unknown, error: Refusal['error'], says: string): Refusal => ({
  op: `Tensor.${op}`,
  name,
  call,
  error,
  says,
});

const out = 'is out of range; valid are';

export const indexing: readonly Refusal[] = [
  no('at', 'position 2 of 2', () => x().at(2), IndexError, 'position 2 is out of range for axis 0 of (2, 3)'),
  no('at', 'position -4 of 3', () => x().at(0, -4), IndexError, 'position -4 is out of range for axis 1'),
  no('at', 'half a position', () => x().at(0.5), ArgumentError, 'got 0.5'),
  no('at', 'NaN', () => x().at(Number.NaN), ArgumentError, 'got NaN'),
  no('at', 'three indices', () => x().at(0, 0, ':'), IndexError, '3 indices for 2 axes'),
  no('at', 'a scalar', () => tensor(1).at(0), IndexError, '1 indices for 0 axes'),
  no('at', 'two ellipses', () => x().at('...', '...'), ArgumentError, 'stands twice'),
  no('at', 'no slice', () => x().at('1-2'), ArgumentError, '"1-2" is no slice'),
  no('at', 'empty text', () => x().at(''), ArgumentError, '"" is no slice'),
  no('at', 'step 0', () => x().at('::0'), ArgumentError, 'has step 0'),
  no('at', 'undefined', () => x().at(wrong(undefined)), ArgumentError, 'got undefined'),
  no('at', 'a bool tensor', () => x().at(tensor([true, false])), DTypeError, 'await x.maskedSelect(mask)'),
  no('at', 'an array of booleans', () => x().at([true, false]), DTypeError, 'await x.maskedSelect(mask)'),
  no('at', 'a float tensor', () => x().at(tensor([0])), DTypeError, 'indices must be i32 or u8, got f32'),
  no('at', 'an array of fractions', () => x().at([0.5]), ArgumentError, 'got 0.5'),
  no('at', 'index tensors that differ', () => x().at([0, 1], [0, 1, 2]), ShapeError, "don't broadcast"),
  no('at', 'a place too far', () => x().at([0, 1, 2]).data(), IndexError, `index 2 at position 2 ${out} -2 … 1`),
  no('at', 'a place before the first', () => x().at(':', i32(0, -4)).data(), IndexError, `index -4 at position 1 ${out} -3 … 2`),
  no('at', 'the second of two', () => x().at([0], [3]).data(), IndexError, `index 3 at position 0 ${out} -3 … 2`),
  no('at', 'a ninth axis', () => zeros([1, 1, 1, 1, 1, 1, 1, 1]).at(null), ShapeError, 'at most 8'),
  no('with', 'no list', () => x().with(wrong(0), 1), ArgumentError, 'a list of indices, got 0'),
  no('with', 'position 2 of 2', () => x().with([2], 1), IndexError, 'position 2 is out of range'),
  no('with', 'a value too long', () => x().with([0], zeros([4])), ShapeError, "don't broadcast"),
  no('with', 'a value of more axes', () => x().with([0], zeros([2, 3])), ShapeError, "a value (2, 3) doesn't fit the part (3)"),
  no('with', 'another dtype', () => x().with([0], i32(1)), DTypeError, 'dtypes differ: f32 and i32'),
  no('with', '1.5 into i32', () => i32(1, 2).with([0], 1.5), ArgumentError, 'i32 holds whole numbers, got 1.5'),
  no('with', 'a mask of columns', () => x().with([tensor([true, false, true])], 0), ShapeError, "doesn't cover the first axes of (2, 3)"),
  no('with', 'a mask beside others', () => x().with([0, tensor([true, false, true])], 0), DTypeError, 'bool'),
  no(
    'with',
    'a place too far',
    () =>
      x()
        .with([[2]], 0)
        .data(),
    IndexError,
    `index 2 at position 0 ${out} -2 … 1`,
  ),
  no(
    'gather',
    'a place too far',
    () =>
      x()
        .gather(1, i32([0, 3], [1, 1]))
        .data(),
    IndexError,
    `index 3 at position 1 ${out} 0 … 2`,
  ),
  no(
    'gather',
    'a negative place',
    () =>
      x()
        .gather(1, i32([0, 1], [1, -1]))
        .data(),
    IndexError,
    `index -1 at position 3 ${out} 0 … 2`,
  ),
  no('gather', 'another rank', () => x().gather(1, i32(0)), ShapeError, "an index (1) doesn't fit (2, 3) beside axis 1"),
  no('gather', 'more rows', () => x().gather(1, zeros([3, 1], { dtype: 'i32' })), ShapeError, "(3, 1) doesn't fit (2, 3)"),
  no('gather', 'floats', () => x().gather(1, x()), DTypeError, 'got f32'),
  no('gather', 'axis 2', () => x().gather(2, i32([0])), IndexError, 'axis 2 is out of range'),
  no(
    'takeAlongAxis',
    'a place too far',
    () =>
      x()
        .takeAlongAxis(i32([3]), 1)
        .data(),
    IndexError,
    `index 3 at position 0 ${out} 0 … 2`,
  ),
  no('takeAlongAxis', 'another rank', () => x().takeAlongAxis(i32(0), 1), ShapeError, 'needs the axes of (2, 3)'),
  no('takeAlongAxis', 'other sizes', () => x().takeAlongAxis(zeros([3, 1], { dtype: 'i32' }), 1), ShapeError, "don't broadcast"),
  no(
    'scatter',
    'a place too far',
    () =>
      x()
        .scatter(0, i32([2]), 1)
        .data(),
    IndexError,
    `index 2 at position 0 ${out} 0 … 1`,
  ),
  no(
    'scatter',
    'values of another shape',
    () => x().scatter(0, i32([0]), zeros([2])),
    ShapeError,
    'a value for each index (1, 1), got (2)',
  ),
  no('scatter', 'values of another dtype', () => x().scatter(0, i32([0]), i32([0])), DTypeError, 'dtypes differ: f32 and i32'),
  no('scatter', 'text', () => x().scatter(0, i32([0]), wrong('1')), ArgumentError, 'got "1"'),
  no(
    'scatterAdd',
    'a negative place',
    () =>
      x()
        .scatterAdd(0, i32([-1]), 1)
        .data(),
    IndexError,
    `index -1 at position 0 ${out} 0 … 1`,
  ),
  no('scatterAdd', 'more rows', () => x().scatterAdd(1, zeros([3, 1], { dtype: 'i32' }), 1), ShapeError, "doesn't fit"),
  no(
    'indexSelect',
    'a place told with its value',
    () => x().indexSelect(1, i32(0, 5)).data(),
    IndexError,
    `index 5 at position 1 ${out} 0 … 2`,
  ),
  no(
    'indexAdd',
    'a place too far',
    () =>
      x()
        .indexAdd(0, i32(2), zeros([1, 3]))
        .data(),
    IndexError,
    `index 2 at position 0 ${out} 0 … 1`,
  ),
  no('indexAdd', 'too few rows', () => x().indexAdd(0, i32(0, 1), zeros([1, 3])), ShapeError, 'expects (2, 3) for 2 indices, got (1, 3)'),
  no('indexAdd', 'integers', () => i32(1).indexAdd(0, i32(0), i32(1)), DTypeError, 'scatterAdd()'),
  no('indexAdd', 'two axes of indices', () => x().indexAdd(0, i32([0]), x()), ShapeError, 'one axis, got (1, 1)'),
  no('take', 'a place too far', () => x().take(i32(6)).data(), IndexError, `index 6 at position 0 ${out} -6 … 5`),
  no('take', 'floats', () => x().take(tensor([0])), DTypeError, 'got f32'),
  no('oneHot', 'class 3 of 3', () => i32(0, 3).oneHot(3).data(), IndexError, `index 3 at position 1 ${out} 0 … 2`),
  no('oneHot', 'class -1', () => i32(-1).oneHot(3).data(), IndexError, `index -1 at position 0 ${out} 0 … 2`),
  no('oneHot', 'no classes', () => i32(0).oneHot(0), ArgumentError, 'at least one class'),
  no('oneHot', 'floats', () => tensor([1]).oneHot(3), DTypeError, 'got f32'),
  no('maskedFill', 'a mask of f32', () => x().maskedFill(x(), 1), DTypeError, 'compare first'),
  no('maskedFill', 'shapes', () => x().maskedFill(tensor([true, false]), 1), ShapeError, "don't broadcast"),
];
