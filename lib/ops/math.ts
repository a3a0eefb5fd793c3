// Exponentials, logarithms and the functions that activations are made of.
import { mul } from '../core/basic.js';
import { ArgumentError } from '../core/errors.js';
import { describe } from '../core/shape.js';
import { Tensor } from '../core/tensor.js';
import { geluTanh } from './activations.js';
import { unaryOp } from './declare.js';

const exp = unaryOp({ name: 'exp', kernel: 'exp', grad: ({ y, dy }) => [mul(dy, y)] });
const log = unaryOp({ name: 'log', kernel: 'log', grad: ({ inputs: [x], dy }) => [dy.div(x!)] });
const tanh = unaryOp({ name: 'tanh', kernel: 'tanh', grad: ({ y, dy }) => [mul(dy, y.square().neg().add(1))] });
const sigmoid = unaryOp({ name: 'sigmoid', kernel: 'sigmoid', grad: ({ y, dy }) => [mul(dy, y.mul(y.neg().add(1)))] });
const TWO_BY_SQRT_PI = 2 / Math.sqrt(Math.PI);
const erf = unaryOp({ name: 'erf', kernel: 'erf', grad: ({ inputs: [x], dy }) => [mul(dy, x!.square().neg().exp().mul(TWO_BY_SQRT_PI))] });
const relu = unaryOp({ name: 'relu', kernel: 'relu', grad: ({ y, dy }) => [y.le(0).where(0, dy)] });

/** Φ(x) + x·φ(x), the standard normal's distribution and density. */
const gelu = unaryOp({
  name: 'gelu',
  kernel: 'gelu',
  grad: ({ inputs: [x], dy }) => [
    mul(
      dy,
      x!
        .mul(Math.SQRT1_2)
        .erf()
        .add(1)
        .mul(0.5)
        .add(
          x!.mul(
            x!
              .square()
              .mul(-0.5)
              .exp()
              .mul(1 / Math.sqrt(2 * Math.PI)),
          ),
        ),
    ),
  ],
});
const silu = unaryOp({
  name: 'silu',
  kernel: 'silu',
  grad: ({ inputs: [x], dy }) => {
    const s = x!.sigmoid();
    return [mul(dy, s.mul(x!.mul(s.neg().add(1)).add(1)))];
  },
});

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * eˣ; Infinity from about 88.7 on.
     * @example
     * await tensor([0, 1]).exp().data(); // → 1, 2.7183
     */
    exp(): Tensor;
    /** The natural logarithm; -Infinity at 0, NaN below. @example await tensor([1]).log().data(); // → 0 */
    log(): Tensor;
    /** The hyperbolic tangent. @example await tensor([0]).tanh().data(); // → 0 */
    tanh(): Tensor;
    /** 1/(1+e⁻ˣ). @example await tensor([0]).sigmoid().data(); // → 0.5 */
    sigmoid(): Tensor;
    /** The error function, 2/√π · ∫₀ˣ e^(-t²) dt. @example await tensor([0]).erf().data(); // → 0 */
    erf(): Tensor;
    /** max(x, 0), NaN for NaN; its gradient at 0 is 0. @example await tensor([-1, 2]).relu().data(); // → 0, 2 */
    relu(): Tensor;
    /**
     * x·Φ(x) with the normal distribution (Hendrycks and Gimpel, 2016): exact, or by its tanh form, as GPT-2 has it.
     * @throws {ArgumentError} when `approximate` is neither 'none' (the default) nor 'tanh'.
     * @example await tensor([1]).gelu({ approximate: 'tanh' }).item(); // → 0.8412
     */
    gelu(options?: { approximate?: 'none' | 'tanh' }): Tensor;
    /** x·sigmoid(x) (Elfwing et al., 2017). @example await tensor([0]).silu().data(); // → 0 */
    silu(): Tensor;
    /** x where positive, else slope·x (default 0.01; Maas et al., 2013). @example await tensor([-1, 2]).leakyRelu(0.1).data(); // → -0.1, 2 */
    leakyRelu(slope?: number): Tensor;
  }
}

Tensor.prototype.exp = function () {
  return exp(this);
};
Tensor.prototype.log = function () {
  return log(this);
};
Tensor.prototype.tanh = function () {
  return tanh(this);
};
Tensor.prototype.sigmoid = function () {
  return sigmoid(this);
};
Tensor.prototype.erf = function () {
  return erf(this);
};
Tensor.prototype.relu = function () {
  return relu(this);
};
Tensor.prototype.gelu = function ({ approximate = 'none' } = {}) {
  if (approximate !== 'none' && approximate !== 'tanh')
    throw new ArgumentError('gelu', `approximate is 'none' or 'tanh', got ${describe(approximate)}`, { value: approximate });
  return approximate === 'none' ? gelu(this) : geluTanh(this);
};
Tensor.prototype.silu = function () {
  return silu(this);
};
Tensor.prototype.leakyRelu = function (slope = 0.01) {
  return this.gt(0).where(this, this.mul(slope));
};
