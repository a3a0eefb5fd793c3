// Indexing as NumPy has it: at() reads, with() gives a tensor with that part replaced. Integers, slices, null, ellipsis and index tensors.
import { cast, expand, permute, reshape } from '../core/basic.js';
import { tensor } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError, DTypeError, IndexError, ShapeError } from '../core/errors.js';
import { operand } from '../core/record.js';
import { broadcast, checkShape, describe, formatShape, SCALAR, type Shape, sameShape, sizeOf, stridesOf } from '../core/shape.js';
import { Tensor } from '../core/tensor.js';
import { indices } from './gather.js';
import { checked, rowsOf } from './rows.js';
import { placed, type Window, windowed } from './window.js';

/**
 * One part of an index: a position (negative ones count from the end), a slice as text (`'1:5'`, `'::-1'`), `'...'` for all further axes,
 * null for a new axis, or positions as an i32 or u8 tensor or a nested array.
 */
export type Index = number | string | null | Tensor | readonly unknown[];

/** What an index asks of one axis of x, or a new axis. */
type Item =
  | { readonly kind: 'new' }
  | { readonly kind: 'one'; readonly axis: number; readonly start: number }
  | { readonly kind: 'slice'; readonly axis: number; readonly start: number; readonly step: number; readonly length: number }
  | { readonly kind: 'places'; readonly axis: number; readonly index: Tensor };

type Op = 'at' | 'with';

const SLICE = /^(-?\d+)?:(-?\d+)?(?::(-?\d+)?)?$/;

/** A slice by Python's rules. */
function sliceOf(op: Op, text: string, axis: number, n: number): Item {
  const found = SLICE.exec(text.replaceAll(' ', ''));
  if (!found) throw new ArgumentError(op, `${describe(text)} is no slice; write 'start:end:step' or '...'`, { value: text });
  const [start, end, by] = found.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  const step = by ?? 1;
  if (step === 0) throw new ArgumentError(op, `the slice ${describe(text)} has step 0`, { value: text });
  const [low, high] = step > 0 ? [0, n] : [-1, n - 1];
  const bound = (value: number): number => Math.min(high, Math.max(low, value < 0 ? value + n : value));
  const from = start === undefined ? (step > 0 ? low : high) : bound(start);
  const to = end === undefined ? (step > 0 ? high : low) : bound(end);
  return { kind: 'slice', axis, start: from, step, length: Math.max(0, Math.ceil((to - from) / step)) };
}

function itemOf(op: Op, index: Index, axis: number, x: Tensor): Item {
  const n = x.shape[axis]!;
  if (typeof index === 'string') return sliceOf(op, index, axis, n);
  if (typeof index === 'number') {
    if (!Number.isInteger(index)) throw new ArgumentError(op, `a position must be a whole number, got ${index}`, { value: index });
    if (index < -n || index >= n)
      throw new IndexError(op, `position ${index} is out of range for axis ${axis} of ${formatShape(x.shape)}`, { value: index });
    return { kind: 'one', axis, start: index < 0 ? index + n : index };
  }
  if (Array.isArray(index) && index.flat(8).some((value) => typeof value === 'boolean')) throw maskError(op);
  const places = Array.isArray(index) ? tensor(index, { dtype: 'i32' }) : (index as Tensor);
  if (places instanceof Tensor && places.dtype === 'bool') throw maskError(op);
  return { kind: 'places', axis, index: checked(op, indices(op, places), n) };
}

const maskError = (op: Op): DTypeError =>
  new DTypeError(
    op,
    'how much a bool tensor selects depends on its values; await x.maskedSelect(mask), or replace values with x.with([mask], value)',
    { value: 'bool' },
  );

/** The items of an index, one for each axis of x and each new one. */
function parse(op: Op, x: Tensor, index: readonly Index[]): Item[] {
  const named = index.filter((part) => part !== null && part !== '...').length;
  const rank = x.shape.length;
  if (named > rank) throw new IndexError(op, `${named} indices for ${rank} axes of ${formatShape(x.shape)}`, { value: index });
  const dots = index.indexOf('...');
  if (dots !== index.lastIndexOf('...')) throw new ArgumentError(op, "'...' stands twice in the index", { value: index });
  const all = new Array<Index>(rank - named).fill(':');
  const full = dots < 0 ? [...index, ...all] : index.toSpliced(dots, 1, ...all);
  let axis = 0;
  return full.map((part) => (part === null ? { kind: 'new' } : itemOf(op, part, axis++, x)));
}

