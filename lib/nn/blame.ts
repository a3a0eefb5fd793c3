// Names the module in an error that was thrown while a model's forward was recorded: `features.1`, as the state dict would.
import { HebbError } from '../core/index.js';
import type { AnyModule } from './module.js';

/** What an error said before a path was put into it, and the outermost module that it has passed so far. */
interface Passage {
  readonly message: string;
  readonly stack: string;
  readonly kind: string;
  module: AnyModule;
  path: string;
}

const passages = new WeakMap<HebbError, Passage>();

/** `error` leaves `module`'s forward: makes its path begin there. Called once for each module around the line that threw. */
export function blame(error: unknown, module: AnyModule): void {
  if (!(error instanceof HebbError)) return;
  const passage = passages.get(error);
  if (passage === undefined) {
    passages.set(error, { message: error.message, stack: error.stack ?? '', kind: module.constructor.name, module, path: '' });
    return;
  }
  const name = nameWithin(module, passage.module);
  if (name !== undefined) passage.path = passage.path ? `${name}.${passage.path}` : name;
  passage.module = module;
  error.module = passage.path;
  error.message = `${passage.message} (in module ${passage.path}, ${passage.kind})`;
  error.stack = passage.stack.replace(passage.message, () => error.message);
}

/** Empty paths: the module itself, or one that it calls without owning it. */
function nameWithin(outer: AnyModule, inner: AnyModule): string | undefined {
  for (const [name, module] of outer.namedModules()) if (module === inner && name !== '') return name;
  return undefined;
}
