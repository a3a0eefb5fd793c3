// Embedding, EmbeddingBag and Bilinear beyond their golden numbers: first values, odd inputs, training, and what they refuse.
import { ArgumentError, DTypeError, IndexError, manualSeed, nn, optim, ShapeError, tensor, zeros } from 'hebb';
import { describe, expect, test } from 'vitest';

const list = async (t: { data(): Promise<ArrayLike<number>> }): Promise<number[]> => Array.from(await t.data());
const ids = (values: readonly unknown[]) => tensor(values, { dtype: 'i32' });

describe('Embedding', () => {
  test('begins normally distributed, the padding at zero', async () => {
    manualSeed(3);
    const values = await list(new nn.Embedding(200, 50, { paddingIdx: -1 }).weight);
    expect(values.slice(-50)).toEqual(Array(50).fill(0));
    const mean = values.reduce((s, v) => s + v, 0) / 9950;
    const variance = values.reduce((s, v) => s + (v - mean) ** 2, 0) / 9950;
    expect(Math.abs(mean)).toBeLessThan(0.04);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });

  test('takes indices of any shape, u8 too', async () => {
    const layer = new nn.Embedding(5, 3);
    expect(layer.forward(ids([[[1], [2]]])).shape).toEqual([1, 2, 1, 3]);
    expect(layer.forward(tensor(4, { dtype: 'i32' })).shape).toEqual([3]);
    expect(await list(layer.forward(ids([])))).toEqual([]);
    const bytes = tensor(Uint8Array.of(0, 4));
    expect(await list(layer.forward(bytes))).toEqual(await list(layer.forward(ids([0, 4]))));
  });

  test('leaves the padding as it is while the rest trains', async () => {
    const layer = new nn.Embedding(4, 2, { paddingIdx: 1 });
    const before = await list(layer.weight);
    await new optim.SGD(layer.parameters(), { lr: 1 }).step(layer.forward(ids([1, 1, 3])).sum());
    const after = await list(layer.weight);
    expect(after.map((value, i) => value !== before[i])).toEqual([false, false, false, false, false, false, true, true]);
  });

  test('takes ready vectors, frozen or not', async () => {
    const vectors = tensor([[1, 2], [3, 4]]); // biome-ignore format: a matrix
    const layer = nn.Embedding.fromPretrained(vectors);
    expect(await list(layer.forward(ids([1])))).toEqual([3, 4]);
    expect(layer.weight.requiresGrad).toBe(false);
    expect(nn.Embedding.fromPretrained(vectors, { freeze: false }).weight.requiresGrad).toBe(true);
    expect(() => nn.Embedding.fromPretrained(zeros([3]))).toThrow(ShapeError);
  });

  test('refuses what is no index', async () => {
    const layer = new nn.Embedding(3, 2);
    expect(() => layer.forward(tensor([1]))).toThrow(DTypeError);
    expect(() => layer.forward(tensor([1]))).toThrow("[Embedding] expects indices as i32 or u8, got f32; tensor(ids, { dtype: 'i32' })?");
    expect(() => layer.forward([1] as never)).toThrow(DTypeError);
    await expect(list(layer.forward(ids([3])))).rejects.toThrow(IndexError);
    await expect(list(layer.forward(ids([-1])))).rejects.toThrow(IndexError);
    for (const size of [0, -1, 1.5, Number.NaN]) expect(() => new nn.Embedding(size, 2)).toThrow(ArgumentError);
    expect(() => new nn.Embedding(3, 2, { paddingIdx: 3 })).toThrow(IndexError);
  });
});

