// Activations made of straight pieces, and shrinkages, as layers; each is the tensor method of the same name. Shapes stay as they are.
import type { Generator, Tensor } from '../core/index.js';
import { checkNumber } from './check.js';
import { Module } from './module.js';

/**
 * Cuts to `minVal` … `maxVal`, -1 … 1 unless told.
 *
 * @throws {ArgumentError} unless minVal is below maxVal.
 * @example await new nn.Hardtanh().forward(tensor([-2, 0.5])).data(); // → -1, 0.5
 */
export class Hardtanh extends Module {
  /** The least result. */
  readonly minVal: number;
  /** The largest result. */
  readonly maxVal: number;

  constructor(minVal = -1, maxVal = 1) {
    super();
    checkNumber('Hardtanh', 'minVal', minVal);
    checkNumber('Hardtanh', 'maxVal', maxVal, minVal, true);
    this.minVal = minVal;
    this.maxVal = maxVal;
  }

  forward(x: Tensor): Tensor {
    return x.hardTanh(this.minVal, this.maxVal);
  }
}

/** min(max(x, 0), 6). @example await new nn.ReLU6().forward(tensor([-1, 8])).data(); // → 0, 6 */
export class ReLU6 extends Module {
  forward(x: Tensor): Tensor {
    return x.relu6();
  }
}

/** relu6(x + 3) / 6. @example await new nn.Hardsigmoid().forward(tensor([0, 5])).data(); // → 0.5, 1 */
export class Hardsigmoid extends Module {
  forward(x: Tensor): Tensor {
    return x.hardSigmoid();
  }
}

/**
 * x · relu6(x + 3) / 6.
 * Source: Howard et al., "Searching for MobileNetV3", 2019.
 *
 * @example await new nn.Hardswish().forward(tensor([-4, 4])).data(); // → 0, 4
 */
export class Hardswish extends Module {
  forward(x: Tensor): Tensor {
    return x.hardSwish();
  }
}

/**
 * x where |x| is above lambda (0.5 unless told), else 0.
 *
 * @throws {ArgumentError} when lambda is negative or not finite.
 * @example await new nn.Hardshrink().forward(tensor([-2, 0.3])).data(); // → -2, 0
 */
export class Hardshrink extends Module {
  /** Up to here |x| becomes 0. */
  readonly lambda: number;

  constructor(lambda = 0.5) {
    super();
    checkNumber('Hardshrink', 'lambda', lambda, 0);
    this.lambda = lambda;
  }

  forward(x: Tensor): Tensor {
    return x.hardshrink(this.lambda);
  }
}

/**
 * Moves x towards 0 by lambda (0.5 unless told), at most to 0.
 *
 * @throws {ArgumentError} when lambda is negative or not finite.
 * @example await new nn.Softshrink().forward(tensor([-2, 0.3])).data(); // → -1.5, 0
 */
export class Softshrink extends Module {
  /** By how much x moves. */
  readonly lambda: number;

  constructor(lambda = 0.5) {
    super();
    checkNumber('Softshrink', 'lambda', lambda, 0);
    this.lambda = lambda;
  }

  forward(x: Tensor): Tensor {
    return x.softshrink(this.lambda);
  }
}

/** x - tanh(x). @example await new nn.Tanhshrink().forward(tensor([1])).data(); // → 0.238 */
export class Tanhshrink extends Module {
  forward(x: Tensor): Tensor {
    return x.tanhshrink();
  }
}

/**
 * x where it is above the threshold, else the value; neither has a default.
 *
 * @throws {ArgumentError} when one is not a finite number.
 * @example await new nn.Threshold(1, 20).forward(tensor([-2, 3])).data(); // → 20, 3
 */
export class Threshold extends Module {
  /** Up to here x is replaced. */
  readonly threshold: number;
  /** What takes its place. */
  readonly value: number;

  constructor(threshold: number, value: number) {
    super();
    checkNumber('Threshold', 'threshold', threshold);
    checkNumber('Threshold', 'value', value);
    this.threshold = threshold;
    this.value = value;
  }

  forward(x: Tensor): Tensor {
    return x.threshold(this.threshold, this.value);
  }
}

/** Options of `RReLU`. */
export interface RReLUOptions {
  /** Where the slopes come from; the default one (see `manualSeed`) unless told. */
  readonly generator?: Generator;
}

/**
 * x where it is positive, else slope · x: while training each element's slope is drawn anew, uniformly from `lower` (1/8 unless told) to
 * `upper` (1/3); in eval mode it is their mean.
 * Source: Xu, Wang, Chen, Li, "Empirical evaluation of rectified activations in convolutional network", 2015.
 *
 * @throws {ArgumentError} when a slope is not finite, or lower is above upper.
 * @example await new nn.RReLU(0.1, 0.3).eval().forward(tensor([-1, 2])).data(); // → -0.2, 2
 */
export class RReLU extends Module {
  /** The least slope. */
  readonly lower: number;
  /** The largest slope. */
  readonly upper: number;
  readonly #generator: Generator | undefined;

  constructor(lower = 1 / 8, upper = 1 / 3, { generator }: RReLUOptions = {}) {
    super();
    checkNumber('RReLU', 'lower', lower);
    checkNumber('RReLU', 'upper', upper, lower);
    this.lower = lower;
    this.upper = upper;
    this.#generator = generator;
  }

  forward(x: Tensor): Tensor {
    return x.rrelu({ lower: this.lower, upper: this.upper, training: this.training, generator: this.#generator });
  }
}
