// The same bits for 1, 2 and 7 threads: blocks, trees and algorithms depend on shapes alone.
import { grad, info, manualSeed, nn, optim, randn, run, setNumThreads, tensor } from 'hebb';
import { afterAll, expect, it } from 'vitest';

const threads = info().threads;
afterAll(() => void setNumThreads(threads));

async function train(): Promise<number[]> {
  manualSeed(5);
  const model = new nn.Sequential(
    new nn.Linear(300, 517),
    new nn.GELU(),
    new nn.Dropout(0.2),
    new nn.Linear(517, 130),
    new nn.Tanh(),
    new nn.Linear(130, 33),
  );
  const opt = new optim.AdamW(model.parameters(), { lr: 1e-2, clipNorm: 0.5 });
  const x = randn([193, 300]);
  const labels = tensor(Int32Array.from({ length: 193 }, (_, i) => (i * 7) % 33));
  await run(x);
  const losses: number[] = [];
  for (let i = 0; i < 8; i++) {
    const loss = nn.crossEntropy(model.forward(x), labels);
    await opt.step(loss);
    losses.push(await loss.item(), await opt.gradNorm.item());
  }
  const weights = await Promise.all(model.parameters().map((p) => p.data()));
  return [...losses, ...weights.flatMap((w) => [...w])];
}

it('training gives the same bits for 1, 2 and 7 threads', async () => {
  const results: number[][] = [];
  for (const n of [1, 2, 7]) {
    setNumThreads(n);
    results.push(await train());
  }
  expect(results[0]!.length).toBeGreaterThan(200_000);
  expect(results[0]!.every(Number.isFinite)).toBe(true);
  for (const other of results.slice(1)) expect(other.findIndex((v, i) => !Object.is(v, results[0]![i]))).toBe(-1);
});

it.each([
  ['a gemm that packs', () => randn([700, 900]).matmul(randn([900, 650]))],
  [
    'reductions',
    () =>
      randn([1000, 999])
        .square()
        .sum({ axis: 0 })
        .add(randn([1000, 999]).mean({ axis: 1 }).sum()),
  ],
  ['softmax of long rows', () => randn([50, 20000]).softmax(-1)],
  [
    'the gradient of a layer normalisation',
    () => {
      const weight = randn([130]);
      return grad(
        nn
          .layerNorm(randn([3000, 130]), 130, { weight })
          .tanh()
          .sum(),
        [weight],
      )[0]!;
    },
  ],
  ['a large chain', () => randn([3_000_000]).exp().mul(2).tanh()],
])('%s gives the same bits', async (_, build) => {
  const results: ArrayLike<number>[] = [];
  for (const n of [1, 2, 7]) {
    setNumThreads(n);
    manualSeed(8);
    results.push(await build().data());
  }
  for (const other of results.slice(1)) expect(Array.from(other).findIndex((v, i) => !Object.is(v, results[0]![i]))).toBe(-1);
});

it.each([
  [64, 900, 70],
  [9, 1500, 33],
  [200, 700, 300],
])('a product of %i x %i by %i has the same bits however its operands lie', async (m, k, n) => {
  manualSeed(9);
  const [a, b] = [randn([m, k]), randn([k, n])];
  const [turnedA, turnedB] = [a.transpose(), b.transpose()];
  await run(a, b, turnedA, turnedB);
  const products = [
    a.matmul(b),
    a.matmul(turnedB.transpose()),
    turnedA.transpose().matmul(b),
    turnedA.transpose().matmul(turnedB.transpose()),
  ];
  const [plain, ...others] = await Promise.all(products.map((c) => c.data()));
  for (const other of others) expect(other.findIndex((v, i) => !Object.is(v, plain![i]))).toBe(-1);
});
