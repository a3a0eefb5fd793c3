// The two aliases that end a gradient's path: `detach` for users, and the copy through which a variable is read.
import { newOp } from './op.js';
import { operand, record } from './record.js';
import { NEEDS_GRAD, Tensor } from './tensor.js';

export const detachOp = newOp('detach', { kind: 'alias' }, null);

declare module './tensor.js' {
  interface Tensor {
    /**
     * The same values, without a gradient's path to what they were recorded from.
     * @example
     * const x = tensor([1, 2]);
     * const [dx] = grad(x.mul(x.detach()).sum(), [x]); // of x·c, not of x²
     * await dx!.data(); // → 1, 2
     */
    detach(): Tensor;
  }
}

Tensor.prototype.detach = function (this: Tensor): Tensor {
  const x = operand('detach', this);
  const node = record(detachOp, [x], x.shape, x.dtype);
  node.flags &= ~NEEDS_GRAD;
  return node;
};
