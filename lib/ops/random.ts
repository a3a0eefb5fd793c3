// Random tensors beyond rand, randn and randperm: whole numbers, draws by weights, and other distributions. Counters are drawn at recording.
import { cast, mul, reshape } from '../core/basic.js';
import { tensor } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.js';
import { newOp } from '../core/op.js';
import { defaultGenerator, type Generator, rand, randn } from '../core/random.js';
import { operand, record } from '../core/record.js';
import { checkShape, describe, formatShape, type Shape, sizeOf } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';

/** Where random numbers come from. */
export interface RandomOptions {
  /** The default Generator (see `manualSeed`) unless told. */
  generator?: Generator;
}

/** Checks a distribution's parameters, which must be finite, and positive where named so. */
function checkNumbers(op: string, numbers: Readonly<Record<string, number>>, positive = ''): void {
  for (const [name, value] of Object.entries(numbers))
    if (!Number.isFinite(value) || (name === positive && value <= 0))
      throw new ArgumentError(op, `${name} must be a ${name === positive ? 'positive' : 'finite'} number, got ${describe(value)}`, {
        value,
      });
}

const randintOp = newOp(
  'randint',
  {
    kind: 'command',
    opcode: 'randint',
    args: ({ shape }, io) => [sizeOf(shape), io.scalar(0), io.scalar(1), io.scalar(2), io.output()],
  },
  null,
);

/**
 * Whole numbers from `low` to below `high`, each as likely, i32.
 * @throws {ArgumentError} limits that aren't whole numbers of 32 bits, or no number between them.
 * @example await randint(1, 7, [10]).data(); // ten throws of a die
 */
export function randint(low: number, high: number, shape: Shape, { generator = defaultGenerator() }: RandomOptions = {}): Tensor {
  if (!Number.isInteger(low) || !Number.isInteger(high) || low < -(2 ** 31) || high > 2 ** 31 || low >= high)
    throw new ArgumentError('randint', `expects whole numbers -2^31 ≤ low < high ≤ 2^31, got ${describe(low)} and ${describe(high)}`, {
      value: [low, high],
    });
  const sizes = checkShape('randint', shape);
  return record(randintOp, [], sizes, 'i32', sizes, [low, high - low, ...generator.draw(sizeOf(sizes))]);
}

const multinomialOp = newOp(
  'multinomial',
  {
    kind: 'command',
    opcode: 'multinomial',
    fails: true,
    args: ({ inputs: [p], attrs: [replaces], shape }, io) => [...p!.shape, shape[1]!, replaces!, io.input(0), io.scalar(0), io.output()],
  },
  null,
);

/**
 * Draws `n` classes from each row of weights, which needn't sum to 1, as `torch.multinomial`.
 *
 * @param p Floats (classes) or (rows, classes), not negative. @param options `replacement` (default false: no class twice in a row), `generator`.
 * @returns i32 (n) or (rows, n).
 * @throws {ShapeError} {DTypeError} {ArgumentError}; weights that are negative or not finite, or fewer positive ones than draws without
 * replacement, are an ArgumentError as a rejection.
 * @example
 * multinomial(tensor([0.1, 0.9]), 5, { replacement: true }).shape; // → 5
 * await multinomial(tensor([0, 1, 0]), 1).data(); // → 1
 */
export function multinomial(
  p: Tensor,
  n: number,
  { replacement = false, generator = defaultGenerator() }: RandomOptions & { replacement?: boolean } = {},
): Tensor {
  const x = operand('multinomial', p);
  if (!isFloat(x.dtype)) throw new DTypeError('multinomial', `expects float weights, got ${x.dtype}; use .to('f32')`, { value: x.dtype });
  const classes = x.shape[x.shape.length - 1];
  if (classes === undefined || x.shape.length > 2)
    throw new ShapeError('multinomial', `expects weights (classes) or (rows, classes), got ${formatShape(x.shape)}`, { value: x.shape });
  if (!Number.isInteger(n) || n < 1 || (!replacement && n > classes))
    throw new ArgumentError(
      'multinomial',
      `expects a count of at least 1${replacement ? '' : `, and without replacement at most the ${classes} classes`}, got ${describe(n)}`,
      { value: n },
    );
  const rows = x.shape.length === 2 ? x.shape[0]! : 1;
  const weights = reshape(cast(x, 'f32'), [rows, classes]);
  const drawn = record(multinomialOp, [weights], [rows, n], 'i32', [Number(replacement), n], generator.draw(4 * rows * n));
  return reshape(drawn, [...x.shape.slice(0, -1), n]);
}

