// Sequential: modules one after the other.
import { ArgumentError, describe, type Parameter, type Tensor } from '../core/index.js';
import { type AnyModule, Module } from './module.js';

/**
 * Hands its input through the layers in order. Their names are their places: `0`, `1`, … as in PyTorch.
 *
 * @throws {ArgumentError} when a layer is no Module.
 * @example
 * const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10));
 */
export class Sequential extends Module {
  readonly #layers: readonly AnyModule[];

  constructor(...layers: AnyModule[]) {
    super();
    for (const [i, layer] of layers.entries()) {
      if (!(layer instanceof Module))
        throw new ArgumentError('Sequential', `expects modules, but layer ${i} is ${describe(layer)}`, { value: layer });
    }
    this.#layers = layers;
  }

  /** Its layers, first to last. */
  get layers(): readonly AnyModule[] {
    return this.#layers;
  }

  override *members(): Iterable<[name: string, member: Parameter | AnyModule]> {
    for (const [i, layer] of this.#layers.entries()) yield [String(i), layer];
    yield* super.members();
  }

  forward(x: Tensor): Tensor {
    return this.#layers.reduce<Tensor>((value, layer) => layer.forward(value), x);
  }
}
