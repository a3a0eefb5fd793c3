// Windows: parts of a tensor that lie evenly spaced in it (slices, diagonals, mirror images), read as copies, and tensors with such a part
// replaced. Each is the other's gradient.
import { bytesPerElement } from '../core/dtype.js';
import { newOp, type Op } from '../core/op.js';
import { clock, record } from '../core/record.js';
import { type Shape, stridesOf } from '../core/shape.js';
import { numberTensor, type Tensor } from '../core/tensor.js';

/**
 * Where a window lies in the whole: element (i, j, …) at offset + i·strides[0] + j·strides[1] …, in elements. A `moving` window's offset is a
 * runtime number, so that where a slice begins doesn't matter to the Program.
 */
export interface Window {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
  readonly moving?: boolean;
}

/** Attrs: rank of the window, its shape, its strides, and the offset unless it moves. */
const attrsOf = ({ shape, strides, offset, moving = false }: Window): number[] => [
  shape.length,
  ...shape,
  ...strides,
  ...(moving ? [] : [offset]),
];

function windowOf(attrs: readonly number[], scalars: readonly number[]): Window {
  const rank = attrs[0]!;
  const moving = scalars.length > 0;
  return {
    shape: attrs.slice(1, 1 + rank),
    strides: attrs.slice(1 + rank, 1 + 2 * rank),
    offset: moving ? scalars[0]! : attrs[1 + 2 * rank]!,
    moving,
  };
}

/** Strides of a contiguous operand; a single value is spread. */
const dense = (x: Tensor, shape: Shape): readonly number[] => (x.shape.length ? stridesOf(shape) : shape.map(() => 0));

const zero = (like: Tensor): Tensor => numberTensor(0, like.dtype, clock.now);

const readOp = (moving: boolean): Op =>
  newOp(
    'slice',
    {
      kind: 'command',
      opcode: 'copy',
      fails: moving,
      args: ({ inputs: [x], attrs, scalars, dtype, shape }, io) => {
        const { strides, offset } = windowOf(attrs, scalars);
        const from = moving ? [0, io.scalar(0)] : [offset, -1];
        return [bytesPerElement[dtype], shape.length, ...shape, io.input(0), ...from, ...strides, io.output(), 0, -1, ...dense(x!, shape)];
      },
    },
    ({ inputs: [x], attrs, scalars, dy }) => [placed(zero(dy), x!.shape, windowOf(attrs, scalars), dy)],
  );

const writeOp = (moving: boolean): Op =>
  newOp(
    'assign',
    {
      kind: 'command',
      opcode: 'copy',
      fails: moving,
      parts: () => 2,
      args: ({ inputs, attrs, scalars, dtype, shape }, io, part = 0) => {
        const window = windowOf(attrs, scalars);
        const source = inputs[part]!;
        const sizes = part === 0 ? shape : window.shape;
        const to = part === 0 ? [0, -1] : moving ? [0, io.scalar(0)] : [window.offset, -1];
        const strides = part === 0 ? stridesOf(shape) : window.strides;
        return [
          bytesPerElement[dtype],
          sizes.length,
          ...sizes,
          io.input(part),
          0,
          -1,
          ...dense(source, sizes),
          io.output(),
          ...to,
          ...strides,
        ];
      },
    },
    ({ inputs: [base], attrs, scalars, y, dy }) => {
      const window = windowOf(attrs, scalars);
      return [base!.shape.length ? placed(dy, y.shape, window, zero(dy)) : null, windowed(dy, window)];
    },
  );

const reads = [readOp(false), readOp(true)];
const writes = [writeOp(false), writeOp(true)];

/** The window's values, as a copy. */
export function windowed(x: Tensor, window: Window): Tensor {
  const moving = window.moving ?? false;
  return record(reads[Number(moving)]!, [x], window.shape, x.dtype, attrsOf(window), moving ? [window.offset] : undefined);
}

/** `base` (of `shape`, or one value everywhere) with `part` (of the window's shape, or one value) in the window. */
export function placed(base: Tensor, shape: Shape, window: Window, part: Tensor): Tensor {
  const moving = window.moving ?? false;
  const attrs = [...attrsOf(window), ...shape];
  return record(writes[Number(moving)]!, [base, part], shape, base.dtype, attrs, moving ? [window.offset] : undefined);
}
