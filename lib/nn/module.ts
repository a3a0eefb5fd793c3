// Module: what every layer and model is. Holds parameters and other modules as plain properties, and finds them by walking these.
import { ArgumentError, describe, Parameter, type Shape, type StateDict, type Tensor } from '../core/index.js';
import { blame } from './blame.js';
import { type HookHandle, Hooks } from './hooks.js';
import { inEvalMode, isPredicting, observe } from './mode.js';
import { copyState, type Loaded, type LoadOptions, restoreState } from './state.js';
import { summarize } from './summary.js';

/** Any module, whatever it takes and gives. */
// biome-ignore lint/suspicious/noExplicitAny: only `any` lets modules of every signature stand in one list.
export type AnyModule = Module<any, any>;

/** Sees a module's inputs before its forward; a list that it returns takes their place. */
export type ForwardPreHook<A extends unknown[]> = (module: AnyModule, inputs: A) => A | undefined;

/** Sees a module's inputs and result after its forward; what it returns, unless undefined, takes the result's place. */
export type ForwardHook<A extends unknown[], R> = (module: AnyModule, inputs: A, result: R) => R | undefined;

/**
 * The base of layers and models. A subclass creates its parameters and modules as properties and writes `forward`; arrays of them work
 * too. Names are paths of property names, as in PyTorch: `features.0.weight`.
 *
 * @example
 * class Net extends nn.Module {
 *   hidden = new nn.Linear(784, 128);
 *   out = new nn.Linear(128, 10);
 *   forward(x: Tensor) { return this.out.forward(this.hidden.forward(x).relu()); }
 * }
 * new Net().predict(randn([5, 784])).argmax(-1).shape; // → 5
 */
// biome-ignore lint/suspicious/noExplicitAny: a bound of unknown[] would refuse tuples of tensors.
export abstract class Module<A extends any[] = [Tensor], R = Tensor> {
  #training = true;
  #frozen = false;
  readonly #before = new Hooks<ForwardPreHook<A>>();
  readonly #after = new Hooks<ForwardHook<A, R>>();

