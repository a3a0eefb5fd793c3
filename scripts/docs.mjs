// npm run docs: builds the reference of all public exports from their docstrings into docs/reference/ (typedoc.json says how). A warning fails it.
import { line, phase } from './phase.mjs';
import { install, tool } from './prepare.mjs';

await install();
const { ok } = await phase('reference', process.execPath, [tool('typedoc', 'bin/typedoc')]);
if (ok) line(undefined, 'docs/reference/index.html');
process.exitCode = ok ? 0 : 1;
