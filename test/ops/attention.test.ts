// Attention beyond single cases: gradients over several blocks, queries that see nothing, the bits under several threads, and PyTorch's numbers.
import { fileURLToPath } from 'node:url';
import { Generator, grad, info, load, nn, rand, randn, run, type StateDict, setNumThreads, type Tensor, tensor, where } from 'hebb';
import { describe, expect, test } from 'vitest';
import { difference } from './check.js';

type Options = Parameters<typeof nn.scaledDotProductAttention>[3];

/** The same by ops of the library that hold all scores. */
function composed(q: Tensor, k: Tensor, v: Tensor, { mask, causal = false }: NonNullable<Options> = {}, kept?: Tensor): Tensor {
  const [batch, heads, queries, depth] = q.shape as [number, number, number, number];
  const [, keyHeads, keys] = k.shape as [number, number, number];
  const spread = (x: Tensor): Tensor => {
    const size = x.shape[3]!;
    return x
      .unsqueeze(2)
      .expand([batch, keyHeads, heads / keyHeads, keys, size])
      .reshape([batch, heads, keys, size]);
  };
  let scores = q.matmul(spread(k).transpose(0, 1, 3, 2)).mul(depth ** -0.5);
  if (mask) scores = mask.dtype === 'bool' ? where(mask, scores, -1e30) : scores.add(mask);
  if (causal) {
    const seen = Uint8Array.from({ length: queries * keys }, (_, i) => Number(i % keys <= Math.floor(i / keys)));
    scores = where(tensor(seen, { shape: [queries, keys] }).to('bool'), scores, -1e30);
  }
  const weights = scores.softmax(-1);
  return (kept ? weights.mul(kept) : weights).matmul(spread(v));
}

async function compare(found: Tensor, expected: Tensor, tolerance = 2e-6): Promise<void> {
  expect([...found.shape]).toEqual([...expected.shape]);
  const exact = { shape: expected.shape, data: Float64Array.from(await expected.data()) };
  expect(difference(await found.data(), exact, 'f32', 'scaled', tolerance)).toBe(null);
}

const generator = new Generator(7);
const normal = (...shape: number[]): Tensor => randn(shape, { generator });

describe('gradients over several blocks', () => {
  const wide = normal(130, 290);
  const SETTINGS: Record<string, Options> = {
    plain: {},
    causal: { causal: true },
    'mask of bools': { mask: normal(2, 1, 130, 290).gt(-1) },
    'mask of floats': { mask: wide },
    'mask of floats, causal': { mask: wide, causal: true },
  };
  test.each(Object.entries(SETTINGS))('%s', async (_, options) => {
    const [q, k, v, dy] = [normal(2, 4, 130, 17), normal(2, 2, 290, 17), normal(2, 2, 290, 20), normal(2, 4, 130, 20)];
    const wanted = [q, k, v, ...(options!.mask === wide ? [wide] : [])];
    const of = (y: Tensor): Tensor[] => grad(y.mul(dy).sum(), wanted);
    const found = of(nn.scaledDotProductAttention(q, k, v, { ...options, groupedQuery: true }));
    const expected = of(composed(q, k, v, options));
    await run(...found, ...expected);
    for (const [i, one] of found.entries()) await compare(one, expected[i]!, 4e-6);
  });
});

describe('a query that sees nothing', () => {
  test.each(['bool', 'f32'] as const)('gives zeros and finite gradients with a mask of %s', async (dtype) => {
    const [q, k, v] = [normal(1, 2, 5, 4), normal(1, 2, 6, 4), normal(1, 2, 6, 4)];
    const seen = tensor([1, 0, 1, 1, 0], { shape: [5, 1], dtype: 'bool' });
    const mask = dtype === 'bool' ? seen : where(seen, 0, -Infinity);
    const y = nn.scaledDotProductAttention(q, k, v, { mask });
    const first = grad(y.square().sum(), [q, k, v]);
    const second = grad(
      first.reduce((sum, x) => sum.add(x.square().sum()), tensor(0)),
      [q, k, v],
    );
    await run(y, ...first, ...second);
    expect((await y.data()).slice(4, 8)).toEqual(new Float32Array(4));
    expect((await first[0]!.data()).slice(4, 8)).toEqual(new Float32Array(4));
    for (const x of [y, ...first, ...second]) expect((await x.data()).every(Number.isFinite)).toBe(true);
  });

  test('a NaN stays in its row, and infinite scores give NaN', async () => {
    const [q, k, v] = [normal(1, 1, 3, 4), normal(1, 1, 6, 4), normal(1, 1, 6, 4)];
    const spoilt = where(tensor([false, true, false]).reshape([3, 1]), Number.NaN, q);
    const y = await nn.scaledDotProductAttention(spoilt, k, v).data();
    expect(y.slice(4, 8).every(Number.isNaN)).toBe(true);
    expect([...y.slice(0, 4), ...y.slice(8)].every(Number.isFinite)).toBe(true);
  });
});

