// The tarball that npm would publish: what is in it, how its types and entry points resolve, and what it must never contain.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

interface Pack {
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string; size: number }[];
}

let folder: string;
let pack: Pack;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hebb-pack-'));
  pack = JSON.parse(npm('pack', '--json', '--ignore-scripts', '--pack-destination', folder))[0];
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the tarball', () => {
  test('holds what is compiled, what is prebuilt, and the papers', () => {
    const allowed = /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|dist\/.+\.(js|d\.ts|js\.map)|prebuilds\/[\w-]+\/hebb[\w.]*\.node)$/;
    const paths = pack.files.map(({ path }) => path);
    expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining(['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']),
    );
  });

  test('stays within its size: 3 MB a platform, 20 MB in all', () => {
    expect(pack.size).toBeLessThan(20e6);
    expect(pack.files.filter(({ path, size }) => path.endsWith('.node') && size > 3e6)).toEqual([]);
    const javascript = pack.files.filter(({ path }) => path.startsWith('dist/')).reduce((sum, { size }) => sum + size, 0);
    expect(javascript).toBeLessThan(5e6); // two thirds of it source maps
  });

  test('needs no install script and no node-gyp', () => {
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) expect(manifest.scripts).not.toHaveProperty(script);
    expect(pack.files.filter(({ path }) => path.endsWith('binding.gyp'))).toEqual([]);
  });

  test('publishes no type of the waist', () => {
    const mentions = pack.files.filter(
      ({ path }) => path.endsWith('.d.ts') && /['"][./]*binding(\.d)?(\.ts|\.js)?['"]/.test(readFileSync(join(root, path), 'utf8')),
    );
    expect(mentions.map(({ path }) => path)).toEqual([]);
  });
});

describe('entry points', () => {
  test('publint finds nothing', async () => {
    const { messages } = await publint({
      pack: { tarball: new Uint8Array(readFileSync(join(folder, pack.filename))).buffer },
      strict: true,
    });
    expect(messages.map(({ code, path }) => `${code} ${path.join('.')}`)).toEqual([]);
  });

  test('@arethetypeswrong finds nothing', () => {
    const attw = join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
    const args = [attw, join(folder, pack.filename), '--profile', 'esm-only', '--no-emoji', '--no-color'];
    expect(() => execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: 'pipe' })).not.toThrow();
  });

  test('import and require(esm) give the same module', () => {
    // Node 20.19 hides require(esm)'s warning behind --trace-require-module; Node 20 prints it as an ExperimentalWarning.
    const script = `const a = require('hebb'); import('hebb').then((b) => process.exit(a === b && Object.keys(a).length > 0 ? 0 : 1));`;
    expect(() => execFileSync(process.execPath, ['--no-warnings', '-e', script], { cwd: root, stdio: 'pipe' })).not.toThrow();
  });
});

function npm(...args: string[]): string {
  const path = process.env.npm_execpath;
  const [command, ...rest] = path ? [process.execPath, path, ...args] : ['npm', ...args];
  return execFileSync(command!, rest, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
