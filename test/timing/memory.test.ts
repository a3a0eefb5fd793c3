// Nothing leaks: resident memory is flat over many steps and over many dropped tensors, without tidy() or dispose().
import { memoryUsage, nn, optim, randn, tensor } from 'hebb';
import { expect, it } from 'vitest';

const MiB = 2 ** 20;

async function resident(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().rss / MiB;
}

it('over 20,000 training steps', async () => {
  const model = new nn.Sequential(new nn.Linear(8, 16), new nn.ReLU(), new nn.Dropout(0.1), new nn.Linear(16, 4));
  const opt = new optim.Adam(model.parameters());
  const steps = async (n: number): Promise<void> => {
    for (let i = 0; i < n; i++)
      await opt.step(
        model
          .forward(randn([32, 8]))
          .square()
          .mean(),
      );
  };
  await steps(3000);
  const before = await resident();
  const held = memoryUsage().tensors;
  await steps(20_000);
  expect((await resident()) - before).toBeLessThan(24);
  expect(memoryUsage().tensors).toBe(held);
});

it('over 300 dropped results of 4 MiB', async () => {
  const make = async (): Promise<number> => (await randn([1024, 1024]).data())[0]!;
  for (let i = 0; i < 30; i++) await make();
  const before = await resident();
  for (let i = 0; i < 300; i++) await make();
  expect((await resident()) - before).toBeLessThan(64);
});

it('over 300,000 small tensors', async () => {
  const make = async (): Promise<void> => {
    const sums = [];
    for (let i = 0; i < 1000; i++) sums.push(tensor([i, 2]).add(1));
    await sums.reduce((a, b) => a.add(b)).data();
  };
  for (let i = 0; i < 30; i++) await make();
  const before = await resident();
  for (let i = 0; i < 300; i++) await make();
  expect((await resident()) - before).toBeLessThan(32);
});
