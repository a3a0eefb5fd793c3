// Values picked and placed one by one along an axis: gather, takeAlongAxis, scatter, scatterAdd.
import { cast, expand } from '../core/basic.js';
import { bytesPerElement, isFloat } from '../core/dtype.js';
import { DTypeError, ShapeError } from '../core/errors.js';
import { newOp, type Op } from '../core/op.js';
import { clock, operand, record } from '../core/record.js';
import { broadcast, checkAxis, formatShape, type Shape, sameShape, sizeOf, stridesOf } from '../core/shape.js';
import { numberTensor, Tensor } from '../core/tensor.js';
import { range } from './parts.js';
import { placed } from './window.js';

/** An index operand as i32. */
export function indices(op: string, index: Tensor): Tensor {
  const t = operand(op, index);
  if (isFloat(t.dtype) || t.dtype === 'bool') throw new DTypeError(op, `indices must be i32 or u8, got ${t.dtype}`, { value: t.dtype });
  return cast(t, 'i32');
}

/** Sizes before, of and after an axis, and of the same axis of the index. */
const sizes = (shape: Shape, axis: number, index: Shape): number[] => [
  sizeOf(shape.slice(0, axis)),
  shape[axis]!,
  sizeOf(shape.slice(axis + 1)),
  index[axis]!,
];

const gatherOp: Op = newOp(
  'gather',
  {
    kind: 'command',
    opcode: 'gather',
    fails: true,
    args: ({ inputs: [x, index], attrs: [axis], dtype }, io) => [
      bytesPerElement[dtype],
      ...sizes(x!.shape, axis!, index!.shape),
      io.input(0),
      io.input(1),
      io.output(),
    ],
  },
  ({ inputs: [x, index], attrs: [axis], dy }) => [scattered('scatterAdd', null, x!.shape, axis!, index!, dy), null],
);

/** What `scatter` commands do with a value: take its place, or add it. */
const SET = 0;
const ADD_FLOAT = 1;
const ADD_INT = 2;

const scatterOp = (name: 'scatter' | 'scatterAdd'): Op =>
  newOp(
    name,
    {
      kind: 'command',
      opcode: 'scatter',
      fails: true,
      args: ({ inputs, attrs: [axis], shape, dtype }, io) => [
        name === 'scatter' ? SET : isFloat(dtype) ? ADD_FLOAT : ADD_INT,
        bytesPerElement[dtype],
        ...sizes(shape, axis!, inputs[0]!.shape),
        io.input(0),
        io.input(1),
        inputs.length > 2 ? io.input(2) : -1,
        io.output(),
      ],
    },
    ({ inputs: [index, , base], attrs: [axis], dy }) => {
      const own = record(gatherOp, [dy, index!], index!.shape, dy.dtype, [axis!]);
      if (!base) return [null, own];
      return [null, own, name === 'scatterAdd' ? dy : scattered('scatter', dy, dy.shape, axis!, index!, expand(zero(dy), index!.shape))];
    },
  );

const zero = (like: Tensor): Tensor => numberTensor(0, like.dtype, clock.now);
const scatters = { scatter: scatterOp('scatter'), scatterAdd: scatterOp('scatterAdd') };

/** `base`, or zeros of `shape`, with `src` at the places that `index` names. 16-bit floats are added up in f32. */
function scattered(op: keyof typeof scatters, base: Tensor | null, shape: Shape, axis: number, index: Tensor, src: Tensor): Tensor {
  const dtype = op === 'scatterAdd' ? (isFloat(src.dtype) ? 'f32' : 'i32') : src.dtype;
  const inputs = [index, cast(src, dtype), ...(base ? [cast(base, dtype)] : [])];
  return cast(record(scatters[op], inputs, shape, dtype, [axis, ...shape]), src.dtype);
}

/** Checks that the index has x's rank and, but for the axis, at most its sizes; gives the part of x that it reaches. */
function reach(op: string, x: Tensor, axis: number, index: Tensor): Tensor {
  const fits = index.shape.length === x.shape.length && index.shape.every((n, i) => i === axis || n <= x.shape[i]!);
  if (!fits)
    throw new ShapeError(op, `an index ${formatShape(index.shape)} doesn't fit ${formatShape(x.shape)} beside axis ${axis}`, {
      value: index.shape,
    });
  return index.shape.reduce((part, n, i) => (i === axis ? part : range(part, i, 0, n)), x);
}

function gather(op: string, t: Tensor, axis: number, at: Tensor): Tensor {
  const x = operand(op, t);
  const index = indices(op, at);
  const k = checkAxis(op, axis, x.shape.length);
  return record(gatherOp, [reach(op, x, k, index), index], index.shape, x.dtype, [k]);
}

