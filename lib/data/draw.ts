// Random numbers as data sets need them: whole orders, and uniform values fine enough to choose among millions of rows.
import { type Generator, rand, randperm } from '../core/index.js';

/** The numbers 0 … n-1 in a random order. */
export async function permutation(n: number, generator: Generator): Promise<Int32Array> {
  return (await randperm(n, { generator }).data()) as Int32Array;
}

/** n uniform values in [0, 1) of 48 random bits each: rand()'s 24 alone could not tell the rows of a big data set apart. */
export async function uniforms(n: number, generator: Generator): Promise<Float64Array> {
  const halves = await rand([2, n], { generator }).data();
  return Float64Array.from({ length: n }, (_, i) => halves[i]! + halves[n + i]! * 2 ** -24);
}

/** Uniform values one after the other, drawn by the thousand. */
export class Dice {
  readonly #generator: Generator;
  #drawn: Float64Array = new Float64Array(0);
  #at = 0;

  constructor(generator: Generator) {
    this.#generator = generator;
  }

  /** A whole number from 0 to n-1. */
  async below(n: number): Promise<number> {
    if (this.#at === this.#drawn.length) {
      this.#drawn = await uniforms(1024, this.#generator);
      this.#at = 0;
    }
    return Math.floor(this.#drawn[this.#at++]! * n);
  }
}
