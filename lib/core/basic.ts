// The few ops that the core's own walker needs: add, mul, sum, cast, reshape, expand, transpose. lib/ops builds on them.
import { checkDType, type DType, dtypeCode, isFloat, promote } from './dtype.js';
import { ShapeError } from './errors.js';
import { newOp, type Op } from './op.js';
import { operand, record } from './record.js';
import {
  type Axes,
  broadcast,
  checkAxes,
  checkAxesOptions,
  checkShape,
  describe,
  formatShape,
  SCALAR,
  type Shape,
  sameShape,
  sizeOf,
} from './shape.js';
import type { Tensor } from './tensor.js';

/** What a binary op does with the dtypes of its operands. */
export type Result = 'same' | 'float' | 'bool';

/** Records an element op of two operands under broadcasting and promotion. */
export function binary(op: Op, a: Tensor | number, b: Tensor | number, result: Result = 'same'): Tensor {
  const x = typeof a === 'number' ? operand(op.name, a, (b as Tensor).dtype) : operand(op.name, a);
  const y = typeof b === 'number' ? operand(op.name, b, x.dtype) : operand(op.name, b);
  return record(op, [x, y], broadcast(op.name, x.shape, y.shape), binaryDType(x.dtype, y.dtype, result));
}

export function binaryDType(a: DType, b: DType, result: Result): DType {
  if (result === 'bool') return 'bool';
  const dtype = promote(a, b);
  if (result === 'float') return isFloat(dtype) ? dtype : 'f32';
  return dtype === 'bool' ? 'i32' : dtype;
}

/** Records an element op of one operand; integers become f32 unless the op has an integer form. */
export function unary(op: Op, a: Tensor): Tensor {
  const x = operand(op.name, a);
  const { lowering } = op;
  const keeps = isFloat(x.dtype) || (lowering.kind === 'element' && lowering.int !== null);
  return record(op, [x], x.shape, keeps ? (x.dtype === 'bool' ? 'i32' : x.dtype) : 'f32');
}

export const addOp: Op = newOp('add', { kind: 'element', float: 'add', int: 'add_i' }, ({ dy }) => [dy, dy]);
export const mulOp: Op = newOp('mul', { kind: 'element', float: 'mul', int: 'mul_i' }, ({ inputs, dy }) => [
  mul(dy, inputs[1]!),
  mul(dy, inputs[0]!),
]);

export const add = (a: Tensor, b: Tensor | number): Tensor => binary(addOp, a, b);

/** The walker's first gradient, a number 1, and what `spread` makes of it: `mul` drops them. */
export const ones = new WeakSet<Tensor>();

export function mul(a: Tensor, b: Tensor | number): Tensor {
  if (ones.has(a)) {
    const x = operand('mul', b);
    return expand(x, broadcast('mul', a.shape, x.shape));
  }
  return binary(mulOp, a, b);
}

const castOp = newOp('to', { kind: 'cast' }, ({ inputs, dy }) => [cast(dy, inputs[0]!.dtype)]);

export function cast(a: Tensor, dtype: DType): Tensor {
  const x = operand('to', a);
  return x.dtype === checkDType('to', dtype) ? x : record(castOp, [x], x.shape, dtype, [dtypeCode[dtype]]);
}

const reshapeOp = newOp('reshape', { kind: 'alias' }, ({ inputs, dy }) => [reshape(dy, inputs[0]!.shape)]);

export function reshape(a: Tensor, shape: Shape): Tensor {
  const x = operand('reshape', a);
  const target = resolveShape(x, shape);
  return sameShape(target, x.shape) ? x : record(reshapeOp, [x], target, x.dtype, target);
}

function resolveShape(x: Tensor, shape: unknown): Shape {
  const bad = (why: string): never => {
    throw new ShapeError('reshape', `${formatShape(x.shape)} doesn't fit ${describe(shape)}: ${why}`, { value: shape });
  };
  if (!Array.isArray(shape) || shape.length > 8) return bad('expected an array of at most 8 sizes');
  const out = Array.from(shape as unknown[]) as number[];
  const free = out.indexOf(-1);
  let known = 1;
  for (let i = 0; i < out.length; i++) {
    if (i === free) continue;
    if (!Number.isInteger(out[i]) || out[i]! < 0) bad(out[i] === -1 ? 'only one size may be -1' : `${describe(out[i])} is no size`);
    known *= out[i]!;
  }
  const size = sizeOf(x.shape);
  if (free >= 0) {
    if (known === 0 || size % known) bad(`${size} elements can't be split into ${known}`);
    out[free] = size / known;
  } else if (known !== size) bad(`${size} elements against ${known}`);
  return out;
}

const expandOp = newOp(
  'expand',
  {
    kind: 'view',
    strides: ({ inputs: [x], shape }, strides) =>
      shape.map((n, i) => {
        const axis = i - (shape.length - x!.shape.length);
        return axis < 0 || (x!.shape[axis] === 1 && n !== 1) ? 0 : strides[axis]!;
      }),
  },
  ({ dy }) => [dy],
);

