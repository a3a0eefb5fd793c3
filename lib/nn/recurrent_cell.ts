// What RNNCell, LSTMCell and GRUCell have in common: one step, composed of matrix products and element ops.
import { formatShape, type Generator, type Parameter, ShapeError, type Tensor, zeros } from '../core/index.js';
import { type RecurrentKind, recurrentStep } from '../ops/index.js';
import { type AnyModule, Module } from './module.js';
import { checkSizes, checkState, inputProducts, named, newWeights, type RecurrentWeights } from './recurrent_weights.js';

/** Options of `LSTMCell`, `GRUCell` and `RNNCell`. */
export interface RecurrentCellOptions {
  /** Whether to add learned biases; true unless told. */
  readonly bias?: boolean;
  /** Where first weights come from; the default one (see `manualSeed`) unless told. */
  readonly generator?: Generator;
}

/** The base of the cells; `S` is the state that they take, `R` what they give. */
export abstract class RecurrentCell<S, R> extends Module<[x: Tensor, state?: S], R> {
  /** Last size of the input. */
  readonly inputSize: number;
  /** Last size of the state. */
  readonly hiddenSize: number;
  /** The cell's weights and biases. */
  readonly weights: RecurrentWeights;
  readonly #kind: RecurrentKind;
  readonly #op: string;

  protected constructor(op: string, kind: RecurrentKind, inputSize: number, hiddenSize: number, options: RecurrentCellOptions) {
    super();
    checkSizes(op, { inputSize, hiddenSize });
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.weights = newWeights({ kind, inputSize, hiddenSize }, options.bias ?? true, options.generator);
    this.#kind = kind;
    this.#op = op;
  }

  override members(): Iterable<[name: string, member: Parameter | AnyModule]> {
    return named(this.weights);
  }

  /** One step from a state, zeros unless given. */
  protected step(x: Tensor, h?: Tensor, c?: Tensor): [h: Tensor, c: Tensor | undefined] {
    if (x.shape.length !== 2 || x.shape[1] !== this.inputSize)
      throw new ShapeError(this.#op, `expects (N, ${this.inputSize}), got ${formatShape(x.shape)}`, { value: x.shape });
    const shape = [x.shape[0]!, this.hiddenSize];
    const given = (name: string, state: Tensor | undefined): Tensor => (state ? checkState(this.#op, name, state, shape) : zeros(shape));
    const { weightHh, biasHh } = this.weights;
    const first = given('h', h);
    const product = first.matmul(weightHh.transpose());
    const hidden = this.#kind === 'gru' && biasHh ? product.add(biasHh) : product;
    return recurrentStep(this.#kind, inputProducts(this.#kind, this.weights, x), hidden, first, given('c', c));
  }
}