  constructor() {
    const { forward } = this;
    // Each instance's own: it names the module in errors, and refuses what recording can't cover.
    Object.defineProperty(this, 'forward', { value: (...inputs: A) => this.#record(forward, inputs), writable: true, configurable: true });
  }

  /**
   * Records the computation of the outputs from the inputs. It is synchronous: ops record, and nothing is computed here.
   * @throws {ArgumentError} where a subclass's returns a promise. An error that is thrown within names the path of the module.
   * @example
   * const layer = new nn.Linear(4, 2);
   * await layer.forward(ones([3, 4])).data(); // six values
   */
  abstract forward(...inputs: A): R;

  #record(forward: (...inputs: A) => R, inputs: A): R {
    let result: R;
    try {
      const passed = this.#before.pass(inputs, (hook, current) => checkInputs(hook(this, current)));
      result = this.#after.pass(forward.apply(this, passed), (hook, current) => hook(this, passed, current) as R | undefined);
      refusePromise(result);
    } catch (error) {
      blame(error, this);
      throw error;
    }
    observe(this, result);
    return result;
  }

  /**
   * `forward` in eval mode, whatever mode the modules are in and without changing it; still lazy.
   * @example
   * const model = new nn.Sequential(new nn.Linear(4, 3), new nn.Dropout(0.5));
   * const probabilities = model.predict(ones([1, 4])).softmax(-1);
   * await probabilities.sum().item(); // → 1
   * model.training; // → true
   */
  predict(...inputs: A): R {
    return inEvalMode(() => this.forward(...inputs));
  }

  /**
   * Lets a function see the inputs of each forward from now on; a list that it returns takes their place. Hooks run while forward is
   * recorded, so they record: nothing is computed yet.
   * @returns `remove()` of it takes the hook away.
   * @throws {ArgumentError} for what is no function; in forward, for a hook that returns neither a list nor nothing.
   * @example
   * const layer = new nn.ReLU();
   * const handle = layer.registerForwardPreHook((_, [x]) => [x.add(1)]);
   * await layer.forward(tensor([-2, 2])).data(); // → 0, 3
   * handle.remove();
   */
  registerForwardPreHook(hook: ForwardPreHook<A>): HookHandle {
    return this.#before.add('registerForwardPreHook', hook);
  }

  /**
   * Lets a function see the result of each forward from now on; what it returns, unless undefined, takes the result's place.
   * @returns `remove()` of it takes the hook away.
   * @throws {ArgumentError} for what is no function.
   * @example
   * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU());
   * const seen: Tensor[] = [];
   * model.layers[0]!.registerForwardHook((_, inputs, y) => void seen.push(y));
   * model.forward(ones([2, 4]));
   * await run(...seen);
   * seen[0]!.shape; // → [2, 8]
   */
  registerForwardHook(hook: ForwardHook<A, R>): HookHandle {
    return this.#after.add('registerForwardHook', hook);
  }

  /** Whether layers like Dropout act as in training: the module's mode, unless a `predict` is being recorded. */
  get training(): boolean {
    return this.#training && !isPredicting();
  }

  /**
   * Puts the module and all within it into training mode, in which it begins; frozen ones stay in eval mode.
   * @example
   * new nn.Dropout().eval().train().training; // → true
   */
  train(): this {
    for (const [, module] of this.namedModules()) module.#training = !module.#frozen;
    return this;
  }

  /**
   * Puts the module and all within it into eval mode. To infer now and then, `predict` needs no switching.
   * @example
   * await new nn.Dropout().eval().forward(tensor([1, 2])).data(); // → 1, 2
   */
  eval(): this {
    for (const [, module] of this.namedModules()) module.#training = false;
    return this;
  }

  /**
   * No gradient for its parameters any more, and eval mode for good: for the parts of a model that are kept as they are.
   * @example
   * const body = new nn.Linear(4, 8).freeze();
   * body.weight.requiresGrad; // → false
   */
  freeze(): this {
    for (const [, module] of this.namedModules()) {
      module.#frozen = true;
      module.#training = false;
    }
    for (const parameter of this.parameters()) parameter.requiresGrad = false;
    return this;
  }

  /**
   * The parameters and modules that it holds itself, in the order in which they were set. A container overrides it to give its modules other names.
   * @example
   * [...new nn.Linear(4, 2).members()].map(([name]) => name); // → weight, bias
   */
  *members(): Iterable<[name: string, member: Parameter | AnyModule]> {
    for (const [name, value] of Object.entries(this)) {
      if (isMember(value)) yield [name, value];
      else if (Array.isArray(value)) for (const [i, item] of value.entries()) if (isMember(item)) yield [`${name}.${i}`, item];
    }
  }

  /**
   * The module itself, under the name '', and all within it; a shared one once.
   * @example
   * const model = new nn.Sequential(new nn.Linear(4, 2), new nn.ReLU());
   * model.namedModules().map(([name, module]) => `${name}: ${module.constructor.name}`); // → : Sequential, 0: Linear, 1: ReLU
   */
  namedModules(): [name: string, module: AnyModule][] {
    const names = new Map<AnyModule, string>([[this, '']]);
    this.#walk((name, member) => {
      if (member instanceof Module && !names.has(member)) names.set(member, name);
    });
    return Array.from(names, ([module, name]) => [name, module]);
  }

  /**
   * All parameters and buffers with their names; a shared one once, under its first name.
   * @example
   * const model = new nn.Sequential(new nn.Linear(4, 2), new nn.ReLU());
   * model.namedParameters().map(([name]) => name); // → 0.weight, 0.bias
   */
  namedParameters(): [name: string, parameter: Parameter][] {
    const names = new Map<Parameter, string>();
    for (const [name, parameter] of this.#state()) {
      if (!names.has(parameter)) names.set(parameter, name);
      parameter.name ||= name; // for messages
    }
    return Array.from(names, ([parameter, name]) => [name, parameter]);
  }

  /**
   * All parameters and buffers, each once: what an optimizer takes.
   * @example
   * new nn.Linear(4, 2).parameters().reduce((sum, p) => sum + p.size, 0); // → 10
   */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /**
   * A copy of all parameters and buffers as they are now, under PyTorch's names. A shared one is there under each of its names.
   * @example
   * const dict = await new nn.Linear(4, 2).stateDict();
   * Object.keys(dict); // → weight, bias
   */
  stateDict(): Promise<StateDict> {
    return copyState(this.#state());
  }

  /**
   * Takes over the values of a state dict; either all that fit, or, when it throws, none.
   *
   * @param options `strict` (default true) throws when names are missing or unexpected; `rename` gives the name here for a name in the
   *   dict, or null to leave it out.
   * @returns The names that the module has and the dict lacks, and the reverse.
   * @throws {ArgumentError} for names that don't match, when strict. @throws {ShapeError} for a tensor of another shape.
   * @example
   * const [from, to] = [new nn.Linear(4, 2), new nn.Linear(4, 2)];
   * to.loadStateDict(await from.stateDict());
   *
   * const head = await new nn.Sequential(to).stateDict(); // '0.weight', '0.bias'
   * const { missing } = to.loadStateDict(head, { strict: false, rename: (key) => (key === '0.bias' ? 'bias' : null) });
   * console.log(missing); // → weight
   */
  loadStateDict(dict: StateDict, options: LoadOptions = {}): Loaded {
    return restoreState(this.#state(), dict, options);
  }

  /**
   * A table of the layers with their numbers of parameters; with the shape of an input (its batch axis included) also of each output.
   * Nothing is computed.
   * @example
   * const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10));
   * console.log(model.summary([32, 28, 28, 1]));
   */
  summary(input?: Shape): string {
    return summarize(this, input);
  }

  /** Its parameters and buffers under all of their names. */
  #state(): [name: string, parameter: Parameter][] {
    const found: [string, Parameter][] = [];
    this.#walk((name, member) => {
      if (member instanceof Parameter) found.push([name, member]);
    });
    return found;
  }

  /** Visits all that is within, under all of its names; a module that refers back to one around it is not entered again. */
  #walk(visit: (name: string, member: Parameter | AnyModule) => void, prefix = '', around: readonly AnyModule[] = []): void {
    const inside = [...around, this];
    for (const [key, member] of this.members()) {
      const name = prefix + key;
      if (member instanceof Parameter) visit(name, member);
      else if (!inside.includes(member)) {
        visit(name, member);
        member.#walk(visit, `${name}.`, inside);
      }
    }
  }
}

const isMember = (value: unknown): value is Parameter | AnyModule => value instanceof Parameter || value instanceof Module;

function checkInputs<A extends unknown[]>(inputs: A | undefined): A | undefined {
  if (inputs === undefined || Array.isArray(inputs)) return inputs;
  const passed = inputs as unknown;
  refusePromise(passed);
  throw new ArgumentError('registerForwardPreHook', `a hook gives the list of inputs or nothing, got ${describe(passed)}`, {
    value: passed,
  });
}

function refusePromise(result: unknown): void {
  const { then } = Object(result) as { then?: unknown };
  if (typeof then !== 'function') return;
  (result as PromiseLike<unknown>).then(undefined, () => {}); // what becomes of it is beside the point
  throw new ArgumentError(
    'forward',
    'returned a promise, but recording is synchronous; make forward a plain function and await outside of it',
  );
}
