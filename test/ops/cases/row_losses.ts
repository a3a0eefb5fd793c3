// Losses over rows of features and over areas, in plain float64.
import { nn, type Tensor } from 'hebb';
import { input, listed, reals, wholes } from '../inputs.js';
import { at, average, build, map, type Ref, reduce, total, zip } from '../oracle.js';
import type { Case } from '../table.js';

export const rowLosses: readonly Case[] = [...likelihoods(), ...margins(), ...triplets(), ...cosines(), ...dices()];

/** A function of the values along the last axis of each row. */
function rowwise(f: (...rows: number[][]) => number, ...xs: Ref[]): Ref {
  const size = xs[0]!.shape.at(-1)!;
  const row = (x: Ref, i: number): number[] => Array.from(x.data.slice(i * size, (i + 1) * size));
  const shape = xs[0]!.shape.slice(0, -1);
  const data = Float64Array.from({ length: shape.reduce((product, n) => product * n, 1) }, (_, i) => f(...xs.map((x) => row(x, i))));
  return { shape, data };
}

const mean = (x: Ref): Ref => reduce(x, average);

/** For each label what `scores` or `weight` has for its class. */
const picked = (scores: Ref, y: Ref): Ref => build(y.shape, (index) => at(scores, [...index, at(y, index)]));
const weightOf = (weight: Ref, y: Ref): Ref => map(y, (label) => weight.data[label]!);

function likelihoods(): Case[] {
  const rest = { op: 'nn.nllLoss', dtype: 'f32', tolerance: 'scaled', gradient: 'smooth' } as const;
  const each = {
    hebb: (x: Tensor, y: Tensor) => nn.nllLoss(x, y, { reduction: 'none' }),
    oracle: (x: Ref, y: Ref) => map(picked(x, y), (value) => -value),
  };
  const labels = (shape: number[], classes: number, dtype: 'i32' | 'u8' = 'i32') => input(shape, wholes(0, classes - 1), dtype);
  return [
    { ...rest, ...each, name: 'each row', inputs: [input([5, 4], reals(-3, 0)), labels([5], 4)] },
    { ...rest, ...each, name: 'two axes of u8 labels', inputs: [input([2, 3, 4], reals(-3, 0)), labels([2, 3], 4, 'u8')] },
    { ...rest, ...each, name: 'a view', inputs: [input([4, 3], reals(-3, 0), 'f32', 'transposed'), labels([4], 3)] },
    { ...rest, ...each, name: 'no rows', inputs: [input([0, 3], reals(-3, 0)), labels([0], 3)] },
    {
      ...rest,
      name: 'weight and ignoreIndex, a weighted mean',
      inputs: [input([6, 4], reals(-3, 0)), input([6], listed([0, 3, 1, 2, 3]), 'i32'), input([4], reals(0.5, 2))],
      hebb: (x, y, weight) => nn.nllLoss(x, y, { weight, ignoreIndex: 3 }),
      oracle: (x, y, w) => {
        const weights = zip((weight, label) => (label === 3 ? 0 : weight), weightOf(w, y), y);
        const losses = zip((value, weight) => -value * weight, picked(x, y), weights);
        return zip((loss, weight) => loss / weight, reduce(losses, total), reduce(weights, total));
      },
    },
  ];
}

