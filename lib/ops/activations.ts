// Activation functions beyond those with kernels of their own (math.ts): compositions of Chain steps, fused, each with a gradient rule
// that is PyTorch's at the kinks and finite where the branch not taken overflows.
import { add, mul } from '../core/basic.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError } from '../core/errors.js';
import type { Generator } from '../core/random.js';
import { describe } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { where } from './compare.js';
import { addMethods, composedOp } from './declare.js';
import { uniform } from './random.js';

/** positive·x above 0, negative·(exp(rate·x) - 1) below. */
const exponentialUnit = (name: string): ReturnType<typeof composedOp> =>
  composedOp({
    name,
    forward: (...xs) => {
      const [x, positive, negative, rate] = xs as [Tensor, Tensor, Tensor, Tensor];
      return where(x.gt(0), mul(x, positive), mul(mul(x.minimum(0), rate).expm1(), negative));
    },
    grad: ({ inputs, dy }) => {
      const [x, positive, negative, rate] = inputs as [Tensor, Tensor, Tensor, Tensor];
      return [mul(dy, where(x.gt(0), positive, mul(mul(x.minimum(0), rate).exp(), mul(negative, rate)))), null, null, null];
    },
  });
const eluOf = exponentialUnit('elu');
const celuOf = exponentialUnit('celu');
const seluOf = exponentialUnit('selu');
/** The fixed point of Klambauer et al., 2017. */
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

function celu(x: Tensor, alpha = 1): Tensor {
  if (alpha === 0) throw new ArgumentError('celu', 'alpha must not be 0', { value: alpha });
  return celuOf(x, 1, alpha, 1 / checkNumber('celu', 'alpha', alpha));
}

function checkNumber(op: string, name: string, value: unknown): number {
  if (typeof value !== 'number') throw new ArgumentError(op, `${name} must be a number, got ${describe(value)}`, { value });
  return value;
}

const softplusOf = composedOp({
  name: 'softplus',
  forward: (...xs) => {
    const [x, beta, threshold] = xs as [Tensor, Tensor, Tensor];
    const t = mul(x, beta);
    return where(t.gt(threshold), x, t.exp().log1p().div(beta));
  },
  grad: ({ inputs, dy }) => {
    const [x, beta, threshold] = inputs as [Tensor, Tensor, Tensor];
    const t = mul(x, beta);
    return [where(t.gt(threshold), dy, mul(dy, t.sigmoid())), null, null];
  },
});

const logSigmoid = composedOp({
  name: 'logSigmoid',
  forward: (x) => x!.minimum(0).sub(x!.abs().neg().exp().log1p()),
  grad: ({ inputs: [x], dy }) => [mul(dy, x!.neg().sigmoid())],
});

const mish = composedOp({
  name: 'mish',
  forward: (x) => mul(x!, x!.softplus().tanh()),
  grad: ({ inputs: [x], dy }) => {
    const t = x!.softplus().tanh();
    return [mul(dy, add(t, mul(mul(x!, x!.sigmoid()), t.square().neg().add(1))))];
  },
});

/** x σ(2u) with u = √(2/π) (x + 0.044715 x³): the same as x (1 + tanh u) / 2. */
const turn = (x: Tensor): Tensor => mul(x, x.square().mul(0.044715).add(1)).mul(2 * Math.sqrt(2 / Math.PI));
export const geluTanh = composedOp({
  name: 'gelu',
  forward: (x) => mul(x!, turn(x!).sigmoid()),
  grad: ({ inputs: [x], dy }) => {
    const s = turn(x!).sigmoid();
    const slope = x!
      .square()
      .mul(3 * 0.044715)
      .add(1)
      .mul(2 * Math.sqrt(2 / Math.PI));
    return [mul(dy, add(s, mul(mul(x!, slope), mul(s, s.neg().add(1)))))];
  },
});

const softsign = composedOp({
  name: 'softsign',
  forward: (x) => x!.div(x!.abs().add(1)),
  grad: ({ inputs: [x], dy }) => [dy.div(x!.abs().add(1).square())],
});

