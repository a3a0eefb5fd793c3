// Bilinear: a layer over each pair of entries of two inputs.
import { ArgumentError, describe, formatShape, Parameter, ShapeError, sizeOf, type Tensor } from '../core/index.js';
import { uniform } from './init.js';
import type { LinearOptions } from './linear.js';
import { Module } from './module.js';

/**
 * y[o] = Σᵢⱼ a[i] · weight[o, i, j] · b[j] + bias[o], over the last axes: (…, in1Features) and (…, in2Features) → (…, outFeatures).
 * `weight` is (outFeatures, in1Features, in2Features), `bias` (outFeatures) or null; both begin uniform in ±1/√in1Features, as in PyTorch.
 *
 * @throws {ArgumentError} for sizes that are no whole numbers ≥ 1. @throws {ShapeError} in forward, when the inputs don't fit.
 * @example
 * const layer = new nn.Bilinear(20, 30, 40);
 * layer.forward(randn([8, 20]), randn([8, 30])).shape; // → [8, 40]
 */
export class Bilinear extends Module<[Tensor, Tensor]> {
  /** Last size of the first input. */
  readonly in1Features: number;
  /** Last size of the second input. */
  readonly in2Features: number;
  /** Last size of the result. */
  readonly outFeatures: number;
  /** (outFeatures, in1Features, in2Features). */
  weight: Parameter;
  /** (outFeatures), or null without one. */
  bias: Parameter | null;

  constructor(in1Features: number, in2Features: number, outFeatures: number, { bias = true }: LinearOptions = {}) {
    super();
    for (const [name, size] of Object.entries({ in1Features, in2Features, outFeatures }))
      if (!Number.isInteger(size) || size < 1)
        throw new ArgumentError('Bilinear', `${name} must be a whole number ≥ 1, got ${describe(size)}`, { value: size });
    const bound = in1Features ** -0.5;
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(uniform([outFeatures, in1Features, in2Features], { low: -bound, high: bound }));
    this.bias = bias ? new Parameter(uniform([outFeatures], { low: -bound, high: bound })) : null;
  }

  forward(a: Tensor, b: Tensor): Tensor {
    const { in1Features, in2Features, outFeatures, weight, bias } = this;
    const lead = a.shape.slice(0, -1);
    const expected = [...lead, in2Features];
    if (a.shape.at(-1) !== in1Features || formatShape(b.shape) !== formatShape(expected))
      throw new ShapeError(
        'Bilinear',
        `expects (…, ${in1Features}) and (…, ${in2Features}) that agree before, got ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
        { value: [a.shape, b.shape] },
      );
    const rows = sizeOf(lead);
    const mixed = weight.transpose(1, 0, 2).reshape([in1Features, outFeatures * in2Features]);
    const left = a.reshape([rows, in1Features]).matmul(mixed).reshape([rows, outFeatures, in2Features]);
    const y = left.matmul(b.reshape([rows, in2Features, 1])).reshape([...lead, outFeatures]);
    return bias === null ? y : y.add(bias);
  }
}
