// The weights of one recurrent layer in one direction, or of a cell, under PyTorch's names.
import { ArgumentError, formatShape, type Generator, Parameter, type Shape, ShapeError, sameShape, type Tensor } from '../core/index.js';
import { gatesOf, type RecurrentKind } from '../ops/index.js';
import { uniform } from './init.js';

/** Weights and biases; the gates of an LSTM stand in the order i f g o, those of a GRU in the order r z n. */
export interface RecurrentWeights {
  /** (gates · hiddenSize, inputSize). */
  weightIh: Parameter;
  /** (gates · hiddenSize, hiddenSize). */
  weightHh: Parameter;
  /** (gates · hiddenSize), or null without biases. */
  biasIh: Parameter | null;
  /** (gates · hiddenSize), or null without biases. */
  biasHh: Parameter | null;
}

/** The sizes that a recurrent layer or cell is made by. */
export interface RecurrentSizes {
  readonly kind: RecurrentKind;
  readonly inputSize: number;
  readonly hiddenSize: number;
}

export function newWeights({ kind, inputSize, hiddenSize }: RecurrentSizes, bias: boolean, generator?: Generator): RecurrentWeights {
  const bound = hiddenSize ** -0.5;
  const rows = gatesOf(kind) * hiddenSize;
  const parameter = (shape: Shape): Parameter =>
    new Parameter(uniform(shape, { low: -bound, high: bound, ...(generator && { generator }) }));
  return {
    weightIh: parameter([rows, inputSize]),
    weightHh: parameter([rows, hiddenSize]),
    biasIh: bias ? parameter([rows]) : null,
    biasHh: bias ? parameter([rows]) : null,
  };
}

/** The parameters with PyTorch's names, behind which `suffix` says the layer and direction. */
export function* named({ weightIh, weightHh, biasIh, biasHh }: RecurrentWeights, suffix = ''): Iterable<[name: string, p: Parameter]> {
  yield [`weight_ih${suffix}`, weightIh];
  yield [`weight_hh${suffix}`, weightHh];
  if (biasIh) yield [`bias_ih${suffix}`, biasIh];
  if (biasHh) yield [`bias_hh${suffix}`, biasHh];
}

export function checkSizes(op: string, sizes: Record<string, number>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isInteger(size) || size < 1)
      throw new ArgumentError(op, `${name} must be a whole number ≥ 1, got ${size}`, { value: size });
  }
}

/** Throws unless a state given by the user has its shape. */
export function checkState(op: string, name: string, state: Tensor, shape: Shape): Tensor {
  if (sameShape(state.shape, shape)) return state;
  throw new ShapeError(op, `${name} must be ${formatShape(shape)}, got ${formatShape(state.shape)}`, { value: state.shape });
}

/** The products of inputs with their weights, over the last axis of (…, inputSize). */
export function inputProducts(kind: RecurrentKind, { weightIh, biasIh, biasHh }: RecurrentWeights, x: Tensor): Tensor {
  const product = x.matmul(weightIh.transpose());
  if (biasIh === null || biasHh === null) return product;
  // A GRU's hidden bias stands within its reset gate; the others' is just added.
  return product.add(kind === 'gru' ? biasIh : biasIh.add(biasHh));
}