const between = (x: Tensor, low: Tensor | number, high: Tensor | number): Tensor => x.gt(low).logicalAnd(x.lt(high));
const hardTanhOf = (name: string): ReturnType<typeof composedOp> =>
  composedOp({
    name,
    forward: (...xs) => xs[0]!.clamp(xs[1]!, xs[2]!),
    grad: ({ inputs: [x, low, high], dy }) => [where(between(x!, low!, high!), dy, 0), null, null],
  });
const hardTanh = hardTanhOf('hardTanh');
const relu6 = hardTanhOf('relu6');
const hardSigmoid = composedOp({
  name: 'hardSigmoid',
  forward: (x) => x!.add(3).clamp(0, 6).div(6),
  grad: ({ inputs: [x], dy }) => [where(between(x!, -3, 3), dy.div(6), 0)],
});
const hardSwish = composedOp({
  name: 'hardSwish',
  forward: (x) => mul(x!, x!.add(3).clamp(0, 6).div(6)),
  grad: ({ inputs: [x], dy }) => [where(x!.le(-3), 0, where(x!.ge(3), dy, mul(dy, x!.div(3).add(0.5))))],
});

const tanhshrink = composedOp({
  name: 'tanhshrink',
  forward: (x) => x!.sub(x!.tanh()),
  grad: ({ inputs: [x], dy }) => [mul(dy, x!.tanh().square())],
});
const softshrinkOf = composedOp({
  name: 'softshrink',
  forward: (...xs) => xs[0]!.sub(xs[0]!.clamp(xs[1]!.neg(), xs[1]!)),
  grad: ({ inputs: [x, lambda], dy }) => [where(x!.abs().le(lambda!), 0, dy), null],
});
const hardshrink = composedOp({
  name: 'hardshrink',
  forward: (x, lambda) => where(x!.abs().le(lambda!), 0, x!),
  grad: ({ inputs: [x, lambda], dy }) => [where(x!.abs().le(lambda!), 0, dy), null],
});
const thresholdOf = composedOp({
  name: 'threshold',
  forward: (x, threshold, value) => where(x!.le(threshold!), value!, x!),
  grad: ({ inputs: [x, threshold], dy }) => [where(x!.le(threshold!), 0, dy), null, null],
});

const slopedOf = composedOp({
  name: 'rrelu',
  forward: (x, slope) => where(x!.gt(0), x!, mul(x!, slope!)),
  grad: ({ inputs: [x, slope], dy }) => [where(x!.gt(0), dy, mul(dy, slope!)), null],
});

/** Which slopes `rrelu` draws, and whether it does. */
interface RReLUOptions {
  readonly lower?: number;
  readonly upper?: number;
  readonly training?: boolean;
  readonly generator?: Generator;
}

function rrelu(x: Tensor, { lower = 1 / 8, upper = 1 / 3, training = false, generator }: RReLUOptions = {}): Tensor {
  if (!(checkNumber('rrelu', 'lower', lower) <= checkNumber('rrelu', 'upper', upper) && Number.isFinite(upper - lower)))
    throw new ArgumentError('rrelu', `expects finite slopes lower ≤ upper, got ${lower} and ${upper}`, { value: [lower, upper] });
  if (!training) return slopedOf(x, (lower + upper) / 2);
  return slopedOf(x, uniform(x.shape, { low: lower, high: upper, generator }).to(isFloat(x.dtype) ? x.dtype : 'f32'));
}

function softshrink(x: Tensor, lambda = 0.5): Tensor {
  if (!(checkNumber('softshrink', 'lambda', lambda) >= 0))
    throw new ArgumentError('softshrink', `lambda must not be negative, got ${lambda}`, { value: lambda });
  return softshrinkOf(x, lambda);
}

function softplus(x: Tensor, { beta = 1, threshold = 20 }: { beta?: number; threshold?: number } = {}): Tensor {
  if (beta === 0) throw new ArgumentError('softplus', 'beta must not be 0', { value: beta });
  return softplusOf(x, checkNumber('softplus', 'beta', beta), checkNumber('softplus', 'threshold', threshold));
}