describe('dropout', () => {
  const [q, k, v, dy] = [normal(2, 2, 70, 9), normal(2, 1, 300, 9), normal(2, 1, 300, 9), normal(2, 2, 70, 9)];
  const bias = normal(300);

  test('drops the weights that one tensor of random values would, forward and backward', async () => {
    const kept = rand([2, 2, 70, 300], { generator: new Generator(3) })
      .ge(0.3)
      .to('f32')
      .div(0.7);
    const fused = nn.scaledDotProductAttention(q, k, v, {
      dropout: 0.3,
      generator: new Generator(3),
      groupedQuery: true,
      causal: true,
      mask: bias,
    });
    const expected = composed(q, k, v, { causal: true, mask: bias }, kept);
    const gradients = (y: Tensor): Tensor[] => grad(y.mul(dy).sum(), [q, k, v, bias]);
    const [found, exact] = [gradients(fused), gradients(expected)];
    await run(fused, expected, ...found, ...exact);
    await compare(fused, expected, 4e-6);
    for (const [i, one] of found.entries()) await compare(one, exact[i]!, 4e-6);
  });

  test('has gradients of gradients from the same weights', async () => {
    const twice = (attend: (q: Tensor) => Tensor): Tensor => {
      const [dq] = grad(attend(q).mul(dy).sum(), [q]);
      return grad(dq!.square().sum(), [q])[0]!;
    };
    const kept = rand([2, 2, 70, 300], { generator: new Generator(3) })
      .ge(0.5)
      .to('f32')
      .mul(2);
    const found = twice((x) => nn.scaledDotProductAttention(x, k, v, { dropout: 0.5, generator: new Generator(3), groupedQuery: true }));
    await compare(
      found,
      twice((x) => composed(x, k, v, {}, kept)),
      1e-5,
    );
  });

  test('of 1 leaves nothing, and finite gradients', async () => {
    const y = nn.scaledDotProductAttention(q, q, q, { dropout: 1 });
    const [dq] = grad(y.mul(dy).sum(), [q]);
    await run(y, dq!);
    expect((await y.data()).every((value) => value === 0)).toBe(true);
    expect((await dq!.data()).every((value) => value === 0)).toBe(true);
  });
});

test('any number of threads gives the same bits', async () => {
  const [q, k, v, dy] = [normal(1, 4, 330, 32), normal(1, 2, 600, 32), normal(1, 2, 600, 32), normal(1, 4, 330, 32)];
  const all = async (threads: number): Promise<Uint8Array[]> => {
    setNumThreads(threads);
    const y = nn.scaledDotProductAttention(q, k, v, { causal: true, groupedQuery: true });
    const results = [y, ...grad(y.mul(dy).sum(), [q, k, v])];
    await run(...results);
    return Promise.all(results.map(async (x) => new Uint8Array((await x.data()).buffer)));
  };
  const before = info().threads;
  try {
    expect(await all(2)).toEqual(await all(1));
    expect(await all(7)).toEqual(await all(1));
  } finally {
    setNumThreads(before);
  }
});

describe("PyTorch's numbers in float64", () => {
  const golden: Promise<StateDict> = load(fileURLToPath(new URL('../golden/attention.safetensors', import.meta.url)));
  const CASES: Record<string, (file: StateDict) => Options> = {
    plain: () => ({}),
    causal: () => ({ causal: true }),
    scaled: () => ({ scale: 0.7 }),
    boolean: (file) => ({ mask: file.seen!.ne(0) }),
    added: (file) => ({ mask: file.bias! }),
  };
  test.each(Object.entries(CASES))('%s', async (name, options) => {
    const file = await golden;
    const [q, k, v, dy] = [file.q!, file.k!, file.v!, file.dy!];
    const y = nn.scaledDotProductAttention(q, k, v, { ...options(file), groupedQuery: true });
    const wanted = { dq: q, dk: k, dv: v, ...(name === 'added' ? { dbias: file.bias! } : {}) };
    const found = grad(y.mul(dy).sum(), Object.values(wanted));
    await run(y, ...found);
    await compare(y, file[`${name}.y`]!);
    for (const [i, key] of Object.keys(wanted).entries()) await compare(found[i]!, file[`${name}.${key}`]!);
  });
});
