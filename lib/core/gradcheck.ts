// gradcheck and gradgradcheck: a function's gradients against finite differences, for those who write ops and layers of their own.
import { grad } from './autograd.js';
import { add, mul, sum } from './basic.js';
import { tensor } from './create.js';
import { isFloat, type TypedArray } from './dtype.js';
import { ArgumentError, GradientError } from './errors.js';
import { Generator, rand, withGenerator } from './random.js';
import { describe, formatShape } from './shape.js';
import { run } from './stretch.js';
import { Tensor } from './tensor.js';
import { Parameter } from './variable.js';

/** Options of `gradcheck` and `gradgradcheck`. */
export interface GradcheckOptions {
  /** How far an element x moves to either side: eps · max(1, |x|). Default 2⁻⁸, which suits f32. */
  readonly eps?: number;
  /** What an entry may differ by in any case. Default 1e-3. */
  readonly atol?: number;
  /** What an entry may differ by for its size. Default 1e-2. */
  readonly rtol?: number;
}

/** One entry of a gradient, as `grad` and as finite differences have it. */
export interface GradientEntry {
  /** The place among the inputs. */
  readonly input: number;
  /** The element's place in that input. */
  readonly index: readonly number[];
  /** What `grad` gives. */
  readonly analytic: number;
  /** What finite differences give. */
  readonly numeric: number;
  /** |analytic - numeric| over what is allowed: above 1 is wrong. */
  readonly error: number;
}

/**
 * Compares the gradients of `fn` with central finite differences, element by element: `torch.autograd.gradcheck` for f32. What is
 * differentiated is the sum of all outputs, each element weighted by a fixed random number. It takes two evaluations an input element: use
 * small inputs, away from kinks (relu at 0). Random ops give the same values in each evaluation, unless they have a Generator of their own.
 *
 * @param fn Takes the inputs and records one tensor or several.
 * @param inputs Checked are those of dtype f32: a Tensor through a copy, a Parameter in place (so `fn` may also reach it by itself, as a
 *   layer does); it is put back at the end. Others are handed through.
 * @returns The entry that differs most, of those that are right; null where there are none.
 * @throws {GradientError} (as a rejection) that names the worst entry. @throws {ArgumentError} when nothing can be checked.
 * @example
 * await gradcheck((x) => x.mul(x).sum(), [tensor([1, 2, 3])]);
 *
 * const layer = new nn.Linear(4, 2);
 * const x = randn([3, 4]);
 * await gradcheck(() => layer.forward(x), layer.parameters());
 */