/** Broadcasts to `shape`; the gradient's sum is the walker's doing. */
export function expand(a: Tensor, shape: Shape): Tensor {
  const x = operand('expand', a);
  if (sameShape(x.shape, shape)) return x;
  const sizes = checkShape('expand', shape);
  if (!sameShape(broadcast('expand', x.shape, sizes), sizes))
    throw new ShapeError('expand', `${formatShape(x.shape)} doesn't broadcast to ${formatShape(sizes)}`, { value: shape });
  return record(expandOp, [x], sizes, x.dtype, sizes);
}

export const transposeOp = newOp(
  'transpose',
  { kind: 'view', strides: ({ attrs }, strides) => attrs.map((axis) => strides[axis]!) },
  ({ attrs, dy }) => {
    const inverse = new Array<number>(attrs.length);
    attrs.forEach((axis, i) => (inverse[axis] = i));
    return [permute(dy, inverse)];
  },
);

/** Reorders the axes: axis i of the result is axis `order[i]` of a. */
export function permute(a: Tensor, order: readonly number[]): Tensor {
  const x = operand('transpose', a);
  let moves = false;
  const shape = new Array<number>(order.length);
  for (let i = 0; i < order.length; i++) {
    moves ||= order[i] !== i;
    shape[i] = x.shape[order[i]!]!;
  }
  return moves ? record(transposeOp, [x], shape, x.dtype, order) : x;
}

/** The kinds of the `reduce` command, for f32 and for integers. */
const REDUCE = {
  sum: [0, 8],
  mean: [1, -1],
  max: [2, 9],
  min: [3, 10],
  argmax: [4, 11],
  argmin: [5, 12],
  prod: [6, 13],
  deviations: [7, -1],
} as const;

/** Reduces the adjacent axes first … first+count-1: the node that a `reduce` command computes. */
export function reduceNode(op: Op, x: Tensor, first: number, count: number, dtype: DType): Tensor {
  const shape = count === x.shape.length ? SCALAR : [...x.shape.slice(0, first), ...x.shape.slice(first + count)];
  return record(op, [x], shape, dtype, [first, count]);
}

export function reduceLowering(kind: keyof typeof REDUCE): Op['lowering'] {
  return {
    kind: 'command',
    opcode: 'reduce',
    prologue: true,
    args: ({ inputs: [x], attrs: [first, count] }, io) => {
      const { shape } = x!;
      const code = REDUCE[kind][isFloat(x!.dtype) ? 0 : 1];
      return [
        code,
        sizeOf(shape.slice(0, first)),
        sizeOf(shape.slice(first!, first! + count!)),
        sizeOf(shape.slice(first! + count!)),
        io.output(),
      ];
    },
  };
}

/** The shape of x after a reduction of `axes`, with size 1 in their place. */
export const keptShape = (shape: Shape, axes: readonly number[]): number[] => shape.map((n, i) => (axes.includes(i) ? 1 : n));

/** A reduced node's gradient, spread over its input again. */
export function spread(dy: Tensor, x: Tensor, first: number, count: number): Tensor {
  const kept = [...x.shape.slice(0, first), ...new Array<number>(count).fill(1), ...x.shape.slice(first + count)];
  const wide = expand(reshape(dy, kept), x.shape);
  if (ones.has(dy)) ones.add(wide);
  return wide;
}

export const sumOp: Op = newOp('sum', reduceLowering('sum'), ({ inputs: [x], attrs: [first, count], dy }) => [
  spread(dy, x!, first!, count!),
]);

/** Splits `axes` (ascending) into runs of adjacent ones, last run first, and reduces one after the other. */
export function reduceAxes(
  x: Tensor,
  axes: readonly number[],
  keepDim: boolean,
  one: (x: Tensor, first: number, count: number) => Tensor,
): Tensor {
  let result = x;
  for (let end = axes.length; end > 0; ) {
    let start = end - 1;
    while (start > 0 && axes[start - 1] === axes[start]! - 1) start--;
    result = one(result, axes[start]!, end - start);
    end = start;
  }
  return keepDim ? reshape(result, keptShape(x.shape, axes)) : result;
}

/** What `reduce` makes of x, 16-bit floats being taken as f32 and the result rounded to their dtype once. */
export function inF32(x: Tensor, reduce: (x: Tensor) => Tensor): Tensor {
  return x.dtype === 'bf16' || x.dtype === 'f16' ? cast(reduce(cast(x, 'f32')), x.dtype) : reduce(x);
}

export function sum(a: Tensor, axes: Axes = {}): Tensor {
  checkAxesOptions('sum', axes);
  return inF32(operand('sum', a), (x) => sumOf(x, axes));
}

function sumOf(x: Tensor, { axis, keepDim = false }: Axes): Tensor {
  const dtype = isFloat(x.dtype) ? x.dtype : 'i32';
  if (axis === undefined && !keepDim) return reduceNode(sumOp, x, 0, x.shape.length, dtype);
  return reduceAxes(x, checkAxes('sum', axis, x.shape.length), keepDim, (t, first, count) => reduceNode(sumOp, t, first, count, dtype));
}

/** Undoes broadcasting: sums `x` down to `shape`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes = x.shape.map((_, i) => i).filter((i) => i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1));
  return reshape(sum(x, { axis: axes }), shape);
}
