// Linear: a fully connected layer.
import { ArgumentError, formatShape, Parameter, ShapeError, type Tensor } from '../core/index.js';
import { kaimingUniform, uniform } from './init.js';
import { Module } from './module.js';

/** Options of `Linear`. */
export interface LinearOptions {
  /** Whether to add a learned bias; true unless told. */
  readonly bias?: boolean;
}

/**
 * y = x · weightᵀ + bias, over the last axis: (…, inFeatures) → (…, outFeatures). `weight` is (outFeatures, inFeatures), `bias`
 * (outFeatures) or null; both begin uniform in ±1/√inFeatures, as in PyTorch.
 *
 * @throws {ArgumentError} for sizes that are no whole numbers ≥ 1; forward throws a ShapeError for another number of features.
 * @example
 * const layer = new nn.Linear(784, 10);
 * layer.forward(randn([32, 784])).shape; // → [32, 10]
 */
export class Linear extends Module {
  /** Last size of the input. */
  readonly inFeatures: number;
  /** Last size of the result. */
  readonly outFeatures: number;
  /** (outFeatures, inFeatures). May be shared: `head.weight = embedding.weight` makes one parameter of two. */
  weight: Parameter;
  /** (outFeatures), or null without one. */
  bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, { bias = true }: LinearOptions = {}) {
    super();
    for (const [name, size] of Object.entries({ inFeatures, outFeatures })) {
      if (!Number.isInteger(size) || size < 1)
        throw new ArgumentError('Linear', `${name} must be a whole number ≥ 1, got ${size}`, { value: size });
    }
    const bound = inFeatures ** -0.5;
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(kaimingUniform([outFeatures, inFeatures], { a: Math.sqrt(5) }));
    this.bias = bias ? new Parameter(uniform([outFeatures], { low: -bound, high: bound })) : null;
  }

  forward(x: Tensor): Tensor {
    const { shape } = x;
    if (shape.at(-1) !== this.inFeatures) {
      const remedy = shape.length > 2 ? '; put a Flatten before it?' : '';
      throw new ShapeError('Linear', `expects (…, ${this.inFeatures}), got ${formatShape(shape)}${remedy}`, { value: shape });
    }
    const y = x.matmul(this.weight.transpose());
    return this.bias === null ? y : y.add(this.bias);
  }
}
