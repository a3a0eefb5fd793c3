// A machine without a compiler or CMake: the scripts name what is missing and the packages that bring it, before anything is built.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingTools } from '../scripts/toolchain.mjs';

const { PATH, CXX } = process.env;

beforeEach(() => {
  delete process.env.CXX;
});

afterEach(() => {
  process.env.PATH = PATH;
  if (CXX === undefined) delete process.env.CXX;
  else process.env.CXX = CXX;
});

test('a machine that has built hebb lacks nothing', async () => {
  expect(await missingTools()).toBeUndefined();
});

test('an empty machine gets the names of the packages', async () => {
  process.env.PATH = '/nonexistent';
  const message = await missingTools();
  for (const what of ['C++20 compiler', 'CMake', 'make', 'apt-get install g++ cmake make', 'dnf install', 'xcode-select', 'winget']) {
    expect(message).toContain(what);
  }
});

test('a compiler that cannot do C++20 counts as none', async () => {
  process.env.CXX = process.execPath; // answers to --version, as an old compiler does
  const message = await missingTools();
  expect(message).toContain('C++20 compiler');
  expect(message).not.toContain('- CMake');
});
