// Activations that learn, or that let one half of their input gate the other.
import { ArgumentError, checkAxis, describe, formatShape, Parameter, ShapeError, type Tensor } from '../core/index.js';
import { where } from '../ops/index.js';
import { AlongAxis } from './along_axis.js';
import { constant } from './init.js';
import { Module } from './module.js';

/** Options of `PReLU`. */
export interface PReLUOptions {
  /** The slope to begin with; 0.25 unless told. */
  readonly init?: number;
}

/**
 * x where it is positive, else weight · x. `weight` is (numParameters): one slope for all (the default), or one for each channel, which
 * are the last axis here.
 *
 * Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015.
 *
 * @throws {ArgumentError} for a number of parameters that is no whole number ≥ 1. @throws {ShapeError} in forward, for other channels.
 * @example
 * await new nn.PReLU().forward(tensor([-2, 2])).data(); // → -0.5, 2
 */
export class PReLU extends Module {
  /** One, or the number of channels. */
  readonly numParameters: number;
  /** The slopes (numParameters). */
  weight: Parameter;

  constructor(numParameters = 1, { init = 0.25 }: PReLUOptions = {}) {
    super();
    if (!Number.isInteger(numParameters) || numParameters < 1)
      throw new ArgumentError('PReLU', `numParameters must be a whole number ≥ 1, got ${describe(numParameters)}`, {
        value: numParameters,
      });
    this.numParameters = numParameters;
    this.weight = new Parameter(constant([numParameters], init));
  }

  forward(x: Tensor): Tensor {
    const n = this.numParameters;
    if (n !== 1 && x.shape.at(-1) !== n)
      throw new ShapeError('PReLU', `expects (…, ${n}), got ${formatShape(x.shape)}; channels are the last axis`, { value: x.shape });
    return where(x.gt(0), x, x.mul(n === 1 ? this.weight.reshape([]) : this.weight));
  }
}

/** The two halves of x along an axis. */
function halves(op: string, x: Tensor, axis: number): [Tensor, Tensor] {
  const k = checkAxis(op, axis, x.shape.length);
  const size = x.shape[k]!;
  if (size % 2) throw new ShapeError(op, `splits axis ${k} in halves, but ${formatShape(x.shape)} has ${size} there`, { value: x.shape });
  return [x.narrow(k, 0, size / 2), x.narrow(k, size / 2, size / 2)];
}

/**
 * a · sigmoid(b), a and b being the halves of x along `axis`, the last one unless told.
 * Source: Dauphin, Fan, Auli, Grangier, "Language modeling with gated convolutional networks", 2016.
 *
 * @throws {ShapeError} in forward, for an odd number of entries.
 * @example
 * new nn.GLU().forward(zeros([8, 64])).shape; // → [8, 32]
 */
export class GLU extends AlongAxis {
  forward(x: Tensor): Tensor {
    const [a, b] = halves('GLU', x, this.axis);
    return a.mul(b.sigmoid());
  }
}

/**
 * silu(a) · b, a and b being the halves of x along `axis`, the last one unless told: after one Linear that computes both.
 * Source: Shazeer, "GLU variants improve Transformer", 2020.
 *
 * @throws {ShapeError} in forward, for an odd number of entries.
 * @example
 * const feedForward = new nn.Sequential(new nn.Linear(64, 2 * 256), new nn.SwiGLU(), new nn.Linear(256, 64));
 * feedForward.forward(zeros([8, 64])).shape; // → [8, 64]
 */
export class SwiGLU extends AlongAxis {
  forward(x: Tensor): Tensor {
    const [a, b] = halves('SwiGLU', x, this.axis);
    return a.silu().mul(b);
  }
}
