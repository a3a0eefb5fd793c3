// bf16 and f16 store: what is computed from them is computed in f32 and rounded once, gradients too.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grad, load, run, save, type Tensor, tensor, zeros } from 'hebb';
import { describe, expect, test } from 'vitest';
import { convert } from './dtypes.js';
import { randomFor } from './inputs.js';

const KINDS = ['bf16', 'f16'] as const;
const draw = (seed: string, n: number, dtype: (typeof KINDS)[number]): number[] => {
  const random = randomFor(seed);
  return Array.from({ length: n }, () => convert(Math.fround(random() * 4 - 2), dtype));
};

describe.each(KINDS)('%s', (dtype) => {
  const made = (values: readonly number[], shape = [values.length]): Tensor => tensor(values, { dtype, shape });

  test('a long sum keeps its small terms', async () => {
    const ones = zeros([4096], { dtype }).add(1);
    expect(ones.dtype).toBe(dtype);
    expect(await ones.sum().item()).toBe(4096);
  });

  test('a composed op rounds once', async () => {
    const values = draw('composed', 300, dtype);
    const found = await made(values).mish().data();
    const exact = values.map((x) => convert(Math.fround(x * Math.tanh(Math.log1p(Math.exp(x)))), dtype));
    // An f32 result that is off by an ULP may fall on the other side of a tie.
    expect(found.filter((value, i) => value !== exact[i]).length).toBeLessThan(3);
  });

  test('gradients have the dtype of what they are taken to, and its precision', async () => {
    const [a, b] = [draw('a', 64, dtype), draw('b', 64, dtype)];
    const [x, y] = [made(a), made(b)];
    const [dx, dy] = grad(x.tanh().mul(y).softplus().sum(), [x, y]);
    expect([dx!.dtype, dy!.dtype]).toEqual([dtype, dtype]);
    // What the forward pass rounded is what the rules see; each of three gradients is then rounded by half a unit.
    const t = a.map((value) => convert(Math.fround(Math.tanh(value)), dtype));
    const slope = t.map((value, i) => 1 / (1 + Math.exp(-convert(Math.fround(value * b[i]!), dtype))));
    const precision = dtype === 'bf16' ? 2 ** -7 : 2 ** -10;
    const check = async (found: Tensor, exact: (i: number) => number): Promise<void> =>
      (await found.data()).forEach((value, i) => {
        expect(Math.abs(value - exact(i))).toBeLessThanOrEqual(precision * Math.abs(exact(i)) + 1e-6);
      });
    await check(dx!, (i) => slope[i]! * b[i]! * (1 - t[i]! ** 2));
    await check(dy!, (i) => slope[i]! * t[i]!);
  });

  test('through a cast, a gradient reaches f32 unrounded by its own dtype', async () => {
    const x = tensor([1.001, -2]);
    const [dx] = grad(x.to(dtype).mul(3).sum(), [x]);
    expect(dx!.dtype).toBe('f32');
    expect([...(await dx!.data())]).toEqual([3, 3]);
  });

  test('bits go in as Uint16Array and come out of a file as they were', async () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const all = tensor(bits, { dtype, shape: [256, 256] });
    await run(all);
    const file = join(tmpdir(), `hebb-${process.pid}-${dtype}.safetensors`);
    await save({ all }, file);
    const { all: back } = await load(file);
    expect([back!.dtype, back!.shape]).toEqual([dtype, [256, 256]]);
    const [before, after] = [await all.data(), await back!.data()];
    expect(before.every((value, i) => Object.is(value, after[i]))).toBe(true);
    // Every value is one that rounding leaves alone.
    expect(before.every((value) => Object.is(convert(value, dtype), value))).toBe(true);
    expect(await all.to('f32').to(dtype).eq(all).to('i32').sum().item()).toBe(before.filter((value) => !Number.isNaN(value)).length);
  });
});
