// The recurrence of RNN, LSTM and GRU over whole sequences: one fused forward and one fused backward; the products with the inputs and the
// weights' gradients are ordinary matrix products over all steps at once.
import { gradients, partials } from '../core/autograd.js';
import { cast, reshape, sum } from '../core/basic.js';
import { arange, zeros } from '../core/create.js';
import { newOp, type Op, type Operands } from '../core/op.js';
import { operand, record } from '../core/record.js';
import type { Shape } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { where } from './compare.js';
import { concat } from './concat.js';
import { stack } from './repeat.js';

/** The kinds of cells, in the order of the command's numbers; a plain RNN is named by its nonlinearity. */
const KINDS = ['tanh', 'relu', 'lstm', 'gru'] as const;
export type RecurrentKind = (typeof KINDS)[number];

/** How many gates a cell has, and how many values of each hidden one its backward pass keeps. */
const GATES = { tanh: 1, relu: 1, lstm: 4, gru: 3 } as const;
const SAVED = { tanh: 0, relu: 0, lstm: 4, gru: 4 } as const;

/** The number of gates of a cell: its weights have so many rows for each hidden value. */
export const gatesOf = (kind: RecurrentKind): number => GATES[kind];

/** Outputs of the command beside y. */
const [KEPT, CELLS, BEFORE, LAST_CELL] = [1, 2, 3, 4];
/** Outputs of its gradient beside that of the inputs. */
const [HIDDEN_GRAD, H0_GRAD, C0_GRAD] = [1, 2, 3];

/** What `attrs` say of a recurrence; its inputs are x, weight, h0, then c0 of an LSTM or the bias of a GRU, then lengths. */
interface Plan {
  readonly kind: RecurrentKind;
  readonly reverse: number;
  readonly rows: number;
  readonly steps: number;
  readonly hidden: number;
  /** Where the inputs stand that not all have, and how many there are. */
  readonly extra: number;
  readonly lengths: number;
  readonly count: number;
}

function planOf([code, reverse, rows, steps, hidden, hasLengths]: readonly number[]): Plan {
  const kind = KINDS[code!]!;
  const extra = kind === 'lstm' || kind === 'gru' ? 3 : -1;
  const count = extra < 0 ? 3 : 4;
  return {
    kind,
    reverse: reverse!,
    rows: rows!,
    steps: steps!,
    hidden: hidden!,
    extra,
    lengths: hasLengths ? count : -1,
    count: count + hasLengths!,
  };
}

const ATTRS = 6;
const inputOr = (io: Operands, k: number): number => (k < 0 ? -1 : io.input(k));
const sizesOf = ({ kind, reverse, rows, steps, hidden }: Plan): number[] => [KINDS.indexOf(kind), reverse, rows, steps, hidden];

const recurrentOp: Op = newOp(
  'recurrent',
  {
    kind: 'command',
    opcode: 'recurrent',
    spares: true,
    extra: ({ shape, attrs }) => {
      const { kind, rows, steps, hidden } = planOf(attrs);
      const like = (sizes: Shape): { shape: Shape; dtype: 'f32' } => ({ shape: sizes, dtype: 'f32' });
      return [like([rows, steps, SAVED[kind] * hidden]), like(shape), like(shape), like([rows, hidden])];
    },
    args: ({ attrs }, io) => {
      const plan = planOf(attrs);
      const { kind, extra, lengths } = plan;
      const [bias, c0] = kind === 'gru' ? [extra, -1] : [-1, extra];
      const outputs = [0, KEPT, CELLS, BEFORE, LAST_CELL].map((k) => io.output(k));
      return [
        ...sizesOf(plan),
        io.input(1),
        inputOr(io, lengths),
        io.input(0),
        inputOr(io, bias),
        io.input(2),
        inputOr(io, c0),
        ...outputs,
      ];
    },
  },
  ({ inputs, y, dy, attrs }) => backward(inputs, y, attrs, dy, 0),
);

/** Output k of a recurrence. */
const picked = (op: Op, k: number, y: Tensor, shape: Shape): Tensor => record(op, [y, ...y.inputs], shape, 'f32', [k, ...y.attrs]);
const keptOp = newOp('recurrentKept', { kind: 'pick', of: recurrentOp }, null);
const lastCellOp = newOp('recurrentLastCell', { kind: 'pick', of: recurrentOp }, ({ inputs: [y, ...primal], attrs, dy }) => [
  null,
  ...backward(primal, y!, attrs.slice(1), dy, 1),
]);
const beforeOp = newOp('recurrentBefore', { kind: 'pick', of: recurrentOp }, ({ inputs: [y, ...primal], attrs, dy }) => {
  const plan = planOf(attrs.slice(1));
  const [dY, dH0] = partials([y!, primal[2]!], dy, (own, h0) => plainBefore(plan, own!, h0!, primal[plan.lengths]));
  return [dY!, ...primal.map((_, k) => (k === 2 ? dH0! : null))];
});

