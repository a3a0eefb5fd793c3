// KVCache: the keys and values of what a decoder has read so far, so that each further step computes its own alone.
import { ArgumentError, arange, describe, formatShape, Parameter, ShapeError, sameShape, type Tensor, zeros } from '../core/index.js';

/** The sizes of a `KVCache`. */
export interface KVCacheSizes {
  /** Sequences side by side; 1 unless told. */
  readonly batch?: number;
  /** Heads of keys. */
  readonly heads: number;
  /** The size of one head. */
  readonly headDim: number;
  /** The most steps that it can hold. */
  readonly capacity: number;
}

/** What a `KVCache` gives to attend to. */
export interface CachedSteps {
  /** (batch, heads, capacity, headDim), of which the first `length` steps count. */
  readonly keys: Tensor;
  /** As `keys`. */
  readonly values: Tensor;
  /** bool (T, capacity), true for the steps that each of the T new ones may look at. */
  readonly mask: Tensor;
}

/**
 * Keys and values of one attention layer while it decodes: two variables (batch, heads, capacity, headDim), of which the first `length` steps
 * count. The length is a runtime number, so that all steps run one Program. One cache serves one layer.
 *
 * @throws {ArgumentError} for sizes that are no whole numbers ≥ 1.
 * @example
 * const cache = new nn.KVCache({ heads: 4, headDim: 16, capacity: 256 });
 * const attention = new nn.MultiheadAttention(64, 4);
 * const step = attention.predict(randn([1, 1, 64]), undefined, undefined, { cache });
 * await step.data();
 * cache.length; // → 1
 */
export class KVCache {
  /** The most steps that it can hold. */
  readonly capacity: number;
  readonly #keys: Parameter;
  readonly #values: Parameter;
  #length = 0;

  constructor({ batch = 1, heads, headDim, capacity }: KVCacheSizes) {
    for (const [name, size] of Object.entries({ batch, heads, headDim, capacity }))
      if (!Number.isInteger(size) || size < 1)
        throw new ArgumentError('KVCache', `${name} must be a whole number ≥ 1, got ${describe(size)}`, { value: size });
    this.capacity = capacity;
    const empty = (): Parameter => new Parameter(zeros([batch, heads, capacity, headDim]), { requiresGrad: false });
    this.#keys = empty();
    this.#values = empty();
  }

  /** Steps held so far. */
  get length(): number {
    return this.#length;
  }

  /** Forgets all steps: the next one is the first. */
  clear(): void {
    this.#length = 0;
  }

  /**
   * Takes in the keys and values (batch, heads, T, headDim) of T further steps; gives all that it holds, and the mask (T, capacity) of what
   * each step may look at: itself and those before it.
   * @throws {ShapeError} for other sizes. @throws {ArgumentError} when T steps more don't fit.
   */
  append(keys: Tensor, values: Tensor): CachedSteps {
    const [batch, heads, , headDim] = this.#keys.shape as [number, number, number, number];
    const steps = keys.shape[2] ?? 0;
    for (const x of [keys, values])
      if (!sameShape(x.shape, [batch, heads, steps, headDim]))
        throw new ShapeError('KVCache', `expects (${batch}, ${heads}, T, ${headDim}), got ${formatShape(x.shape)}`, { value: x.shape });
    const [start, end] = [this.#length, this.#length + steps];
    if (end > this.capacity)
      throw new ArgumentError(
        'KVCache',
        `holds ${start} of ${this.capacity} steps, ${steps} more don't fit; clear() it or make a larger one`,
        {
          value: end,
        },
      );
    for (const [variable, part] of [
      [this.#keys, keys],
      [this.#values, values],
    ] as const)
      variable.assign(variable.with(['...', `${start}:${end}`, ':'], part));
    this.#length = end;
    const mask = arange(this.capacity).le(arange(steps).add(start).unsqueeze(1));
    return { keys: this.#keys, values: this.#values, mask };
  }
}
