// npm run lint looks at the style of every source; npm run format (this script with --write) repairs what can be repaired.
// TypeScript and JSON by Biome (biome.json), C++ by clang-format (.clang-format).
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { phase, root } from './phase.mjs';
import { install, tool } from './prepare.mjs';

/** Runs linter and formatters; resolves to the number of phases that failed. */
export async function style({ write = false } = {}) {
  const biome = [tool('@biomejs/biome', 'bin/biome'), 'check', '--error-on-warnings', ...(write ? ['--write'] : [])];
  const native = readdirSync(join(root, 'native'), { recursive: true }).filter((file) => /\.(cpp|h)$/.test(file));
  const clang = [tool('@wasm-fmt/clang-format', 'clang-format-cli.cjs'), ...(write ? ['-i'] : ['--dry-run', '--Werror', '--color=0'])];
  const results = [
    await phase(write ? 'format TypeScript' : 'lint TypeScript', process.execPath, biome),
    await phase(write ? 'format C++' : 'lint C++', process.execPath, [...clang, ...native.map((file) => join('native', file))]),
  ];
  return results.filter(({ ok }) => !ok).length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await install();
  process.exitCode = (await style({ write: process.argv.includes('--write') })) === 0 ? 0 : 1;
}
