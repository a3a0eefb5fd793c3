// CTC: the loss of a sequence whose outputs are not aligned with its labels, summed over all alignments.
import { ArgumentError, arange, describe, formatShape, full, ShapeError, type Tensor } from '../../core/index.js';
import { concat, stack, where } from '../../ops/index.js';
import { type Lengths, lengthsOf } from '../lengths.js';
import { Loss, type LossOptions, reduce } from './loss.js';

/** Options of `ctcLoss`. */
export interface CTCOptions extends LossOptions {
  /** The class that means: no label here; 0 unless told. */
  readonly blank?: number;
  /** A loss of 0 where a target is too long for its input, instead of an infinite one; false unless told. */
  readonly zeroInfinity?: boolean;
}

/** The logarithm of a probability of 0, finite so that gradients are; what falls below a half of it is infinite in the result. */
const NEVER = -1e30;

/**
 * The negative log-probability of the targets over all alignments with the input (connectionist temporal classification). With the
 * reduction 'mean' each loss is divided by its target's length first. Where a target can't be aligned, the loss is infinite and its
 * gradient 0.
 * Source: Graves, Fernández, Gomez, Schmidhuber, "Connectionist temporal classification", 2006.
 *
 * @param logP Log-probabilities (time, batch, classes), as `logSoftmax` gives them.
 * @param targets Labels (batch, length) in i32 or u8, without blanks; what lies behind a target's length doesn't matter.
 * @param inputLengths From 1 to time. @param targetLengths From 0 to length.
 * @throws {ShapeError} when the shapes don't fit. @throws {ArgumentError} for lengths in a list that are out of range; those in a tensor, and
 *   labels out of range, reject the run with an IndexError.
 * @example
 * const logP = randn([50, 2, 20]).logSoftmax(-1); // 50 steps, 2 sequences, 20 classes
 * const targets = tensor([[3, 3, 7], [5, 1, 0]], { dtype: 'i32' });
 * nn.ctcLoss(logP, targets, [50, 40], [3, 2], { reduction: 'none' }).shape; // → 2
 */
export function ctcLoss(
  logP: Tensor,
  targets: Tensor,
  inputLengths: Lengths,
  targetLengths: Lengths,
  { reduction = 'mean', blank = 0, zeroInfinity = false }: CTCOptions = {},
): Tensor {
  const [time, batch, length] = checkShapes(logP, targets, blank);
  const steps = lengthsOf('ctcLoss', 'inputLengths', inputLengths, batch, 1, time);
  const labels = lengthsOf('ctcLoss', 'targetLengths', targetLengths, batch, 0, length);
  const known = where(arange(length).lt(labels.unsqueeze(1)), targets.to('i32'), blank);
  const states = withBlanks(known, blank);
  const last = forward(logP, states, steps, blank);
  // An alignment ends in the last label or in the blank behind it.
  const end = labels.mul(2);
  const at = (state: Tensor): Tensor => last.gather(1, state.unsqueeze(1)).squeeze(1);
  const losses = logSum([at(end), where(labels.eq(0), NEVER, at(end.sub(1).maximum(0)))]).neg();
  const bounded = where(losses.gt(-NEVER / 2), zeroInfinity ? 0 : Infinity, losses);
  if (reduction !== 'mean') return reduce('ctcLoss', bounded, reduction);
  return bounded.div(labels.maximum(1)).mean();
}

/** The targets with a blank before, between and behind: (batch, length) → (batch, 2·length + 1). */
function withBlanks(targets: Tensor, blank: number): Tensor {
  const [batch, length] = targets.shape as [number, number];
  const blanks = (count: number): Tensor => full([batch, count], blank, { dtype: 'i32' });
  return concat([stack([blanks(length), targets], 2).reshape([batch, 2 * length]), blanks(1)], 1);
}

