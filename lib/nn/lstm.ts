// LSTM over whole sequences, and one step of it.
import type { Tensor } from '../core/index.js';
import { checkPair, Recurrent, type RecurrentOptions, type SequenceOptions } from './recurrent.js';
import { RecurrentCell, type RecurrentCellOptions } from './recurrent_cell.js';

/**
 * Long short-term memory over sequences (N, T, inputSize): batch first, unlike PyTorch's default; `batchFirst: false` takes and gives
 * (T, N, …). In each step
 *
 *     i, f, g, o = weight_ih · x + bias_ih + weight_hh · h + bias_hh, cut in four; i, f, o through sigmoid, g through tanh
 *     c = f · c + i · g;  h = o · tanh(c)
 *
 * `forward(x, [h0, c0], { lengths })` gives `[y, [h, c]]`: y (N, T, directions · hiddenSize) holds the last layer's h of all steps, h and
 * c (layers · directions, N, hiddenSize) the states after each sequence's last step. States begin at 0 unless given. Weights
 * begin uniform in ±1/√hiddenSize. Their names are PyTorch's: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, with `_reverse` behind
 * for the way back; `weights[i].weightHh` is one of them.
 *
 * Source: Hochreiter, Schmidhuber, "Long short-term memory", 1997; Gers, Schmidhuber, Cummins, "Learning to forget", 2000.
 *
 * @throws {ArgumentError} for sizes that are no whole numbers ≥ 1, `dropout` out of 0 … 1, lengths in a list out of 1 … T; those in a tensor
 *   reject the run with an IndexError. @throws {ShapeError} for x or a state of another shape, and for T = 0.
 * @example
 * const lstm = new nn.LSTM(8, 32, { numLayers: 2, bidirectional: true });
 * const [y, [h, c]] = lstm.forward(randn([4, 10, 8]));
 * y.shape; // → [4, 10, 64]
 * h.shape; // → [4, 4, 32]
 */
export class LSTM extends Recurrent<[h: Tensor, c: Tensor]> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super('LSTM', 'lstm', inputSize, hiddenSize, options);
  }

  forward(x: Tensor, state?: [h: Tensor, c: Tensor], options: SequenceOptions = {}): [y: Tensor, state: [h: Tensor, c: Tensor]] {
    if (state !== undefined) checkPair('LSTM', state);
    const { y, h, c } = this.sequences(x, state?.[0], state?.[1], options);
    return [y, [h, c]];
  }
}

/**
 * One step of an LSTM: from x (N, inputSize) and the state [h, c], each (N, hiddenSize) and 0 unless given, to the next [h, c]. Parameters
 * weight_ih, weight_hh, bias_ih and bias_hh as in `LSTM`.
 *
 * @throws {ArgumentError} for sizes that are no whole numbers ≥ 1. @throws {ShapeError} for x or a state of another shape.
 * @example
 * const cell = new nn.LSTMCell(8, 32);
 * let state = cell.forward(randn([4, 8]));
 * state = cell.forward(randn([4, 8]), state);
 * state[0].shape; // → [4, 32]
 */
export class LSTMCell extends RecurrentCell<[h: Tensor, c: Tensor], [h: Tensor, c: Tensor]> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super('LSTMCell', 'lstm', inputSize, hiddenSize, options);
  }

  forward(x: Tensor, state?: [h: Tensor, c: Tensor]): [h: Tensor, c: Tensor] {
    if (state !== undefined) checkPair('LSTMCell', state);
    const [h, c] = this.step(x, state?.[0], state?.[1]);
    return [h, c!];
  }
}
