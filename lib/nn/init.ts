// First values of parameters. Each function records a tensor of the shape asked for: `weight.assign(nn.init.xavierNormal(weight.shape))`.
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

export { ones, zeros };

/** Where the random numbers come from; the default Generator (see `manualSeed`) unless told. */
export interface RandomOptions {
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

/** Every element `value`. */
export const constant = (shape: Shape, value: number): Tensor => full(shape, value);

/** Uniform in [low, high), 0 and 1 unless told. */
export function uniform(shape: Shape, { low = 0, high = 1, generator }: RandomOptions & { low?: number; high?: number } = {}): Tensor {
  return rand(shape, { generator })
    .mul(high - low)
    .add(low);
}

/** Normal with a mean of 0 and a standard deviation of 1, unless told. */
export function normal(shape: Shape, { mean = 0, std = 1, generator }: RandomOptions & { mean?: number; std?: number } = {}): Tensor {
  return randn(shape, { generator }).mul(std).add(mean);
}

/**
 * Uniform in ±gain·√(6 / (fanIn + fanOut)); for layers before sigmoid and tanh.
 * Source: Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
 */
export function xavierUniform(shape: Shape, { gain = 1, generator }: RandomOptions & { gain?: number } = {}): Tensor {
  const bound = Math.sqrt(3) * xavierStd('xavierUniform', shape, gain);
  return uniform(shape, { low: -bound, high: bound, generator });
}

/** Normal with a standard deviation of gain·√(2 / (fanIn + fanOut)). Source: as `xavierUniform`. */
export function xavierNormal(shape: Shape, { gain = 1, generator }: RandomOptions & { gain?: number } = {}): Tensor {
  return normal(shape, { std: xavierStd('xavierNormal', shape, gain), generator });
}

/**
 * Uniform in ±gain·√(3 / fan); for layers before relu and its kin.
 * Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015.
 */
export function kaimingUniform(shape: Shape, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd('kaimingUniform', shape, options);
  return uniform(shape, { low: -bound, high: bound, generator: options.generator });
}

/** Normal with a standard deviation of gain/√fan. Source: as `kaimingUniform`. */
export function kaimingNormal(shape: Shape, options: KaimingOptions = {}): Tensor {
  return normal(shape, { std: kaimingStd('kaimingNormal', shape, options), generator: options.generator });
}

/**
 * By how much an activation shrinks the standard deviation of what goes through it, inverted: 1 for linear and sigmoid, 5/3 for tanh,
 * √2 for relu, √(2 / (1 + slope²)) for leakyRelu (slope 0.01 unless told), 3/4 for selu.
 * @throws {ArgumentError} for another name.
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
