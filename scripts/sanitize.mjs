// npm run test:sanitize: everything below native/binding under AddressSanitizer with UndefinedBehaviorSanitizer, and under
// ThreadSanitizer: the native tests, and a sample of the runs that the op table makes, recorded here and played anew.
// Its pieces run alone, too, each in less than four minutes: npm run test:sanitize -- asan kernels_test; -- record; -- tsan runs.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isas } from './isas.mjs';
import { line, phase, root } from './phase.mjs';
import { install, prepare, tool } from './prepare.mjs';
import { recorded, sample } from './recorded-runs.mjs';

const supported = isas().supported.filter((isa) => isa !== 'avx512bf16'); // has no kernels of its own
const best = supported.at(-1);
const runs = join(root, 'build', 'runs');

// ThreadSanitizer has nothing to find in arithmetic: only what has threads, for one instruction set.
const SANITIZERS = [
  {
    name: 'asan',
    flags: 'address,undefined',
    tests: ['native_tests', 'kernels_test', 'lines_test', 'ops_test', 'optimizer_test', 'chain_test', 'gemm_test'],
    sets: supported,
    each: 6,
  },
  { name: 'tsan', flags: 'thread', tests: ['native_tests', 'lines_test', 'ops_test', 'chain_test'], sets: [best], each: 3 },
];
const PIECES = ['record', 'runs', ...SANITIZERS[0].tests];

const asked = process.argv.slice(2);
const unknown = asked.filter((word) => !PIECES.includes(word) && !SANITIZERS.some(({ name }) => name === word));
if (unknown.length > 0) {
  console.error(`test:sanitize knows asan, tsan, ${PIECES.join(', ')}; not ${unknown.join(', ')}`);
  process.exit(1);
}
const wanted = (piece) => !asked.some((word) => PIECES.includes(word)) || asked.includes(piece);
let failed = 0;

await install();
if (wanted('record') || (wanted('runs') && recorded(runs).length === 0)) await record();
for (const sanitizer of SANITIZERS) {
  if (!asked.some((word) => SANITIZERS.some(({ name }) => name === word)) || asked.includes(sanitizer.name)) await sanitize(sanitizer);
}
process.exitCode = failed === 0 ? 0 : 1;

async function record() {
  await prepare();
  rmSync(runs, { recursive: true, force: true });
  mkdirSync(runs, { recursive: true });
  const env = { HEBB_RECORD: runs, NODE_OPTIONS: `--require ${join(root, 'scripts', 'record-runs.cjs')}` };
  await step('record', process.execPath, [tool('vitest', 'vitest.mjs'), 'run', '--project', `ops ${best}`], {
    env,
    verdict: () => recorded(runs).length > 0, // the table's own verdict is npm test's
    note: () => `${recorded(runs).length} runs`,
  });
}

async function sanitize({ name, flags, tests, sets, each }) {
  const folder = `build-${name}`;
  const chosen = tests.filter(wanted);
  const targets = wanted('runs') ? [...new Set(['native_tests', ...chosen])] : chosen;
  if (targets.length === 0) return;
  if (!(await step(`${name} configure`, 'cmake', ['-S', '.', '-B', folder, `-DHEBB_SANITIZE=${flags}`]))) return;
  if (!(await step(`${name} build`, 'cmake', ['--build', folder, '--parallel', '2', '--target', ...targets], { minutes: 20 }))) return;
  const env = sets.length === 1 ? { HEBB_ISA: sets[0] } : {};
  for (const test of chosen) await step(`${name} ${test}`, join(root, folder, test), [], { env });
  if (!wanted('runs')) return;
  const files = sample(runs, each);
  if (files.length === 0) {
    line(false, `${name} runs`, 'none was recorded');
    failed++;
    return;
  }
  for (const isa of sets) {
    const note = (output) => /\d+ recorded runs/.exec(output)?.[0] ?? '';
    await step(`${name} runs ${isa}`, join(root, folder, 'native_tests'), files, { env: { HEBB_ISA: isa }, note });
  }
}

async function step(...args) {
  const { ok } = await phase(...args);
  if (!ok) failed++;
  return ok;
}
