// Layers that normalise each sample over its last axes: LayerNorm and RMSNorm.
import { ArgumentError, checkShape, describe, ones, Parameter, type Shape, type Tensor, zeros } from '../core/index.js';
import { layerNorm, RMS_EPS, rmsNorm } from '../ops/index.js';
import { checkNumber } from './check.js';
import { Module } from './module.js';

/** Options of `RMSNorm`. */
export interface RMSNormOptions {
  /** Is added to the mean square before its root is taken; 2⁻²³ unless told. */
  readonly eps?: number;
  /** Whether to learn a scale for each place; true unless told. */
  readonly elementwiseAffine?: boolean;
}

/** Options of `LayerNorm`. */
export interface LayerNormOptions {
  /** Is added to the variance before its root is taken; 1e-5 unless told. */
  readonly eps?: number;
  /** Whether to learn a scale and a shift for each place; true unless told. */
  readonly elementwiseAffine?: boolean;
  /** Whether to learn the shift too; true unless told. */
  readonly bias?: boolean;
}

/** The sizes of the normalised axes, each at least 1. */
function sizes(op: string, normalizedShape: number | Shape): Shape {
  const shape = checkShape(op, typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape);
  if (shape.length > 0 && !shape.includes(0)) return shape;
  throw new ArgumentError(op, `normalizedShape must be one or more sizes ≥ 1, got ${describe(normalizedShape)}`, {
    value: normalizedShape,
  });
}

/**
 * (x - mean) / √(variance + eps) · weight + bias over the last axes of each sample: (…, normalizedShape) → the same. `weight` (ones at
 * first) and `bias` (zeros) have that shape; null where they are not learned.
 *
 * Source: Ba, Kiros and Hinton, "Layer normalization", 2016.
 *
 * @param normalizedShape The sizes of the axes that are normalised together; a number stands for one axis.
 * @throws {ShapeError} {ArgumentError} for sizes that are no whole numbers ≥ 1 or an eps that is no finite number ≥ 0; forward throws a
 *   ShapeError for x that doesn't end in that shape.
 * @example
 * const layer = new nn.LayerNorm(256);
 * layer.forward(randn([8, 20, 256])).shape; // → [8, 20, 256]
 */
export class LayerNorm extends Module {
  /** The sizes of the last axes, which are normalised together. */
  readonly normalizedShape: Shape;
  /** Is added before the root is taken. */
  readonly eps: number;
  /** (…normalizedShape), ones at first, or null without `elementwiseAffine`. */
  weight: Parameter | null;
  /** (…normalizedShape), zeros at first, or null without `elementwiseAffine` or `bias`. */
  bias: Parameter | null;

  constructor(normalizedShape: number | Shape, { eps = 1e-5, elementwiseAffine = true, bias = true }: LayerNormOptions = {}) {
    super();
    checkNumber('LayerNorm', 'eps', eps, 0);
    this.normalizedShape = sizes('LayerNorm', normalizedShape);
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape)) : null;
    this.bias = elementwiseAffine && bias ? new Parameter(zeros(this.normalizedShape)) : null;
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this);
  }
}

/**
 * x / √(mean of x² + eps) · weight over the last axes of each sample: (…, normalizedShape) → the same. `weight` (ones at first) has that
 * shape; null where it is not learned.
 *
 * Source: Zhang and Sennrich, "Root mean square layer normalization", 2019.
 *
 * @param normalizedShape The sizes of the axes that are normalised together; a number stands for one axis.
 * @throws {ShapeError} {ArgumentError} as `LayerNorm`.
 * @example
 * const layer = new nn.RMSNorm(256, { eps: 1e-6 });
 * layer.forward(randn([8, 20, 256])).shape; // → [8, 20, 256]
 */
export class RMSNorm extends Module {
  /** The sizes of the last axes, which are normalised together. */
  readonly normalizedShape: Shape;
  /** Is added before the root is taken. */
  readonly eps: number;
  /** (…normalizedShape), ones at first, or null without `elementwiseAffine`. */
  weight: Parameter | null;

  constructor(normalizedShape: number | Shape, { eps = RMS_EPS, elementwiseAffine = true }: RMSNormOptions = {}) {
    super();
    checkNumber('RMSNorm', 'eps', eps, 0);
    this.normalizedShape = sizes('RMSNorm', normalizedShape);
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape)) : null;
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, this);
  }
}