/**
 * 1 with the probability that each element of p says, else 0, in p's shape and dtype. Not differentiable.
 * @param options `generator`.
 * @throws {DTypeError} for integers.
 * @example
 * await bernoulli(tensor([0, 1, 0.5])).data();
 */
export function bernoulli(p: Tensor, { generator }: RandomOptions = {}): Tensor {
  const x = operand('bernoulli', p);
  if (!isFloat(x.dtype)) throw new DTypeError('bernoulli', `expects float probabilities, got ${x.dtype}`, { value: x.dtype });
  return cast(rand(x.shape, { generator }).lt(x), x.dtype);
}

/**
 * Uniform values from `low` (default 0) to `high` (default 1), f32.
 * @param options `low`, `high`, `generator`.
 * @throws {ArgumentError} limits that aren't finite.
 * @example
 * await uniform([3], { low: -1 }).data();
 */
export function uniform(shape: Shape, { low = 0, high = 1, generator }: RandomOptions & { low?: number; high?: number } = {}): Tensor {
  checkNumbers('uniform', { low, high });
  return mul(rand(shape, { generator }), high - low).add(low);
}

/**
 * Normal values of `mean` (default 0) and standard deviation `std` (default 1), f32.
 * @param options `mean`, `std`, `generator`.
 * @throws {ArgumentError} parameters that aren't finite, or std < 0.
 * @example
 * await normal([3], { mean: 5, std: 0.1 }).data();
 */
export function normal(shape: Shape, { mean = 0, std = 1, generator }: RandomOptions & { mean?: number; std?: number } = {}): Tensor {
  checkNumbers('normal', { mean, std });
  if (std < 0) throw new ArgumentError('normal', `std must not be negative, got ${std}`, { value: std });
  return mul(randn(shape, { generator }), std).add(mean);
}

/**
 * Exponentially distributed values of a `rate` (default 1; the mean is 1/rate), f32.
 * @param options `rate`, `generator`.
 * @throws {ArgumentError} a rate that isn't positive.
 * @example
 * await exponential([3], { rate: 2 }).data();
 */
export function exponential(shape: Shape, { rate = 1, generator }: RandomOptions & { rate?: number } = {}): Tensor {
  checkNumbers('exponential', { rate }, 'rate');
  return rand(shape, { generator })
    .neg()
    .add(1)
    .log()
    .mul(-1 / rate);
}

/** Giles's coefficients (2010), highest power first: near the middle in w - 2.5, in the tails in √w - 3. */
const MIDDLE = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3, -4.17768164e-3, 0.246640727, 1.50140941,
];
const TAILS = [
  -2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3, 9.43887047e-3, 1.00167406, 2.83297682,
];

const polynomial = (coefficients: readonly number[], x: Tensor): Tensor =>
  coefficients.slice(2).reduce((sum, c) => sum.mul(x).add(c), x.mul(coefficients[0]!).add(coefficients[1]!));

const NEAREST_ONE = 1 - 2 ** -24;

/** The inverse of erf within (-1, 1) (Giles, "Approximating the erfinv function", 2010). */
function inverseErf(x: Tensor): Tensor {
  const w = x.neg().add(1).mul(x.add(1)).log().neg();
  return mul(w.lt(5).where(polynomial(MIDDLE, w.sub(2.5)), polynomial(TAILS, w.maximum(5).sqrt().sub(3))), x);
}

/**
 * Normal values of which those outside `low` … `high` are drawn again, f32: by the inverse of the distribution, as
 * `torch.nn.init.trunc_normal_`.
 * @param options `mean` (default 0) and `std` (default 1) before cutting, `low` (default -2), `high` (default 2), `generator`.
 * @throws {ArgumentError} parameters that aren't finite, std ≤ 0, or low ≥ high.
 * @example await truncatedNormal([3], { std: 0.02, low: -0.04, high: 0.04 }).data();
 */
export function truncatedNormal(
  shape: Shape,
  { mean = 0, std = 1, low = -2, high = 2, generator }: RandomOptions & { mean?: number; std?: number; low?: number; high?: number } = {},
): Tensor {
  checkNumbers('truncatedNormal', { mean, std, low, high }, 'std');
  if (low >= high) throw new ArgumentError('truncatedNormal', `low ${low} is not below high ${high}`, { value: [low, high] });
  const edge = (value: number): Tensor => tensor((value - mean) / (std * Math.SQRT2)).erf();
  const [from, to] = [edge(low), edge(high)];
  // erf of a far limit rounds to ±1, whose inverse is infinite.
  const spread = mul(rand(shape, { generator }), to.sub(from)).add(from).clamp(-NEAREST_ONE, NEAREST_ONE);
  return inverseErf(spread)
    .mul(std * Math.SQRT2)
    .add(mean)
    .clamp(low, high);
}
