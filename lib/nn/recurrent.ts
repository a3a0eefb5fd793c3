// What RNN, LSTM and GRU have in common: layers over whole sequences, in one direction or both, one on top of the other.

import type { Parameter } from '../core/index.js';
import { ArgumentError, arange, formatShape, type Generator, ShapeError, type Tensor, zeros } from '../core/index.js';
import { concat, type RecurrentKind, recurrent, stack } from '../ops/index.js';
import { checkPart } from './check.js';
import { Dropout } from './dropout.js';
import { type Lengths, lengthsOf } from './lengths.js';
import { type AnyModule, Module } from './module.js';
import { checkSizes, checkState, inputProducts, named, newWeights, type RecurrentWeights } from './recurrent_weights.js';

/** Options of `LSTM`, `GRU` and `RNN`. */
export interface RecurrentOptions {
  /** How many layers stand one on top of the other; 1 unless told. */
  readonly numLayers?: number;
  /** Whether to add learned biases; true unless told. */
  readonly bias?: boolean;
  /** Whether sequences are (N, T, …), as unless told, or (T, N, …), PyTorch's default. */
  readonly batchFirst?: boolean;
  /** The part of a layer's outputs that is left out on the way to the next layer while training; 0 unless told. */
  readonly dropout?: number;
  /** Whether each layer also goes through the sequence backwards; false unless told. */
  readonly bidirectional?: boolean;
  /** Where first weights and dropout's masks come from; the default one (see `manualSeed`) unless told. */
  readonly generator?: Generator;
}

/** What a forward takes beside sequences and state. */
export interface SequenceOptions {
  /** How many steps of each sequence are valid, each from 1 to T: all unless told. What lies behind changes nothing, and y is 0 there. */
  readonly lengths?: Lengths;
}

/** One layer's end: what it gives at each step, and its last states. */
interface Done {
  readonly y: Tensor;
  readonly h: Tensor;
  readonly c: Tensor;
}

/** The base of `LSTM`, `GRU` and `RNN`; `S` is what they take and give as their state. */
export abstract class Recurrent<S> extends Module<[x: Tensor, state?: S, options?: SequenceOptions], [y: Tensor, state: S]> {
  /** Last size of the input. */
  readonly inputSize: number;
  /** The size of one state; the last size of y is that, or twice that in two directions. */
  readonly hiddenSize: number;
  /** How many layers stand one on top of the other. */
  readonly numLayers: number;
  /** Whether sequences are (N, T, …), else (T, N, …). */
  readonly batchFirst: boolean;
  /** Whether each layer also goes through the sequence backwards. */
  readonly bidirectional: boolean;
  /** The weights of layer 0, then, if there are two directions, of layer 0 backwards, then those of layer 1. */
  readonly weights: readonly RecurrentWeights[];
  readonly #dropout: Dropout;
  readonly #kind: RecurrentKind;
  readonly #op: string;

  protected constructor(op: string, kind: RecurrentKind, inputSize: number, hiddenSize: number, options: RecurrentOptions) {
    super();
    const { numLayers = 1, bias = true, batchFirst = true, dropout = 0, bidirectional = false, generator } = options;
    checkSizes(op, { inputSize, hiddenSize, numLayers });
    checkPart(op, 'dropout', dropout);
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.batchFirst = batchFirst;
    this.bidirectional = bidirectional;
    const directions = bidirectional ? 2 : 1;
    this.weights = Array.from({ length: numLayers * directions }, (_, i) =>
      newWeights({ kind, inputSize: i < directions ? inputSize : directions * hiddenSize, hiddenSize }, bias, generator),
    );
    this.#dropout = new Dropout(dropout, generator && { generator });
    this.#kind = kind;
    this.#op = op;
  }

  override *members(): Iterable<[name: string, member: Parameter | AnyModule]> {
    const directions = this.bidirectional ? 2 : 1;
    for (const [i, weights] of this.weights.entries()) {
      yield* named(weights, `_l${Math.floor(i / directions)}${i % directions ? '_reverse' : ''}`);
    }
  }

