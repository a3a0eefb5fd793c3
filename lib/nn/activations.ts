// Smooth activations as layers, for Sequential, with ReLU and its leaky kin; each is the tensor method of the same name. Shapes stay as
// they are. Those made of straight pieces and shrinkages are in hard_activations.ts, those that learn in gates.ts.
import { ArgumentError, describe, type Tensor } from '../core/index.js';
import { AlongAxis } from './along_axis.js';
import { checkNumber } from './check.js';
import { Module } from './module.js';

/** max(x, 0). @example await new nn.ReLU().forward(tensor([-1, 2])).data(); // → 0, 2 */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return x.relu();
  }
}

/**
 * x where it is positive, else slope · x; the slope is 0.01 unless told.
 * Source: Maas, Hannun, Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.
 *
 * @throws {ArgumentError} when the slope is not finite.
 * @example await new nn.LeakyReLU(0.1).forward(tensor([-1, 2])).data(); // → -0.1, 2
 */
export class LeakyReLU extends Module {
  /** The slope below 0. */
  readonly slope: number;

  constructor(slope = 0.01) {
    super();
    checkNumber('LeakyReLU', 'slope', slope);
    this.slope = slope;
  }

  forward(x: Tensor): Tensor {
    return x.leakyRelu(this.slope);
  }
}

/**
 * x where it is positive, else alpha · (eˣ - 1); alpha is 1 unless told.
 * Source: Clevert, Unterthiner, Hochreiter, "Fast and accurate deep network learning by exponential linear units", 2015.
 *
 * @throws {ArgumentError} when alpha is not finite.
 * @example await new nn.ELU().forward(tensor([-1, 2])).data(); // → -0.632, 2
 */
export class ELU extends Module {
  /** What it nears below, negated. */
  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    checkNumber('ELU', 'alpha', alpha);
    this.alpha = alpha;
  }

  forward(x: Tensor): Tensor {
    return x.elu(this.alpha);
  }
}

/**
 * x where it is positive, else alpha · (e^(x/alpha) - 1), whose slope is continuous; alpha is 1 unless told.
 * Source: Barron, "Continuously differentiable exponential linear units", 2017.
 *
 * @throws {ArgumentError} when alpha is 0 or not finite.
 * @example await new nn.CELU(0.5).forward(tensor([-1, 2])).data(); // → -0.432, 2
 */
export class CELU extends Module {
  /** What it nears below, negated. */
  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    checkNumber('CELU', 'alpha', alpha);
    if (alpha === 0) throw new ArgumentError('CELU', 'alpha must not be 0', { value: alpha });
    this.alpha = alpha;
  }

  forward(x: Tensor): Tensor {
    return x.celu(this.alpha);
  }
}

/**
 * ELU with alpha 1.6733, times 1.0507: layers begun with `init.kaimingNormal(shape, { nonlinearity: 'linear' })` keep mean and variance.
 * Source: Klambauer et al., "Self-normalizing neural networks", 2017.
 *
 * @example await new nn.SELU().forward(tensor([-1, 1])).data(); // → -1.1113, 1.0507
 */
export class SELU extends Module {
  forward(x: Tensor): Tensor {
    return x.selu();
  }
}

/** 1 / (1 + e⁻ˣ). @example await new nn.Sigmoid().forward(tensor([0])).data(); // → 0.5 */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return x.sigmoid();
  }
}

/** log(1 / (1 + e⁻ˣ)), exact where the sigmoid is near 0 or 1. @example await new nn.LogSigmoid().forward(tensor([0])).data(); // → -0.693 */
export class LogSigmoid extends Module {
  forward(x: Tensor): Tensor {
    return x.logSigmoid();
  }
}

/** The hyperbolic tangent. @example await new nn.Tanh().forward(tensor([0.5])).data(); // → 0.462 */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return x.tanh();
  }
}

/** Options of `GELU`. */
export interface GELUOptions {
  /** 'none' (the default) computes Φ exactly, 'tanh' by the formula that GPT-2 was trained with. */
  readonly approximate?: 'none' | 'tanh';
}

