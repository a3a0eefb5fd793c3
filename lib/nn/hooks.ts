// Hooks: functions of a user that see, and may replace, what goes into a module and what comes out of it.
import { ArgumentError, describe } from '../core/index.js';

/** What registering a hook gives. */
export interface HookHandle {
  /** Takes the hook away again; a second call does nothing. */
  remove(): void;
}

/** The hooks of one kind of one module, in the order in which they were registered. */
export class Hooks<F> {
  #hooks: readonly { readonly hook: F }[] = [];

  add(op: string, hook: F): HookHandle {
    if (typeof hook !== 'function') throw new ArgumentError(op, `expects a function, got ${describe(hook)}`, { value: hook });
    const entry = { hook };
    this.#hooks = [...this.#hooks, entry];
    return { remove: () => void (this.#hooks = this.#hooks.filter((other) => other !== entry)) };
  }

  /** What `call` makes of a value, hook by hook; undefined leaves it as it is. */
  pass<T>(value: T, call: (hook: F, value: T) => T | undefined): T {
    let current = value;
    for (const { hook } of this.#hooks) {
      const next = call(hook, current);
      if (next !== undefined) current = next;
    }
    return current;
  }
}
