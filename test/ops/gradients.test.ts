// Gradients against finite differences of the float64 oracle: first ones for all differentiable cases, second ones for the smooth ones.
import { DisposedError, grad, Parameter, run, StaleError, type Tensor, tensor } from 'hebb';
import { describe, expect, test } from 'vitest';
import { difference, failure, SCALED } from './check.js';
import { isFloat } from './dtypes.js';
import { draw, place, randomFor } from './inputs.js';
import { type Ref, sizeOf } from './oracle.js';
import { type Case, cases, title } from './table.js';

/** Finite differences take a walk over the oracle for each input element. */
const FEW = 80;
const STEP = 2 ** -9;
/** f(x+2h), f(x+h), f(x-h), f(x-2h) over 12h: wrong by h⁴. */
const STENCIL = [
  [2, -1],
  [1, 8],
  [-1, -8],
  [-2, 1],
] as const;

const inputSize = ({ inputs }: Case): number => inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
const resultSize = ({ inputs, oracle }: Case): number => sizeOf(oracle(...inputs.map((input) => draw(input, () => 0.5))).shape);
const differentiable = cases.filter((one) => one.gradient !== 'none' && inputSize(one) > 0 && inputSize(one) <= FEW);
const firsts = differentiable.filter((one) => resultSize(one) <= 5 * FEW);
const seconds = firsts.filter((one) => one.gradient === 'smooth');

/** A scalar of the case: Σ weight · result. The weights are a variable too, so that every gradient's own gradient is met. */
interface Setting {
  readonly values: Ref[];
  readonly operands: Tensor[];
  /** Which operands have gradients. */
  readonly wanted: number[];
  readonly weights: Ref;
  readonly weighing: Tensor;
}

function setUp(one: Case): Setting {
  const random = randomFor(title(one));
  const values = one.inputs.map((input) => draw(input, random));
  const shape = one.oracle(...values).shape;
  const weights = { shape, data: Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(random() * 2 - 0.5)) };
  return {
    values,
    operands: values.map((value, i) => place(value, one.inputs[i]!)),
    wanted: one.inputs.flatMap(({ dtype }, i) => (isFloat(dtype) ? [i] : [])),
    weights,
    weighing: tensor(Float32Array.from(weights.data), { shape }),
  };
}

/** The scalar in float64, of inputs and weights. */
const scalar =
  (one: Case) =>
  (...xs: Ref[]): number => {
    const y = one.oracle(...xs.slice(0, -1)).data;
    const weights = xs.at(-1)!.data;
    return y.reduce((sum, value, i) => sum + value * weights[i]!, 0);
  };

/** The derivative of `f` to each element of `xs[k]`. */
function derivative(f: (...xs: Ref[]) => number, xs: readonly Ref[], k: number): Ref {
  const { shape, data } = xs[k]!;
  const slope = (i: number): number => {
    const moved = (step: number): Ref => ({ shape, data: data.map((value, at) => (at === i ? value + step * STEP : value)) });
    return STENCIL.reduce((sum, [step, factor]) => sum + factor * f(...xs.with(k, moved(step))), 0) / (12 * STEP);
  };
  return { shape, data: data.map((_, i) => slope(i)) };
}

/** The derivative of `f` along `directions`, as a function of where it is taken. */
const along =
  (f: (...xs: Ref[]) => number, directions: readonly Ref[]) =>
  (...xs: Ref[]): number => {
    const moved = (step: number): Ref[] =>
      xs.map(({ shape, data }, k) => ({ shape, data: data.map((value, i) => value + step * STEP * (directions[k]?.data[i] ?? 0)) }));
    return STENCIL.reduce((sum, [step, factor]) => sum + factor * f(...moved(step)), 0) / (12 * STEP);
  };

/** Compares a gradient; what finite differences can't tell from 0 counts as 0. */
async function check(found: Tensor, expected: Ref, part: number, name: string, what: string): Promise<void> {
  expect([...found.shape]).toEqual(expected.shape);
  const rounded = { shape: expected.shape, data: expected.data.map((value) => (Math.abs(value) < 1e-8 ? 0 : value)) };
  const wrong = difference(await found.data(), rounded, 'f32', 'scaled', part, 0.25);
  if (wrong) throw failure('gradients.test.ts', name, `${what}: ${wrong}`);
}

describe('gradients', () => {
  test.each(firsts.map((one) => [title(one), one] as const))('%s', async (name, one) => {
    const { values, operands, wanted, weights, weighing } = setUp(one);
    const loss = one
      .hebb(...operands)
      .to('f32')
      .mul(weighing)
      .sum();
    const found = grad(
      loss,
      wanted.map((i) => operands[i]!),
    );
    for (const [k, i] of wanted.entries())
      await check(found[k]!, derivative(scalar(one), [...values, weights], i), SCALED, name, `gradient of operand ${i}`);
  });
});

