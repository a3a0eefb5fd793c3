// npm run bench -- [SUITE | ROW …] [--json FILE]: brings the build up to date and runs bench/index.ts.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './phase.mjs';
import { prepare } from './prepare.mjs';

await prepare();
console.log();
const child = spawn(process.execPath, ['--import', 'tsx', join('bench', 'index.ts'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
