// State dicts on their way to and from files: tensors by name, in an object without a prototype.
import { ArgumentError, type StateDict, Tensor } from '../core/index.js';

/** The tensors of a state dict; throws for what is none, and for names that no file can hold. */
export function checkDict(op: string, dict: Readonly<Record<string, Tensor>>): [string, Tensor][] {
  const entries = Object.entries(dict);
  for (const [name, value] of entries) {
    if (!(value instanceof Tensor)) throw new ArgumentError(op, `expects tensors, but "${name}" is ${typeof value}`, { value });
    if (name === '__metadata__' || name === '__proto__') throw new ArgumentError(op, `"${name}" can't be a tensor's name`, { value: name });
  }
  return entries;
}

/** Tensors by name as a state dict. */
export function toStateDict(tensors: Iterable<readonly [string, Tensor]>): StateDict {
  const dict: StateDict = Object.create(null);
  for (const [name, t] of tensors) dict[name] = t;
  return dict;
}
