// Rounding to whole numbers, remainders, tests for NaN and infinity, and the way between two values.
import { add, mul } from '../core/basic.js';
import type { GradRule } from '../core/op.js';
import type { Tensor } from '../core/tensor.js';
import { where } from './compare.js';
import { addMethods, composedOp, unaryOp } from './declare.js';

/** Flat between its jumps. */
const flat: GradRule = ({ dy }) => [mul(dy, 0)];
const whole = (name: string): ((x: Tensor) => Tensor) => unaryOp({ name, kernel: name, integer: 'copy_i', grad: flat });
const floor = whole('floor');
const ceil = whole('ceil');
const round = whole('round');
const trunc = whole('trunc');
const frac = composedOp({ name: 'frac', forward: (x) => x!.sub(x!.trunc()), grad: ({ dy }) => [dy] });

/** From the nearer end, so that weight 1 gives `end` exactly. */
const lerpOf = composedOp({
  name: 'lerp',
  forward: (...xs) => {
    const [from, end, weight] = xs as [Tensor, Tensor, Tensor];
    const way = end.sub(from);
    return where(weight.abs().lt(0.5), add(from, way.mul(weight)), end.sub(way.mul(weight.neg().add(1))));
  },
  grad: ({ inputs, dy }) => {
    const [from, end, weight] = inputs as [Tensor, Tensor, Tensor];
    return [mul(dy, weight.neg().add(1)), mul(dy, weight), mul(dy, end.sub(from))];
  },
});

declare module '../core/tensor.js' {
  interface Tensor {
    /** The next whole number below; integers stay. The gradient is 0, as that of `ceil`, `round` and `trunc`. @example await tensor([-1.5]).floor().item(); // → -2 */
    floor(): Tensor;
    /** The next whole number above. @example await tensor([1.2]).ceil().item(); // → 2 */
    ceil(): Tensor;
    /** The nearest whole number, the even one at a half. @example await tensor([0.5, 1.5]).round().data(); // → 0, 2 */
    round(): Tensor;
    /** The next whole number towards 0. @example await tensor([-1.7]).trunc().item(); // → -1 */
    trunc(): Tensor;
    /** x - trunc(x). @example await tensor([-1.5]).frac().item(); // → -0.5 */
    frac(): Tensor;
    /** Whether NaN, as bool. @example await tensor([NaN, 1]).isNaN().data(); // → 1, 0 */
    isNaN(): Tensor;
    /** Whether neither infinite nor NaN. @example await tensor([Infinity, 1]).isFinite().data(); // → 0, 1 */
    isFinite(): Tensor;
    /** Whether infinite, of either sign. @example await tensor([-Infinity, 1]).isInf().data(); // → 1, 0 */
    isInf(): Tensor;
    /** this + weight · (end - this); all three broadcast. @example await tensor([0, 10]).lerp(tensor([10, 20]), 0.3).data(); // → 3, 13 */
    lerp(end: Tensor | number, weight: Tensor | number): Tensor;
  }
}

addMethods({
  floor,
  ceil,
  round,
  trunc,
  frac,
  isNaN: (x) => x.ne(x),
  isInf: (x) => x.abs().eq(Number.POSITIVE_INFINITY),
  isFinite: (x) => x.abs().lt(Number.POSITIVE_INFINITY),
  lerp: (x, end, weight) => lerpOf(x, end, weight),
});