function margins(): Case[] {
  const rest = { op: 'nn.multiMarginLoss', dtype: 'f32', tolerance: 'scaled', gradient: 'smooth' } as const;
  const loss =
    ({ margin = 1, p = 1 }) =>
    (x: Ref, y: Ref): Ref => {
      const classes = x.shape.at(-1)!;
      const one = (index: readonly number[]): number => {
        const label = at(y, index);
        const terms = Array.from({ length: classes }, (_, c) => Math.max(0, margin - at(x, [...index, label]) + at(x, [...index, c])) ** p);
        return total(terms.with(label, 0)) / classes;
      };
      return build(y.shape, one);
    };
  // Multiples of 0.3, whose distances are clear of the margins, where the loss bends.
  const scores = (shape: number[]) => input(shape, (random) => 0.3 * Math.floor(11 * random()));
  const labels = (shape: number[], classes: number) => input(shape, wholes(0, classes - 1), 'i32');
  return [
    {
      ...rest,
      name: 'each row',
      inputs: [scores([5, 4]), labels([5], 4)],
      hebb: (x, y) => nn.multiMarginLoss(x, y, { reduction: 'none' }),
      oracle: loss({}),
    },
    {
      ...rest,
      name: 'squared with a margin of 2, two axes',
      inputs: [scores([2, 3, 4]), labels([2, 3], 4)],
      hebb: (x, y) => nn.multiMarginLoss(x, y, { reduction: 'none', margin: 2, p: 2 }),
      oracle: loss({ margin: 2, p: 2 }),
    },
    {
      ...rest,
      name: 'weight, the mean, of a view',
      inputs: [{ ...scores([6, 3]), layout: 'transposed' }, labels([6], 3), input([3], reals(0.5, 2))],
      hebb: (x, y, weight) => nn.multiMarginLoss(x, y, { weight }),
      oracle: (x, y, w) => mean(zip((value, weight) => value * weight, loss({})(x, y), weightOf(w, y))),
    },
    {
      ...rest,
      name: 'no rows',
      inputs: [scores([0, 4]), labels([0], 4)],
      hebb: (x, y) => nn.multiMarginLoss(x, y, { reduction: 'none' }),
      oracle: loss({}),
    },
  ];
}

function triplets(): Case[] {
  const rest = { op: 'nn.tripletMarginLoss', dtype: 'f32', tolerance: 'scaled', gradient: 'smooth' } as const;
  const distance = (p: number, a: number[], b: number[]): number => total(a.map((x, i) => Math.abs(x - b[i]! + 1e-6) ** p)) ** (1 / p);
  const loss =
    ({ margin = 1, p = 2, swap = false }) =>
    (a: number[], b: number[], c: number[]): number => {
      const far = swap ? Math.min(distance(p, a, c), distance(p, b, c)) : distance(p, a, c);
      return Math.max(0, distance(p, a, b) - far + margin);
    };
  const inputs = (shape: number[]) => [input(shape, reals(-1, 1)), input(shape, reals(1.5, 3)), input(shape, reals(-3, -1.5))];
  const variants = {
    'margin 4': { margin: 4 },
    'p 1, margin 4': { p: 1, margin: 4 },
    'p 3, margin 4': { p: 3, margin: 4 },
    'swap, margin 9': { swap: true, margin: 9 },
  } as const;
  return [
    ...Object.entries(variants).map(
      ([name, options]): Case => ({
        ...rest,
        name: `each, ${name}`,
        inputs: inputs([6, 3]),
        hebb: (a, b, c) => nn.tripletMarginLoss(a, b, c, { ...options, reduction: 'none' }),
        oracle: (...xs) => rowwise(loss(options), ...xs),
      }),
    ),
    {
      ...rest,
      name: 'the mean, of views',
      inputs: inputs([3, 4]).map((one) => ({ ...one, layout: 'transposed' })),
      hebb: (a, b, c) => nn.tripletMarginLoss(a, b, c),
      oracle: (...xs) => mean(rowwise(loss({}), ...xs)),
    },
    {
      ...rest,
      name: 'two axes of triplets',
      inputs: inputs([2, 3, 2]),
      hebb: (a, b, c) => nn.tripletMarginLoss(a, b, c, { reduction: 'sum', margin: 3 }),
      oracle: (...xs) => reduce(rowwise(loss({ margin: 3 }), ...xs), total),
    },
    {
      ...rest,
      name: 'none',
      inputs: inputs([0, 3]),
      hebb: (a, b, c) => nn.tripletMarginLoss(a, b, c, { reduction: 'none' }),
      oracle: (...xs) => rowwise(loss({}), ...xs),
    },
  ];
}

