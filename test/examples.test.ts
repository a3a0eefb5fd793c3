// What the papers and the examples promise: the README's program learns, the examples run to their last line and draw what they say.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diabetes, load } from 'hebb';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = join(root, 'examples', 'output');

test("the README's program learns XOR", () => {
  const [, program] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))!;
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(join(root, 'build', 'readme.ts'), program!);
  const [, outputs] = /Float32Array\(4\) \[([\s\S]*?)\]/.exec(run('build/readme.ts'))!;
  expect(outputs!.split(',').map((value) => Math.round(Number(value)))).toEqual([0, 1, 1, 0]);
});

test('xor: both networks learn, and it says how many starts do', () => {
  const text = run('examples/xor/index.ts');
  expect(text.match(/^ {2}learned$/gm)).toHaveLength(2);
  const [, learned] = /of the seeds 1 to 20, (\d+) learn/.exec(text)!;
  expect(Number(learned)).toBeGreaterThan(0);
  expect(Number(learned)).toBeLessThan(20);
}, 120_000);

test('cross-validation: five folds, their mean far above the majority class, and a chart', () => {
  const chart = join(output, 'cross-validation.svg');
  rmSync(chart, { force: true });
  const text = run('examples/cross-validation/index.ts', '30');
  const folds = [...text.matchAll(/^fold \d {2}accuracy (\S+) % {2}majority class 33\.3 %$/gm)].map(([, accuracy]) => Number(accuracy));
  expect(folds).toHaveLength(5);
  const [, mean] = /^accuracy (\S+) % ± \S+ %, majority class 33\.3 %$/m.exec(text)!;
  expect(Number(mean)).toBeCloseTo(folds.reduce((sum, accuracy) => sum + accuracy, 0) / 5, 0);
  expect(Number(mean)).toBeGreaterThan(85);
  expect(readFileSync(chart, 'utf8')).toContain('majority class');
});

