// The only file that loads the addon: the one that HEBB_ADDON names, a prebuilt one, or the one built here. When that fails, the error lists
// what was tried and the commands that help.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Addon } from '../../binding.js';
import { HebbError } from './errors.js';

const require = createRequire(import.meta.url);
const root = join(dirname(fileURLToPath(import.meta.url)), '..'); // lib/ is bundled into dist/index.js

let addon: Addon | null = null;
let opcodes: ReadonlyMap<string, number>;
let steps: ReadonlyMap<string, number>;

/** The addon, loaded when it is first asked for. */
export function native(): Addon {
  if (addon === null) load();
  return addon!;
}

/** The number of a command in a Program; throws when the addon lacks it. */
export function opcode(name: string): number {
  native();
  return lookUp(opcodes, 'command', name);
}

/** The number of a Chain step in a Program; throws when the addon lacks it. */
export function stepCode(name: string): number {
  native();
  return lookUp(steps, 'Chain step', name);
}

function lookUp(names: ReadonlyMap<string, number>, what: string, name: string): number {
  const code = names.get(name);
  if (code === undefined) throw new HebbError('load', `the addon has no ${what} '${name}'; rebuild it: npm run build`);
  return code;
}

function load(): void {
  const tried: string[] = [];
  for (const file of candidates()) {
    try {
      addon = require(file) as Addon;
      break;
    } catch (error) {
      tried.push(`  ${file}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    }
  }
  if (addon === null) throw new HebbError('load', explain(tried));
  const info = addon.info();
  opcodes = new Map(info.ops.map((name, i) => [name, i]));
  steps = new Map(info.steps.map((name, i) => [name, i]));
}

function candidates(): string[] {
  if (process.env.HEBB_ADDON) return [resolve(process.env.HEBB_ADDON)];
  const files = [];
  const folder = join(root, 'prebuilds', `${process.platform}-${process.arch}`);
  if (existsSync(folder)) {
    const names = readdirSync(folder).filter((name) => name.endsWith('.node'));
    const libc = isMusl() ? 'musl' : 'glibc';
    files.push(...names.filter((name) => process.platform !== 'linux' || name.includes(libc)).map((name) => join(folder, name)));
  }
  files.push(join(root, 'build', 'Release', 'hebb.node'));
  return files;
}

function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header?.glibcVersionRuntime === undefined;
}

function explain(tried: string[]): string {
  const libc = process.platform === 'linux' ? (isMusl() ? ' musl' : ' glibc') : '';
  return [
    `no addon could be loaded on ${process.platform} ${process.arch}${libc}, Node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}. Tried:`,
    ...tried,
    'If node_modules was copied from another machine: npm ci. From a checkout: npm run build (needs a C++20 compiler and CMake).',
  ].join('\n');
}
