// npm test: style, types, then the op table for each instruction set and the behaviour tests. The last line is `N passed, N failed`.
// With arguments (npm test -- chain) only the test files whose path contains one of them are run.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isas } from './isas.mjs';
import { line, phase, root } from './phase.mjs';
import { buildLibrary, buildNative, install, tool } from './prepare.mjs';
import { style } from './style.mjs';

const filters = process.argv.slice(2);
let passed = 0;
let failed = 0;

await install();
if (filters.length === 0) failed += await style();
if ((await buildNative()) && (await buildLibrary())) {
  if (filters.length === 0 && !(await phase('types', process.execPath, [tool('typescript', 'bin/tsc')])).ok) failed++;
  const { supported, missing } = isas();
  for (const isa of supported) await tests(`ops ${isa}`);
  for (const isa of missing) line(undefined, `ops ${isa}`, 'not run: this processor lacks it');
  await tests('behaviour');
  await tests('timing');
} else failed++;

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

// Runs one vitest project and adds up what its JSON report says; a file that doesn't load counts as one failure.
async function tests(project) {
  const report = join(root, 'build', 'reports', `${project.replaceAll(' ', '-')}.json`);
  mkdirSync(join(root, 'build', 'reports'), { recursive: true });
  rmSync(report, { force: true });
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  if (filters.length > 0) args.push('--passWithNoTests');
  let counts = { passed: 0, failed: 0, skipped: 0 };
  const { ok } = await phase(project, process.execPath, [tool('vitest', 'vitest.mjs'), ...args, ...filters], {
    verdict: (code) => {
      counts = read(report);
      return code === 0 && counts.failed === 0;
    },
    note: () =>
      [`${counts.passed} passed`, counts.failed && `${counts.failed} failed`, counts.skipped && `${counts.skipped} skipped`]
        .filter(Boolean)
        .join(', '),
  });
  passed += counts.passed;
  failed += ok ? 0 : Math.max(1, counts.failed);
}

function read(report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    const broken = testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
    );
    return { passed: numPassedTests, failed: numFailedTests + broken.length, skipped: numPendingTests };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