test('autoencoder: digits come back, codes cluster, and a picture', () => {
  const picture = join(output, 'autoencoder.png');
  rmSync(picture, { force: true });
  const text = run('examples/autoencoder/index.ts', '2');
  const [, error, average] = /^mean squared error (\S+), of the average digit (\S+)$/m.exec(text)!;
  expect(Number(error)).toBeLessThan(Number(average) / 2);
  const [, codes, pixels] = /^purity of 10 clusters of codes (\S+) %, of raw pixels (\S+) %$/m.exec(text)!;
  expect(Number(codes)).toBeGreaterThan(40);
  expect(Number(pixels)).toBeGreaterThan(40);
  expect([...readFileSync(picture).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
}, 120_000);

test('semi-supervised: pseudo-labels add to what 100 labels teach, and a chart', () => {
  const chart = join(output, 'semi-supervised.svg');
  rmSync(chart, { force: true });
  const last = run('examples/semi-supervised/index.ts', '3').trim().split('\n').at(-1)!;
  const [, accuracy, alone] = /^test accuracy (\S+) %, of the 100 labelled digits alone (\S+) %$/.exec(last)!;
  expect(Number(alone)).toBeGreaterThan(65);
  expect(Number(accuracy)).toBeGreaterThan(Number(alone) + 3);
  expect(readFileSync(chart, 'utf8')).toContain('labels alone');
}, 120_000);

test('mnist-cnn: learns in two epochs of a tenth of the digits, and a picture', () => {
  const picture = join(output, 'mnist-cnn.png');
  rmSync(picture, { force: true });
  const last = run('examples/mnist-cnn/index.ts', '2', '6000').trim().split('\n').at(-1)!;
  expect(last).toMatch(/^test accuracy \d\d\.\d\d %$/);
  expect(Number.parseFloat(last.split(' ')[2]!)).toBeGreaterThan(90);
  expect([...readFileSync(picture).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
}, 120_000);

test('mnist: at least 97.5 %, a curve, a grid of mistakes, a model on disk', async () => {
  const results = ['mnist-curve.svg', 'mnist-mistakes.png', 'mnist.safetensors'].map((name) => join(output, name));
  for (const file of results) rmSync(file, { force: true });
  const last = run('examples/mnist/index.ts').trim().split('\n').at(-1)!;
  expect(last).toMatch(/^test accuracy \d\d\.\d\d %$/);
  expect(Number.parseFloat(last.split(' ')[2]!)).toBeGreaterThanOrEqual(97.5);

  expect(results.filter((file) => !existsSync(file))).toEqual([]);
  const curve = readFileSync(results[0]!, 'utf8');
  expect(curve).toContain('accuracy');
  expect(curve).not.toContain('NaN');
  expect([...readFileSync(results[1]!).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  expect(Object.keys(await load(results[2]!)).sort()).toEqual(['1.bias', '1.weight', '3.bias', '3.weight']);
}, 300_000);

test('char-gpt: learns to spell, writes on, and a curve', () => {
  const text = drawn('char-gpt', ['150']);
  const bits = Number(/^(\S+) bits per character on what it hasn't read$/m.exec(text)![1]);
  expect(bits).toBeGreaterThan(1);
  expect(bits).toBeLessThan(3.9); // 4.5 by how often each character stands in the text
  const [, written] = /\nCall me Ishmael\. ([\s\S]*?)\n\n\d+ characters a second/.exec(text)!;
  expect(written!.length).toBe(400);
  expect(new Set(written).size).toBeGreaterThan(10);
}, 120_000);

test('regularisation: every way is told beside none, and its curves are drawn', () => {
  const text = drawn('regularisation', ['12']);
  const accuracies = [...text.matchAll(/^(none|L1|L2|dropout|early stopping) +\d+\.\d+ +(\d+\.\d+) /gm)];
  expect(accuracies.map(([, name]) => name)).toEqual(['none', 'L1', 'L2', 'dropout', 'early stopping']);
  for (const [, , accuracy] of accuracies) expect(Number(accuracy)).toBeGreaterThan(50); // chance is 10
}, 120_000);

test('optimizers: six of them descend, each beside plain gradient descent', () => {
  const text = drawn('optimizers', ['50']);
  const losses = [...text.matchAll(/^(\w[\w ]*?) +[\d.]+ +(\d\.\d+e[+-]\d+) +\S+ ×/gm)].map(([, name, loss]) => [name, Number(loss)]);
  expect(losses.map(([name]) => name)).toEqual(['gradient descent', 'momentum', 'Nesterov', 'AdaGrad', 'RMSprop', 'Adam']);
  for (const [, loss] of losses) expect(loss).toBeLessThan(12); // it begins at 12.5
}, 120_000);

test('sequence: letters in order tell more than the last one, and that more than the longer list', () => {
  const last = drawn('sequence', ['5']).trim().split('\n').at(-1)!;
  const [, ...parts] = /^test accuracy (\S+) %, by the last letter alone (\S+) %, by the longer list (\S+) %$/.exec(last)!;
  const [accuracy, lastLetter, majority] = parts.map(Number) as [number, number, number];
  expect(lastLetter).toBeGreaterThan(majority + 5);
  expect(accuracy).toBeGreaterThan(lastLetter + 3);
}, 120_000);

// Its data come from scikit-learn's package, which not every machine has.
const known = await diabetes().then(
  () => true,
  () => false,
);

test.skipIf(!known)(
  'regression: the network is far better than the mean, and near least squares',
  () => {
    const text = drawn('regression', ['60']);
    const scores = Object.fromEntries(
      [...text.matchAll(/^(mean|least squares|network) .* (-?\d\.\d+)$/gm)].map(([, name, r2]) => [name, Number(r2)]),
    );
    expect(scores.mean).toBe(0);
    expect(scores['least squares']).toBeGreaterThan(0.45);
    expect(scores.network).toBeGreaterThan(0.45);
  },
  120_000,
);

/** What the example printed; it has drawn its SVG anew. */
function drawn(name: string, args: string[]): string {
  const file = join(output, `${name}.svg`);
  rmSync(file, { force: true });
  const text = run(`examples/${name}/index.ts`, ...args);
  const svg = readFileSync(file, 'utf8');
  expect(svg).toContain('<path');
  expect(svg).not.toMatch(/NaN|undefined/);
  return text;
}

function run(file: string, ...args: string[]): string {
  return execFileSync(process.execPath, ['--import', 'tsx', file, ...args], { cwd: root, encoding: 'utf8', stdio: 'pipe' });
}
