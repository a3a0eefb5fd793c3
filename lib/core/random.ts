// Random numbers: a Generator hands out counters when an op is recorded, so every evaluation of the node gives the same values.

import { tensor } from './create.js';
import { ArgumentError } from './errors.js';
import { newOp, type Op } from './op.js';
import { record } from './record.js';
import { checkShape, describe, type Shape, sizeOf } from './shape.js';
import type { Tensor } from './tensor.js';

/**
 * A counter-based source of random numbers (Philox4x32-10; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
 * Equal seeds give equal numbers on every processor and for any number of threads.
 *
 * @param seed A whole number from 0 to 2⁵³-1.
 * @throws {ArgumentError} for another seed.
 * @example
 * const x = rand([2, 3], { generator: new Generator(1) });
 */
export class Generator {
  private seed: number;
  private counter = 0;
  private forks = 0;

  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new ArgumentError('Generator', `a seed is a whole number from 0 to 2^53-1, got ${describe(seed)}`, { value: seed });
    this.seed = seed;
  }

  /** @internal Seed and first counter for n values. */
  draw(n: number): [seed: number, counter: number] {
    const first = this.counter;
    this.counter += Math.ceil(n / 4);
    return [this.seed, first];
  }

  /**
   * A new Generator whose numbers are independent of this one's; the same one for the same history.
   * @example
   * const [forData, forDropout] = [defaultGenerator().fork(), defaultGenerator().fork()];
   */
  fork(): Generator {
    return new Generator(mix(this.seed, ++this.forks));
  }

  /**
   * The state as `{ state }`, an i32 tensor (6), for `save`.
   * @example
   * await save(new Generator(1), 'generator.safetensors');
   */
  stateDict(): Promise<Record<string, Tensor>> {
    const state = Int32Array.from([this.seed, this.counter, this.forks].flatMap((n) => [n | 0, Math.floor(n / 2 ** 32)]));
    return Promise.resolve(Object.assign(Object.create(null) as Record<string, Tensor>, { state: tensor(state) }));
  }

  /**
   * Takes over a state that `stateDict` gave.
   * @throws {ArgumentError} (as a rejection) for another one.
   * @example
   * const generator = new Generator(1);
   * await generator.loadStateDict(await new Generator(7).stateDict());
   */
  async loadStateDict(dict: Record<string, Tensor>): Promise<void> {
    const { state } = dict;
    if (!state || state.dtype !== 'i32' || state.size !== 6)
      throw new ArgumentError('Generator', 'expects { state: i32 (6) }, as stateDict() gives it');
    const words = await state.data();
    const whole = (k: number): number => (words[2 * k]! >>> 0) + words[2 * k + 1]! * 2 ** 32;
    this.seed = whole(0);
    this.counter = whole(1);
    this.forks = whole(2);
  }

  /** @internal */
  reset(seed: number): void {
    const fresh = new Generator(seed);
    this.seed = fresh.seed;
    this.counter = 0;
    this.forks = 0;
  }
}

/** SplitMix64's finaliser over seed and fork, cut to 53 bits. */
function mix(seed: number, fork: number): number {
  const mask = (1n << 64n) - 1n;
  let z = (BigInt(seed) + BigInt(fork) * 0x9e3779b97f4a7c15n) & mask;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
  return Number((z ^ (z >> 31n)) >> 11n);
}

const shared = new Generator(Math.floor(Math.random() * 2 ** 52));

let current = shared;

/**
 * The Generator that random ops and layers use when none is given. Within a Trainer's `fit` that is the fit's own.
 * @example
 * await save(defaultGenerator(), 'generator.safetensors');
 */
export const defaultGenerator = (): Generator => current;

/** Records with another default Generator. */
export function withGenerator<T>(generator: Generator, record: () => T): T {
  const outer = current;
  current = generator;
  try {
    return record();
  } finally {
    current = outer;
  }
}

/**
 * Restarts the default Generator: the same program then gives the same numbers, on every processor and for any number of threads.
 *
 * @param seed A whole number from 0 to 2⁵³-1.
 * @throws {ArgumentError} for another seed.
 * @example
 * manualSeed(1);
 * const first = await rand([]).item();
 * manualSeed(1);
 * first === (await rand([]).item()); // → true
 */
export function manualSeed(seed: number): void {
  shared.reset(seed);
}

/** By seed and counter, as scalars. */
export const uniformOp = newOp('rand', { kind: 'element', float: 'uniform', int: null }, () => []);
const normalOp = newOp('randn', { kind: 'element', float: 'normal', int: null }, () => []);

function random(op: Op, shape: unknown, generator: Generator | undefined): Tensor {
  const sizes: Shape = checkShape(op.name, shape);
  return record(op, [], sizes, 'f32', sizes, (generator ?? current).draw(sizeOf(sizes)));
}

/**
 * Uniform values in [0, 1), multiples of 2⁻²⁴, f32.
 * @param options `generator`: where they come from; the default one unless told.
 * @throws {ShapeError} an impossible shape.
 * @example
 * await rand([2, 2]).data();
 */
export const rand = (shape: Shape, { generator }: { generator?: Generator } = {}): Tensor => random(uniformOp, shape, generator);

/**
 * Normal values of mean 0 and standard deviation 1, f32, by the Box-Muller transform.
 * @param options `generator`: where they come from; the default one unless told.
 * @throws {ShapeError} an impossible shape.
 * @example
 * await randn([2, 2]).data();
 */
export const randn = (shape: Shape, { generator }: { generator?: Generator } = {}): Tensor => random(normalOp, shape, generator);

const permutationOp = newOp(
  'randperm',
  { kind: 'command', opcode: 'permutation', args: ({ shape }, io) => [shape[0]!, io.scalar(0), io.output()] },
  null,
);

/**
 * A uniform permutation of 0 … n-1, i32 (n); Fisher-Yates.
 * @param options `generator`: where it comes from; the default one unless told.
 * @throws {ShapeError} where n is no size.
 * @example
 * await randperm(5).sort().values.data(); // → 0, 1, 2, 3, 4
 */
export function randperm(n: number, { generator }: { generator?: Generator } = {}): Tensor {
  const shape = checkShape('randperm', [n]);
  return record(permutationOp, [], shape, 'i32', shape, (generator ?? current).draw(4 * n));
}
