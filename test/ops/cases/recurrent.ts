// RNN, LSTM and GRU step by step in plain float64, with weights and states as operands, so that their gradients are met too.
import { concat, nn, type Tensor } from 'hebb';
import { type Input, input, type Layout, listed, reals } from '../inputs.js';
import { at, build, type Ref, sigmoid, sizeOf } from '../oracle.js';
import type { Case } from '../table.js';

type Kind = 'tanh' | 'relu' | 'lstm' | 'gru';
const GATES = { tanh: 1, relu: 1, lstm: 4, gru: 3 };
const NAMES = { tanh: 'RNN', relu: 'RNN', lstm: 'LSTM', gru: 'GRU' };

interface Setting {
  readonly kind: Kind;
  /** N, T, C, H. */
  readonly sizes: readonly [number, number, number, number];
  readonly reverse?: boolean;
  readonly lengths?: readonly number[];
  readonly layout?: Layout;
}

/** One cell's next values of hidden unit j, from its gates' products with inputs and with the hidden state. */
function step(kind: Kind, x: (gate: number) => number, q: (gate: number) => number, h: number, c: number): [h: number, c: number] {
  const sum = (gate: number): number => x(gate) + q(gate);
  if (kind === 'lstm') {
    const cell = sigmoid(sum(1)) * c + sigmoid(sum(0)) * Math.tanh(sum(2));
    return [sigmoid(sum(3)) * Math.tanh(cell), cell];
  }
  if (kind === 'gru') {
    const z = sigmoid(sum(1));
    return [(1 - z) * Math.tanh(x(2) + sigmoid(sum(0)) * q(2)) + z * h, c];
  }
  return [kind === 'relu' ? Math.max(0, sum(0)) : Math.tanh(sum(0)), c];
}

/** y (N, T, H), then the last h (N, H), then, of an LSTM, the last c, in one row. */
function oracle({ kind, sizes: [rows, steps, size, hidden], reverse, lengths }: Setting, xs: readonly Ref[]): Ref {
  const [x, weightIh, weightHh, biasIh, biasHh, h0, c0] = xs as [Ref, Ref, Ref, Ref, Ref, Ref, Ref];
  const y = new Float64Array(rows * steps * hidden);
  const last: number[][] = [[], []];
  for (let n = 0; n < rows; n++) {
    const state = (of: Ref | undefined): number[] => Array.from({ length: hidden }, (_, j) => (of ? at(of, [n, j]) : 0));
    let [h, c] = [state(h0), state(c0)];
    const valid = lengths?.[n] ?? steps;
    for (let i = 0; i < valid; i++) {
      const t = reverse ? valid - 1 - i : i;
      const dot = (weight: Ref, row: number, values: (k: number) => number, count: number): number =>
        Array.from({ length: count }, (_, k) => at(weight, [row, k]) * values(k)).reduce((a, b) => a + b, 0);
      const before = h;
      const next = before.map((_, j) => {
        const row = (gate: number): number => gate * hidden + j;
        const product = (gate: number): number => at(biasIh, [row(gate)]) + dot(weightIh, row(gate), (k) => at(x, [n, t, k]), size);
        const fromState = (gate: number): number => at(biasHh, [row(gate)]) + dot(weightHh, row(gate), (k) => before[k]!, hidden);
        return step(kind, product, fromState, before[j]!, c[j]!);
      });
      [h, c] = [next.map(([value]) => value), next.map(([, value]) => value)];
      y.set(h, (n * steps + t) * hidden);
    }
    last[0]!.push(...h);
    last[1]!.push(...c);
  }
  const all = [...y, ...last[0]!, ...(kind === 'lstm' ? last[1]! : [])];
  return build([all.length], ([i]) => all[i!]!);
}

/** The layer with the operands in place of its parameters. */
function layer({ kind, sizes: [, , size, hidden], reverse, lengths }: Setting, xs: readonly Tensor[]): Tensor {
  const [x, weightIh, weightHh, biasIh, biasHh, ...states] = xs as [Tensor, Tensor, Tensor, Tensor, Tensor, ...Tensor[]];
  const options = { bidirectional: reverse === true };
  const made =
    kind === 'lstm'
      ? new nn.LSTM(size, hidden, options)
      : kind === 'gru'
        ? new nn.GRU(size, hidden, options)
        : new nn.RNN(size, hidden, { ...options, nonlinearity: kind });
  const own = reverse ? 1 : 0;
  Object.assign(made.weights[own]!, { weightIh, weightHh, biasIh, biasHh });
  // Of two directions only the second is looked at.
  const given = states.map((state) => concat(made.weights.map(() => state.unsqueeze(0))));
  const [y, last] = made.forward(x, (kind === 'lstm' ? given : given[0]) as never, lengths ? { lengths } : {});
  const parts = [y.narrow(2, own * hidden, hidden), ...[last].flat().map((state) => state.narrow(0, own, 1))];
  return concat(parts.map((part) => part.flatten()));
}

function recurrentCase(name: string, setting: Setting): Case {
  const { kind, sizes, layout = 'plain' } = setting;
  const [rows, steps, size, hidden] = sizes;
  const gates = GATES[kind] * hidden;
  const weights = [[gates, size], [gates, hidden], [gates], [gates]].map((shape): Input => input(shape, reals(-0.6, 0.6)));
  // Clear of relu's kink: every other unit stays above it, the others below.
  if (kind === 'relu') {
    for (const k of [0, 1, 3]) weights[k] = input(weights[k]!.shape, reals(-0.12, 0.12));
    weights[2] = input([gates], listed([1.5, -1.5]));
  }
  const states = Array.from({ length: kind === 'lstm' ? 2 : 1 }, () => input([rows, hidden], reals(-1, 1)));
  return {
    op: `nn.${NAMES[kind]}`,
    name: `${kind}, ${name}`,
    inputs: [input([rows, steps, size], reals(-1, 1), 'f32', layout), ...weights, ...states],
    hebb: (...xs) => layer(setting, xs),
    oracle: (...xs) => oracle(setting, xs),
    dtype: 'f32',
    tolerance: 'scaled',
    gradient: sizeOf(sizes) > 400 ? 'none' : kind === 'relu' ? 'kinked' : 'smooth',
    ...((setting.lengths || kind === 'relu') && { plain: 'y is 0 behind the end of a sequence, and half of what relu gives' }),
  };
}

const casesOf = (kind: Kind): Case[] => [
  recurrentCase('forwards', { kind, sizes: [2, 3, 2, 3] }),
  recurrentCase('backwards, of a view', { kind, sizes: [3, 2, 2, 2], reverse: true, layout: 'narrowed' }),
  recurrentCase('with lengths', { kind, sizes: [3, 4, 1, 2], lengths: [2, 4, 1] }),
  recurrentCase('backwards with lengths', { kind, sizes: [3, 4, 1, 2], lengths: [2, 4, 1], reverse: true }),
  recurrentCase('one step', { kind, sizes: [2, 1, 2, 2] }),
  recurrentCase('no sequences', { kind, sizes: [0, 3, 2, 2] }),
  recurrentCase('several blocks and panels', { kind, sizes: [37, 5, 3, 35] }),
  recurrentCase('several blocks and panels, backwards with lengths', {
    kind,
    sizes: [37, 5, 3, 35],
    reverse: true,
    lengths: Array.from({ length: 37 }, (_, n) => 1 + (n % 5)),
  }),
];

export const recurrents: readonly Case[] = (['tanh', 'relu', 'lstm', 'gru'] as const).flatMap(casesOf);
