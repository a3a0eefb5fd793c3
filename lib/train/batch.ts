// How a batch is handed to a model and its loss: the last tensor is the target, the ones before it are the inputs.
import { ArgumentError, describe, formatShape, ShapeError, Tensor } from '../core/index.js';
import { type AnyModule, Module } from '../nn/index.js';

/** A loss: a function, or a Module such as `nn.CrossEntropyLoss`. */
// biome-ignore lint/suspicious/noExplicitAny: a model's outputs are whatever its forward gives.
export type Loss = ((out: any, y: Tensor) => Tensor) | Module<[any, Tensor], Tensor>;

/** What a batch came to, recorded. */
export interface Recorded {
  readonly out: unknown;
  readonly y: Tensor;
  readonly loss: Tensor;
  readonly rows: number;
}

/** Records the model's outputs for a batch and their loss. */
export function recordBatch(op: string, model: AnyModule, loss: Loss, batch: unknown): Recorded {
  const inputs = Array.isArray(batch) ? batch.slice(0, -1) : [];
  const y: unknown = Array.isArray(batch) ? batch.at(-1) : undefined;
  if (inputs.length === 0 || !(y instanceof Tensor)) {
    throw new ArgumentError(op, `expects batches of inputs and a target, [x, y], got ${describe(batch)}`, { value: batch });
  }
  const out = model.forward(...inputs);
  const value = loss instanceof Module ? loss.forward(out, y) : loss(out, y);
  if (!(value instanceof Tensor)) throw new ArgumentError(op, `the loss must give a tensor, got ${describe(value)}`, { value });
  if (value.size !== 1)
    throw new ShapeError(op, `the loss must be one number, got ${formatShape(value.shape)}; use .mean()`, { value: value.shape });
  return { out, y, loss: value, rows: y.shape[0] ?? 1 };
}