/**
 * x · Φ(x), Φ being the normal distribution's.
 * Source: Hendrycks, Gimpel, "Gaussian error linear units", 2016.
 *
 * @throws {ArgumentError} when `approximate` is neither 'none' nor 'tanh'.
 * @example await new nn.GELU({ approximate: 'tanh' }).forward(tensor([1])).data(); // → 0.8412
 */
export class GELU extends Module {
  /** How Φ is computed. */
  readonly approximate: 'none' | 'tanh';

  constructor({ approximate = 'none' }: GELUOptions = {}) {
    super();
    if (approximate !== 'none' && approximate !== 'tanh')
      throw new ArgumentError('GELU', `approximate is 'none' or 'tanh', got ${describe(approximate)}`, { value: approximate });
    this.approximate = approximate;
  }

  forward(x: Tensor): Tensor {
    return x.gelu({ approximate: this.approximate });
  }
}

/**
 * x · sigmoid(x), also called Swish.
 * Source: Elfwing, Uchibe, Doya, "Sigmoid-weighted linear units", 2017.
 *
 * @example await new nn.SiLU().forward(tensor([1])).data(); // → 0.731
 */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return x.silu();
  }
}

/**
 * x · tanh(softplus(x)).
 * Source: Misra, "Mish: a self regularized non-monotonic activation function", 2019.
 *
 * @example await new nn.Mish().forward(tensor([1])).data(); // → 0.865
 */
export class Mish extends Module {
  forward(x: Tensor): Tensor {
    return x.mish();
  }
}

/** Options of `Softplus`. */
export interface SoftplusOptions {
  /** How sharply it bends; 1 unless told. */
  readonly beta?: number;
  /** Where beta · x is above it, the result is x itself; 20 unless told. */
  readonly threshold?: number;
}

/**
 * log(1 + e^(beta·x)) / beta, a smooth ReLU.
 *
 * @throws {ArgumentError} when beta is 0, or an option is not finite.
 * @example await new nn.Softplus().forward(tensor([0])).data(); // → 0.693
 */
export class Softplus extends Module {
  /** How sharply it bends. */
  readonly beta: number;
  /** Where beta · x is above it, the result is x itself. */
  readonly threshold: number;

  constructor({ beta = 1, threshold = 20 }: SoftplusOptions = {}) {
    super();
    checkNumber('Softplus', 'beta', beta);
    checkNumber('Softplus', 'threshold', threshold);
    if (beta === 0) throw new ArgumentError('Softplus', 'beta must not be 0', { value: beta });
    this.beta = beta;
    this.threshold = threshold;
  }

  forward(x: Tensor): Tensor {
    return x.softplus({ beta: this.beta, threshold: this.threshold });
  }
}

/** x / (1 + |x|). @example await new nn.Softsign().forward(tensor([1])).data(); // → 0.5 */
export class Softsign extends Module {
  forward(x: Tensor): Tensor {
    return x.softsign();
  }
}

/**
 * eˣ over its sum along `axis`, the last one unless told. Not before `crossEntropy`, which takes logits.
 * @throws {IndexError} in forward, for an axis out of range. @throws {DTypeError} for integers.
 * @example
 * await new nn.Softmax().forward(tensor([1, 1])).data(); // → 0.5, 0.5
 */
export class Softmax extends AlongAxis {
  forward(x: Tensor): Tensor {
    return x.softmax(this.axis);
  }
}

/**
 * The logarithm of softmax along `axis`, the last one unless told, exact where that is near 0: what `nllLoss` takes.
 * @throws {IndexError} in forward, for an axis out of range. @throws {DTypeError} for integers.
 * @example await new nn.LogSoftmax().forward(tensor([1, 1])).data(); // → -0.693, -0.693
 */
export class LogSoftmax extends AlongAxis {
  forward(x: Tensor): Tensor {
    return x.logSoftmax(this.axis);
  }
}

/**
 * softmax of -x along `axis`, the last one unless told: the least gets most.
 * @throws {IndexError} in forward, for an axis out of range. @throws {DTypeError} for integers.
 * @example
 * await new nn.Softmin().forward(tensor([1, 2])).data(); // → 0.731, 0.269
 */
export class Softmin extends AlongAxis {
  forward(x: Tensor): Tensor {
    return x.neg().softmax(this.axis);
  }
}