/** The part of x that the plain items leave: positions drop their axis, index tensors keep theirs whole. */
function windowFor(x: Tensor, items: readonly Item[]): Window {
  const strides = stridesOf(x.shape);
  const [shape, steps]: [number[], number[]] = [[], []];
  let offset = 0;
  for (const item of items) {
    if (item.kind === 'new') continue;
    const stride = strides[item.axis]!;
    if (item.kind !== 'places' && (item.kind === 'one' || item.length > 0)) offset += item.start * stride;
    if (item.kind === 'one') continue;
    shape.push(item.kind === 'slice' ? item.length : x.shape[item.axis]!);
    steps.push(item.kind === 'slice' ? stride * item.step : stride);
  }
  return { shape, strides: steps, offset: sizeOf(shape) === 0 ? 0 : offset, moving: true };
}

/** Whether a window is the whole of x, as it lies. */
const isWhole = (x: Tensor, { shape, strides }: Window): boolean =>
  sizeOf(shape) === sizeOf(x.shape) && strides.every((s, i) => s === stridesOf(shape)[i] || shape[i] === 1);

/** How index tensors read a window: its axes reordered as (before, those of the tensors, after), and one position for each result. */
interface Places {
  readonly order: readonly number[];
  /** The reordered window with its indexed axes as one. */
  readonly merged: Shape;
  readonly axis: number;
  /** The positions along that one, and the shape that they had. */
  readonly index: Tensor;
  readonly shape: Shape;
}

/**
 * Where the axes of the index tensors go: the first item whose place they take; -1: in front. By NumPy's rule single positions beside them
 * count as index tensors, and what stands between them sends their axes to the front.
 */
function placeOfTensors(items: readonly Item[]): number {
  const fancy = items.flatMap(({ kind }, i) => (kind === 'places' || kind === 'one' ? [i] : []));
  return fancy.every((i, k) => k === 0 || i === fancy[k - 1]! + 1) ? fancy[0]! : -1;
}

function placesOf(op: Op, window: Shape, items: readonly Item[]): Places | null {
  const tensors = items.filter((item) => item.kind === 'places');
  if (tensors.length === 0) return null;
  const shape = tensors.reduce((s: Shape, item) => broadcast(op, s, item.index.shape), SCALAR);
  const kept = items.filter(({ kind }) => kind === 'slice' || kind === 'places');
  const axes = tensors.map((item) => kept.indexOf(item));
  const lead = items.slice(0, Math.max(0, placeOfTensors(items)));
  const rest = kept.flatMap((item, i) => (item.kind === 'slice' ? [i] : []));
  const before = rest.filter((i) => lead.includes(kept[i]!));
  const order = [...before, ...axes, ...rest.slice(before.length)];
  const index = tensors.map((item) => item.index).reduce((flat, next, k) => flat.mul(window[axes[k]!]!).add(next));
  const sizes = order.map((i) => window[i]!);
  return {
    order,
    merged: sizes.toSpliced(before.length, axes.length, sizeOf(axes.map((i) => window[i]!))),
    axis: before.length,
    index: reshape(expand(index, shape), [sizeOf(shape)]),
    shape,
  };
}

/** The result's shape without new axes, and with them. */
function resultShapes(window: Shape, items: readonly Item[], places: Places | null): { plain: Shape; shape: Shape } {
  const plain = places === null ? window : places.merged.toSpliced(places.axis, 1, ...places.shape);
  const shape = [...plain];
  const tensors = places === null ? 0 : places.shape.length;
  const first = places === null ? -1 : placeOfTensors(items);
  let axis = first < 0 ? tensors : 0;
  items.forEach(({ kind }, i) => {
    if (i === first) axis += tensors;
    if (kind === 'new') shape.splice(axis, 0, 1);
    if (kind === 'new' || kind === 'slice') axis++;
  });
  return { plain, shape: checkShape('at', shape) };
}

function at(t: Tensor, index: readonly Index[]): Tensor {
  const x = operand('at', t);
  const items = parse('at', x, index);
  const window = windowFor(x, items);
  const part = isWhole(x, window) ? reshape(x, window.shape) : windowed(x, window);
  const places = placesOf('at', window.shape, items);
  const { shape } = resultShapes(window.shape, items, places);
  if (places === null) return reshape(part, shape);
  return reshape(rowsOf(reshape(permute(part, places.order), places.merged), places.axis, places.index), shape);
}

