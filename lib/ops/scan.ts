// Running sums and products along an axis, and the product over axes, whose gradients hold where values are 0, too.
import { cast, inF32, mul, reduceAxes, reduceLowering, reduceNode, reshape } from '../core/basic.js';
import { full, zeros } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import { newOp, type Op } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { type Axes, checkAxes, checkAxesOptions, checkAxis, type Shape, sizeOf } from '../core/shape.js';
import { Tensor } from '../core/tensor.js';
import { concat } from './concat.js';

/** Sizes before, of and after an axis. */
const around = (shape: Shape, axis: number): [outer: number, axis: number, inner: number] => [
  sizeOf(shape.slice(0, axis)),
  shape[axis]!,
  sizeOf(shape.slice(axis + 1)),
];

/** The kinds of a `scan` command, for f32 and for integers. */
const SCAN = { cumsum: [0, 2], cumprod: [1, 3] } as const;

const scanLowering = (kind: keyof typeof SCAN): Op['lowering'] => ({
  kind: 'command',
  opcode: 'scan',
  args: ({ inputs: [x], shape, attrs: [axis, reverse] }, io) => [
    SCAN[kind][isFloat(x!.dtype) ? 0 : 1],
    reverse!,
    ...around(shape, axis!),
    io.input(0),
    io.output(),
  ],
});

const scanned = (op: Op, x: Tensor, axis: number, reverse: number): Tensor => record(op, [x], x.shape, x.dtype, [axis, reverse]);

const cumsumOp: Op = newOp('cumsum', scanLowering('cumsum'), ({ dy, attrs: [axis, reverse] }) => [
  scanned(cumsumOp, dy, axis!, 1 - reverse!),
]);

/** dx[k] = Σ dy[i] · Π x[j] over i ≥ k and j ≤ i but k: what stands before k, times a recurrence from the end. */
const cumprodOp: Op = newOp('cumprod', scanLowering('cumprod'), ({ inputs: [x], y, dy, attrs: [axis] }) => [
  mul(after(y, axis!, 1), linear(x!, dy, axis!, 1)),
]);

/** x moved by one place along an axis, with `first` before it. */
function after(x: Tensor, axis: number, first: number): Tensor {
  const n = x.shape[axis]!;
  return n === 0 ? x : concat([full(x.shape.with(axis, 1), first), x.narrow(axis, 0, n - 1)], axis);
}

/** y[i] = b[i] + a[i] · y[i-1] along an axis; reversed y[i] = b[i] + a[i+1] · y[i+1]: each is the other's gradient. */
const linearOp: Op = newOp(
  'linearScan',
  {
    kind: 'command',
    opcode: 'linear_scan',
    args: ({ shape, attrs: [axis, reverse] }, io) => [reverse!, ...around(shape, axis!), io.input(0), io.input(1), io.output()],
  },
  ({ inputs: [a], y, dy, attrs: [axis, reverse] }) => {
    const db = linear(a!, dy, axis!, 1 - reverse!);
    return [reverse ? mul(after(db, axis!, 0), y) : mul(db, after(y, axis!, 0)), db];
  },
);

const linear = (a: Tensor, b: Tensor, axis: number, reverse: number): Tensor => record(linearOp, [a, b], b.shape, 'f32', [axis, reverse]);

function running(op: Op, a: Tensor, axis: number): Tensor {
  const t = operand(op.name, a);
  const k = checkAxis(op.name, axis, t.shape.length);
  return inF32(isFloat(t.dtype) ? t : cast(t, 'i32'), (x) => scanned(op, x, k, 0));
}

/** dx[k] = dy · what stands before k · what stands after it. */
const prodOp: Op = newOp('prod', reduceLowering('prod'), ({ inputs: [x], attrs: [first, count], dy }) => {
  const [outer, inner] = [sizeOf(x!.shape.slice(0, first)), sizeOf(x!.shape.slice(first! + count!))];
  const n = sizeOf(x!.shape.slice(first, first! + count!));
  if (n === 0) return [zeros(x!.shape)];
  const lines = reshape(x!, [outer, n, inner]);
  const last = concat([zeros([outer, n - 1, inner]), reshape(dy, [outer, 1, inner])], 1);
  return [reshape(mul(after(scanned(cumprodOp, lines, 1, 0), 1, 1), linear(lines, last, 1, 1)), x!.shape)];
});

function prod(a: Tensor, options: Axes = {}): Tensor {
  checkAxesOptions('prod', options);
  const { axis, keepDim = false } = options;
  return inF32(operand('prod', a), (x) => {
    const dtype = isFloat(x.dtype) ? x.dtype : 'i32';
    return reduceAxes(x, checkAxes('prod', axis, x.shape.length), keepDim, (t, first, count) => reduceNode(prodOp, t, first, count, dtype));
  });
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * The sums of all values up to each one along an axis, carried in f64; integers and bools give i32. The shape stays.
     * @throws {IndexError} an axis out of range.
     * @example
     * await tensor([1, 2, 3]).cumsum(0).data(); // → 1, 3, 6
     */
    cumsum(axis: number): Tensor;
    /**
     * The products of all values up to each one along an axis, carried in f64; integers and bools give i32. The shape stays.
     * @throws {IndexError} an axis out of range.
     * @example
     * await tensor([1, 2, 3]).cumprod(0).data(); // → 1, 2, 6
     */
    cumprod(axis: number): Tensor;
    /**
     * The product over all or some axes, 1 over an empty one; integers and bools give i32. Its gradient holds where values are 0, too.
     * @throws {IndexError} an axis out of range.
     * @example
     * await tensor([[1, 2], [3, 4]]).prod({ axis: 1 }).data(); // → 2, 12
     */
    prod(options?: Axes): Tensor;
  }
}

Tensor.prototype.cumsum = function (axis) {
  return running(cumsumOp, this, axis);
};
Tensor.prototype.cumprod = function (axis) {
  return running(cumprodOp, this, axis);
};
Tensor.prototype.prod = function (options) {
  return prod(this, options);
};
