// Ordering along an axis: sort, argsort, topK, and what is picked from a sorted axis (kthValue, median). One order for all: -0 before 0,
// NaN after every number; equal values keep their order, so every sort is stable. Descending is the opposite order, NaN first.
import { cast, permute } from '../core/basic.js';
import { zeros } from '../core/create.js';
import { type DType, isFloat } from '../core/dtype.js';
import { ArgumentError, ShapeError } from '../core/errors.js';
import { newOp, type Op } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { checkAxis, describe, formatShape, type Shape, sizeOf } from '../core/shape.js';
import { Tensor } from '../core/tensor.js';
import { where } from './compare.js';

/** Values in order, and where along the axis each of them was, as i32. */
export interface Ordered {
  /** In the tensor's own dtype. */
  readonly values: Tensor;
  /** Positions along the axis, i32, of the same shape. */
  readonly indices: Tensor;
}

const rows = (shape: Shape): [rows: number, n: number] => [sizeOf(shape.slice(0, -1)), shape[shape.length - 1]!];

const kindOf = (x: Tensor): number => (isFloat(x.dtype) ? 0 : 1);

/** A command over the last axis whose second output, left out where nobody wants it, are positions; a gradient goes back to where a value was. */
function ordering(name: string, opcode: string): { op: Op; positions: (y: Tensor) => Tensor } {
  const op: Op = newOp(
    name,
    {
      kind: 'command',
      opcode,
      spares: true,
      extra: ({ shape }) => [{ shape, dtype: 'i32' }],
      args: ({ inputs: [x], attrs: [descending], shape }, io) => [
        kindOf(x!),
        descending!,
        ...rows(x!.shape),
        ...(opcode === 'top_k' ? [shape[shape.length - 1]!] : []),
        io.input(0),
        io.output(0),
        io.output(1),
      ],
    },
    ({ inputs: [x], y, dy }) => [zeros(x!.shape).scatter(-1, positions(y), dy)],
  );
  const pick = newOp(`${name}Indices`, { kind: 'pick', of: op }, null);
  const positions = (y: Tensor): Tensor => record(pick, [y, ...y.inputs], y.shape, 'i32', [1, ...y.attrs]);
  return { op, positions };
}

const sorts = ordering('sort', 'sort');
const tops = ordering('topK', 'top_k');

/** What commands order: f32 or i32, with the axis at the end. */
function turned(op: string, t: Tensor, axis: number): { x: Tensor; back: (y: Tensor) => Tensor; dtype: DType } {
  const rank = t.shape.length;
  const k = checkAxis(op, axis, rank);
  const x = cast(t, isFloat(t.dtype) ? 'f32' : 'i32');
  if (k === rank - 1) return { x, back: (y) => y, dtype: t.dtype };
  const order = t.shape.map((_, i) => (i === k ? rank - 1 : i === rank - 1 ? k : i));
  return { x: permute(x, order), back: (y) => permute(y, order), dtype: t.dtype };
}

function flag(op: string, name: string, value: unknown): number {
  if (typeof value !== 'boolean') throw new ArgumentError(op, `${name} must be true or false, got ${describe(value)}`, { value });
  return Number(value);
}

function ordered(
  { op, positions }: typeof sorts,
  name: string,
  a: Tensor,
  axis: number,
  shape: (x: Shape) => Shape,
  attr: number,
): Ordered {
  const t = operand(name, a);
  if (t.shape.length === 0) return { values: t, indices: zeros([], { dtype: 'i32' }) };
  const { x, back, dtype } = turned(name, t, axis);
  const y = record(op, [x], shape(x.shape), x.dtype, [attr]);
  return { values: cast(back(y), dtype), indices: back(positions(y)) };
}

const sort = (name: string, a: Tensor, axis = -1, descending: unknown = false): Ordered =>
  ordered(sorts, name, a, axis, (shape) => shape, flag(name, 'descending', descending));

/** Beyond so many, or where most are wanted, all are sorted. */
const FEW = 1 << 16;

function topK(a: Tensor, k: number, { axis = -1, largest = true }: { axis?: number; largest?: boolean }): Ordered {
  const t = operand('topK', a);
  const at = t.shape.length === 0 ? 0 : checkAxis('topK', axis, t.shape.length);
  const n = t.shape[at] ?? 1;
  const down = flag('topK', 'largest', largest);
  if (!Number.isInteger(k) || k < 0 || k > n)
    throw new ArgumentError(
      'topK',
      `k must be a whole number from 0 to ${n}, the size of axis ${at} of ${formatShape(t.shape)}, got ${describe(k)}`,
      { value: k },
    );
  if (t.shape.length > 0 && k > 0 && k <= FEW && k <= n / 4) return ordered(tops, 'topK', t, at, (shape) => shape.with(-1, k), down);
  const { values, indices } = sort('topK', t, at, largest);
  if (t.shape.length === 0) return { values: values.reshape([1]).narrow(0, 0, k), indices: indices.reshape([1]).narrow(0, 0, k) };
  return { values: values.narrow(at, 0, k), indices: indices.narrow(at, 0, k) };
}