/**
 * The log-probabilities (batch, states) of all alignments of the input that end in a state, at each sequence's last step. From one step to
 * the next a state stays, moves on by one, or by two across a blank between unequal labels.
 */
function forward(logP: Tensor, states: Tensor, steps: Tensor, blank: number): Tensor {
  const [batch, count] = states.shape as [number, number];
  const time = logP.shape[0]!;
  const log = logP.maximum(NEVER).gather(2, states.expand([time, batch, count]));
  const [, before] = movedOn(states, blank);
  const crossing = where(states.ne(blank).logicalAnd(states.ne(before)), 0, NEVER);
  const [first, ...later] = entries(log) as [Tensor, ...Tensor[]];
  let reached = where(arange(count).lt(2), first, NEVER);
  for (const [i, step] of later.entries()) {
    const [one, two] = movedOn(reached, NEVER);
    const next = logSum([reached, one, two.add(crossing)]).add(step);
    reached = where(steps.unsqueeze(1).gt(i + 1), next, reached);
  }
  return reached;
}

/** Each row moved to the right by one and by two, with `fill` in front. */
function movedOn(rows: Tensor, fill: number): [one: Tensor, two: Tensor] {
  const [batch, count] = rows.shape as [number, number];
  const padded = concat([full([batch, 2], fill, { dtype: rows.dtype }), rows], 1);
  return [padded.narrow(1, 1, count), padded.narrow(1, 0, count)];
}

/** The entries along axis 0. Halved again and again: a slice's gradient is as large as what it was taken from. */
function entries(x: Tensor): Tensor[] {
  const count = x.shape[0]!;
  if (count === 1) return [x.squeeze(0)];
  const half = Math.ceil(count / 2);
  return x.split([half, count - half], 0).flatMap(entries);
}

/** log Σ eˣ over several tensors. The largest is subtracted as a constant, which leaves the gradients right. */
function logSum(terms: readonly Tensor[]): Tensor {
  const most = terms.reduce((a, b) => a.maximum(b)).detach();
  return terms
    .map((term) => term.sub(most).exp())
    .reduce((a, b) => a.add(b))
    .log()
    .add(most);
}

function checkShapes(logP: Tensor, targets: Tensor, blank: number): [time: number, batch: number, length: number] {
  const [time, batch, classes] = logP.shape;
  if (classes === undefined || logP.shape.length !== 3 || time === 0)
    throw new ShapeError('ctcLoss', `expects logP (time ≥ 1, batch, classes), got ${formatShape(logP.shape)}`, { value: logP.shape });
  if (targets.dtype !== 'i32' && targets.dtype !== 'u8')
    throw new ArgumentError('ctcLoss', `expects labels in i32 or u8, got ${targets.dtype}`, { value: targets.dtype });
  if (targets.shape.length !== 2 || targets.shape[0] !== batch) {
    const expected = `logP ${formatShape(logP.shape)} needs targets (${batch}, length)`;
    throw new ShapeError('ctcLoss', `${expected}, got ${formatShape(targets.shape)}`, { value: targets.shape });
  }
  if (!Number.isInteger(blank) || blank < 0 || blank >= classes)
    throw new ArgumentError('ctcLoss', `blank must be a class from 0 to ${classes - 1}, got ${describe(blank)}`, { value: blank });
  return [time!, batch!, targets.shape[1]!];
}

/**
 * `ctcLoss` with its options; takes log-probabilities, targets, and the lengths of both.
 * @example
 * const loss = new nn.CTCLoss({ zeroInfinity: true });
 * const logP = zeros([1, 1, 3]).logSoftmax(-1);
 * await loss.forward(logP, tensor([[2]], { dtype: 'i32' }), [1], [1]).item(); // → 1.0986
 */
export class CTCLoss extends Loss<CTCOptions, [Tensor, Tensor, Lengths, Lengths]> {
  forward(logP: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths): Tensor {
    return ctcLoss(logP, targets, inputLengths, targetLengths, this.options);
  }
}
