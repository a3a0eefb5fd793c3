// Containers that a model's own forward goes through: lists and dictionaries of modules. Sequential calls its layers itself.
import { ArgumentError, describe, type Parameter } from '../core/index.js';
import { type AnyModule, Module } from './module.js';

const checkModule = (op: string, module: unknown, name: string): AnyModule => {
  if (module instanceof Module) return module;
  throw new ArgumentError(op, `expects modules, but ${name} is ${describe(module)}`, { value: module });
};

/**
 * Modules in order, by number. Their names are their places: `blocks.0.weight`, as in PyTorch. A plain array as a property does the same;
 * a ModuleList can also stand on its own, and checks what goes in.
 *
 * @throws {ArgumentError} for what is no Module; and in forward, because a list doesn't know how to call its modules.
 * @example
 * class Stack extends nn.Module {
 *   blocks = new nn.ModuleList([new nn.Linear(8, 8), new nn.Linear(8, 8)]);
 *   forward(x: Tensor) {
 *     for (const block of this.blocks) x = block.forward(x).relu();
 *     return x;
 *   }
 * }
 * new Stack().forward(zeros([2, 8])).shape; // → [2, 8]
 */
export class ModuleList<M extends AnyModule = Module> extends Module<never[], never> implements Iterable<M> {
  readonly #modules: M[] = [];

  constructor(modules: Iterable<M> = []) {
    super();
    this.push(...modules);
  }

  /** How many there are. */
  get length(): number {
    return this.#modules.length;
  }

  /** The module at a place; negative ones count from the end. Undefined where there is none. */
  at(place: number): M | undefined {
    return this.#modules.at(place);
  }

  /** Appends modules. */
  push(...modules: M[]): this {
    for (const module of modules) checkModule('ModuleList', module, `module ${this.length}`);
    this.#modules.push(...modules);
    return this;
  }

  /** The modules in order. */
  [Symbol.iterator](): IterableIterator<M> {
    return this.#modules.values();
  }

  override *members(): Iterable<[name: string, member: Parameter | AnyModule]> {
    for (const [i, module] of this.#modules.entries()) yield [String(i), module];
    yield* super.members();
  }

  forward(): never {
    throw new ArgumentError('ModuleList', 'has no forward of its own: call its modules, or use Sequential');
  }
}

/**
 * Modules by name: `heads.cat.weight`, as in PyTorch.
 *
 * @throws {ArgumentError} for what is no Module, a name that is empty or has a dot, an unknown name; and in forward.
 * @example
 * const heads = new nn.ModuleDict({ digit: new nn.Linear(64, 10), parity: new nn.Linear(64, 2) });
 * heads.get('parity').forward(zeros([1, 64])).shape; // → [1, 2]
 */
export class ModuleDict<M extends AnyModule = Module> extends Module<never[], never> implements Iterable<[name: string, module: M]> {
  readonly #modules = new Map<string, M>();

  constructor(modules: Readonly<Record<string, M>> = {}) {
    super();
    for (const [name, module] of Object.entries(modules)) this.set(name, module);
  }

  /** How many there are. */
  get size(): number {
    return this.#modules.size;
  }

  /** Whether there is a module of that name. */
  has(name: string): boolean {
    return this.#modules.has(name);
  }

  /** The module of that name. @throws {ArgumentError} when there is none. */
  get(name: string): M {
    const module = this.#modules.get(name);
    if (module !== undefined) return module;
    throw new ArgumentError('ModuleDict', `has ${[...this.#modules.keys()].join(', ') || 'no modules'}, not ${describe(name)}`, {
      value: name,
    });
  }

  /** Adds or replaces a module. */
  set(name: string, module: M): this {
    if (typeof name !== 'string' || name === '' || name.includes('.'))
      throw new ArgumentError('ModuleDict', `a name is a text without dots, got ${describe(name)}`, { value: name });
    this.#modules.set(name, checkModule('ModuleDict', module, describe(name)) as M);
    return this;
  }

  /** The modules with their names, in the order in which they were set. */
  [Symbol.iterator](): IterableIterator<[name: string, module: M]> {
    return this.#modules.entries();
  }

  override *members(): Iterable<[name: string, member: Parameter | AnyModule]> {
    yield* this.#modules;
    yield* super.members();
  }

  forward(): never {
    throw new ArgumentError('ModuleDict', 'has no forward of its own: call its modules by name');
  }
}