describe('maxNorm', () => {
  const vectors = tensor([[3, 4], [0.3, 0.4], [6, 8]]); // biome-ignore format: a matrix

  test('shortens what is looked up, in the table while training, in eval mode as it is read', async () => {
    const layer = new nn.Embedding(3, 2, { maxNorm: 1 });
    layer.weight.assign(vectors);
    const short = [0.6, 0.8, 0.3, 0.4].map((value) => expect.closeTo(value, 5));
    expect(await list(layer.predict(ids([0, 1])))).toEqual(short);
    expect(await list(layer.weight)).toEqual(await list(vectors));
    expect(await list(layer.forward(ids([0, 1])))).toEqual(short);
    expect(await list(layer.weight)).toEqual([...short, 6, 8]);
  });

  test('trains from the shortened vectors, and leaves a frozen table alone', async () => {
    const layer = new nn.Embedding(3, 2, { maxNorm: 1 });
    layer.weight.assign(vectors);
    const opt = new optim.SGD(layer.parameters(), { lr: 0.5 });
    for (let step = 0; step < 2; step++) await opt.step(layer.forward(ids([0, 0])).sum());
    // (0.6, 0.8) - 1, whose norm is below 1, less 1 again
    expect(await list(layer.weight)).toEqual([-1.4, -1.2, 0.3, 0.4, 6, 8].map((value) => expect.closeTo(value, 5)));
    layer.freeze();
    await list(layer.forward(ids([2])));
    expect((await list(layer.weight)).slice(4)).toEqual([6, 8]);
    for (const maxNorm of [0, -1, Number.NaN]) expect(() => new nn.Embedding(3, 2, { maxNorm })).toThrow(ArgumentError);
    expect(() => new nn.EmbeddingBag(3, 2, { maxNorm: 1, normType: 0 })).toThrow(ArgumentError);
  });
});

describe('EmbeddingBag', () => {
  test('gives zeros for bags of nothing', async () => {
    for (const mode of ['sum', 'mean', 'max'] as const)
      expect(await list(new nn.EmbeddingBag(4, 2, { mode }).forward(tensor(new Int32Array(0), { shape: [3, 0] })))).toEqual(
        Array(6).fill(0),
      );
    const ragged = new nn.EmbeddingBag(4, 2).forward(ids([]), ids([0, 0]));
    expect(await list(ragged)).toEqual([0, 0, 0, 0]);
  });

  test('refuses other modes and shapes', () => {
    expect(() => new nn.EmbeddingBag(4, 2, { mode: 'median' as never })).toThrow(/mode must be 'sum', 'mean' or 'max'/);
    const bag = new nn.EmbeddingBag(4, 2, { mode: 'max' });
    expect(() => bag.forward(ids([1, 2]))).toThrow(/or indices \(n\) with offsets, got \(2\)/);
    expect(() => bag.forward(ids([1, 2]), ids([0]))).toThrow(/without offsets/);
    expect(() => new nn.EmbeddingBag(4, 2).forward(ids([[1]]), ids([0]))).toThrow(ShapeError);
    expect(() => new nn.EmbeddingBag(4, 2).forward(ids([1]), ids([]))).toThrow(ShapeError);
    expect(() => bag.forward(tensor([[1]]))).toThrow(DTypeError);
    expect(() => bag.forward(ids([[1]]), null, tensor([[1]]))).toThrow(/perSampleWeights go with mode 'sum', not 'max'/);
    expect(() => new nn.EmbeddingBag(4, 2, { mode: 'sum' }).forward(ids([[1]]), null, tensor([1]))).toThrow(ShapeError);
  });
});

describe('Bilinear', () => {
  test('takes leading axes, and batches of nothing', () => {
    const layer = new nn.Bilinear(3, 2, 4);
    expect(layer.forward(zeros([5, 6, 3]), zeros([5, 6, 2])).shape).toEqual([5, 6, 4]);
    expect(layer.forward(zeros([3]), zeros([2])).shape).toEqual([4]);
    expect(layer.forward(zeros([0, 3]), zeros([0, 2])).shape).toEqual([0, 4]);
  });

  test('begins uniform in ±1/√in1Features and refuses what does not fit', async () => {
    const layer = new nn.Bilinear(16, 20, 30);
    for (const p of layer.parameters()) {
      const most = Math.max(...(await list(p)).map(Math.abs));
      expect(most).toBeLessThanOrEqual(1 / 4);
      expect(most).toBeGreaterThan(0.2);
    }
    expect(() => layer.forward(zeros([2, 16]), zeros([3, 20]))).toThrow(/expects \(…, 16\) and \(…, 20\) that agree before/);
    expect(() => layer.forward(zeros([2, 20]), zeros([2, 16]))).toThrow(ShapeError);
    expect(() => new nn.Bilinear(1, 0, 1)).toThrow(ArgumentError);
  });
});
