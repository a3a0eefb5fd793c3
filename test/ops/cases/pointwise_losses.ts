// Losses of one element each: their formulas in plain float64, with options, and all reductions.
import { nn, type Tensor } from 'hebb';
import { clearOfZero, type Fill, type Input, input, type Layout, listed, reals, wholes } from '../inputs.js';
import { average, build, map, type Ref, reduce, sigmoid, total, zip } from '../oracle.js';
import type { Case } from '../table.js';

type Options = { reduction?: 'mean' | 'sum' | 'none' };
type Call = (xs: Tensor[], options: Options) => Tensor;
interface Operand {
  readonly fill: Fill;
  readonly dtype?: 'f32' | 'i32';
}
interface Plan {
  readonly op: string;
  readonly call: Call;
  /** The loss of one element. */
  readonly f: (...values: number[]) => number;
  readonly operands: readonly Operand[];
  /** The same with options, for each of a matrix. */
  readonly variants?: Record<string, { call: Call; f: (...values: number[]) => number }>;
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const hinge = (x: number): number => Math.max(x, 0);

/** Outputs and targets whose distances are clear of 0, 1 and 2, where some losses bend. */
const apart: readonly Operand[] = [{ fill: wholes(-3, 3) }, { fill: (random, i) => wholes(-3, 3)(random, i) + 0.4 }];
const sides: Operand = { fill: listed([1, -1, -1, 1, 1]), dtype: 'i32' };
const truths: Operand = { fill: listed([1, 0, 0, 1, 1]), dtype: 'i32' };
const scores: Operand = { fill: reals(-3, 3) };
const parts: Operand = { fill: reals(0.1, 0.9) };

const focal =
  (alpha: number, gamma: number) =>
  (x: number, y: number): number => {
    const truth = y === 1 ? sigmoid(x) : sigmoid(-x);
    return -(y === 1 ? alpha : 1 - alpha) * (1 - truth) ** gamma * Math.log(truth);
  };
const huber =
  (delta: number) =>
  (a: number, b: number): number => {
    const d = Math.abs(a - b);
    return d <= delta ? d ** 2 / 2 : delta * (d - delta / 2);
  };
const poisson = (x: number, y: number): number => Math.exp(x) - y * x;
const stirling = (y: number): number => (y > 1 ? y * Math.log(y) - y + Math.log(2 * Math.PI * y) / 2 : 0);
const gaussian = (x: number, y: number, v: number): number => (Math.log(v) + (x - y) ** 2 / v) / 2;

const plans: readonly Plan[] = [
  { op: 'nn.mseLoss', call: ([a, b], o) => nn.mseLoss(a!, b!, o), f: (a, b) => (a - b) ** 2, operands: [scores, scores] },
  { op: 'nn.l1Loss', call: ([a, b], o) => nn.l1Loss(a!, b!, o), f: (a, b) => Math.abs(a - b), operands: apart },
  {
    op: 'nn.huberLoss',
    call: ([a, b], o) => nn.huberLoss(a!, b!, o),
    f: huber(1),
    operands: apart,
    variants: { 'delta 2': { call: ([a, b], o) => nn.huberLoss(a!, b!, { ...o, delta: 2 }), f: huber(2) } },
  },
  {
    op: 'nn.smoothL1Loss',
    call: ([a, b], o) => nn.smoothL1Loss(a!, b!, o),
    f: huber(1),
    operands: apart,
    variants: {
      'beta 2': { call: ([a, b], o) => nn.smoothL1Loss(a!, b!, { ...o, beta: 2 }), f: (a, b) => huber(2)(a, b) / 2 },
      'beta 0': { call: ([a, b], o) => nn.smoothL1Loss(a!, b!, { ...o, beta: 0 }), f: (a, b) => Math.abs(a - b) },
    },
  },
  {
    op: 'nn.logCoshLoss',
    call: ([a, b], o) => nn.logCoshLoss(a!, b!, o),
    f: (a, b) => Math.log(Math.cosh(a - b)),
    operands: [scores, scores],
  },
  {
    op: 'nn.bceLoss',
    call: ([p, y], o) => nn.bceLoss(p!, y!, o),
    f: (p, y) => -y * Math.log(p) - (1 - y) * Math.log(1 - p),
    operands: [parts, parts],
  },
  {
    op: 'nn.bceWithLogits',
    call: ([x, y], o) => nn.bceWithLogits(x!, y!, o),
    f: (x, y) => softplus(x) - x * y,
    operands: [scores, parts],
  },
  {
    op: 'nn.focalLoss',
    call: ([x, y], o) => nn.focalLoss(x!, y!, o),
    f: focal(0.25, 2),
    operands: [scores, truths],
    variants: {
      'alpha 0.6, gamma 0.5': { call: ([x, y], o) => nn.focalLoss(x!, y!, { ...o, alpha: 0.6, gamma: 0.5 }), f: focal(0.6, 0.5) },
      'gamma 0': { call: ([x, y], o) => nn.focalLoss(x!, y!, { ...o, gamma: 0 }), f: focal(0.25, 0) },
    },
  },
  {
    op: 'nn.klDiv',
    call: ([x, y], o) => nn.klDiv(x!, y!, o),
    f: (x, y) => y * (Math.log(y) - x),
    operands: [scores, parts],
    variants: { logTarget: { call: ([x, y], o) => nn.klDiv(x!, y!, { ...o, logTarget: true }), f: (x, y) => Math.exp(y) * (y - x) } },
  },
  {
    op: 'nn.poissonNllLoss',
    call: ([x, y], o) => nn.poissonNllLoss(x!, y!, o),
    f: poisson,
    operands: [scores, { fill: (random, i) => wholes(0, 6)(random, i) + 0.2 }],
    variants: {
      full: { call: ([x, y], o) => nn.poissonNllLoss(x!, y!, { ...o, full: true }), f: (x, y) => poisson(x, y) + stirling(y) },
      'of rates': {
        call: ([x, y], o) => nn.poissonNllLoss(x!.square(), y!, { ...o, logInput: false, eps: 0.5 }),
        f: (x, y) => x ** 2 - y * Math.log(x ** 2 + 0.5),
      },
    },
  },
  {
    op: 'nn.gaussianNllLoss',
    call: ([x, y, v], o) => nn.gaussianNllLoss(x!, y!, v!, o),
    f: gaussian,
    operands: [scores, scores, { fill: reals(0.5, 2) }],
    variants: {
      full: {
        call: ([x, y, v], o) => nn.gaussianNllLoss(x!, y!, v!, { ...o, full: true }),
        f: (x, y, v) => gaussian(x, y, v) + Math.log(2 * Math.PI) / 2,
      },
    },
  },
  {
    op: 'nn.hingeLoss',
    call: ([x, y], o) => nn.hingeLoss(x!, y!, o),
    f: (x, y) => hinge(1 - x * y),
    operands: [apart[1]!, sides],
    variants: { 'margin 2': { call: ([x, y], o) => nn.hingeLoss(x!, y!, { ...o, margin: 2 }), f: (x, y) => hinge(2 - x * y) } },
  },
  {
    op: 'nn.hingeEmbeddingLoss',
    call: ([x, y], o) => nn.hingeEmbeddingLoss(x!, y!, o),
    f: (x, y) => (y === 1 ? x : hinge(1 - x)),
    operands: [apart[1]!, sides],
    variants: {
      'margin 2': { call: ([x, y], o) => nn.hingeEmbeddingLoss(x!, y!, { ...o, margin: 2 }), f: (x, y) => (y === 1 ? x : hinge(2 - x)) },
    },
  },
  {
    op: 'nn.marginRankingLoss',
    call: ([a, b, y], o) => nn.marginRankingLoss(a!, b!, y!, o),
    f: (a, b, y) => hinge(-y * (a - b)),
    operands: [...apart, sides],
    variants: {
      'margin 2': { call: ([a, b, y], o) => nn.marginRankingLoss(a!, b!, y!, { ...o, margin: 2 }), f: (a, b, y) => hinge(2 - y * (a - b)) },
    },
  },
];

const place = (operands: readonly Operand[], shape: number[], layouts: Layout[] = []): Input[] =>
  operands.map(({ fill, dtype = 'f32' }, i) => input(shape, fill, dtype, layouts[i]));

function casesOf({ op, call, f, operands, variants = {} }: Plan): Case[] {
  const rest = { op, dtype: 'f32', tolerance: 'scaled', gradient: 'smooth' } as const;
  const each = { hebb: (...xs: Tensor[]) => call(xs, { reduction: 'none' }), oracle: (...xs: Ref[]) => zip(f, ...xs) };
  const whole = { hebb: (...xs: Tensor[]) => call(xs, {}), oracle: (...xs: Ref[]) => reduce(zip(f, ...xs), average) };
  return [
    { ...rest, ...each, name: 'each of a matrix', inputs: place(operands, [3, 5]) },
    { ...rest, ...each, name: 'each of views', inputs: place(operands, [4, 3], ['transposed', 'narrowed']) },
    { ...rest, ...each, name: 'empty', inputs: place(operands, [0, 3]) },
    { ...rest, ...whole, name: 'the mean', inputs: place(operands, [7, 3]) },
    { ...rest, ...whole, name: 'the mean of a scalar', inputs: place(operands, []) },
    { ...rest, ...whole, name: 'the mean of many', inputs: place(operands, [129, 65]) },
    {
      ...rest,
      name: 'the sum',
      inputs: place(operands, [5]),
      hebb: (...xs) => call(xs, { reduction: 'sum' }),
      oracle: (...xs) => reduce(zip(f, ...xs), total),
    },
    ...Object.entries(variants).map(
      ([name, variant]): Case => ({
        ...rest,
        name,
        inputs: place(operands, [3, 5]),
        hebb: (...xs) => variant.call(xs, { reduction: 'none' }),
        oracle: (...xs) => zip(variant.f, ...xs),
      }),
    ),
  ];
}

/** What one formula for all elements doesn't cover: weights, the ends of a domain, `batchMean`. */
function others(): Case[] {
  const rest = { dtype: 'f32', tolerance: 'scaled', gradient: 'smooth' } as const;
  const matrix = (fill: Fill): Input => input([3, 4], fill);
  return [
    {
      ...rest,
      op: 'nn.bceLoss',
      name: 'probabilities of 0 and 1: logarithms end at -100',
      inputs: [input([6], listed([0, 0, 1, 1, 0.5, 2 ** -149])), input([6], listed([0, 1, 0, 1, 0.25, 1]))],
      hebb: (p, y) => nn.bceLoss(p, y, { reduction: 'none' }),
      oracle: () => build([6], ([i]) => [0, 100, 100, 0, Math.log(2), 100][i!]!),
      gradient: 'none',
    },
    {
      ...rest,
      op: 'nn.bceLoss',
      name: 'small probabilities, exactly',
      inputs: [input([4], listed([1e-9, 1e-30, 2e-20, 1e-12])), input([4], listed([0]))],
      hebb: (p, y) => nn.bceLoss(p, y, { reduction: 'none' }),
      oracle: (p) => map(p, (value) => -Math.log1p(-value)),
      tolerance: 2,
      gradient: 'none',
    },
    {
      ...rest,
      op: 'nn.bceLoss',
      name: 'weight',
      inputs: [matrix(reals(0.1, 0.9)), matrix(reals(0, 1)), input([4], reals(0.5, 2))],
      hebb: (p, y, weight) => nn.bceLoss(p, y, { weight }),
      oracle: (...xs) =>
        reduce(
          zip((p, y, w) => -w * (y * Math.log(p) + (1 - y) * Math.log(1 - p)), ...xs),
          average,
        ),
    },
    {
      ...rest,
      op: 'nn.bceWithLogits',
      name: 'weight and posWeight',
      inputs: [matrix(reals(-3, 3)), matrix(reals(0, 1)), input([3, 1], reals(0.5, 2)), input([4], reals(0.5, 3))],
      hebb: (x, y, weight, posWeight) => nn.bceWithLogits(x, y, { weight, posWeight, reduction: 'sum' }),
      oracle: (...xs) =>
        reduce(
          zip((x, y, w, pos) => w * (pos * y * softplus(-x) + (1 - y) * softplus(x)), ...xs),
          total,
        ),
    },
    {
      ...rest,
      op: 'nn.klDiv',
      name: 'batchMean, with probabilities of 0',
      inputs: [matrix(reals(-3, 0)), matrix(listed([0, 0.5, 0.5]))],
      hebb: (x, y) => nn.klDiv(x, y, { reduction: 'batchMean' }),
      oracle: (...xs) => {
        const sum = reduce(
          zip((x, y) => (y === 0 ? 0 : y * (Math.log(y) - x)), ...xs),
          total,
        );
        return { shape: [], data: sum.data.map((value) => value / 3) };
      },
      gradient: 'none',
    },
    {
      ...rest,
      op: 'nn.gaussianNllLoss',
      name: 'one variance a row, some below eps',
      inputs: [matrix(reals(-3, 3)), matrix(reals(-3, 3)), input([3, 1], listed([1, 0, 0.25]))],
      hebb: (x, y, v) => nn.gaussianNllLoss(x, y, v, { eps: 0.5, reduction: 'none' }),
      oracle: (...xs) => zip((x, y, v) => gaussian(x, y, Math.max(v, 0.5)), ...xs),
      gradient: 'none',
    },
    {
      ...rest,
      op: 'nn.logCoshLoss',
      name: 'far away',
      inputs: [input([4], listed([1e30, -1e30, 500, -500])), input([4], clearOfZero(0, 1))],
      hebb: (a, b) => nn.logCoshLoss(a, b, { reduction: 'none' }),
      oracle: (...xs) => zip((a, b) => Math.abs(a - b) - Math.LN2, ...xs),
      gradient: 'none',
    },
  ];
}

export const pointwiseLosses: readonly Case[] = [...plans.flatMap(casesOf), ...others()];