/** The new values in x's dtype and the shape of what they replace. */
function valueFor(x: Tensor, given: Tensor | number, shape: Shape): Tensor {
  const value = operand('with', given, x.dtype);
  if (value.dtype !== x.dtype && typeof given !== 'number')
    throw new DTypeError('with', `dtypes differ: ${x.dtype} and ${value.dtype}`, { value: value.dtype });
  if (!sameShape(broadcast('with', value.shape, shape), shape))
    throw new ShapeError('with', `a value ${formatShape(value.shape)} doesn't fit the part ${formatShape(shape)}`, { value: value.shape });
  const fits = isFloat(x.dtype) || !isFloat(value.dtype);
  if (!fits) throw new ArgumentError('with', `${x.dtype} holds whole numbers, got ${describe(given)}`, { value: given });
  return expand(cast(value, x.dtype), shape);
}

/** x with values where a mask over its leading axes is true. */
function masked(x: Tensor, mask: Tensor, given: Tensor | number): Tensor {
  if (mask.shape.length > x.shape.length || mask.shape.some((n, i) => n !== x.shape[i]))
    throw new ShapeError('with', `a mask ${formatShape(mask.shape)} doesn't cover the first axes of ${formatShape(x.shape)}`, {
      value: mask.shape,
    });
  const own = reshape(mask, [...mask.shape, ...x.shape.slice(mask.shape.length).map(() => 1)]);
  return cast(own.where(valueFor(x, given, x.shape), x), x.dtype);
}

function replaced(t: Tensor, index: readonly Index[], given: Tensor | number): Tensor {
  const x = operand('with', t);
  if (!Array.isArray(index)) throw new ArgumentError('with', `expects a list of indices, got ${describe(index)}`, { value: index });
  const [only] = index;
  if (index.length === 1 && only instanceof Tensor && only.dtype === 'bool') return masked(x, operand('with', only), given);
  const items = parse('with', x, index);
  const window = windowFor(x, items);
  const places = placesOf('with', window.shape, items);
  const { plain, shape } = resultShapes(window.shape, items, places);
  let value = reshape(valueFor(x, given, shape), plain);
  const whole = isWhole(x, window);
  if (places !== null) {
    const { order, merged, axis, index: at } = places;
    const part = permute(whole ? reshape(x, window.shape) : windowed(x, window), order);
    const rows = reshape(value, merged.with(axis, at.size));
    const column = merged.map((_, i) => (i === axis ? at.size : 1));
    const set = reshape(part, merged).scatter(axis, expand(reshape(at, column), rows.shape), rows);
    const back = order.map((_, i) => order.indexOf(i));
    value = permute(reshape(set, part.shape), back);
  }
  return whole ? reshape(value, x.shape) : placed(x, x.shape, window, value);
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * Indexing as in NumPy: `x.at(0, '1:5', null, '...', index)`. Positions drop their axis, slices keep it, null adds one, and index tensors
     * or nested arrays (which broadcast together) put theirs in its place; axes that aren't named stay. Slices take steps, also negative
     * ones; where a slice begins doesn't compile another Program. The result is a copy, and gradients pass through it.
     *
     * @throws {IndexError} a position out of range, or more indices than axes; of an index tensor as a rejection.
     * @throws {DTypeError} a bool tensor: `await x.maskedSelect(mask)`. @throws {ArgumentError} what is no index.
     * @example
     * const x = tensor([[1, 2, 3], [4, 5, 6]]);
     * await x.at(-1, '::-1').data(); // → 6, 5, 4
     * await x.at('...', [0, 2]).data(); // → 1, 3, 4, 6
     */
    at(...index: Index[]): Tensor;
    /**
     * x with the part that an index names replaced, as `x[index] = value` does in NumPy; x itself stays as it is. A value broadcasts to the
     * part; where index tensors name a place twice the later value stays. A bool tensor over x's first axes replaces where it is true.
     *
     * @param index As `at` takes it, in an array. @param value A number, or a tensor of x's dtype.
     * @throws {ShapeError} when the value doesn't fit. @throws {IndexError} {DTypeError} {ArgumentError} as `at`.
     * @example
     * await tensor([1, 2, 3]).with(['1:'], 0).data(); // → 1, 0, 0
     */
    with(index: readonly Index[], value: Tensor | number): Tensor;
  }
}

Tensor.prototype.at = function (...index) {
  return at(this, index);
};
Tensor.prototype.with = function (index, value) {
  return replaced(this, index, value);
};