/** The gradients of all inputs by that of y, or by that of the last cell state. */
function backward(primal: readonly Tensor[], y: Tensor, attrs: readonly number[], d: Tensor, atEnd: 0 | 1): (Tensor | null)[] {
  const plan = planOf(attrs);
  const { kind, rows, steps, hidden, extra } = plan;
  const kept = (k: number, shape = y.shape): Tensor => picked(k === BEFORE ? beforeOp : keptOp, k, y, shape);
  const before = kept(BEFORE);
  const gates = kept(KEPT, [rows, steps, SAVED[kind] * hidden]);
  const left = kind === 'lstm' ? [gates, kept(CELLS)] : kind === 'gru' ? [gates, before] : [y];
  const dx = record(gradOp, [...primal, ...left, d], primal[0]!.shape, 'f32', [...attrs, atEnd]);
  const part = (k: number): Tensor => {
    const shape = k === HIDDEN_GRAD ? dx.shape : [rows, hidden];
    return record(gradPick, [dx, ...dx.inputs], shape, 'f32', [k, ...dx.attrs]);
  };
  const dHidden = kind === 'gru' ? part(HIDDEN_GRAD) : dx;
  const result: (Tensor | null)[] = [dx, dHidden.transpose().matmul(reshape(before, [rows * steps, hidden])), part(H0_GRAD)];
  if (extra >= 0) result.push(kind === 'lstm' ? part(C0_GRAD) : sum(dHidden, { axis: 0 }));
  if (plan.lengths >= 0) result.push(null);
  return result;
}

const gradOp: Op = newOp(
  'recurrentGrad',
  {
    kind: 'command',
    opcode: 'recurrent_grad',
    spares: true,
    extra: ({ shape, attrs }) => {
      const { rows, hidden } = planOf(attrs);
      return [shape, [rows, hidden], [rows, hidden]].map((sizes) => ({ shape: sizes, dtype: 'f32' }));
    },
    args: ({ attrs }, io) => {
      const plan = planOf(attrs);
      const { kind, extra, lengths, count } = plan;
      const [y, gates, cells, before, d] = {
        tanh: [0, -1, -1, -1, 1],
        relu: [0, -1, -1, -1, 1],
        lstm: [-1, 0, 1, -1, 2],
        gru: [-1, 0, -1, 1, 2],
      }[kind].map((place) => inputOr(io, place < 0 ? -1 : count + place)) as [number, number, number, number, number];
      const c0 = inputOr(io, kind === 'lstm' ? extra : -1);
      const outputs = [0, HIDDEN_GRAD, H0_GRAD, C0_GRAD].map((k) => io.output(k));
      const ends = attrs[ATTRS] ? [-1, d] : [d, -1];
      return [...sizesOf(plan), io.input(1), inputOr(io, lengths), y, gates, cells, before, c0, ...ends, ...outputs];
    },
  },
  ({ inputs, attrs, dy }) => second(inputs, attrs, 0, dy),
);

const gradPick: Op = newOp('recurrentGradPart', { kind: 'pick', of: gradOp }, ({ inputs: [, ...rest], attrs, dy }) => [
  null,
  ...second(rest, attrs.slice(1), attrs[0]!, dy),
]);

/** The gradients of a backward pass's output k, by those of the composition; what the forward pass left is a function of the inputs. */
function second(inputs: readonly Tensor[], attrs: readonly number[], k: number, ddx: Tensor): (Tensor | null)[] {
  const plan = planOf(attrs);
  const primal = inputs.slice(0, plan.count);
  const parts = partials([...primal, inputs[inputs.length - 1]!], ddx, (...own) => {
    const [d, offsets] = [own.pop()!, zeros(primal[0]!.shape)];
    const [x, weight, h0, extra] = own as [Tensor, Tensor, Tensor, Tensor];
    const by = plan.kind === 'lstm' ? [x, offsets, h0, extra] : [x, offsets, h0];
    const { y, cell } = plain(plan, x, weight, h0, extra, own[plan.lengths], offsets);
    return gradients(attrs[ATTRS] ? cell! : y, by, d)[k] ?? zeros(by[k]!.shape);
  });
  return inputs.map((_, i) => (i < plan.count ? parts[i]! : i === inputs.length - 1 ? parts[plan.count]! : null));
}

/** The states that the steps read: y moved on by one step, h0 at the beginning. Behind a sequence's end it doesn't matter. */
function plainBefore({ reverse, rows, steps, hidden }: Plan, y: Tensor, h0: Tensor, lengths: Tensor | undefined): Tensor {
  const first = reshape(h0, [rows, 1, hidden]);
  if (!reverse) return concat([first, y.narrow(1, 0, steps - 1)], 1);
  const moved = concat([y.narrow(1, 1, steps - 1), first], 1);
  if (lengths === undefined) return moved;
  return where(reshape(lengths.sub(1), [rows, 1, 1]).eq(reshape(arange(steps), [1, steps, 1])), first, moved);
}

