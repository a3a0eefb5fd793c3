// Brings a clone up to date: installs packages, builds the addon and compiles lib/, each only where something changed.
// Imports nothing but Node's own modules, so that it runs before anything is installed.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { line, phase, root } from './phase.mjs';
import { missingTools } from './toolchain.mjs';

const at = (...path) => join(root, ...path);

/** Installs and builds what is missing; ends the process with exit code 1 where that fails. */
export async function prepare({ debug = false } = {}) {
  await install();
  if (!(await buildNative({ debug })) || !(await buildLibrary())) process.exit(1);
}

/** Installs the development packages where they are missing or older than the lock file. */
export async function install() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`hebb needs Node 20.19 or newer; this is ${process.versions.node}.`);
    process.exit(1);
  }
  const installed = at('node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(at('package-lock.json')).mtimeMs) return;
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  // No package that hebb uses needs its install script.
  const { ok } = await phase('packages', npm[0], [...npm.slice(1), 'ci', '--ignore-scripts', '--loglevel=error']);
  if (!ok) process.exit(1);
}

/** Builds build/Release/hebb.node (with `debug`, build-debug/Debug/hebb.node); resolves to whether it succeeded. */
export async function buildNative({ debug = false } = {}) {
  const out = debug ? 'build-debug' : 'build';
  if (!existsSync(at(out, 'CMakeCache.txt'))) {
    const message = await missingTools();
    if (message) {
      line(false, 'native');
      console.error(`\n${message}\n`);
      return false;
    }
  }
  const windows = process.platform === 'win32' ? ['-G', 'Ninja', '--cc', 'clang', '--cxx', 'clang++'] : [];
  const args = [tool('cmake-js', 'bin/cmake-js'), 'build', '--out', at(out), '--parallel', '2', ...windows];
  const { ok } = await phase(debug ? 'native (debug)' : 'native', process.execPath, debug ? [...args, '--debug'] : args);
  return ok;
}

/** Checks lib/, writes its declarations to dist/ and bundles it into dist/index.js; resolves to whether it succeeded. */
export async function buildLibrary() {
  const { ok } = await phase('library', process.execPath, [tool('typescript', 'bin/tsc'), '-p', 'tsconfig.lib.json']);
  if (!ok) return false;
  removeOrphans();
  return bundle();
}

// One file: Node spends a quarter of a millisecond on each that it imports, and lib/ has two hundred.
async function bundle() {
  const args = ['lib/index.ts', '--bundle', '--platform=node', '--format=esm', '--target=node20', '--packages=external'];
  const { ok } = await phase('bundle', process.execPath, [
    tool('esbuild', 'bin/esbuild'),
    ...args,
    '--keep-names', // errors and summaries name classes
    '--sourcemap',
    '--outfile=dist/index.js',
    '--log-level=warning',
  ]);
  return ok;
}

/** The path of a development package's program, run by this Node without a shell. */
export function tool(name, program) {
  return at('node_modules', name, program);
}

// tsc never deletes what a removed or renamed source has left behind; code stands in the bundle alone.
function removeOrphans() {
  for (const file of readdirSync(at('dist'), { recursive: true })) {
    const source = /^(.*?)(\.d\.ts|\.js|\.js\.map)$/.exec(file);
    const bundled = file === 'index.js' || file === 'index.js.map';
    if (source && !bundled && (source[2] !== '.d.ts' || !existsSync(at('lib', `${source[1]}.ts`)))) rmSync(at('dist', file));
  }
}