declare module '../core/tensor.js' {
  interface Tensor {
    /** x where positive, else alpha·(eˣ - 1) (Clevert et al., 2015). @example await tensor([-1, 2]).elu().data(); // → -0.632, 2 */
    elu(alpha?: number): Tensor;
    /** x where positive, else alpha·(e^(x/alpha) - 1) (Barron, 2017). @throws {ArgumentError} alpha 0. @example await tensor([2]).celu(0.5).item(); // → 2 */
    celu(alpha?: number): Tensor;
    /** elu with alpha 1.6733, times 1.0507: keeps mean and variance (Klambauer et al., 2017). @example await tensor([1]).selu().item(); // → 1.0507 */
    selu(): Tensor;
    /** log(1 + e^(beta·x)) / beta; x itself where beta·x is above the threshold. Defaults 1 and 20. @example await tensor([0]).softplus().item(); // → 0.693 */
    softplus(options?: { beta?: number; threshold?: number }): Tensor;
    /** log sigmoid(x), exact where sigmoid is near 0 or 1. @example await tensor([0]).logSigmoid().item(); // → -0.693 */
    logSigmoid(): Tensor;
    /** x·tanh(softplus(x)) (Misra, 2019). @example await tensor([1]).mish().item(); // → 0.865 */
    mish(): Tensor;
    /** x / (1 + |x|). @example await tensor([1]).softsign().item(); // → 0.5 */
    softsign(): Tensor;
    /** Cuts to low … high, by default -1 … 1; unlike clamp's, its gradient is 0 at the ends. @example await tensor([-2, 0.5]).hardTanh().data(); // → -1, 0.5 */
    hardTanh(low?: number, high?: number): Tensor;
    /** min(max(x, 0), 6). @example await tensor([-1, 8]).relu6().data(); // → 0, 6 */
    relu6(): Tensor;
    /** relu6(x + 3) / 6. @example await tensor([0, 5]).hardSigmoid().data(); // → 0.5, 1 */
    hardSigmoid(): Tensor;
    /** x·relu6(x + 3) / 6 (Howard et al., 2019). @example await tensor([-4, 4]).hardSwish().data(); // → 0, 4 */
    hardSwish(): Tensor;
    /** x - tanh(x). @example await tensor([0]).tanhshrink().item(); // → 0 */
    tanhshrink(): Tensor;
    /** Moves x towards 0 by lambda (default 0.5), at most to 0. @throws {ArgumentError} a negative lambda. @example await tensor([-2, 0.3]).softshrink().data(); // → -1.5, 0 */
    softshrink(lambda?: number): Tensor;
    /** x where |x| is above lambda (default 0.5), else 0. @example await tensor([-2, 0.3]).hardshrink().data(); // → -2, 0 */
    hardshrink(lambda?: number): Tensor;
    /** x where it is above the threshold, else the value. @example await tensor([-2, 3]).threshold(1, 20).data(); // → 20, 3 */
    threshold(threshold: number, value: number): Tensor;
    /**
     * x where positive, else slope·x (Xu et al., 2015): while `training` each element's slope is drawn uniformly from `lower` (1/8) to `upper`
     * (1/3), else it is their mean.
     * @param options `training`: false unless told. `generator`: where the slopes come from; the default one (see `manualSeed`) unless told.
     * @throws {ArgumentError} slopes that aren't finite, or in the wrong order.
     * @example await tensor([-1, 2]).rrelu({ lower: 0.1, upper: 0.3 }).data(); // → -0.2, 2
     */
    rrelu(options?: { lower?: number; upper?: number; training?: boolean; generator?: Generator }): Tensor;
  }
}

addMethods({
  elu: (x, alpha = 1) => eluOf(x, 1, alpha, 1),
  celu,
  selu: (x) => seluOf(x, SELU_SCALE, SELU_SCALE * SELU_ALPHA, 1),
  softplus,
  logSigmoid,
  mish,
  softsign,
  hardTanh: (x, low = -1, high = 1) => hardTanh(x, low, high),
  relu6: (x) => relu6(x, 0, 6),
  hardSigmoid,
  hardSwish,
  tanhshrink,
  softshrink,
  hardshrink: (x, lambda = 0.5) => hardshrink(x, lambda),
  threshold: (x, threshold, value) => thresholdOf(x, threshold, value),
  rrelu,
});
