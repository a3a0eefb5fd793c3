// Where nobody else reads the gradient of a large weight, the step computes it itself, a few rows at a time: same bits, and no memory for it.
import { Generator, grad, memoryUsage, optim, Parameter, randn, run, type Tensor, tensor } from 'hebb';
import { expect, it } from 'vitest';

/** A weight after three steps, and the gradient norms; `reads` also asks for the gradient in the stretch of each step. */
async function trained(shape: [number, number], batch: number, reads: boolean): Promise<[Int32Array, number[]]> {
  const generator = new Generator(7);
  const [x, start] = [randn([batch, shape[0]], { generator }), randn(shape, { generator })];
  await run(x, start);
  const w = new Parameter(start);
  const opt = new optim.Adam([w], { lr: 0.01 });
  const norms: number[] = [];
  for (let i = 0; i < 3; i++) {
    const loss = x.matmul(w).tanh().square().mean();
    const asked = reads ? run(grad(loss, [w])[0]!) : null;
    const stepped = opt.step(loss);
    norms.push(await opt.gradNorm!.item());
    await Promise.all([stepped, asked]);
  }
  return [new Int32Array((await w.data()).buffer), norms];
}

it.each([
  [[1024, 256], 32],
  [[1030, 257], 5], // stretches begin and end within rows
  [[17000, 16], 1],
  [[1300, 210], 600], // depths beyond one block
] as [[number, number], number][])('a weight %j with a batch of %i', async (shape, batch) => {
  expect(await trained(shape, batch, false)).toEqual(await trained(shape, batch, true));
});

it('takes no memory for the gradient', async () => {
  const w = new Parameter(tensor(new Float32Array(2 ** 24)).reshape([16384, 1024]));
  const opt = new optim.SGD([w], { lr: 0.1 });
  const x = randn([4, 1024]);
  await run(x, w);
  const before = memoryUsage().workspace;
  await opt.step(x.matmul(w.transpose()).square().mean());
  await opt.gradNorm.item();
  expect(memoryUsage().workspace - before).toBeLessThan(2 ** 25); // the gradient would take 64 MiB
});

it('leaves weights that the product reads as they were before the step', async () => {
  const step = async (reads: boolean): Promise<Tensor[]> => {
    const generator = new Generator(3);
    const [a, b] = [new Parameter(randn([64, 1024], { generator })), new Parameter(randn([1024, 2048], { generator }))];
    const loss = a.matmul(b).square().mean();
    const asked = reads ? run(...grad(loss, [a, b])) : null;
    await Promise.all([new optim.SGD([a, b], { lr: 1 }).step(loss), asked]);
    return [a, b];
  };
  const [one, two] = [await step(false), await step(true)];
  for (const i of [0, 1]) expect(await one[i]!.data()).toEqual(await two[i]!.data());
});
