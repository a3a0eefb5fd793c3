// npm run example -- NAME [arguments]: brings the build up to date and runs examples/NAME; without a name, lists the examples.
// npm start is the example `mnist`.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dim, root } from './phase.mjs';
import { prepare } from './prepare.mjs';

const [name, ...args] = process.argv.slice(2);
const examples = list();
const file = examples.get(name);
if (file === undefined) {
  const print = name === undefined ? console.log : console.error;
  if (name !== undefined) print(`There is no example '${name}'.\n`);
  print('npm run example -- NAME\n');
  for (const [known, path] of examples) print(`  ${known.padEnd(18)} ${dim(firstComment(path))}`);
  process.exit(name === undefined ? 0 : 1);
}

await prepare();
console.log();
// A Ctrl-C reaches the example too: it ends in its own way, and this process with it.
process.on('SIGINT', () => {});
const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], { cwd: root, stdio: 'inherit' });
child.on('close', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});

// name → path of every example: examples/NAME/index.ts or examples/NAME.ts.
function list() {
  const folder = join(root, 'examples');
  const found = new Map();
  for (const entry of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
    const path = join(folder, entry.name, entry.isDirectory() ? 'index.ts' : '');
    if (entry.isDirectory() ? existsSync(path) : entry.name.endsWith('.ts'))
      found.set(entry.name.replace(/\.ts$/, ''), path.replace(/[\\/]$/, ''));
  }
  return new Map([...found].sort());
}

function firstComment(path) {
  return /^\/\/ ?(.*)$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
}
