// softmax, logSoftmax, and cross-entropy.
import { nn, type Tensor } from 'hebb';
import { input, type Layout, listed, reals, wholes } from '../inputs.js';
import { average, crossEntropyRows, logSoftmax, map, type Ref, reduce, softmax, total, zip } from '../oracle.js';
import type { Case } from '../table.js';

export const losses: readonly Case[] = [...softmaxes(), ...crossEntropies()];

function softmaxes(): Case[] {
  const list: [shape: number[], axis: number, layout?: Layout][] = [
    [[3, 5], -1],
    [[3, 5], 0],
    [[2, 3, 4], 1],
    [[4, 3], 1, 'transposed'],
    [[4, 3], 0, 'narrowed'],
    [[7], 0],
    [[3, 1], 1],
    [[0, 4], 1],
    [[31, 1000], 1],
    [[65, 33, 3], 1],
  ];
  const ops = { softmax, logSoftmax } as const;
  const infinite = Number.NEGATIVE_INFINITY;
  return (['softmax', 'logSoftmax'] as const).flatMap((name) => {
    const base = { op: `Tensor.${name}`, dtype: 'f32', tolerance: 'scaled', gradient: 'smooth' } as const;
    const last = { hebb: (x: Tensor) => x[name](-1), oracle: (x: Ref) => ops[name](x, x.shape.length - 1) };
    return [
      ...list.map(
        ([shape, axis, layout = 'plain']): Case => ({
          ...base,
          name: `${shape.join('x')} ${layout} along axis ${axis}`,
          inputs: [input(shape, reals(-3, 3), 'f32', layout)],
          hebb: (x) => x[name](axis),
          oracle: (x) => ops[name](x, (axis + shape.length) % shape.length),
          plain: shape[axis] === 1 ? 'one class' : undefined,
        }),
      ),
      { ...base, ...last, name: 'bf16 gives f32', inputs: [input([3, 4], reals(-3, 3), 'bf16')], gradient: 'none' },
      { ...base, ...last, name: 'large logits', inputs: [input([6, 5], reals(-80, 80))], gradient: 'none' },
      {
        ...base,
        ...last,
        name: 'logits of ±1e38',
        inputs: [input([2, 3], listed([1e38, -1e38, 1e38, -1e38, -1e38, 0]))],
        gradient: 'none',
      },
      {
        ...base,
        ...last,
        name: 'masked by -inf',
        inputs: [input([2, 4], listed([infinite, 1, 2, infinite, 0.5, infinite, 1, 1.5]))],
        gradient: 'none',
      },
      {
        ...base,
        ...last,
        name: 'a row of -inf, of inf, with NaN gives NaN',
        inputs: [input([4, 2], listed([infinite, infinite, -infinite, 1, Number.NaN, 1, 1, 2]))],
        gradient: 'none',
      },
    ];
  });
}

const mean = (x: Ref): Ref => reduce(x, average);

const weightsOf = (weight: Ref, labels: Ref): Ref => map(labels, (label) => weight.data[label]!);
const weightedMean = (losses: Ref, weights: Ref): Ref =>
  zip(
    (sum, all) => sum / all,
    reduce(
      zip((loss, weight) => loss * weight, losses, weights),
      total,
    ),
    reduce(weights, total),
  );

