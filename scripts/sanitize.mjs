// npm run test:sanitize: everything below native/binding under AddressSanitizer with UndefinedBehaviorSanitizer, and under
// ThreadSanitizer: the native tests, and one run of each Program that the op table makes, recorded here and played anew.
// Its pieces run alone, too, each in less than four minutes: npm run test:sanitize -- asan kernels_test; -- record; -- tsan runs.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isas } from './isas.mjs';
import { phase, root } from './phase.mjs';
import { install, prepare, tool } from './prepare.mjs';

const supported = isas().supported.filter((isa) => isa !== 'avx512bf16'); // has no kernels of its own
const best = supported.at(-1);
const runs = join(root, 'build', 'runs');

// ThreadSanitizer has nothing to find in arithmetic: only what has threads, for one instruction set.
const ASAN = {
  folder: 'build-asan',
  flags: 'address,undefined',
  tests: ['native_tests', 'kernels_test', 'lines_test', 'ops_test', 'optimizer_test', 'recurrent_test', 'chain_test', 'gemm_test'],
  sets: supported,
};
const TSAN = { folder: 'build-tsan', flags: 'thread', tests: ['native_tests', 'lines_test', 'ops_test', 'chain_test'], sets: [best] };
const SANITIZERS = ['asan', 'tsan'];
const PIECES = ['record', 'runs', ...ASAN.tests];

const asked = process.argv.slice(2);
const unknown = asked.filter((word) => ![...SANITIZERS, ...PIECES].includes(word));
if (unknown.length > 0) {
  console.error(`test:sanitize knows ${[...SANITIZERS, ...PIECES].join(', ')}; not ${unknown.join(', ')}`);
  process.exit(1);
}
// Of either list what is asked for, and all where nothing of it is.
const wanted = (word, list) => asked.includes(word) || !asked.some((other) => list.includes(other));
let failed = 0;

await install();
if (wanted('record', PIECES) || (wanted('runs', PIECES) && !existsSync(runs))) await record();
if (wanted('asan', SANITIZERS)) await sanitize('asan', ASAN);
if (wanted('tsan', SANITIZERS)) await sanitize('tsan', TSAN);
process.exitCode = failed === 0 ? 0 : 1;

async function record() {
  await prepare();
  rmSync(runs, { recursive: true, force: true });
  mkdirSync(runs, { recursive: true });
  const env = { HEBB_RECORD: runs, NODE_OPTIONS: `--require ${join(root, 'scripts', 'record-runs.cjs')}` };
  await step('record', process.execPath, [tool('vitest', 'vitest.mjs'), 'run', '--project', `ops ${best}`], {
    env,
    verdict: () => readdirSync(runs).length > 0, // the table's own verdict is npm test's
    note: () => `${readdirSync(runs).length} runs`,
  });
}

async function sanitize(name, { folder, flags, tests, sets }) {
  const chosen = tests.filter((test) => wanted(test, PIECES));
  const plays = wanted('runs', PIECES);
  const targets = [...new Set([...chosen, ...(plays ? ['native_tests'] : [])])];
  if (targets.length === 0) return;
  if (!(await step(`${name} configure`, 'cmake', ['-S', '.', '-B', folder, `-DHEBB_SANITIZE=${flags}`]))) return;
  if (!(await step(`${name} build`, 'cmake', ['--build', folder, '--parallel', '2', '--target', ...targets], { minutes: 20 }))) return;
  const env = sets.length === 1 ? { HEBB_ISA: sets[0] } : {};
  for (const test of chosen) await step(`${name} ${test}`, join(root, folder, test), [], { env });
  for (const isa of plays ? sets : []) {
    const note = (output) => /\d+ recorded runs/.exec(output)?.[0] ?? '';
    await step(`${name} runs ${isa}`, join(root, folder, 'native_tests'), [runs], { env: { HEBB_ISA: isa }, note });
  }
}

async function step(...args) {
  const { ok } = await phase(...args);
  if (!ok) failed++;
  return ok;
}
