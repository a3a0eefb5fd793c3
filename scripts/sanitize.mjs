// npm run test:sanitize: everything below native/binding under AddressSanitizer with UndefinedBehaviorSanitizer, and under
// ThreadSanitizer: the native tests, and the runs that the op table makes, recorded here and played for each instruction set.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isas } from './isas.mjs';
import { phase, root } from './phase.mjs';
import { install, prepare, tool } from './prepare.mjs';

const SINGLE = ['chain_test', 'kernels_test', 'ops_test', 'optimizer_test']; // kernels on one thread or few: nothing for ThreadSanitizer, under which they take long
const runs = join(root, 'build', 'runs');
const { supported } = isas();
const best = supported.at(-1);
let failed = 0;

await install();
await prepare();
await record();
await sanitize('address,undefined', 'build-asan', ['native_tests', ...SINGLE], supported);
await sanitize('thread', 'build-tsan', ['native_tests'], [best]);
process.exitCode = failed === 0 ? 0 : 1;

async function record() {
  rmSync(runs, { recursive: true, force: true });
  mkdirSync(runs, { recursive: true });
  const env = { HEBB_RECORD: runs, NODE_OPTIONS: `--require ${join(root, 'scripts', 'record-runs.cjs')}` };
  await step('recording', process.execPath, [tool('vitest', 'vitest.mjs'), 'run', '--project', `ops ${best}`], {
    env,
    verdict: () => recorded().length > 0, // the table's own verdict is npm test's
    note: () => `${recorded().length} runs`,
  });
}

async function sanitize(sanitizers, folder, tests, names) {
  const configure = ['-S', '.', '-B', folder, `-DHEBB_SANITIZE=${sanitizers}`];
  if (!(await step(`configure ${folder}`, 'cmake', configure))) return;
  const build = ['--build', folder, '--parallel', '2', '--target', ...tests];
  if (!(await step(`build ${folder}`, 'cmake', build, { minutes: 20 }))) return;
  for (const test of tests) await step(`${test} ${sanitizers.slice(0, 7)}`, join(root, folder, test), [], { minutes: 20 });
  for (const isa of names) await play(folder, sanitizers, isa);
}

async function play(folder, sanitizers, isa) {
  const files = recorded().map((file) => join(runs, file));
  const note = (output) => /\d+ recorded runs/.exec(output)?.[0] ?? '';
  if (files.length > 0)
    await step(`${isa} ${sanitizers.slice(0, 7)}`, join(root, folder, 'native_tests'), files, { env: { HEBB_ISA: isa }, note });
}

async function step(...args) {
  const { ok } = await phase(...args);
  if (!ok) failed++;
  return ok;
}

function recorded() {
  return readdirSync(runs).filter((file) => file.endsWith('.run'));
}