function crossEntropies(): Case[] {
  const rest = { op: 'nn.crossEntropy', dtype: 'f32', tolerance: 'scaled', gradient: 'smooth' } as const;
  const labels = (shape: number[], classes: number, dtype: 'i32' | 'u8' = 'i32') => input(shape, wholes(0, classes - 1), dtype);
  const each = { hebb: (x: Tensor, y: Tensor) => nn.crossEntropy(x, y, { reduction: 'none' }), oracle: crossEntropyRows };
  const smoothed = (x: Ref, y: Ref): Ref =>
    zip(
      (loss, all) => 0.9 * loss + 0.1 * all,
      crossEntropyRows(x, y),
      reduce(
        map(logSoftmax(x, 1), (value) => -value),
        average,
        [1],
      ),
    );
  const ignoring = (x: Ref, y: Ref): Ref => zip((loss, label) => (label === 2 ? 0 : loss), crossEntropyRows(x, y), y);
  return [
    { ...rest, ...each, name: 'each row', inputs: [input([5, 4], reals(-3, 3)), labels([5], 4)] },
    {
      ...rest,
      ...each,
      name: 'each row of views, u8 labels',
      inputs: [input([5, 4], reals(-3, 3), 'f32', 'transposed'), labels([5], 4, 'u8')],
    },
    { ...rest, ...each, name: 'each row of two axes', inputs: [input([2, 3, 4], reals(-3, 3)), labels([2, 3], 4)] },
    { ...rest, ...each, name: 'each row of f16', inputs: [input([5, 4], reals(-3, 3), 'f16'), labels([5], 4)], gradient: 'none' },
    { ...rest, ...each, name: 'no rows', inputs: [input([0, 4], reals(-3, 3)), labels([0], 4)] },
    { ...rest, ...each, name: 'one class', inputs: [input([3, 1], reals(-3, 3)), labels([3], 1)], gradient: 'none', plain: 'one class' },
    { ...rest, ...each, name: 'many', inputs: [input([257, 131], reals(-9, 9)), labels([257], 131)] },
    {
      ...rest,
      ...each,
      name: 'logits of ±1e38',
      inputs: [input([2, 2], listed([1e38, -1e38])), input([2], listed([0, 1]), 'i32')],
      gradient: 'none',
    },
    {
      ...rest,
      ...each,
      name: 'NaN and infinite logits',
      inputs: [input([3, 3], listed([1, Number.NaN, 2, Number.NEGATIVE_INFINITY, 1, 2, 3, 1, 2])), input([3], listed([0, 1, 2]), 'i32')],
      gradient: 'none',
    },
    {
      ...rest,
      name: 'the mean',
      inputs: [input([6, 3], reals(-3, 3)), labels([6], 3)],
      hebb: (x, y) => nn.crossEntropy(x, y),
      oracle: (x, y) => mean(crossEntropyRows(x, y)),
    },
    {
      ...rest,
      name: 'labelSmoothing',
      inputs: [input([6, 3], reals(-3, 3)), labels([6], 3)],
      hebb: (x, y) => nn.crossEntropy(x, y, { labelSmoothing: 0.1, reduction: 'none' }),
      oracle: smoothed,
    },
    {
      ...rest,
      name: 'ignoreIndex',
      inputs: [input([6, 3], reals(-3, 3)), input([6], listed([0, 2, 1]), 'i32')],
      hebb: (x, y) => nn.crossEntropy(x, y, { ignoreIndex: 2, reduction: 'none' }),
      oracle: ignoring,
    },
    {
      ...rest,
      name: 'weight, a weighted mean',
      inputs: [input([7, 3], reals(-3, 3)), labels([7], 3), input([3], reals(0.5, 2))],
      hebb: (x, y, weight) => nn.crossEntropy(x, y, { weight }),
      oracle: (x, y, w) => weightedMean(crossEntropyRows(x, y), weightsOf(w, y)),
    },
    {
      ...rest,
      name: 'weight, ignoreIndex and labelSmoothing of two axes',
      inputs: [input([2, 3, 4], reals(-3, 3)), input([2, 3], listed([0, 3, 1, 3, 2]), 'i32'), input([4], reals(0.5, 2))],
      hebb: (x, y, weight) => nn.crossEntropy(x, y, { weight, ignoreIndex: 3, labelSmoothing: 0.2 }),
      oracle: (x, y, w) => {
        const weights = zip((weight, label) => (label === 3 ? 0 : weight), weightsOf(w, y), y);
        const smooth = reduce(
          zip((log, weight) => -log * weight, logSoftmax(x, 2), w),
          average,
          [2],
        );
        const rows = zip(
          (own, all, weight, label) => (label === 3 ? 0 : 0.8 * own * weight + 0.2 * all),
          crossEntropyRows(x, y),
          smooth,
          weights,
          y,
        );
        return zip((loss, weight) => loss / weight, reduce(rows, total), reduce(weights, total));
      },
    },
    {
      ...rest,
      name: 'probabilities with weight and labelSmoothing',
      inputs: [input([4, 3], reals(-3, 3)), input([4, 3], reals(0.1, 0.9)), input([3], reals(0.5, 2))],
      hebb: (x, p, weight) => nn.crossEntropy(x, p, { weight, labelSmoothing: 0.2 }),
      oracle: (x, p, w) => {
        const logs = zip((log, part, weight) => -log * (0.8 * part + 0.2 / 3) * weight, logSoftmax(x, 1), p, w);
        return mean(reduce(logs, total, [1]));
      },
    },
    {
      ...rest,
      name: 'probabilities',
      inputs: [input([4, 3], reals(-3, 3)), input([4, 3], reals(0.1, 0.9))],
      hebb: (x, p) => nn.crossEntropy(x, p, { reduction: 'none' }),
      oracle: (x, p) =>
        reduce(
          zip((log, part) => -log * part, logSoftmax(x, 1), p),
          total,
          [1],
        ),
    },
  ];
}
