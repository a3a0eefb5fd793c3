// Circular and hyperbolic functions and their inverses. Angles are in radians. sin, cos and atan are Chain steps, right for every
// float; the others are composed of these and of the exponentials, so that a Chain fuses them.
import { mul } from '../core/basic.js';
import type { Tensor } from '../core/tensor.js';
import { where } from './compare.js';
import { addMethods, binaryOp, composedOp, unaryOp } from './declare.js';

const sin = unaryOp({ name: 'sin', kernel: 'sin', grad: ({ inputs: [x], dy }) => [mul(dy, x!.cos())] });
const cos = unaryOp({ name: 'cos', kernel: 'cos', grad: ({ inputs: [x], dy }) => [mul(dy, x!.sin().neg())] });
const atan = unaryOp({ name: 'atan', kernel: 'atan', grad: ({ inputs: [x], dy }) => [dy.div(x!.square().add(1))] });
const atan2Of = binaryOp(
  {
    name: 'atan2',
    kernel: 'atan2',
    grad: ({ inputs: [y, x], dy }) => {
      const share = dy.div(x!.square().add(y!.square()));
      return [share.mul(x!), share.mul(y!.neg())];
    },
  },
  'float',
);

const tan = composedOp({
  name: 'tan',
  forward: (x) => x!.sin().div(x!.cos()),
  grad: ({ y, dy }) => [mul(dy, y.square().add(1))],
});

/** √(1 - x²), exact near ±1. */
const besides = (x: Tensor): Tensor => x.neg().add(1).mul(x.add(1)).sqrt();
const asin = composedOp({
  name: 'asin',
  forward: (x) => x!.atan2(besides(x!)),
  grad: ({ inputs: [x], dy }) => [dy.div(besides(x!))],
});
const acos = composedOp({
  name: 'acos',
  forward: (x) => besides(x!).atan2(x!),
  grad: ({ inputs: [x], dy }) => [dy.div(besides(x!)).neg()],
});

/** 2 sinh(x/2) cosh(x/2), by expm1 of half of x, so that nothing cancels near 0 or overflows too early. */
const sinh = composedOp({
  name: 'sinh',
  forward: (x) => {
    const [up, down] = [x!.mul(0.5).expm1(), x!.mul(-0.5).expm1()];
    return up.sub(down).mul(up.add(down).mul(0.5).add(1));
  },
  grad: ({ inputs: [x], dy }) => [mul(dy, x!.cosh())],
});
const cosh = composedOp({
  name: 'cosh',
  forward: (x) => {
    const root = x!.abs().mul(0.5).exp();
    return root.mul(0.5).mul(root).add(root.square().reciprocal().mul(0.5));
  },
  grad: ({ inputs: [x], dy }) => [mul(dy, x!.sinh())],
});

/** From here on x² + 1 is x² in f32, and asinh and acosh are log 2x. */
const FAR = 4096;
const farLog = (size: Tensor): Tensor => size.log().add(Math.LN2);
const asinh = composedOp({
  name: 'asinh',
  forward: (x) => {
    const size = x!.abs();
    const near = size.add(size.square().div(size.square().add(1).sqrt().add(1))).log1p();
    return where(size.gt(FAR), farLog(size), near).mul(x!.sign());
  },
  grad: ({ inputs: [x], dy }) => [mul(dy, x!.square().add(1).rsqrt())],
});
const acosh = composedOp({
  name: 'acosh',
  forward: (x) => {
    const above = x!.sub(1);
    return where(x!.gt(FAR), farLog(x!), above.add(above.sqrt().mul(above.add(2).sqrt())).log1p());
  },
  grad: ({ inputs: [x], dy }) => [mul(dy, x!.sub(1).mul(x!.add(1)).rsqrt())],
});
const atanh = composedOp({
  name: 'atanh',
  forward: (x) => {
    const size = x!.abs();
    return size.mul(2).div(size.neg().add(1)).log1p().mul(0.5).mul(x!.sign());
  },
  grad: ({ inputs: [x], dy }) => [dy.div(x!.square().neg().add(1))],
});

declare module '../core/tensor.js' {
  interface Tensor {
    /** The sine of x radians. Up to |x| = 12,000 at full speed (200,000 where the CPU has FMA), beyond slower and as exact. @example await tensor([Math.PI / 2]).sin().item(); // → 1 */
    sin(): Tensor;
    /** The cosine of x radians, as `sin`. @example await tensor([0]).cos().item(); // → 1 */
    cos(): Tensor;
    /** The tangent of x radians, sin / cos. @example await tensor([0]).tan().item(); // → 0 */
    tan(): Tensor;
    /** The arcsine in radians, from -π/2 to π/2; NaN beyond ±1. @example await tensor([1]).asin().item(); // → 1.5708 */
    asin(): Tensor;
    /** The arccosine in radians, from 0 to π; NaN beyond ±1. @example await tensor([1]).acos().item(); // → 0 */
    acos(): Tensor;
    /** The arctangent in radians, from -π/2 to π/2. @example await tensor([1]).atan().item(); // → 0.7854 */
    atan(): Tensor;
    /** The angle of the point (x, this) in radians, from -π to π. @example await tensor([1]).atan2(-1).item(); // → 2.3562 */
    atan2(x: Tensor | number): Tensor;
    /** The hyperbolic sine. @example await tensor([0]).sinh().item(); // → 0 */
    sinh(): Tensor;
    /** The hyperbolic cosine. @example await tensor([0]).cosh().item(); // → 1 */
    cosh(): Tensor;
    /** The inverse hyperbolic sine. @example await tensor([0]).asinh().item(); // → 0 */
    asinh(): Tensor;
    /** The inverse hyperbolic cosine; NaN below 1. @example await tensor([1]).acosh().item(); // → 0 */
    acosh(): Tensor;
    /** The inverse hyperbolic tangent; ±Infinity at ±1, NaN beyond. @example await tensor([0]).atanh().item(); // → 0 */
    atanh(): Tensor;
  }
}

addMethods({ sin, cos, tan, asin, acos, atan, atan2: atan2Of, sinh, cosh, asinh, acosh, atanh });
