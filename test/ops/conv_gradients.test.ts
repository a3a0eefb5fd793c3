// Gradients of convolutions at sizes that take several tiles, blocks and parts, in whole numbers: exact, and the same for any number of threads.
import { grad, info, nn, run, setNumThreads, tensor } from 'hebb';
import { afterEach, expect, test } from 'vitest';
import { randomFor } from './inputs.js';
import { at, build, type Ref, sizeOf } from './oracle.js';

const CASES: [name: string, x: number[], weight: number[], nn.ConvOptions & { stride?: number; padding?: number; dilation?: number }][] = [
  ['3x3', [3, 13, 14, 37], [50, 37, 3, 3], { padding: 1 }],
  ['3x3 with stride 2', [4, 15, 14, 20], [33, 20, 3, 3], { padding: 1, stride: 2 }],
  ['5x4 of few channels', [3, 20, 21, 1], [17, 1, 5, 4], { padding: 2, dilation: 2 }],
  ['1x1', [2, 9, 11, 40], [70, 40, 1, 1], {}],
  ['1x1 with stride 2', [2, 9, 11, 40], [20, 40, 1, 1], { stride: 2 }],
  ['groups', [2, 9, 10, 24], [36, 8, 3, 3], { groups: 3, padding: 1 }],
  ['depthwise', [2, 12, 13, 37], [37, 1, 3, 3], { groups: 37, padding: 1 }],
  ['long rows', [1, 2, 600, 3], [5, 3, 2, 7], { padding: 3 }],
  ['many images', [40, 7, 7, 16], [32, 16, 3, 3], { padding: 1 }],
];

const threads = info().threads;
afterEach(() => setNumThreads(threads));

const wholes = (name: string, shape: readonly number[]): Ref => {
  const random = randomFor(name);
  return build(shape, () => Math.floor(9 * random()) - 4);
};

/** What Σ conv(x, weight) · dy changes by, for x and for the weight. */
function gradients(
  x: Ref,
  weight: Ref,
  dy: Ref,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: Record<string, number>,
): [Ref, Ref] {
  const dx = { shape: x.shape, data: new Float64Array(x.data.length) };
  const dWeight = { shape: weight.shape, data: new Float64Array(weight.data.length) };
  const [outputs, inputs, height, width] = weight.shape as [number, number, number, number];
  const [, rows, columns, channels] = x.shape as [number, number, number, number];
  build(dy.shape, (index) => {
    const [n, oh, ow, o] = index as [number, number, number, number];
    const slope = at(dy, index);
    const first = Math.floor(o / (outputs / groups)) * inputs;
    for (let kh = 0; kh < height; kh++)
      for (let kw = 0; kw < width; kw++) {
        const h = oh * stride - padding + kh * dilation;
        const w = ow * stride - padding + kw * dilation;
        if (h < 0 || w < 0 || h >= rows || w >= columns) continue;
        for (let c = 0; c < inputs; c++) {
          const from = ((n * rows + h) * columns + w) * channels + first + c;
          const by = ((o * inputs + c) * height + kh) * width + kw;
          dx.data[from]! += slope * weight.data[by]!;
          dWeight.data[by]! += slope * x.data[from]!;
        }
      }
    return 0;
  });
  return [dx, dWeight];
}

test.each(CASES)('%s', async (name, xShape, weightShape, options) => {
  const [x, weight] = [wholes(`${name} x`, xShape), wholes(`${name} weight`, weightShape)];
  const place = ({ shape, data }: Ref) => tensor(Float32Array.from(data), { shape });
  const record = () => {
    const [a, b] = [place(x), place(weight)];
    const y = nn.conv2d(a, b, options);
    const dy = wholes(`${name} dy`, y.shape);
    return { dy, tensors: [y, ...grad(y.mul(place(dy)).sum(), [a, b])] };
  };
  const { dy, tensors } = record();
  const expected = gradients(x, weight, dy, options as Record<string, number>);
  const [y, ...found] = await Promise.all(tensors.map((t) => t.data()));
  expect(sizeOf(dy.shape)).toBe(y!.length);
  for (const [i, of] of expected.entries()) expect(Array.from(found[i]!)).toEqual(Array.from(of.data));
  for (const count of [1, 2, 3]) {
    setNumThreads(count);
    const again = record().tensors;
    await run(...again);
    for (const [i, t] of again.entries()) expect(await t.data()).toEqual([y, ...found][i]);
  }
});

test('sums of fractions are the same for any number of threads', async () => {
  const random = randomFor('threads');
  const draw = (shape: number[]) => tensor(Float32Array.from({ length: sizeOf(shape) }, random), { shape });
  const [x, weight, dy] = [draw([5, 28, 28, 24]), draw([40, 24, 3, 3]), draw([5, 28, 28, 40])];
  const all = async () => {
    const y = nn.conv2d(x, weight, { padding: 1 });
    return Promise.all([y, ...grad(y.mul(dy).sum(), [x, weight])].map((t) => t.data()));
  };
  setNumThreads(1);
  const once = await all();
  for (const count of [2, 3, 7]) {
    setNumThreads(count);
    for (const [i, values] of (await all()).entries()) expect(values).toEqual(once[i]);
  }
});
