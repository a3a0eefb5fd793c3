// What the program of the examples calls: it runs them one after the other, compares what they give with what they say, and gathers problems.
import { inspect } from 'node:util';
import { manualSeed } from 'hebb';

const problems: [example: number, problem: string][] = [];
let current = 0;

console.log = () => {}; // what examples print for their readers
process.on('warning', ({ message }) => problems.push([current, `warns: ${message}`]));

/** Runs one example; the same random numbers each time. */
export async function example(number: number, run: () => Promise<void>): Promise<void> {
  current = number;
  manualSeed(0);
  try {
    await run();
  } catch (error) {
    problems.push([number, `fails: ${error}`]);
  }
}

/** Compares a value with what its comment says: the same numbers (as far as they are written out) and words. */
export async function gives(run: () => unknown, said: string): Promise<void> {
  const found = wordsOf(await run());
  const expected = split(said);
  const same = found.length === expected.length && expected.every((word, i) => isSame(word, found[i]!));
  if (!same) problems.push([current, `says → ${said}, but gives ${found.join(', ')}`]);
}

/** Demands an error of that class. */
export async function throws(run: () => unknown, name: string): Promise<void> {
  try {
    await run();
  } catch (error) {
    if ((error as Error).name !== name) problems.push([current, `says that it throws ${name}, but it throws ${error}`]);
    return;
  }
  problems.push([current, `says that it throws ${name}, but it doesn't`]);
}

/** Hands the problems to the test. */
export async function report(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20)); // a warning comes after what it is about
  process.stdout.write(JSON.stringify(problems));
}

/** A value as words and numbers, lists and typed arrays without their brackets. */
function wordsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(wordsOf);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array, String);
  if (typeof value === 'string') return split(value);
  return split(inspect(value, { depth: 4, breakLength: Infinity }).replace(/\[Object: null prototype\]|\w+Array\(\d+\)/g, ''));
}

const split = (text: string): string[] =>
  text
    .replace(/[[\](){}'",;]/g, ' ')
    .trim()
    .split(/\s+/)
    .filter(Boolean);

/** Whether a value is what was written down, a number perhaps rounded: half a unit of its last digit, or a thousandth, whichever is less. */
function isSame(said: string, found: string): boolean {
  const [x, y] = [Number(said), Number(found)];
  if (Number.isNaN(x) || Number.isNaN(y) || !Number.isFinite(x)) return said === found;
  const [, digits, exponent = '0'] = /\.(\d+)(?:e(.+))?$/.exec(said) ?? [];
  const rounding = digits === undefined ? 0 : Math.min(0.51 * 10 ** -digits.length, 1e-3) * 10 ** Number(exponent);
  return Math.abs(x - y) <= Math.max(rounding, 1e-6 * Math.abs(x), x === 0 ? 1e-6 : 0);
}