function cosines(): Case[] {
  const rest = { op: 'nn.cosineEmbeddingLoss', dtype: 'f32', tolerance: 'scaled', gradient: 'smooth' } as const;
  const dot = (a: number[], b: number[]): number => total(a.map((x, i) => x * b[i]!));
  const cosine = (a: Ref, b: Ref): Ref => rowwise((x, y) => dot(x, y) / Math.sqrt((dot(x, x) + 1e-12) * (dot(y, y) + 1e-12)), a, b);
  const loss = (margin: number) => (a: Ref, b: Ref, y: Ref) =>
    zip((side, cos) => (side === 1 ? 1 - cos : Math.max(0, cos - margin)), y, cosine(a, b));
  const sides = (shape: number[]) => input(shape, listed([1, -1, 1, -1, -1]), 'i32');
  const inputs = (shape: number[]) => [input(shape, reals(0.5, 2)), input(shape, reals(0.1, 3)), sides(shape.slice(0, -1))];
  return [
    {
      ...rest,
      name: 'each',
      inputs: inputs([6, 3]),
      hebb: (a, b, y) => nn.cosineEmbeddingLoss(a, b, y, { reduction: 'none' }),
      oracle: loss(0),
    },
    {
      ...rest,
      name: 'margin 0.5, two axes',
      inputs: inputs([2, 3, 4]),
      hebb: (a, b, y) => nn.cosineEmbeddingLoss(a, b, y, { reduction: 'none', margin: 0.5 }),
      oracle: loss(0.5),
    },
    {
      ...rest,
      name: 'the mean, of views',
      inputs: [input([4, 3], reals(0.5, 2), 'f32', 'transposed'), input([4, 3], reals(0.1, 3), 'f32', 'narrowed'), sides([4])],
      hebb: (a, b, y) => nn.cosineEmbeddingLoss(a, b, y),
      oracle: (a, b, y) => mean(loss(0)(a, b, y)),
    },
    {
      ...rest,
      name: 'rows of 0 and of 1e15',
      inputs: [input([2, 2], listed([0, 0, 1e15, 1e15])), input([2, 2], listed([1, 2, 1e15, 0])), sides([2])],
      hebb: (a, b, y) => nn.cosineEmbeddingLoss(a, b, y, { reduction: 'none' }),
      oracle: loss(0),
      gradient: 'none',
    },
    {
      ...rest,
      name: 'none',
      inputs: inputs([0, 3]),
      hebb: (a, b, y) => nn.cosineEmbeddingLoss(a, b, y, { reduction: 'none' }),
      oracle: loss(0),
    },
  ];
}

function dices(): Case[] {
  const rest = { op: 'nn.diceLoss', dtype: 'f32', tolerance: 'scaled', gradient: 'smooth' } as const;
  const loss = (smooth: number) => (p: Ref, y: Ref) => {
    const area = p.shape.map((_, axis) => axis).slice(1, -1);
    const sum = (x: Ref): Ref => reduce(x, total, area);
    return zip((both, one, other) => 1 - (2 * both + smooth) / (one + other + smooth), sum(zip((a, b) => a * b, p, y)), sum(p), sum(y));
  };
  const each = { hebb: (p: Tensor, y: Tensor) => nn.diceLoss(p, y, { reduction: 'none' }), oracle: loss(1) };
  return [
    { ...rest, ...each, name: 'each sample and class', inputs: [input([2, 3, 2, 3], reals(0, 1)), input([2, 3, 2, 3], reals(0, 1))] },
    { ...rest, ...each, name: 'integer masks', inputs: [input([2, 4, 2], reals(0, 1)), input([2, 4, 2], listed([1, 0, 0]), 'u8')] },
    {
      ...rest,
      name: 'the mean without smooth, of views',
      inputs: [input([2, 3, 4], reals(0, 1), 'f32', 'transposed'), input([2, 3, 4], reals(0, 1), 'f32', 'narrowed')],
      hebb: (p, y) => nn.diceLoss(p, y, { smooth: 0 }),
      oracle: (p, y) => mean(loss(0)(p, y)),
    },
    { ...rest, ...each, name: 'no samples', inputs: [input([0, 3, 2], reals(0, 1)), input([0, 3, 2], reals(0, 1))] },
    {
      ...rest,
      ...each,
      name: 'no area',
      inputs: [input([2, 0, 2], reals(0, 1)), input([2, 0, 2], reals(0, 1))],
      oracle: () =>
        map(
          build([2, 2], () => 1),
          () => 0,
        ),
      plain: 'two empty areas are alike',
    },
  ];
}
