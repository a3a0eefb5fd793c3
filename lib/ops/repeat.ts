// Larger tensors from smaller ones: stack, tile, repeat, repeatInterleave, pad; and roll, which only turns what is there.
import { cast, expand, reshape } from '../core/basic.js';
import { arange } from '../core/create.js';
import { ArgumentError, ShapeError } from '../core/errors.js';
import { clock, operand } from '../core/record.js';
import { checkAxis, checkShape, describe, formatShape, type Shape, sizeOf, stridesOf } from '../core/shape.js';
import { numberTensor, Tensor } from '../core/tensor.js';
import { concat } from './concat.js';
import { range } from './parts.js';
import { placed } from './window.js';

/**
 * Joins tensors of one shape along a new axis (default 0).
 * @throws {ArgumentError} no tensors. @throws {ShapeError} {DTypeError} when they differ.
 * @example stack([tensor([1, 2]), tensor([3, 4])]).shape; // → 2, 2
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  if (!Array.isArray(tensors) || tensors.length === 0) throw new ArgumentError('stack', 'expects at least one tensor', { value: tensors });
  const nodes = tensors.map((t) => operand('stack', t));
  const { shape } = nodes[0]!;
  const other = nodes.find((x) => x.shape.length !== shape.length || x.shape.some((n, i) => n !== shape[i]));
  if (other)
    throw new ShapeError('stack', `expects equal shapes, got ${formatShape(shape)} and ${formatShape(other.shape)}`, {
      value: other.shape,
    });
  const place = checkAxis('stack', axis, shape.length + 1);
  return concat(
    nodes.map((x) => x.unsqueeze(place)),
    place,
  );
}

/** x with axis k taken as `blocks` blocks of `size` entries, each of them `times` times. */
function repeated(x: Tensor, k: number, blocks: number, size: number, times: number): Tensor {
  const outer = sizeOf(x.shape.slice(0, k)) * blocks;
  const inner = size * sizeOf(x.shape.slice(k + 1));
  const spread = expand(reshape(x, [outer, 1, inner]), checkShape('tile', [outer, times, inner]));
  return reshape(spread, x.shape.with(k, x.shape[k]! * times));
}

function checkRepeats(op: string, repeats: unknown): Shape {
  if (!Array.isArray(repeats)) throw new ShapeError(op, `expects an array of counts, got ${describe(repeats)}`, { value: repeats });
  return checkShape(op, repeats);
}

function tile(x: Tensor, repeats: Shape): Tensor {
  const rank = Math.max(x.shape.length, repeats.length);
  let result = reshape(x, [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape]);
  // The last axis first: so the largest copy is the last one.
  for (let k = rank - 1; k >= 0; k--) {
    const times = repeats[k - (rank - repeats.length)] ?? 1;
    if (times !== 1) result = repeated(result, k, 1, result.shape[k]!, times);
  }
  return result;
}

function repeatInterleave(t: Tensor, times: number, axis?: number): Tensor {
  const x = operand('repeatInterleave', t);
  if (!Number.isInteger(times) || times < 0)
    throw new ArgumentError('repeatInterleave', `expects a count of at least 0, got ${describe(times)}`, { value: times });
  if (axis === undefined) return repeated(reshape(x, [x.size]), 0, x.size, 1, times);
  const k = checkAxis('repeatInterleave', axis, x.shape.length);
  return repeated(x, k, x.shape[k]!, 1, times);
}

function roll(t: Tensor, shift: number | readonly number[], axis?: number | readonly number[]): Tensor {
  const x = operand('roll', t);
  const shifts = (Array.isArray(shift) ? shift : [shift]) as number[];
  if (!shifts.every(Number.isSafeInteger))
    throw new ArgumentError('roll', `expects whole shifts, got ${describe(shift)}`, { value: shift });
  if (axis === undefined) {
    if (shifts.length !== 1) throw new ArgumentError('roll', 'several shifts need as many axes', { value: shift });
    return reshape(rolled(reshape(x, [x.size]), 0, shifts[0]!), x.shape);
  }
  const axes = ((Array.isArray(axis) ? axis : [axis]) as number[]).map((k) => checkAxis('roll', k, x.shape.length));
  if (axes.length !== shifts.length)
    throw new ArgumentError('roll', `expects as many shifts as axes, got ${shifts.length} and ${axes.length}`, { value: [shift, axis] });
  return axes.reduce((y, k, i) => rolled(y, k, shifts[i]!), x);
}

function rolled(x: Tensor, k: number, shift: number): Tensor {
  const size = x.shape[k]!;
  const by = size === 0 ? 0 : ((shift % size) + size) % size;
  return by === 0 ? x : concat([range(x, k, size - by, by), range(x, k, 0, size - by)], k);
}

/** How `pad` fills: with a value, with the mirror image (edge not repeated), with the edge, or with the other end. */
export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

const MODES: readonly PadMode[] = ['constant', 'reflect', 'replicate', 'circular'];

