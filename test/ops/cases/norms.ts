// The normalisations, in plain float64.
import { nn, type Tensor } from 'hebb';
import { type Fill, input, type Layout, listed, reals } from '../inputs.js';
import { average, map, type Ref, reduce, zip } from '../oracle.js';
import type { Case } from '../table.js';

const last = (x: Ref, axes: number): number[] => Array.from({ length: axes }, (_, i) => x.shape.length - axes + i);

/** (x - mean) / √(variance + eps) over some axes; without `centred` x / √(mean of x² + eps). */
function normalize(x: Ref, axes: number[], eps: number, centred = true): Ref {
  const mean = reduce(x, average, axes, true);
  const d = centred ? zip((value, m) => value - m, x, mean) : x;
  const squares = reduce(
    map(d, (value) => value * value),
    average,
    axes,
    true,
  );
  return zip((value, square) => value / Math.sqrt(square + eps), d, squares);
}

const affine = (x: Ref, weight?: Ref, bias?: Ref): Ref => {
  const scaled = weight ? zip((value, w) => value * w, x, weight) : x;
  return bias ? zip((value, b) => value + b, scaled, bias) : scaled;
};

const base = { dtype: 'f32', tolerance: 'scaled', gradient: 'smooth' } as const;

function layerNorms(): Case[] {
  const op = 'nn.layerNorm';
  const rest = { ...base, op };
  const eps = 1e-5;
  const one = (shape: number[], axes: number, fill: Fill = reals(-2, 3), layout: Layout = 'plain'): Case => {
    const normalized = shape.slice(shape.length - axes);
    return {
      ...rest,
      name: `${shape.join('x')} ${layout} over ${axes}, weight and bias`,
      inputs: [input(shape, fill, 'f32', layout), input(normalized, reals(0.5, 2)), input(normalized, reals(-1, 1))],
      hebb: (x, weight, bias) => nn.layerNorm(x, normalized, { weight, bias }),
      oracle: (x, weight, bias) => affine(normalize(x, last(x, axes), eps), weight, bias),
    };
  };
  const alone = { hebb: (x: Tensor) => nn.layerNorm(x, x.shape.at(-1)!), oracle: (x: Ref) => normalize(x, last(x, 1), eps) };
  return [
    one([3, 5], 1),
    one([2, 3, 4], 1),
    one([2, 3, 4], 2),
    one([2, 3, 4], 3),
    one([7], 1),
    one([4, 3], 1, reals(-2, 3), 'transposed'),
    one([4, 3], 1, reals(-2, 3), 'narrowed'),
    one([0, 4], 1),
    one([70, 37], 1),
    one([2050, 19], 1),
    one([3, 2049], 1),
    { ...one([1000, 48], 1), name: 'weights of many rows' },
    { ...rest, ...alone, name: 'alone', inputs: [input([3, 5], reals(-2, 3))] },
    { ...rest, ...alone, name: 'rows of nothing', inputs: [input([3, 0], reals(-2, 3))] },
    { ...rest, ...alone, name: 'of one value', inputs: [input([3, 1], reals(-2, 3))], plain: 'each is its own mean', gradient: 'none' },
    { ...rest, ...alone, name: 'of f16', inputs: [input([3, 5], reals(-2, 3), 'f16')], dtype: 'f16', gradient: 'none' },
    { ...rest, ...alone, name: 'of bf16', inputs: [input([3, 5], reals(-2, 3), 'bf16')], dtype: 'bf16', gradient: 'none' },
    { ...rest, ...alone, name: 'far from 0', inputs: [input([3, 700], reals(1000, 1001))], gradient: 'none' },
    {
      ...rest,
      ...alone,
      name: 'NaN and infinite values stay in their row',
      inputs: [input([3, 3], listed([1, Number.NaN, 2, 4, 1, 2, 3, Number.NEGATIVE_INFINITY, 2]))],
      gradient: 'none',
    },
    {
      ...rest,
      name: 'weight alone, another eps',
      inputs: [input([4, 5], reals(-1, 1)), input([5], reals(0.5, 2))],
      hebb: (x, weight) => nn.layerNorm(x, 5, { weight, eps: 0.3 }),
      oracle: (x, weight) => affine(normalize(x, [1], 0.3), weight),
    },
    {
      ...rest,
      name: 'bias alone',
      inputs: [input([4, 5], reals(-1, 1)), input([5], reals(-2, 2))],
      hebb: (x, bias) => nn.layerNorm(x, [5], { bias }),
      oracle: (x, bias) => affine(normalize(x, [1], eps), undefined, bias),
    },
  ];
}

function rmsNorms(): Case[] {
  const rest = { ...base, op: 'nn.rmsNorm' };
  const eps = 2 ** -23;
  const one = (shape: number[], axes: number, layout: Layout = 'plain'): Case => {
    const normalized = shape.slice(shape.length - axes);
    return {
      ...rest,
      name: `${shape.join('x')} ${layout} over ${axes}`,
      inputs: [input(shape, reals(-2, 3), 'f32', layout), input(normalized, reals(0.5, 2))],
      hebb: (x, weight) => nn.rmsNorm(x, normalized, { weight }),
      oracle: (x, weight) => affine(normalize(x, last(x, axes), eps, false), weight),
    };
  };
  return [
    one([3, 5], 1),
    one([2, 3, 4], 2),
    one([4, 3], 1, 'transposed'),
    one([0, 4], 1),
    one([130, 67], 1),
    one([3, 2049], 1),
    {
      ...rest,
      name: 'alone, another eps',
      inputs: [input([4, 5], reals(-2, 3))],
      hebb: (x) => nn.rmsNorm(x, 5, { eps: 0.2 }),
      oracle: (x) => normalize(x, [1], 0.2, false),
    },
  ];
}

export const norms: readonly Case[] = [...layerNorms(), ...rmsNorms()];
