// Memory that isn't what it seems, and tensors that go while they are at work.
import vm from 'node:vm';
import { ArgumentError, DisposedError, manualSeed, randn, run, type Tensor, tensor } from 'hebb';
import { describe, expect, test } from 'vitest';

const list = async (t: Tensor): Promise<number[]> => Array.from(await t.data());
type Resizable = ArrayBuffer & { resize(bytes: number): void };
const resizable = (bytes: number, most: number): Resizable =>
  new (ArrayBuffer as unknown as new (bytes: number, options: { maxByteLength: number }) => Resizable)(bytes, { maxByteLength: most });

/** Small enough to stay in JS memory, and too large for it. */
describe.each([4, 5000])('a typed array of %i values', (n) => {
  const values = Array.from({ length: n }, (_, i) => i % 100);
  const filled = (array: Float32Array): Float32Array => {
    array.set(values);
    return array;
  };
  class Liar extends Float32Array {
    override get length(): number {
      return 1e9;
    }
    override get byteOffset(): number {
      return 4;
    }
    override get [Symbol.toStringTag](): 'Float32Array' {
      return 'Uint8Array' as 'Float32Array';
    }
    override [Symbol.iterator](): ReturnType<Float32Array[typeof Symbol.iterator]> {
      throw new Error('not asked');
    }
  }

  test.each<[string, () => ArrayLike<number>]>([
    ['plain', () => filled(new Float32Array(n))],
    ['of shared memory', () => filled(new Float32Array(new SharedArrayBuffer(4 * n)))],
    ['of a resizable buffer', () => filled(new Float32Array(resizable(4 * n, 8 * n)))],
    ['that follows a resizable buffer', () => filled(new Float32Array(resizable(4 * n, 8 * n) as ArrayBuffer))],
    ['within a larger buffer', () => filled(new Float32Array(new ArrayBuffer(4 * n + 12), 8, n))],
    ['of another realm', () => filled(vm.runInNewContext(`new Float32Array(${n})`))],
    ['of a subclass that lies', () => filled(new Liar(n))],
    ['with a length of its own', () => Object.defineProperty(filled(new Float32Array(n)), 'length', { value: 1 })],
    ['of 64 bits', () => Float64Array.from(values)],
  ])('%s is copied as it is', async (_, make) => {
    expect(await list(tensor(make()))).toEqual(values);
  });

  test('is copied at once: what happens to it afterwards is nothing to the tensor', async () => {
    const source = filled(new Float32Array(n));
    const shrinking = resizable(4 * n, 8 * n);
    const [x, y] = [tensor(source), tensor(filled(new Float32Array(shrinking)))];
    source.fill(-1);
    shrinking.resize(0);
    structuredClone(source.buffer, { transfer: [source.buffer as ArrayBuffer] });
    expect(await list(x)).toEqual(values);
    expect(await list(y)).toEqual(values);
    const result = (await x.data()) as Float32Array;
    result.fill(7); // data() is a copy of one's own
    expect(await list(x)).toEqual(values);
  });

  test('whose memory is gone is refused, an empty one is not', () => {
    const outOfBounds = resizable(4 * n, 4 * n);
    const view = new Float32Array(outOfBounds, 8, n - 2);
    outOfBounds.resize(8);
    const detached = new Float32Array(n);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    for (const gone of [view, detached]) expect(() => tensor(gone)).toThrow(/detached|smaller/);
    expect(tensor(new Float32Array(0)).shape).toEqual([0]);
    expect(() => tensor(new DataView(new ArrayBuffer(4 * n)) as never)).toThrow(ArgumentError);
    expect(() => tensor(new Proxy(new Float32Array(n), {}))).toThrow(ArgumentError);
  });
});

describe('a tensor disposed in flight', () => {
  const heavy = (): Tensor =>
    randn([700, 700])
      .matmul(randn([700, 700]))
      .tanh(); // goes through the queue
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('leaves the run that reads it, and what else that computes, as it was', async () => {
    manualSeed(3);
    const expected = await list(heavy().add(1).sum({ axis: 0 }));
    manualSeed(3);
    const x = heavy().add(1);
    await run(x);
    const [sum, product] = [x.sum({ axis: 0 }).data(), x.matmul(x).sum().item()];
    await Promise.resolve();
    x.dispose();
    x.dispose();
    expect(Array.from(await sum)).toEqual(expected);
    expect(await product).toBeTypeOf('number');
    await expect(x.data()).rejects.toThrow(DisposedError);
    expect(() => x.add(1)).toThrow(DisposedError);
  });

  test('that the run itself stores is gone, and nothing else', async () => {
    manualSeed(4);
    const [x, y] = [heavy(), heavy().sum()];
    const running = run(x, y);
    await Promise.resolve();
    await Promise.resolve();
    x.dispose();
    await running;
    expect(Number.isFinite(await y.item())).toBe(true);
    await expect(x.data()).rejects.toThrow(DisposedError);
  });

  test('before its run is submitted rejects that run alone', async () => {
    const [x, y] = [tensor(new Float32Array(5000)), tensor(new Float32Array(5000).fill(2))];
    const [bad, good] = [x.sum().item(), y.sum().item()];
    x.dispose();
    await expect(bad).rejects.toThrow(DisposedError);
    expect(await good).toBe(10_000);
  });

  test('all handles collected while runs are on their way', async () => {
    const sums: Promise<number>[] = [];
    for (let i = 0; i < 20; i++) {
      const x = tensor(new Float32Array(200_000).fill(i));
      sums.push(x.mul(x).sum().item(), x.add(heavy().sum()).sub(x).mean().mul(0).add(i).item());
      if (i % 4 === 0) await turn();
      globalThis.gc!();
    }
    globalThis.gc!();
    await turn();
    const found = await Promise.all(sums);
    expect(found.filter((_, k) => k % 2 === 0)).toEqual(Array.from({ length: 20 }, (_, i) => 200_000 * i * i));
    expect(found.filter((_, k) => k % 2 === 1)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });
});
