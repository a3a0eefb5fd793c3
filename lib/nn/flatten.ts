// Flatten: what stands between the images and the Linear layers.
import { ShapeError, sizeOf, type Tensor } from '../core/index.js';
import { Module } from './module.js';

/**
 * Makes each row of a batch one vector: (N, …) → (N, features). Images are channels-last here and channel-first in PyTorch; (N, H, W, C)
 * is emitted channel by channel, so that the next Linear means the same as in a PyTorch file. `reshape` leaves the order as it is.
 *
 * @throws {ShapeError} in forward, for a scalar.
 * @example
 * new nn.Flatten().forward(zeros([32, 28, 28, 1])).shape; // [32, 784]
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
