// GRU over whole sequences, and one step of it.
import type { Tensor } from '../core/index.js';
import { Recurrent, type RecurrentOptions, type SequenceOptions } from './recurrent.js';
import { RecurrentCell, type RecurrentCellOptions } from './recurrent_cell.js';

/**
 * Gated recurrent units over sequences (N, T, inputSize): batch first, unlike PyTorch's default; `batchFirst: false` takes and gives
 * (T, N, …). In each step, with weights and biases cut in three for r, z and n,
 *
 *     r = sigmoid(W_ir · x + b_ir + W_hr · h + b_hr);  z likewise
 *     n = tanh(W_in · x + b_in + r · (W_hn · h + b_hn))
 *     h = (1 - z) · n + z · h
 *
 * `forward(x, h0, { lengths })` gives `[y, h]`, in shapes, names, first values and errors as `LSTM` has them.
 *
 * Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014, with PyTorch's place of the reset gate.
 *
 * @throws {ArgumentError} {ShapeError} as `LSTM`.
 * @example
 * const gru = new nn.GRU(8, 32);
 * const [y, h] = gru.forward(randn([2, 10, 8]), undefined, { lengths: [10, 7] }); // h: after steps 10 and 7
 * y.shape; // → [2, 10, 32]
 * h.shape; // → [1, 2, 32]
 */
export class GRU extends Recurrent<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super('GRU', 'gru', inputSize, hiddenSize, options);
  }

  forward(x: Tensor, state?: Tensor, options: SequenceOptions = {}): [y: Tensor, state: Tensor] {
    const { y, h } = this.sequences(x, state, undefined, options);
    return [y, h];
  }
}

/**
 * One step of a GRU: from x (N, inputSize) and the state h (N, hiddenSize), 0 unless given, to the next h.
 *
 * @throws {ArgumentError} {ShapeError} as `LSTMCell`.
 * @example
 * const cell = new nn.GRUCell(8, 32);
 * let h = cell.forward(randn([4, 8]));
 * h = cell.forward(randn([4, 8]), h);
 * h.shape; // → [4, 32]
 */
export class GRUCell extends RecurrentCell<Tensor, Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super('GRUCell', 'gru', inputSize, hiddenSize, options);
  }

  forward(x: Tensor, state?: Tensor): Tensor {
    return this.step(x, state)[0];
  }
}
