// gradcheck finds wrong gradients and names the worst entry; right ones pass, those of layers and of random ops too.
import { ArgumentError, defineOp, GradientError, gradcheck, gradgradcheck, nn, Parameter, rand, run, type Tensor, tensor } from 'hebb';
import { describe, expect, test } from 'vitest';

const x = tensor([0.5, -1.25, 2]);
const y = tensor([[1.5], [-0.5]]);

/** A square whose gradient is wrong where x is beyond 1. */
const wrongSquare = defineOp({
  name: 'wrongSquare',
  forward: (a: Tensor) => a.square(),
  grad: ({ inputs: [a], dy }) => [dy.mul(a.mul(2).add(a.gt(1).to('f32')))],
});

/** Right, but its gradient's gradient isn't: the rule leaves the path to a out. */
const lostPath = defineOp({
  name: 'lostPath',
  forward: (a: Tensor) => a.square(),
  grad: ({ inputs: [a], dy }) => [dy.mul(a.detach().mul(2))],
});

const failure = async (work: Promise<unknown>): Promise<GradientError> => {
  const error = await work.then(
    () => expect.unreachable(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GradientError);
  return error as GradientError;
};

describe('gradcheck passes', () => {
  test.each<[string, (...inputs: Tensor[]) => Tensor | Tensor[], Tensor[]]>([
    ['one input', (a) => a.tanh().mul(a), [x]],
    ['two inputs that broadcast', (a, b) => a.mul(b).exp(), [x, y]],
    ['several results, one of them whole numbers', (a) => [a.square(), a.gt(0), a.exp().sum()], [x]],
    ['a scalar', (a) => a.exp(), [tensor(0.25)]],
    ['large results', (a) => a.mul(3000).add(1e4), [x]],
    ['an input that the result does not depend on', (a) => a.square(), [x, y]],
    ['an input of whole numbers beside it', (a, i) => a.indexSelect(0, i!), [x, tensor([2, 2, 0], { dtype: 'i32' })]],
    ['random values, the same in each evaluation', (a) => a.mul(rand([3])), [x]],
  ])('%s', async (_, fn, inputs) => {
    const worst = await gradcheck(fn, inputs);
    expect(worst!.error).toBeLessThan(1);
    expect(Math.abs(worst!.analytic - worst!.numeric)).toBeLessThan(0.05 * Math.max(1, Math.abs(worst!.numeric)));
  });

  test('the parameters of a layer, in place, and puts them back', async () => {
    const layer = new nn.Linear(3, 2);
    await run(...layer.parameters());
    const before = await Promise.all(layer.parameters().map((p) => p.data()));
    expect((await gradcheck(() => layer.forward(tensor([[1, 2, 3]])), layer.parameters()))!.error).toBeLessThan(1);
    expect(await Promise.all(layer.parameters().map((p) => p.data()))).toEqual(before);
  });

  test('nothing at all', async () => {
    expect(await gradcheck((a) => a.square(), [tensor([])])).toBe(null);
  });
});

describe('gradcheck fails', () => {
  test('and names the worst entry: its input, its place, and both values', async () => {
    const inputs = [tensor([3]), tensor([[0.5, -1], [0.25, 4]])]; // biome-ignore format: a matrix
    const error = await failure(gradcheck((a, b) => a.add(wrongSquare(b)), inputs));
    expect(error.input).toBe(1);
    expect(error.index).toEqual([1, 1]);
    // The weights lie between 0.5 and 1.5: 9 in place of 8.
    expect(error.analytic / error.numeric).toBeCloseTo(9 / 8, 3);
    expect(error.message).toMatch(/^\[gradcheck\] 1 of 5 entries differ, most of all input 1, \(2, 2\), at \[1, 1\]: grad gives \d/);
    expect(error.code).toBe('HEBB_GRADIENT');
  });

  test('for a gradient that is missing, NaN or infinite', async () => {
    const of = (grad: (dy: Tensor) => Tensor | null) =>
      defineOp({ name: 'mine', forward: (a: Tensor) => a.square(), grad: ({ dy }) => [grad(dy)] });
    for (const grad of [() => null, (dy: Tensor) => dy.mul(Number.NaN), (dy: Tensor) => dy.div(0)])
      await failure(gradcheck((a) => of(grad)(a), [x]));
  });

  test('by the tolerances that it is given', async () => {
    const nearly = defineOp({ name: 'nearly', forward: (a: Tensor) => a.mul(1), grad: ({ dy }) => [dy.mul(1.05)] });
    await failure(gradcheck((a) => nearly(a), [x]));
    await gradcheck((a) => nearly(a), [x], { rtol: 0.1 });
    await gradcheck((a) => nearly(a), [x], { rtol: 0, atol: 0.1 });
    // At a kink within eps the two sides differ.
    await failure(gradcheck((a) => a.relu(), [tensor([1e-4])]));
    await gradcheck((a) => a.relu(), [tensor([1e-4])], { eps: 1e-5 });
  });

  test('and still puts a parameter back', async () => {
    const p = new Parameter(tensor([2, 3]));
    await failure(gradcheck(() => wrongSquare(p), [p]));
    expect([...(await p.data())]).toEqual([2, 3]);
  });
});

describe('gradgradcheck', () => {
  test('passes for second derivatives, those of a fused op too', async () => {
    await gradgradcheck((a) => a.tanh(), [x]);
    await gradgradcheck((a, b) => a.mul(b).exp(), [x, y]);
    await gradgradcheck((a) => a.softmax(-1), [tensor([[0.5, -1, 2], [1, 0, 0.25]])]); // biome-ignore format: a matrix
    const layer = new nn.Linear(3, 2);
    await gradgradcheck(() => layer.forward(tensor([[1, 2, 3]])).sigmoid(), layer.parameters());
  });

  test('finds a rule that is right itself and wrong when differentiated', async () => {
    await gradcheck((a) => lostPath(a), [x]);
    const error = await failure(gradgradcheck((a) => lostPath(a), [x]));
    expect(error.message).toMatch(/^\[gradgradcheck\]/);
    expect([error.input, error.analytic]).toEqual([0, 0]);
  });
});

test('what can not be checked is refused', async () => {
  const square = (a: Tensor): Tensor => a.square();
  const refused: [() => Promise<unknown>, RegExp][] = [
    [() => gradcheck(square, [tensor([1], { dtype: 'i32' })]), /at least one input of dtype f32/],
    [() => gradcheck(square, x as never), /list of tensors/],
    [() => gradcheck((a) => a.gt(0), [x]), /returns no floats/],
    [() => gradcheck((async (a: Tensor) => a) as never, [x]), /must return a Tensor .* got a Promise/],
    [() => gradcheck(square, [x], { eps: 0 }), /eps must be a positive number, got 0/],
    [() => gradcheck(square, [x], { rtol: Number.NaN }), /rtol/],
    [() => gradgradcheck((() => []) as never, [x]), /must return a Tensor/],
  ];
  for (const [work, says] of refused) {
    await expect(work()).rejects.toThrow(ArgumentError);
    await expect(work()).rejects.toThrow(says);
  }
});
