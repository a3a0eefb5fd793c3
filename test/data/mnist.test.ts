// The MNIST digits: all of them, as tensors of the promised shapes and ranges.
import { mnist } from 'hebb';
import { expect, test } from 'vitest';

test('60,000 and 10,000 digits, x from 0 to 1, y from 0 to 9', async () => {
  const { train, test: rest } = await mnist();
  for (const [part, length] of [
    [train, 60_000],
    [rest, 10_000],
  ] as const) {
    const [x, y] = part.tensors;
    expect([part.length, x.shape, x.dtype, y.shape, y.dtype]).toEqual([length, [length, 28, 28, 1], 'f32', [length], 'i32']);
    const labels = await y.data();
    expect(new Set(labels)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  }
  const [x, y] = train.batch(Int32Array.of(0, 1, 59_999));
  const values = await x.data();
  expect([...(await y.data())]).toEqual([5, 0, 8]);
  expect(Math.min(...values)).toBe(0);
  expect(Math.max(...values)).toBe(1);
  expect(values.every((value) => Number.isInteger(Math.round(value * 255 * 1e4) / 1e4))).toBe(true);
  expect(values[28 * 5 + 12]).toBe(Math.fround(3 / 255)); // the first grey pixel of the first digit
});
