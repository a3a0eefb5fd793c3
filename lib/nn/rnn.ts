// The plain recurrent layer over whole sequences, and one step of it.
import { ArgumentError, describe, type Tensor } from '../core/index.js';
import { Recurrent, type RecurrentOptions, type SequenceOptions } from './recurrent.js';
import { RecurrentCell, type RecurrentCellOptions } from './recurrent_cell.js';

/** What a plain recurrent layer's state goes through. */
export interface RNNNonlinearity {
  /** 'tanh' unless told. */
  readonly nonlinearity?: 'tanh' | 'relu';
}

/**
 * A plain recurrent layer over sequences (N, T, inputSize): batch first, unlike PyTorch's default; `batchFirst: false` takes and gives
 * (T, N, …). In each step h = tanh(weight_ih · x + bias_ih + weight_hh · h + bias_hh), or relu by `nonlinearity`.
 *
 * `forward(x, h0, { lengths })` gives `[y, h]`, in shapes, names, first values and errors as `LSTM` has them.
 *
 * Source: Elman, "Finding structure in time", 1990.
 *
 * @throws {ArgumentError} {ShapeError} as `LSTM`, and for another nonlinearity.
 * @example
 * const rnn = new nn.RNN(8, 32, { nonlinearity: 'relu' });
 * const [y, h] = rnn.forward(randn([4, 10, 8]));
 * y.shape; // → [4, 10, 32]
 * h.shape; // → [1, 4, 32]
 */
export class RNN extends Recurrent<Tensor> {
  constructor(inputSize: number, hiddenSize: number, { nonlinearity = 'tanh', ...options }: RecurrentOptions & RNNNonlinearity = {}) {
    super('RNN', checkNonlinearity('RNN', nonlinearity), inputSize, hiddenSize, options);
  }

  forward(x: Tensor, state?: Tensor, options: SequenceOptions = {}): [y: Tensor, state: Tensor] {
    const { y, h } = this.sequences(x, state, undefined, options);
    return [y, h];
  }
}

/**
 * One step of a plain recurrent layer: from x (N, inputSize) and the state h (N, hiddenSize), 0 unless given, to the next h.
 *
 * @throws {ArgumentError} {ShapeError} as `LSTMCell`, and for another nonlinearity.
 * @example
 * const cell = new nn.RNNCell(8, 32);
 * let h = cell.forward(randn([4, 8]));
 * h = cell.forward(randn([4, 8]), h);
 * h.shape; // → [4, 32]
 */
export class RNNCell extends RecurrentCell<Tensor, Tensor> {
  constructor(inputSize: number, hiddenSize: number, { nonlinearity = 'tanh', ...options }: RecurrentCellOptions & RNNNonlinearity = {}) {
    super('RNNCell', checkNonlinearity('RNNCell', nonlinearity), inputSize, hiddenSize, options);
  }

  forward(x: Tensor, state?: Tensor): Tensor {
    return this.step(x, state)[0];
  }
}

function checkNonlinearity(op: string, nonlinearity: unknown): 'tanh' | 'relu' {
  if (nonlinearity === 'tanh' || nonlinearity === 'relu') return nonlinearity;
  throw new ArgumentError(op, `nonlinearity must be 'tanh' or 'relu', got ${describe(nonlinearity)}`, { value: nonlinearity });
}
