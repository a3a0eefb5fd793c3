// defineOp: a user's op as a composition of hebb's, with a gradient of its own.
import { ArgumentError } from './errors.js';
import { newOp } from './op.js';
import { operand, record } from './record.js';
import { describe } from './shape.js';
import { Tensor } from './tensor.js';

/**
 * Declares an op by its forward composition and its own gradient (for a straight-through estimator, a stabler formula …).
 *
 * @param op `name` for messages; `forward` records with hebb's ops; `grad` gives one gradient (or null) an input, from the inputs, the
 *   result `y` and its gradient `dy`.
 * @throws {ArgumentError} when `forward` doesn't return a Tensor (a promise, for example), or `grad` another count than inputs.
 * @example
 * const twice = defineOp({ name: 'twice', forward: (x: Tensor) => x.mul(2), grad: ({ dy }) => [dy.mul(2)] });
 * await twice(tensor(3)).item(); // → 6
 */
export function defineOp<A extends Tensor[]>(op: {
  name: string;
  forward(...inputs: A): Tensor;
  grad(context: { inputs: A; y: Tensor; dy: Tensor }): (Tensor | null)[];
}): (...inputs: A) => Tensor {
  const { name, forward } = op;
  const node = newOp(
    name,
    { kind: 'alias' },
    ({ inputs, y, dy }) => {
      const parts = op.grad({ inputs: inputs.slice(1) as A, y, dy });
      if (!Array.isArray(parts) || parts.length !== inputs.length - 1)
        throw new ArgumentError(name, `grad must return ${inputs.length - 1} gradients, got ${describe(parts)}`, { value: parts });
      return [null, ...parts];
    },
    true,
  );
  return (...inputs: A): Tensor => {
    const nodes = inputs.map((x) => operand(name, x)) as A;
    const y = forward(...nodes) as unknown;
    if (!(y instanceof Tensor))
      throw new ArgumentError(name, `forward must return a Tensor at once, got ${describe(y)}; recording is synchronous`, { value: y });
    const value = operand(name, y);
    return record(node, [value, ...nodes], value.shape, value.dtype);
  };
}