export async function gradcheck(
  fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<GradientEntry | null> {
  return check('gradcheck', fn, prepare('gradcheck', inputs), options);
}

/**
 * As `gradcheck`, for the gradients of the gradients: those of `fn`'s gradients by its inputs and by the incoming gradient.
 * @example
 * await gradgradcheck((x) => x.tanh(), [tensor([0.1, -0.4])]);
 */
export async function gradgradcheck(
  fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<GradientEntry | null> {
  const own = prepare('gradgradcheck', inputs);
  const incoming = evaluate('gradgradcheck', fn, own).map((y, i) => new Parameter(weightsFor(y, 1000 + i)));
  const gradients = (...all: Tensor[]): Tensor[] => {
    const xs = all.slice(0, own.length);
    return grad(weighted(outputsOf('gradgradcheck', fn(...xs)), all.slice(own.length)), xs.filter(isChecked));
  };
  return check('gradgradcheck', gradients, [...own, ...incoming], options);
}

const isChecked = (x: Tensor): x is Parameter => x instanceof Parameter && x.dtype === 'f32';

function prepare(op: string, inputs: readonly Tensor[]): Tensor[] {
  if (!Array.isArray(inputs) || inputs.some((x) => !(x instanceof Tensor)))
    throw new ArgumentError(op, `expects a list of tensors as inputs, got ${describe(inputs)}`, { value: inputs });
  const own = (inputs as Tensor[]).map((x) => (x.dtype === 'f32' && !(x instanceof Parameter) ? new Parameter(x) : x));
  if (!own.some(isChecked)) throw new ArgumentError(op, 'expects at least one input of dtype f32', { value: inputs });
  return own;
}

function outputsOf(op: string, result: unknown): Tensor[] {
  const list: unknown[] = Array.isArray(result) ? result : [result];
  const bad = list.find((y) => !(y instanceof Tensor));
  if (bad !== undefined || list.length === 0)
    throw new ArgumentError(op, `the function must return a Tensor or a list of them at once, got ${describe(bad)}`, { value: result });
  const floats = (list as Tensor[]).filter((y) => isFloat(y.dtype));
  if (floats.length === 0)
    throw new ArgumentError(op, 'the function returns no floats: there is nothing to differentiate', { value: result });
  return floats;
}

/** Each evaluation draws the same random numbers. */
const evaluate = (op: string, fn: (...inputs: Tensor[]) => unknown, inputs: readonly Tensor[]): Tensor[] =>
  outputsOf(
    op,
    withGenerator(new Generator(0), () => fn(...inputs)),
  );

/** From 0.5 to 1.5: no output counts for little. */
const weightsFor = (y: Tensor, seed: number): Tensor => add(rand(y.shape, { generator: new Generator(seed) }), 0.5);

const weighted = (ys: readonly Tensor[], weights: readonly Tensor[]): Tensor => ys.map((y, i) => sum(mul(y, weights[i]!))).reduce(add);

async function check(
  op: string,
  fn: (...inputs: Tensor[]) => unknown,
  inputs: readonly Tensor[],
  { eps = 2 ** -8, atol = 1e-3, rtol = 1e-2 }: GradcheckOptions,
): Promise<GradientEntry | null> {
  for (const [name, value] of Object.entries({ eps, atol, rtol }))
    if (typeof value !== 'number' || !(value >= 0 && value < Infinity) || (name === 'eps' && value === 0))
      throw new ArgumentError(op, `${name} must be a positive number, got ${describe(value)}`, { value });
  const variables = inputs.filter(isChecked);
  const ys = evaluate(op, fn, inputs);
  const weights = ys.map(weightsFor);
  const gradients = grad(weighted(ys, weights), variables);
  await run(...ys, ...weights, ...gradients, ...variables);
  const scales = (await Promise.all(weights.map((w) => w.data()))) as TypedArray[];
  const values = async (): Promise<TypedArray[]> => Promise.all(evaluate(op, fn, inputs).map((y) => y.data()));

  /** The slope at element i by two evaluations, and how much of it may be f32's rounding of the outputs. */
  const slopeAt = async (variable: Parameter, start: Float32Array, i: number): Promise<{ slope: number; noise: number }> => {
    const step = eps * Math.max(1, Math.abs(start[i]!));
    const at = async (x: number): Promise<TypedArray[]> => {
      variable.assign(tensor(start.with(i, x), { shape: variable.shape }));
      return values();
    };
    const [high, low] = [Math.fround(start[i]! + step), Math.fround(start[i]! - step)];
    const [above, below] = [await at(high), await at(low)];
    let difference = 0;
    let size = 0;
    scales.forEach((scale, k) => {
      for (let j = 0; j < scale.length; j++) {
        difference += scale[j]! * (above[k]![j]! - below[k]![j]!);
        size += Math.abs(scale[j]! * above[k]![j]!);
      }
    });
    return { slope: difference / (high - low), noise: (size * 2 ** -22) / (high - low) };
  };

  let worst: GradientEntry | null = null;
  let wrong = 0;
  let count = 0;
  for (const [k, variable] of variables.entries()) {
    const start = (await variable.data()) as Float32Array;
    const found = await gradients[k]!.data();
    try {
      for (let i = 0; i < start.length; i++) {
        const { slope, noise } = await slopeAt(variable, start, i);
        const ratio = Math.abs(found[i]! - slope) / (atol + rtol * Math.abs(slope) + noise);
        const error = Number.isNaN(ratio) ? Infinity : ratio;
        count++;
        if (error > 1) wrong++;
        if (worst === null || error > worst.error)
          worst = { input: inputs.indexOf(variable), index: placeOf(i, variable.shape), analytic: found[i]!, numeric: slope, error };
      }
    } finally {
      variable.assign(tensor(start, { shape: variable.shape }));
    }
  }
  if (worst !== null && worst.error > 1) throw wrongGradient(op, worst, inputs[worst.input]!, `${wrong} of ${count} entries`);
  return worst;
}

function wrongGradient(op: string, worst: GradientEntry, input: Tensor, share: string): GradientError {
  const { index, analytic, numeric } = worst;
  const where = `input ${worst.input}, ${formatShape(input.shape)}, at [${index.join(', ')}]`;
  const remedy = 'is the gradient rule right, and is the value away from kinks?';
  return new GradientError(
    op,
    `${share} differ, most of all ${where}: grad gives ${shown(analytic)}, finite differences ${shown(numeric)}; ${remedy}`,
    worst,
  );
}

const shown = (x: number): string => String(Number(x.toPrecision(6)));

function placeOf(i: number, shape: readonly number[]): number[] {
  let rest = i;
  return shape
    .toReversed()
    .map((n) => {
      const at = rest % n;
      rest = (rest - at) / n;
      return at;
    })
    .reverse();
}
