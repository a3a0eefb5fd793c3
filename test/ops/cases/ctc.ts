// CTC in plain float64: the sum over all alignments by recursion, in probabilities, as the paper has it.
import { nn, type Tensor } from 'hebb';
import { type Input, input, type Layout, listed, reals } from '../inputs.js';
import { at, average, build, type Ref, reduce, total, zip } from '../oracle.js';
import type { Case } from '../table.js';

/** -log of the probability of `labels` in the first `steps` steps of sequence n. */
function negativeLog(logP: Ref, n: number, labels: readonly number[], steps: number): number {
  const states = [0, ...labels.flatMap((label) => [label, 0])];
  let reached = states.map((state, i) => (i < 2 ? Math.exp(at(logP, [0, n, state])) : 0));
  for (let t = 1; t < steps; t++) {
    reached = states.map((state, i) => {
      const crossing = state !== 0 && state !== states[i - 2] ? (reached[i - 2] ?? 0) : 0;
      return (reached[i]! + (reached[i - 1] ?? 0) + crossing) * Math.exp(at(logP, [t, n, state]));
    });
  }
  return -Math.log(reached.at(-1)! + (labels.length ? reached.at(-2)! : 0));
}

const losses = (logP: Ref, targets: Ref, steps: readonly number[], lengths: readonly number[]): Ref =>
  build([lengths.length], ([n]) => {
    const labels = Array.from({ length: lengths[n!]! }, (_, k) => at(targets, [n!, k]));
    return negativeLog(logP, n!, labels, steps[n!]!);
  });

const rest = { op: 'nn.ctcLoss', dtype: 'f32', tolerance: 'scaled', gradient: 'smooth' } as const;
const targets: Input = input([3, 3], listed([1, 2, 2, 3, 1, -7, 9, 9, 9]), 'i32');
const [steps, lengths] = [
  [5, 3, 4],
  [3, 2, 0],
];
const outputs = (layout: Layout = 'plain'): Input => input([5, 3, 4], reals(-3, -0.5), 'f32', layout);

export const ctc: readonly Case[] = [
  {
    ...rest,
    name: 'each, with repeated labels, unequal lengths and an empty target',
    inputs: [outputs(), targets],
    hebb: (x, y) => nn.ctcLoss(x, y, steps, lengths, { reduction: 'none' }),
    oracle: (x, y) => losses(x, y, steps, lengths),
  },
  {
    ...rest,
    name: 'the mean, each by its length, of a view',
    inputs: [outputs('narrowed'), targets],
    hebb: (x, y) => nn.ctcLoss(x, y, steps, lengths),
    oracle: (x, y) =>
      reduce(
        zip((loss, n) => loss / Math.max(n, 1), losses(x, y, steps, lengths), { shape: [3], data: Float64Array.from(lengths) }),
        average,
      ),
  },
  {
    ...rest,
    name: 'the sum, lengths in tensors',
    inputs: [outputs(), targets, input([3], listed(steps), 'i32'), input([3], listed(lengths), 'u8')],
    hebb: (x: Tensor, y: Tensor, ...given: Tensor[]) => nn.ctcLoss(x, y, given[0]!, given[1]!, { reduction: 'sum' }),
    oracle: (x, y) => reduce(losses(x, y, steps, lengths), total),
  },
  {
    ...rest,
    name: 'a target too long for its input, and a class of probability 0',
    inputs: [input([2, 3, 3], listed([-1, -2, -0.5, -1, Number.NEGATIVE_INFINITY, -2])), input([3, 2], listed([1, 1, 2, 1, 2, 2]), 'i32')],
    hebb: (x, y) => nn.ctcLoss(x, y, [2, 2, 2], [2, 1, 1], { reduction: 'none' }),
    oracle: (x, y) => losses(x, y, [2, 2, 2], [2, 1, 1]),
    gradient: 'none',
  },
  {
    ...rest,
    name: 'no sequences',
    inputs: [input([4, 0, 3], reals(-3, 0)), input([0, 2], listed([1]), 'i32')],
    hebb: (x, y) => nn.ctcLoss(x, y, [], [], { reduction: 'none' }),
    oracle: () => build([0], () => 0),
  },
  {
    ...rest,
    name: 'targets without any label',
    inputs: [outputs(), input([3, 0], listed([1]), 'i32')],
    hebb: (x, y) => nn.ctcLoss(x, y, steps, [0, 0, 0], { reduction: 'none' }),
    oracle: (x, y) => losses(x, y, steps, [0, 0, 0]),
  },
];