/** One place of the sorted axis. */
function placed(op: string, a: Tensor, axis: number, keepDim: unknown, place: (n: number) => number): Ordered {
  const t = operand(op, a);
  const at = checkAxis(op, axis, t.shape.length);
  const kept = flag(op, 'keepDim', keepDim);
  if (t.shape[at] === 0) throw new ShapeError(op, `no ${op} over an empty axis of ${formatShape(t.shape)}`, { value: t.shape });
  const { values, indices } = sort(op, t, at);
  const one = (x: Tensor): Tensor => {
    const part = x.narrow(at, place(t.shape[at]!), 1);
    return kept ? part : part.reshape(t.shape.toSpliced(at, 1));
  };
  return { values: one(values), indices: one(indices) };
}

function kthValue(a: Tensor, k: number, { axis = -1, keepDim = false }: { axis?: number; keepDim?: boolean }): Ordered {
  return placed('kthValue', a, axis, keepDim, (n) => {
    if (!Number.isInteger(k) || k < 1 || k > n)
      throw new ArgumentError('kthValue', `k must be a whole number from 1 to ${n}, got ${describe(k)}`, { value: k });
    return k - 1;
  });
}

/** NaN stands last: where there is one, it is the median. */
function median(a: Tensor, { axis, keepDim = false }: { axis?: number; keepDim?: boolean }): Tensor {
  const t = operand('median', a);
  const x = axis === undefined ? t.reshape([t.size]) : t;
  const middle = placed('median', x, axis ?? 0, keepDim, (n) => (n - 1) >> 1).values;
  if (!isFloat(t.dtype)) return middle;
  const last = placed('median', x, axis ?? 0, keepDim, (n) => n - 1).values;
  const result = where(last.ne(last), last, middle);
  return axis === undefined && keepDim ? result.reshape(t.shape.map(() => 1)) : result;
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * The values in ascending order along an axis (the last one unless told), and where each was (i32). Equal values keep their order; -0 stands before 0, NaN after
     * all (first where `descending`). What isn't read isn't computed: values alone take two thirds of the time.
     * @param options `descending`: false unless told.
     * @throws {IndexError} an axis out of range.
     * @example
     * const { values, indices } = tensor([3, 1, 2]).sort();
     * await values.data(); // → 1, 2, 3
     * await indices.data(); // → 1, 2, 0
     */
    sort(axis?: number, options?: { descending?: boolean }): Ordered;
    /**
     * The positions (i32, of the same shape) that sort an axis, the last one unless told: the `indices` of `sort`.
     * @param options `descending`: false unless told.
     * @throws {IndexError} an axis out of range.
     * @example
     * await tensor([3, 1, 2]).argsort().data(); // → 1, 2, 0
     */
    argsort(axis?: number, options?: { descending?: boolean }): Tensor;
    /**
     * The k largest values along an axis (the last one unless told), or the smallest where `largest` is false, in order, and where each was
     * (i32); of equal ones the first. The axis gets size k.
     * NaN counts as larger than every number.
     * @throws {ArgumentError} where k isn't a whole number from 0 to the size of the axis.
     * @example
     * await tensor([3, 1, 2]).topK(2).values.data(); // → 3, 2
     */
    topK(k: number, options?: { axis?: number; largest?: boolean }): Ordered;
    /**
     * The k-th smallest value along an axis, the last one unless told, and where it was; k counts from 1.
     * @param options `axis`, which is dropped unless `keepDim` is true.
     * @throws {ArgumentError} where k isn't from 1 to the size of the axis. @throws {ShapeError} over an empty axis.
     * @example
     * await tensor([3, 1, 2]).kthValue(2).values.item(); // → 2
     */
    kthValue(k: number, options?: { axis?: number; keepDim?: boolean }): Ordered;
    /**
     * The median of all values or along an axis, of an even number the lower of the two in the middle; NaN where there is one.
     * @param options `axis`; `keepDim`: whether it stays with size 1, false unless told.
     * @throws {ShapeError} over an empty axis. @throws {IndexError} an axis out of range.
     * @example
     * await tensor([3, 1, 2]).median().item(); // → 2
     */
    median(options?: { axis?: number; keepDim?: boolean }): Tensor;
  }
}

Tensor.prototype.sort = function (axis, { descending } = {}) {
  return sort('sort', this, axis, descending);
};
Tensor.prototype.argsort = function (axis, { descending } = {}) {
  return sort('argsort', this, axis, descending).indices;
};
Tensor.prototype.topK = function (k, options = {}) {
  return topK(this, k, options);
};
Tensor.prototype.kthValue = function (k, options = {}) {
  return kthValue(this, k, options);
};
Tensor.prototype.median = function (options = {}) {
  return median(this, options);
};
