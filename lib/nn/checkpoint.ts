// checkpoint: a layer or function that trades time for memory. How it is recorded stands in lib/core/checkpoint.ts.
import { ArgumentError, checkpointed, describe, type Tensor } from '../core/index.js';
import { type AnyModule, Module } from './module.js';

/**
 * Keeps of a module or function only what goes in; what it computes in between is computed again when the backward pass comes there. A
 * deep model made of such parts trains in the memory of its largest part (and what goes into each), for about a third more time.
 * Results, gradients, dropout masks and running statistics are the same, bit for bit.
 *
 * Source: Chen et al., "Training deep nets with sublinear memory cost", 2016; `torch.utils.checkpoint`.
 *
 * @param what A Module, whose `forward` is from now on recorded so, or a function. Either returns one Tensor. What lies within can't be
 *   differentiated by: `grad` takes what goes in, and parameters.
 * @returns The module itself, under its own names; or a function like the one given.
 * @throws {ArgumentError} for anything else; and when it is recorded, for a result that isn't one Tensor.
 * @example
 * const block = () => nn.checkpoint(new nn.Sequential(new nn.Linear(64, 64), new nn.GELU(), new nn.Linear(64, 64)));
 * const model = new nn.Sequential(block(), block(), new nn.Linear(64, 10));
 * const gate = nn.checkpoint((x: Tensor, w: Tensor) => x.matmul(w).silu().mul(x));
 */
export function checkpoint<M extends AnyModule>(what: M): M;
export function checkpoint<A extends unknown[]>(what: (...inputs: A) => Tensor): (...inputs: A) => Tensor;
export function checkpoint(what: AnyModule | ((...inputs: unknown[]) => Tensor)): unknown {
  if (typeof what === 'function') return (...inputs: unknown[]) => checkpointed(what, inputs);
  if (!(what instanceof Module))
    throw new ArgumentError('checkpoint', `expects a Module or a function, got ${describe(what)}`, { value: what });
  if (marked.has(what)) return what;
  marked.add(what);
  const { forward } = what;
  Object.defineProperty(what, 'forward', {
    value: (...inputs: unknown[]) => checkpointed(forward as (...inputs: unknown[]) => Tensor, inputs),
    writable: true,
    configurable: true,
  });
  return what;
}

const marked = new WeakSet<AnyModule>();
