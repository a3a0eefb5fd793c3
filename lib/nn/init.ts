/** First values of parameters. Each function records an f32 tensor of the shape asked for: `weight.assign(nn.init.xavierNormal(weight.shape))`.
 * @packageDocumentation
 */
import {
  ArgumentError,
  formatShape,
  full,
  type Generator,
  ones,
  rand,
  randn,
  type Shape,
  ShapeError,
  type Tensor,
  zeros,
} from '../core/index.js';
import { truncatedNormal } from '../ops/index.js';
import { checkNumber } from './check.js';

export { dirac, eye, orthogonal, type SparseOptions, sparse } from './structured_init.js';
export { ones, zeros };

/** Where the random numbers come from; the default Generator (see `manualSeed`) unless told. */
export interface RandomOptions {
  /** The source of the numbers. */
  readonly generator?: Generator;
}

/** The activation that follows, as `calculateGain` knows them. */
export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu';

/** Options of `kaimingUniform` and `kaimingNormal`, with PyTorch's defaults. */
export interface KaimingOptions extends RandomOptions {
  /** The negative slope of the leakyRelu that follows; 0 unless told. */
  readonly a?: number;
  /** Which side keeps its variance: 'fanIn' (forward, the default) or 'fanOut' (backward). */
  readonly mode?: 'fanIn' | 'fanOut';
  /** What follows; 'leakyRelu' unless told, which with a = 0 is relu. */
  readonly nonlinearity?: Nonlinearity;
}

/**
 * Every element `value`.
 * @throws {ShapeError} for an impossible shape.
 * @example
 * await nn.init.constant([2], 0.1).data(); // → 0.1, 0.1
 */
export const constant = (shape: Shape, value: number): Tensor => full(shape, value);

/**
 * Uniform in [low, high), 0 and 1 unless told.
 * @throws {ArgumentError} for bounds that are not finite, or in the wrong order.
 * @param options `low`, `high`; `generator`.
 * @example
 * const layer = new nn.Linear(4, 2);
 * layer.weight.assign(nn.init.uniform(layer.weight.shape, { low: -0.1, high: 0.1 }));
 */
export function uniform(shape: Shape, { low = 0, high = 1, generator }: RandomOptions & { low?: number; high?: number } = {}): Tensor {
  checkNumber('uniform', 'low', low);
  checkNumber('uniform', 'high', high, low);
  return between(shape, low, high, generator);
}

/**
 * Normal with a mean of 0 and a standard deviation of 1, unless told.
 * @throws {ArgumentError} for a mean that is not finite, or a negative deviation.
 * @param options `mean`, `std`; `generator`.
 * @example
 * const layer = new nn.Linear(4, 2);
 * layer.weight.assign(nn.init.normal(layer.weight.shape, { std: 0.02 }));
 */
export function normal(shape: Shape, { mean = 0, std = 1, generator }: RandomOptions & { mean?: number; std?: number } = {}): Tensor {
  checkNumber('normal', 'mean', mean);
  checkNumber('normal', 'std', std, 0);
  return around(shape, mean, std, generator);
}

const between = (shape: Shape, low: number, high: number, generator: Generator | undefined): Tensor =>
  rand(shape, { generator })
    .mul(high - low)
    .add(low);

const around = (shape: Shape, mean: number, std: number, generator: Generator | undefined): Tensor =>
  randn(shape, { generator }).mul(std).add(mean);

/** Options of `truncNormal`, with PyTorch's defaults. */
export interface TruncNormalOptions extends RandomOptions {
  /** The mean before cutting; 0 unless told. */
  readonly mean?: number;
  /** The standard deviation before cutting, > 0; 1 unless told. */
  readonly std?: number;
  /** The least value; -2 unless told. */
  readonly a?: number;
  /** The largest value; 2 unless told. */
  readonly b?: number;
}

/**
 * Normal, but only the values from `a` to `b`: what lies outside is drawn anew. The bounds are values, not deviations. Meant for bounds that
 * leave a good part of the distribution; far out in one tail the values become coarse.
 * @throws {ArgumentError} for a deviation that is not positive, or bounds in the wrong order.
 * @example
 * const layer = new nn.Linear(4, 2);
 * layer.weight.assign(nn.init.truncNormal(layer.weight.shape, { std: 0.02, a: -0.04, b: 0.04 }));
 */
export function truncNormal(shape: Shape, { mean = 0, std = 1, a = -2, b = 2, generator }: TruncNormalOptions = {}): Tensor {
  checkNumber('truncNormal', 'mean', mean);
  checkNumber('truncNormal', 'std', std, 0, true);
  checkNumber('truncNormal', 'a', a);
  checkNumber('truncNormal', 'b', b, a);
  return truncatedNormal(shape, { mean, std, low: a, high: b, generator });
}

/**
 * Uniform in ±gain·√(6 / (fanIn + fanOut)); for layers before sigmoid and tanh.
 * Source: Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
 * @param shape (out, in, …window). @param options `gain`: 1 unless told; `generator`.
 * @throws {ShapeError} for fewer than two axes.
 * @example
 * const layer = new nn.Linear(4, 2);
 * layer.weight.assign(nn.init.xavierUniform(layer.weight.shape, { gain: nn.init.calculateGain('tanh') }));
 */