  /** All layers over x, from the states given to the last states, each (layers · directions, N, hiddenSize). */
  protected sequences(x: Tensor, h0: Tensor | undefined, c0: Tensor | undefined, { lengths }: SequenceOptions): Done {
    const [rows, steps] = this.#check(x);
    const shape = [this.weights.length, rows, this.hiddenSize];
    const [hs, cs] = [
      ['h0', h0],
      ['c0', c0],
    ].map(([name, state]) => {
      const first = state === undefined ? undefined : checkState(this.#op, name as string, state as Tensor, shape);
      return this.weights.map((_, i) => first?.narrow(0, i, 1).squeeze(0) ?? zeros([rows, this.hiddenSize]));
    }) as [Tensor[], Tensor[]];
    const valid = lengths === undefined ? undefined : lengthsOf(this.#op, 'lengths', lengths, rows, 1, steps);
    const directions = this.bidirectional ? 2 : 1;
    const ends: Done[] = [];
    let y = this.batchFirst ? x : x.swapAxes(0, 1);
    for (let i = 0; i < this.weights.length; i += directions) {
      const below = i > 0 && this.training ? this.#dropout.forward(y) : y;
      const layer = Array.from({ length: directions }, (_, k) => this.#one(i + k, below, k === 1, hs[i + k]!, cs[i + k]!, valid));
      y = concat(
        layer.map((one) => one.y),
        2,
      );
      ends.push(...layer);
    }
    const last = (of: 'h' | 'c'): Tensor => stack(ends.map((end) => end[of]));
    return { y: this.batchFirst ? y : y.swapAxes(0, 1), h: last('h'), c: last('c') };
  }

  /** One layer in one direction over (N, T, C). */
  #one(i: number, x: Tensor, reverse: boolean, h0: Tensor, c0: Tensor, lengths: Tensor | undefined): Done {
    const kind = this.#kind;
    const weights = this.weights[i]!;
    const [rows, steps, size] = x.shape as [number, number, number];
    const inputs = inputProducts(kind, weights, x.reshape([rows * steps, size]));
    const extra = kind === 'lstm' ? c0 : kind === 'gru' ? (weights.biasHh ?? zeros([3 * this.hiddenSize])) : undefined;
    const { y, lastCell } = recurrent({ kind, reverse, steps, inputs, weight: weights.weightHh, h0, lengths, ...(extra && { extra }) });
    return { y, h: lastOf(y, reverse ? 0 : steps - 1, reverse ? undefined : lengths), c: lastCell };
  }

  #check(x: Tensor): [rows: number, steps: number] {
    const { shape } = x;
    const order = this.batchFirst ? 'N, T' : 'T, N';
    if (shape.length !== 3 || shape[2] !== this.inputSize)
      throw new ShapeError(this.#op, `expects (${order}, ${this.inputSize}), got ${formatShape(shape)}`, { value: shape });
    const [rows, steps] = this.batchFirst ? [shape[0]!, shape[1]!] : [shape[1]!, shape[0]!];
    if (steps === 0)
      throw new ShapeError(this.#op, `expects at least one step, got ${formatShape(shape)} as (${order}, …)`, { value: shape });
    return [rows, steps];
  }
}

/** The hidden states (N, H) of a step, or of each sequence's last one. */
function lastOf(y: Tensor, step: number, lengths: Tensor | undefined): Tensor {
  const [rows, steps, hidden] = y.shape as [number, number, number];
  if (lengths === undefined) return y.narrow(1, step, 1).squeeze(1);
  const ends = arange(rows).mul(steps).add(lengths).sub(1);
  return y.reshape([rows * steps, hidden]).indexSelect(0, ends);
}

/** Throws unless a state is a pair of tensors, as an LSTM's is. */
export function checkPair(op: string, state: readonly Tensor[]): void {
  if (!Array.isArray(state) || state.length !== 2) throw new ArgumentError(op, 'the state of an LSTM is a pair [h, c]', { value: state });
}