/** The same as `recurrentOp`, composed of steps; `offsets` are added to the hidden products. */
function plain(
  { kind, reverse, rows, steps, hidden }: Plan,
  x: Tensor,
  weight: Tensor,
  h0: Tensor,
  extra: Tensor | undefined,
  lengths: Tensor | undefined,
  offsets: Tensor,
): { y: Tensor; cell: Tensor | undefined } {
  const apart = (t: Tensor): Tensor[] => stepsOf(reshape(t, [rows, steps, GATES[kind] * hidden]));
  const [inputs, added] = [apart(x), apart(offsets)];
  const ys = new Array<Tensor>(steps);
  let h = h0;
  let c = kind === 'lstm' ? extra : undefined;
  for (let i = 0; i < steps; i++) {
    const t = reverse ? steps - 1 - i : i;
    const product = h.matmul(weight.transpose()).add(added[t]!);
    const next = recurrentStep(kind, inputs[t]!, kind === 'gru' ? product.add(extra!) : product, h, c);
    if (lengths === undefined) [h, c] = next;
    else {
      const active = reshape(lengths.gt(t), [rows, 1]);
      h = where(active, next[0], h);
      if (c) c = where(active, next[1]!, c);
    }
    ys[t] = lengths === undefined ? h : where(reshape(lengths.gt(t), [rows, 1]), h, 0);
  }
  return { y: stack(ys, 1), cell: c };
}

/** The entries along axis 1. Halved again and again: a slice's gradient is as large as what it was taken from. */
function stepsOf(x: Tensor): Tensor[] {
  const [rows, count, size] = x.shape as [number, number, number];
  if (count === 1) return [reshape(x, [rows, size])];
  const half = Math.ceil(count / 2);
  return x.split([half, count - half], 1).flatMap(stepsOf);
}

/**
 * One step of a cell, composed of element ops: from the products of inputs and of hidden state with their weights (N, gates · hidden),
 * biases included, and the state, to the next hidden and cell state.
 */
export function recurrentStep(kind: RecurrentKind, x: Tensor, product: Tensor, h: Tensor, c?: Tensor): [h: Tensor, c: Tensor | undefined] {
  if (kind === 'gru') {
    const [[xr, xz, xn], [hr, hz, hn]] = [x, product].map((t) => t.chunk(3, 1)) as [Tensor[], Tensor[]];
    const [r, z] = [xr!.add(hr!).sigmoid(), xz!.add(hz!).sigmoid()];
    const n = xn!.add(r.mul(hn!)).tanh();
    return [n.add(z.mul(h.sub(n))), undefined];
  }
  const gates = x.add(product);
  if (kind !== 'lstm') return [kind === 'relu' ? gates.relu() : gates.tanh(), undefined];
  const [i, f, g, o] = gates.chunk(4, 1) as [Tensor, Tensor, Tensor, Tensor];
  const cell = f.sigmoid().mul(c!).add(i.sigmoid().mul(g.tanh()));
  return [o.sigmoid().mul(cell.tanh()), cell];
}

/** The operands of `recurrent`. */
export interface Recurrence {
  readonly kind: RecurrentKind;
  readonly reverse: boolean;
  /** T. */
  readonly steps: number;
  /** x · Wᵀ + b of all steps, (N · T, gates · H). */
  readonly inputs: Tensor;
  /** The hidden weights (gates · H, H). */
  readonly weight: Tensor;
  /** The first hidden state (N, H). */
  readonly h0: Tensor;
  /** An LSTM's first cell state (N, H), a GRU's hidden bias (3 · H). */
  readonly extra?: Tensor;
  /** i32 (N), each from 1 to T; all of T unless told. */
  readonly lengths?: Tensor | undefined;
}

/** The hidden states (N, T, H) of all steps, 0 behind a sequence's end, and an LSTM's cell state (N, H) after the last. */
export function recurrent({ kind, reverse, steps, inputs, weight, h0, extra, lengths }: Recurrence): { y: Tensor; lastCell: Tensor } {
  const floats = [inputs, weight, h0, ...(extra ? [extra] : [])].map((t) => cast(operand('recurrent', t), 'f32'));
  const [rows, hidden] = floats[2]!.shape as [number, number];
  const attrs = [KINDS.indexOf(kind), Number(reverse), rows, steps, hidden, Number(lengths !== undefined)];
  const y = record(recurrentOp, lengths ? [...floats, operand('recurrent', lengths)] : floats, [rows, steps, hidden], 'f32', attrs);
  return { y, lastCell: picked(lastCellOp, LAST_CELL, y, [rows, hidden]) };
}