export function xavierUniform(shape: Shape, { gain = 1, generator }: RandomOptions & { gain?: number } = {}): Tensor {
  const bound = Math.sqrt(3) * xavierStd('xavierUniform', shape, gain);
  return between(shape, -bound, bound, generator);
}

/**
 * Normal with a standard deviation of gain·√(2 / (fanIn + fanOut)). Source: as `xavierUniform`.
 * @param shape (out, in, …window). @param options `gain`: 1 unless told; `generator`.
 * @throws {ShapeError} for fewer than two axes.
 * @example
 * const layer = new nn.Linear(4, 2);
 * layer.weight.assign(nn.init.xavierNormal(layer.weight.shape));
 */
export function xavierNormal(shape: Shape, { gain = 1, generator }: RandomOptions & { gain?: number } = {}): Tensor {
  return around(shape, 0, xavierStd('xavierNormal', shape, gain), generator);
}

/**
 * Uniform in ±gain·√(3 / fan); for layers before relu and its kin.
 * Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015.
 * @param shape (out, in, …window).
 * @throws {ShapeError} for fewer than two axes. @throws {ArgumentError} for another `mode` or `nonlinearity`.
 * @example
 * const layer = new nn.Linear(4, 2);
 * layer.weight.assign(nn.init.kaimingUniform(layer.weight.shape, { nonlinearity: 'relu' }));
 */
export function kaimingUniform(shape: Shape, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd('kaimingUniform', shape, options);
  return between(shape, -bound, bound, options.generator);
}

/**
 * Normal with a standard deviation of gain/√fan. Source: as `kaimingUniform`.
 * @param shape (out, in, …window).
 * @throws {ShapeError} for fewer than two axes. @throws {ArgumentError} for another `mode` or `nonlinearity`.
 * @example
 * const layer = new nn.Linear(4, 2);
 * layer.weight.assign(nn.init.kaimingNormal(layer.weight.shape, { mode: 'fanOut', nonlinearity: 'relu' }));
 */
export function kaimingNormal(shape: Shape, options: KaimingOptions = {}): Tensor {
  return around(shape, 0, kaimingStd('kaimingNormal', shape, options), options.generator);
}

/**
 * Uniform in ±√(3 / fanIn); for layers before selu, or without an activation.
 * Source: LeCun, Bottou, Orr, Müller, "Efficient backprop", 1998.
 * @param shape (out, in, …window).
 * @throws {ShapeError} for fewer than two axes.
 * @example
 * const layer = new nn.Linear(4, 2);
 * layer.weight.assign(nn.init.lecunUniform(layer.weight.shape));
 */
export function lecunUniform(shape: Shape, { generator }: RandomOptions = {}): Tensor {
  const bound = Math.sqrt(3 / fans('lecunUniform', shape).fanIn);
  return between(shape, -bound, bound, generator);
}

/**
 * Normal with a standard deviation of 1/√fanIn. Source: as `lecunUniform`.
 * @param shape (out, in, …window).
 * @throws {ShapeError} for fewer than two axes.
 * @example
 * const layer = new nn.Linear(4, 2);
 * layer.weight.assign(nn.init.lecunNormal(layer.weight.shape));
 */
export function lecunNormal(shape: Shape, { generator }: RandomOptions = {}): Tensor {
  return around(shape, 0, fans('lecunNormal', shape).fanIn ** -0.5, generator);
}

/**
 * By how much an activation shrinks the standard deviation of what goes through it, inverted: 1 for linear and sigmoid, 5/3 for tanh,
 * √2 for relu, √(2 / (1 + slope²)) for leakyRelu (slope 0.01 unless told), 3/4 for selu.
 * Source: `torch.nn.init.calculate_gain`.
 * @throws {ArgumentError} for another name.
 * @example
 * nn.init.calculateGain('tanh'); // → 1.6667
 */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  const gains = { linear: 1, sigmoid: 1, tanh: 5 / 3, relu: Math.SQRT2, leakyRelu: Math.sqrt(2 / (1 + slope ** 2)), selu: 3 / 4 };
  if (Object.hasOwn(gains, nonlinearity)) return gains[nonlinearity];
  throw new ArgumentError('calculateGain', `knows ${Object.keys(gains).join(', ')}, not ${nonlinearity}`, { value: nonlinearity });
}

function xavierStd(op: string, shape: Shape, gain: number): number {
  const { fanIn, fanOut } = fans(op, shape);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

function kaimingStd(op: string, shape: Shape, { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu' }: KaimingOptions): number {
  const found = fans(op, shape);
  if (!Object.hasOwn(found, mode)) throw new ArgumentError(op, `mode must be 'fanIn' or 'fanOut', got ${mode}`, { value: mode });
  return calculateGain(nonlinearity, a) / Math.sqrt(found[mode]);
}

/** Inputs and outputs that one element is connected with: shape is (out, in, …window), as PyTorch lays weights out. */
function fans(op: string, shape: Shape): { fanIn: number; fanOut: number } {
  const [outputs, inputs, ...window] = shape;
  if (outputs === undefined || inputs === undefined) {
    throw new ShapeError(op, `expects a weight (out, in, …), got ${formatShape(shape)}; a bias takes uniform or zeros`, { value: shape });
  }
  const area = window.reduce((product, size) => product * size, 1);
  return { fanIn: inputs * area, fanOut: outputs * area };
}
