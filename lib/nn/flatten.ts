// Flatten and Unflatten: what stands between the images and the Linear layers.
import { checkAxis, ShapeError, sizeOf, type Tensor } from '../core/index.js';
import { Module } from './module.js';

/**
 * Makes each row of a batch one vector: (N, …) → (N, features). Images are channels-last here and channel-first in PyTorch; (N, H, W, C)
 * is emitted channel by channel, so that the next Linear means the same as in a PyTorch file. `reshape` leaves the order as it is.
 *
 * @throws {ShapeError} in forward, for a scalar.
 * @example
 * new nn.Flatten().forward(zeros([32, 28, 28, 1])).shape; // → [32, 784]
 */
export class Flatten extends Module {
  forward(x: Tensor): Tensor {
    const { shape } = x;
    const [rows, ...rest] = shape;
    if (rows === undefined) throw new ShapeError('Flatten', 'expects a batch of rows, got a scalar', { value: shape });
    const isImage = shape.length >= 4 && shape.at(-1) !== 1;
    const ordered = isImage ? x.transpose(0, shape.length - 1, ...rest.slice(1).map((_, i) => i + 1)) : x;
    return ordered.reshape([rows, sizeOf(rest)]);
  }
}

/**
 * Parts an axis into several; one size may be -1. The reverse of Flatten: where axis 1 becomes an image, that is, three sizes (H, W, C) or
 * more with more than one channel, the features are read channel by channel. `unflatten` leaves the order as it is.
 *
 * @throws {ShapeError} in forward, when the sizes don't multiply to the axis.
 * @example
 * new nn.Unflatten(1, [7, 7, 64]).forward(zeros([8, 3136])).shape; // → [8, 7, 7, 64]
 */
export class Unflatten extends Module {
  /** The axis that is parted. */
  readonly axis: number;
  /** The sizes of its parts. */
  readonly sizes: readonly number[];

  constructor(axis: number, sizes: readonly number[]) {
    super();
    this.axis = axis;
    this.sizes = [...sizes];
  }

  forward(x: Tensor): Tensor {
    const { sizes } = this;
    const k = checkAxis('Unflatten', this.axis, x.shape.length);
    if (k !== 1 || x.shape.length !== 2 || sizes.length < 3 || sizes.at(-1) === 1) return x.unflatten(k, sizes);
    const channelFirst = x.unflatten(k, [sizes.at(-1)!, ...sizes.slice(0, -1)]);
    return channelFirst.transpose(0, ...sizes.slice(1).map((_, i) => i + 2), 1);
  }
}