function takeAlongAxis(t: Tensor, at: Tensor, axis: number): Tensor {
  const x = operand('takeAlongAxis', t);
  const index = indices('takeAlongAxis', at);
  const k = checkAxis('takeAlongAxis', axis, x.shape.length);
  if (index.shape.length !== x.shape.length)
    throw new ShapeError('takeAlongAxis', `an index ${formatShape(index.shape)} needs the axes of ${formatShape(x.shape)}`, {
      value: index.shape,
    });
  const shape = broadcast('takeAlongAxis', x.shape.with(k, 1), index.shape.with(k, 1));
  return gather('takeAlongAxis', expand(x, shape.with(k, x.shape[k]!)), k, expand(index, shape.with(k, index.shape[k]!)));
}

function scatter(op: keyof typeof scatters, t: Tensor, axis: number, at: Tensor, values: Tensor | number): Tensor {
  const x = operand(op, t);
  const index = indices(op, at);
  const k = checkAxis(op, axis, x.shape.length);
  const part = reach(op, x, k, index);
  const value = operand(op, values, x.dtype);
  if (typeof values !== 'number' && value.dtype !== x.dtype)
    throw new DTypeError(op, `dtypes differ: ${x.dtype} and ${value.dtype}`, { value: value.dtype });
  if (typeof values !== 'number' && !sameShape(value.shape, index.shape))
    throw new ShapeError(op, `expects a value for each index ${formatShape(index.shape)}, got ${formatShape(value.shape)}`, {
      value: value.shape,
    });
  const src = typeof values === 'number' ? expand(cast(value, x.dtype), index.shape) : value;
  const result = scattered(op, part, part.shape, k, index, src);
  return part === x ? result : placed(x, x.shape, { shape: part.shape, strides: stridesOf(x.shape), offset: 0 }, result);
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * The values at positions of an axis: out[i, j] = x[i, index[i, j]] for the last of two axes, as `torch.gather`.
     * @param index i32 or u8, of x's rank and beside `axis` of its sizes or less; gives the result's shape. Out of range is an IndexError, as a rejection.
     * @throws {ShapeError} {DTypeError} for an index that doesn't fit.
     * @example
     * await tensor([[1, 2], [3, 4]]).gather(1, tensor([[1], [0]], { dtype: 'i32' })).data(); // → 2, 3
     */
    gather(axis: number, index: Tensor): Tensor;
    /**
     * `gather` whose other axes broadcast, as `numpy.take_along_axis`: for what argmax, argsort and topK give.
     * @throws {ShapeError} {DTypeError} for an index that doesn't fit; one out of range is an {IndexError}, as a rejection.
     * @example
     * await tensor([[1, 2], [3, 4]]).takeAlongAxis(tensor([[1]], { dtype: 'i32' }), 1).data(); // → 2, 4
     */
    takeAlongAxis(index: Tensor, axis: number): Tensor;
    /**
     * x with values at the positions that `index` names along an axis, the inverse of `gather`; where one is named twice the later value stays,
     * but each gets its gradient, as PyTorch has it.
     * @param src A number, or as many values as indices.
     * @throws {ShapeError} {DTypeError} for an index or values that don't fit; an index out of range is an {IndexError}, as a rejection.
     * @example
     * await tensor([1, 2, 3]).scatter(0, tensor([2], { dtype: 'i32' }), 9).data(); // → 1, 2, 9
     */
    scatter(axis: number, index: Tensor, src: Tensor | number): Tensor;
    /**
     * x with values added at the positions that `index` names along an axis, in the order of the index, as `torch.scatter_add`.
     * @param src A number, or as many values as indices.
     * @throws {ShapeError} {DTypeError} for an index or values that don't fit; an index out of range is an {IndexError}, as a rejection.
     * @example
     * await tensor([1, 2]).scatterAdd(0, tensor([1, 1], { dtype: 'i32' }), tensor([5, 6])).data(); // → 1, 13
     */
    scatterAdd(axis: number, index: Tensor, src: Tensor | number): Tensor;
  }
}

Tensor.prototype.gather = function (axis, index) {
  return gather('gather', this, axis, index);
};
Tensor.prototype.takeAlongAxis = function (index, axis) {
  return takeAlongAxis(this, index, axis);
};
Tensor.prototype.scatter = function (axis, index, src) {
  return scatter('scatter', this, axis, index, src);
};
Tensor.prototype.scatterAdd = function (axis, index, src) {
  return scatter('scatterAdd', this, axis, index, src);
};
