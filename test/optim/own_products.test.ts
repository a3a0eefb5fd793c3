// Where nobody else reads the gradient of a large weight, the step computes it itself, a few rows at a time: same bits, and no memory for it.
import { Generator, grad, memoryUsage, nn, optim, Parameter, randn, run, type Tensor } from 'hebb';
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
  [[784, 128], 32],
  [[130, 257], 5], // stretches begin and end within rows
  [[2000, 16], 1],
  [[24, 1000], 600], // depths beyond one block
] as [[number, number], number][])('a weight %j with a batch of %i', async (shape, batch) => {
  expect(await trained(shape, batch, false)).toEqual(await trained(shape, batch, true));
});

it('takes no memory for the gradient', async () => {
  const layer = new nn.Linear(512, 8192, { bias: false });
  const opt = new optim.SGD(layer.parameters(), { lr: 0.1 });
  const x = randn([4, 512]);
  await run(x);
  const before = memoryUsage().workspace;
  await opt.step(layer.forward(x).square().mean());
  expect(memoryUsage().workspace - before).toBeLessThan(2 ** 20); // the gradient would take 16 MiB
});

it('leaves weights that the product reads as they were before the step', async () => {
  const step = async (reads: boolean): Promise<Tensor[]> => {
    const generator = new Generator(3);
    const [a, b] = [new Parameter(randn([200, 150], { generator })), new Parameter(randn([150, 160], { generator }))];
    const loss = a.matmul(b).square().mean();
    const asked = reads ? run(...grad(loss, [a, b])) : null;
    await Promise.all([new optim.SGD([a, b], { lr: 1 }).step(loss), asked]);
    return [a, b];
  };
  const [one, two] = [await step(false), await step(true)];
  for (const i of [0, 1]) expect(await one[i]!.data()).toEqual(await two[i]!.data());
});
