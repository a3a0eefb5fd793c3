// Ways around and beside: Residual adds its input to what a module makes of it, Parallel gives the same input to several modules.
import { ArgumentError, describe, formatShape, type Parameter, ShapeError, sameShape, type Tensor } from '../core/index.js';
import { concat } from '../ops/index.js';
import { type AnyModule, Module } from './module.js';

/**
 * Hands its input through: for places where a layer may be left out.
 * @example
 * const norm = (wanted: boolean) => (wanted ? new nn.Dropout(0.1) : new nn.Identity());
 * await norm(false).forward(tensor([1, 2])).data(); // → 1, 2
 */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}

/**
 * body(x) + shortcut(x). The shortcut is x itself unless told: a module that brings it to the body's shape.
 * Source: He, Zhang, Ren, Sun, "Deep residual learning for image recognition", 2015.
 *
 * @throws {ArgumentError} for what is no Module. @throws {ShapeError} in forward, when the two have different shapes.
 * @example
 * const block = new nn.Residual(new nn.Sequential(new nn.Linear(64, 64), new nn.ReLU()));
 * const wider = new nn.Residual(new nn.Linear(64, 128), new nn.Linear(64, 128, { bias: false }));
 * wider.forward(block.forward(zeros([8, 64]))).shape; // → [8, 128]
 */
export class Residual extends Module {
  /** What is added to the input. */
  body: Module;
  /** The way around it. */
  shortcut: Module;

  constructor(body: Module, shortcut: Module = new Identity()) {
    super();
    for (const [name, module] of Object.entries({ body, shortcut }))
      if (!(module instanceof Module))
        throw new ArgumentError('Residual', `${name} must be a Module, got ${describe(module)}`, { value: module });
    this.body = body;
    this.shortcut = shortcut;
  }

  forward(x: Tensor): Tensor {
    const y = this.body.forward(x);
    const around = this.shortcut.forward(x);
    if (!sameShape(y.shape, around.shape))
      throw new ShapeError(
        'Residual',
        `the body gives ${formatShape(y.shape)}, the shortcut ${formatShape(around.shape)}; pass a shortcut that fits`,
        { value: [y.shape, around.shape] },
      );
    return y.add(around);
  }
}

/** Options of `Parallel`. */
export interface ParallelOptions {
  /** How the results become one: 'concat' (unless told), or 'sum' of equal shapes. */
  readonly join?: 'concat' | 'sum';
  /** The axis of 'concat'; the last one unless told, which are the channels. */
  readonly axis?: number;
}

/**
 * Gives the same input to each of its modules and joins what they make of it. Their names are their places: `0`, `1`, ….
 *
 * @throws {ArgumentError} for no modules, what is no Module, or another join. @throws {ShapeError} in forward, for results that don't fit.
 * @example
 * const wide = new nn.Parallel([new nn.Linear(64, 16), new nn.Linear(64, 48)]);
 * wide.forward(zeros([8, 64])).shape; // → [8, 64]
 */
export class Parallel extends Module {
  readonly #branches: readonly Module[];
  /** How the results become one. */
  readonly join: 'concat' | 'sum';
  /** The axis of 'concat'. */
  readonly axis: number;

  constructor(branches: readonly Module[], { join = 'concat', axis = -1 }: ParallelOptions = {}) {
    super();
    if (!Array.isArray(branches) || branches.length === 0 || branches.some((branch) => !(branch instanceof Module)))
      throw new ArgumentError('Parallel', `expects a list of modules, at least one, got ${describe(branches)}`, { value: branches });
    if (join !== 'concat' && join !== 'sum')
      throw new ArgumentError('Parallel', `join must be 'concat' or 'sum', got ${describe(join)}`, { value: join });
    this.#branches = [...(branches as readonly Module[])];
    this.join = join;
    this.axis = axis;
  }

  override *members(): Iterable<[name: string, member: Parameter | AnyModule]> {
    for (const [i, branch] of this.#branches.entries()) yield [String(i), branch];
    yield* super.members();
  }

  forward(x: Tensor): Tensor {
    const results = this.#branches.map((branch) => branch.forward(x));
    if (this.join === 'concat') return concat(results, this.axis);
    const other = results.find(({ shape }) => !sameShape(shape, results[0]!.shape));
    if (other !== undefined)
      throw new ShapeError('Parallel', `sums equal shapes, got ${formatShape(results[0]!.shape)} and ${formatShape(other.shape)}`, {
        value: other.shape,
      });
    return results.reduce((sum, y) => sum.add(y));
  }
}