function pad(t: Tensor, widths: readonly number[], mode: PadMode, value: number): Tensor {
  const x = operand('pad', t);
  const rank = x.shape.length;
  if (!Array.isArray(widths) || widths.length % 2 || widths.length > 2 * rank || !widths.every((n) => Number.isInteger(n) && n >= 0))
    throw new ArgumentError('pad', `expects up to ${rank} pairs of whole widths, the last axis first, got ${describe(widths)}`, {
      value: widths,
    });
  if (!MODES.includes(mode))
    throw new ArgumentError('pad', `mode must be one of ${MODES.join(', ')}, got ${describe(mode)}`, { value: mode });
  const before = x.shape.map((_, k) => widths[2 * (rank - 1 - k)] ?? 0);
  const after = x.shape.map((_, k) => widths[2 * (rank - 1 - k) + 1] ?? 0);
  if (mode !== 'constant') return x.shape.reduce((y: Tensor, _, k) => padded(y, k, before[k]!, after[k]!, mode), x);
  if (typeof value !== 'number') throw new ArgumentError('pad', `expects a number to pad with, got ${describe(value)}`, { value });
  const shape = checkShape(
    'pad',
    x.shape.map((n, k) => n + before[k]! + after[k]!),
  );
  if (widths.every((n) => n === 0)) return x;
  const strides = stridesOf(shape);
  const offset = strides.reduce((sum, s, k) => sum + s * before[k]!, 0);
  return placed(numberTensor(value, x.dtype, clock.now), shape, { shape: x.shape, strides, offset }, x);
}

/** Pads one axis with entries of its own. */
function padded(x: Tensor, k: number, before: number, after: number, mode: Exclude<PadMode, 'constant'>): Tensor {
  if (before === 0 && after === 0) return x;
  const n = x.shape[k]!;
  const most = mode === 'reflect' ? n - 1 : mode === 'circular' ? n : n && Infinity;
  if (Math.max(before, after) > most)
    throw new ShapeError('pad', `${mode} of axis ${k} of ${formatShape(x.shape)} gives at most ${most}, got ${before} and ${after}`, {
      value: [before, after],
    });
  const last = n - 1;
  const i = arange(before + n + after).sub(before);
  const places = {
    replicate: () => i.maximum(0).minimum(last),
    reflect: () => i.abs().sub(last).abs().neg().add(last),
    circular: () => i.add(cast(i.lt(0), 'i32').mul(n)).sub(cast(i.ge(n), 'i32').mul(n)),
  };
  return x.indexSelect(k, places[mode]());
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * The tensor repeated along each axis, as NumPy and PyTorch have it; missing counts and axes are 1.
     * @throws {ShapeError} for counts that are no sizes.
     * @example
     * await tensor([1, 2]).tile([2]).data(); // → 1, 2, 1, 2
     */
    tile(repeats: readonly number[]): Tensor;
    /**
     * As `tile`, but with a count for each axis, as PyTorch has it; NumPy's is `repeatInterleave`.
     * @throws {ShapeError} for fewer counts than axes.
     * @example
     * tensor([1, 2]).repeat([3, 2]).shape; // → 3, 4
     */
    repeat(repeats: readonly number[]): Tensor;
    /**
     * Each entry of an axis repeated `times` times; of the flattened tensor without an axis.
     * @throws {ArgumentError} a count that is no whole number from 0.
     * @example
     * await tensor([1, 2]).repeatInterleave(2).data(); // → 1, 1, 2, 2
     */
    repeatInterleave(times: number, axis?: number): Tensor;
    /**
     * Turns entries along axes; what leaves at the end comes in at the start. Without an axis that of the flattened tensor. The shape stays.
     * @throws {ArgumentError} shifts that aren't whole, or not as many as axes.
     * @example
     * await tensor([1, 2, 3]).roll(1).data(); // → 3, 1, 2
     */
    roll(shift: number | readonly number[], axis?: number | readonly number[]): Tensor;
    /**
     * Adds entries around the tensor. `widths` are pairs (before, after), the last axis first, as in `torch.nn.functional.pad`.
     * @param options `mode` (default `constant`), `value` (default 0).
     * @throws {ArgumentError} negative or too many widths. @throws {ShapeError} when the mode needs more entries than the axis has.
     * @example
     * await tensor([1, 2, 3]).pad([1, 2]).data(); // → 0, 1, 2, 3, 0, 0
     * await tensor([1, 2, 3]).pad([1, 2], { mode: 'reflect' }).data(); // → 2, 1, 2, 3, 2, 1
     */
    pad(widths: readonly number[], options?: { mode?: PadMode; value?: number }): Tensor;
  }
}

Tensor.prototype.tile = function (repeats) {
  return tile(operand('tile', this), checkRepeats('tile', repeats));
};
Tensor.prototype.repeat = function (repeats) {
  const x = operand('repeat', this);
  const counts = checkRepeats('repeat', repeats);
  if (counts.length < x.shape.length)
    throw new ShapeError('repeat', `expects a count for each axis of ${formatShape(x.shape)}, got ${describe(repeats)}`, {
      value: repeats,
    });
  return tile(x, counts);
};
Tensor.prototype.repeatInterleave = function (times, axis) {
  return repeatInterleave(this, times, axis);
};
Tensor.prototype.roll = function (shift, axis) {
  return roll(this, shift, axis);
};
Tensor.prototype.pad = function (widths, { mode = 'constant', value = 0 } = {}) {
  return pad(this, widths, mode, value);
};