describe('gradients of gradients', () => {
  test.each(seconds.map((one) => [title(one), one] as const))('%s', async (name, one) => {
    const { values, operands, wanted, weights, weighing } = setUp(one);
    const random = randomFor(`${name} directions`);
    const all = [...values, weights];
    const directions = all.map(({ shape, data }, i) => ({
      shape,
      data: data.map(() => (wanted.includes(i) ? Math.fround(random() * 2 - 0.5) : 0)),
    }));
    const loss = one
      .hebb(...operands)
      .mul(weighing)
      .sum();
    const xs = wanted.map((i) => operands[i]!);
    const slopes = grad(loss, xs).map((slope, k) =>
      slope.mul(tensor(Float32Array.from(directions[wanted[k]!]!.data), { shape: slope.shape })).sum(),
    );
    const found = grad(
      slopes.reduce((sum, slope) => sum.add(slope)),
      [...xs, weighing],
    );
    const f = along(scalar(one), directions);
    for (const [k, i] of [...wanted, all.length - 1].entries())
      await check(found[k]!, derivative(f, all, i), 2 * SCALED, name, `second gradient of operand ${i}`);
  });
});

describe('what has no gradient', () => {
  const x = (): Tensor => tensor([0.5, -1.5, 2]);
  const zero = async (y: Tensor, at: Tensor): Promise<void> => expect([...(await grad(y, [at])[0]!.data())]).toEqual([0, 0, 0]);

  test('detach ends the path', async () => {
    const at = x();
    await zero(at.detach().mul(2).sum(), at);
    expect([...(await grad(at.mul(at.detach()).sum(), [at])[0]!.data())]).toEqual([0.5, -1.5, 2]);
  });

  test('sign is flat, integers and bools end the path', async () => {
    const at = x();
    await zero(at.sign().sum(), at);
    await zero(at.gt(0).to('f32').sum(), at);
    await zero(at.to('i32').to('f32').sum(), at);
    await zero(at.argmax().to('f32'), at);
  });

  test("a user's op decides its own gradient", async () => {
    const one = cases.find(({ op, name }) => op === 'defineOp' && name === 'one input')!;
    const at = x();
    expect([...(await grad(one.hebb(at).mul(3).sum(), [at])[0]!.data())]).toEqual([3, 3, 3]);
  });
});

describe('where a function bends', () => {
  const at = async (f: (x: Tensor) => Tensor, value: number): Promise<number> => {
    const x = tensor([value]);
    return grad(f(x).sum(), [x])[0]!.item();
  };

  test('relu, abs, leakyRelu and clamp as PyTorch has them', async () => {
    expect(await at((x) => x.relu(), 0)).toBe(0);
    expect(await at((x) => x.abs(), 0)).toBe(0);
    expect(await at((x) => x.leakyRelu(0.5), 0)).toBe(0.5);
    expect(await at((x) => x.clamp(-1, 1), 1)).toBe(1);
    expect(await at((x) => x.clamp(-1, 1), -1)).toBe(1);
    expect(await at((x) => x.clamp(-1, 1), 2)).toBe(0);
  });

  test('equal sides of maximum and minimum share, as do equal extremes of a reduction', async () => {
    expect(await at((x) => x.maximum(1), 1)).toBe(0.5);
    expect(await at((x) => x.minimum(1), 1)).toBe(0.5);
    const x = tensor([3, 1, 3]);
    expect([...(await grad(x.max(), [x])[0]!.data())]).toEqual([0.5, 0, 0.5]);
    expect([...(await grad(x.neg().min(), [x])[0]!.data())]).toEqual([-0.5, -0, -0.5]);
  });

  test('one tensor on both sides, and twice among what is asked for', async () => {
    const x = tensor([2, 3]);
    const [a, b] = grad(x.mul(x).sum(), [x, x]);
    expect([...(await a!.data())]).toEqual([4, 6]);
    expect([...(await b!.data())]).toEqual([4, 6]);
    const p = new Parameter(tensor([2, 3]));
    expect([...(await grad(p.mul(p).sum(), [p])[0]!.data())]).toEqual([4, 6]);
  });

  test('a graph 100,000 deep', async () => {
    const x = tensor([1]);
    let y: Tensor = x;
    for (let i = 0; i < 100_000; i++) y = y.add(0);
    expect(await grad(y.sum(), [x])[0]!.item()).toBe(1);
  });
});

describe('what grad refuses', () => {
  test('a result of more than one element', () => {
    const x = tensor([1, 2]);
    expect(() => grad(x.mul(2), [x])).toThrow(/expects a scalar, got \(2\); use \.sum\(\) or \.mean\(\)/);
  });

  test('what is no tensor, or no longer one', () => {
    const x = tensor([1]);
    expect(() => grad(x.sum(), [2 as never])).toThrow();
    x.dispose();
    expect(() => grad(tensor([1]).sum(), [x])).toThrow(DisposedError);
  });

  test('a path through what was computed and has dropped its record', async () => {
    const x = tensor([1, 2]);
    const [p, y] = [new Parameter(x), x.mul(3)];
    await run(y);
    expect(() => grad(y.sum(), [x])).toThrow(StaleError);
    expect(() => grad(y.sum(), [x])).toThrow(/computed before and dropped its record; call grad\(\) before awaiting/);
    const z = p.mul(y);
    await run(z);
    expect([...(await grad(z.sum(), [p])[0]!.data())]).toEqual([3, 6]);
    expect([...(await grad(z.sum(), [new Parameter(x)])[0]!.data())]).toEqual([0, 0]);
  });

  test('zeros, in the shape of what the result does not depend on', async () => {
    const [x, other] = [tensor([1, 2]), tensor([[1, 2, 3]])];
    const [, none] = grad(x.sum(), [x, other]);
    expect(none!.shape).toEqual([1, 3]);
    expect([...(await none!.data())]).toEqual([0, 0, 0]);
  });
});
