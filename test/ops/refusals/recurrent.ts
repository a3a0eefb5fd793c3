// What recurrent layers refuse.
import { ArgumentError, nn, ShapeError, zeros } from 'hebb';
import type { Refusal } from '../table.js';

const LAYERS = { LSTM: nn.LSTM, GRU: nn.GRU, RNN: nn.RNN } as const;

const refusalsOf = (name: keyof typeof LAYERS): Refusal[] => {
  const Layer = LAYERS[name];
  const op = `nn.${name}`;
  const layer = (): nn.LSTM => new Layer(3, 4) as nn.LSTM;
  const state = (h: number[]): never => (name === 'LSTM' ? [zeros(h), zeros(h)] : zeros(h)) as never;
  const x = zeros([2, 5, 3]);
  const refuse = (what: string, error: Refusal['error'], says: string, call: () => unknown): Refusal => ({
    op,
    name: what,
    call,
    error,
    says,
  });
  const lengths = (values: number[]): unknown => layer().forward(x, undefined, { lengths: values });
  return [
    refuse('no steps', ShapeError, 'at least one step, got (2, 0, 3)', () => layer().forward(zeros([2, 0, 3]))),
    refuse('another number of features', ShapeError, 'expects (N, T, 3), got (2, 5, 4)', () => layer().forward(zeros([2, 5, 4]))),
    refuse('a matrix', ShapeError, 'expects (N, T, 3), got (5, 3)', () => layer().forward(zeros([5, 3]))),
    refuse('a state of another shape', ShapeError, 'h0 must be (1, 2, 4), got (2, 4)', () => layer().forward(x, state([2, 4]))),
    refuse('a length beyond T', ArgumentError, 'whole numbers from 1 to 5, got 6 at position 1', () => lengths([5, 6])),
    refuse('a length of 0', ArgumentError, 'got 0 at position 0', () => lengths([0, 5])),
    refuse('too few lengths', ArgumentError, 'lengths must be 2 whole numbers from 1 to 5, got 1 of them', () => lengths([5])),
    refuse('a hidden size of 0', ArgumentError, 'hiddenSize must be a whole number ≥ 1, got 0', () => new Layer(3, 0)),
    refuse('layers of 1.5', ArgumentError, 'numLayers must be', () => new Layer(3, 4, { numLayers: 1.5 })),
    refuse('a dropout of 2', ArgumentError, 'dropout must be from 0 to 1', () => new Layer(3, 4, { dropout: 2 })),
  ];
};

export const recurrent: readonly Refusal[] = [
  ...refusalsOf('LSTM'),
  ...refusalsOf('GRU'),
  ...refusalsOf('RNN'),
  {
    op: 'nn.LSTM',
    name: 'a state that is no pair',
    call: () => new nn.LSTM(3, 4).forward(zeros([2, 5, 3]), zeros([1, 2, 4]) as never),
    error: ArgumentError,
    says: 'a pair [h, c]',
  },
  {
    op: 'nn.RNN',
    name: 'another nonlinearity',
    call: () => new nn.RNN(3, 4, { nonlinearity: 'sigmoid' as never }),
    error: ArgumentError,
    says: "'tanh' or 'relu', got \"sigmoid\"",
  },
];
