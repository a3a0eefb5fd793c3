// The house's floors: who may import whom, in lib/ and in native/, and the few rules of form that every source file obeys.
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, extname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

// Floors of lib/ from the ground up; folders of one floor are siblings.
const LIB_FLOORS = [['core'], ['ops'], ['nn', 'optim', 'data', 'io'], ['train'], ['models', 'vision', 'text', 'explain'], ['index']];
const SIBLINGS = ['data → io'];

// What each folder of native/ may include of the others. 'table' stands for kernels/table.h and the headers that it includes: the
// kernels' declarations, which know no instruction set.
const NATIVE_INCLUDES: Record<string, string[]> = {
  base: [],
  simd: ['base'],
  kernels: ['base', 'simd'],
  runtime: ['base', 'table'],
  ops: ['base', 'runtime', 'table'],
  binding: ['base', 'runtime', 'ops', 'table'],
  test: ['base', 'simd', 'kernels', 'runtime', 'ops'],
};

const FREESTANDING = /^(stddef|stdint|string)\.h$/;
const INTRINSICS = /^(\w*intrin|arm_neon)\.h$/;
const SYSTEM = /^(unistd|pthread|sched|signal|windows|io|process|dlfcn|sys\/.*|mach\/.*|linux\/.*)\.h$/;
const NODE_API = /^(node_api\w*|js_native_api\w*|napi\w*)\.h$/;

const sources = ['lib', 'native', 'test', 'examples', 'bench', 'scripts']
  .flatMap((folder) => files(folder))
  .filter((file) => ['.ts', '.mjs', '.cpp', '.h', '.py'].includes(extname(file)));
const lib = sources.filter((file) => file.startsWith('lib/'));
const native = sources.filter((file) => file.startsWith('native/'));

describe('lib/', () => {
  test('imports go downwards only', () => {
    expect(lib.flatMap((file) => imports(file).flatMap((target) => crossing(file, target)))).toEqual([]);
  });

  test('packages from outside are declared dependencies', () => {
    const { dependencies } = JSON.parse(read('package.json'));
    const known = [...builtinModules.map((name) => `node:${name}`), ...Object.keys(dependencies ?? {})];
    const outside = lib.flatMap((file) => imports(file).filter((target) => !target.startsWith('.') && !known.includes(target)));
    expect(outside).toEqual([]);
  });

  test('only core/native.ts loads the addon', () => {
    const loaders = lib.filter((file) => /createRequire|process\.dlopen|\.node['"`]/.test(code(file)) && loadsAddon(file));
    expect(loaders).toEqual(['lib/core/native.ts']);
  });

  test('no top-level await: require(esm) refuses it', () => {
    expect(lib.filter((file) => hasTopLevelAwait(file))).toEqual([]);
  });

  test('tests, examples and bench use hebb by its name, as users do', () => {
    // But for the benchmark's yardsticks, which the addon measures and which no user needs.
    const users = sources.filter((file) => /^(test|examples|bench)\//.test(file) && /\.(ts|mjs)$/.test(file) && file !== 'bench/limits.ts');
    const inward = users.flatMap((file) =>
      imports(file)
        .filter((target) => /^\.\.?\//.test(target) && /^(lib|dist|build)\//.test(posix.join(posix.dirname(file), target)))
        .map((target) => `${file} → ${target}`),
    );
    expect(inward).toEqual([]);
  });
});

describe('native/', () => {
  test('includes go downwards only', () => {
    expect(native.flatMap((file) => includes(file).flatMap(({ name, quoted }) => climbing(file, name, quoted)))).toEqual([]);
  });

  test('kernels and simd know no library beyond three C headers and the intrinsics', () => {
    const pure = native.filter((file) => /^native\/(kernels|simd)\//.test(file));
    expect(outsiders(pure, (name) => FREESTANDING.test(name) || INTRINSICS.test(name))).toEqual([]);
  });

  test('ops and binding know no instruction set', () => {
    const baseline = native.filter((file) => /^native\/(base|ops|binding)\//.test(file));
    expect(outsiders(baseline, (name) => !INTRINSICS.test(name))).toEqual([]);
  });

  test('Node-API is known to binding/ alone', () => {
    const others = native.filter((file) => !file.startsWith('native/binding/'));
    expect(outsiders(others, (name) => !NODE_API.test(name))).toEqual([]);
  });

  test('system calls live in runtime/os_*.cpp alone', () => {
    const others = native.filter((file) => !/^native\/(runtime\/os_\w+\.cpp$|test\/)/.test(file));
    expect(outsiders(others, (name) => !SYSTEM.test(name))).toEqual([]);
  });
});

describe('every source file', () => {
  test('has at most 400 lines', () => {
    expect(sources.filter((file) => read(file).split('\n').length > 401)).toEqual([]);
  });

  test('has a name that says what it is', () => {
    const swamps = /^(utils?|helpers?|common|misc)([._-]|$)/i;
    expect(sources.filter((file) => file.split('/').some((part) => swamps.test(part)))).toEqual([]);
  });

  test('opens with a sentence that says what it is', () => {
    const opening = /^(#!.*\n)?(\/\/ |\/\*\*? |# |""")/;
    const given = (file: string) => file.startsWith('test/programs/'); // kept as they were written against the design
    expect(sources.filter((file) => !given(file) && !opening.test(read(file)))).toEqual([]);
  });

  test('leaves nothing for later', () => {
    const later = new RegExp(`\\b(${['TO', 'DO|FIX', 'ME|XX', 'X'].join('')})\\b`);
    expect(sources.filter((file) => later.test(read(file)))).toEqual([]);
  });
});

function files(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = posix.join(folder, entry.name);
    if (!entry.isDirectory()) found.push(path);
    else if (!/^(node_modules|output|__pycache__|\.venv)$/.test(entry.name)) found.push(...files(path));
  }
  return found;
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function code(file: string): string {
  return read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

function imports(file: string): string[] {
  return ts.preProcessFile(read(file), true, true).importedFiles.map(({ fileName }) => fileName);
}

// lib/nn/linear.ts → nn; lib/index.ts → index.
function folderOf(file: string): string {
  return posix.dirname(file) === 'lib' ? posix.basename(file).replace(/\.\w+$/, '') : file.split('/')[1]!;
}

function crossing(file: string, target: string): string[] {
  if (!target.startsWith('.')) return [];
  const path = posix.join(dirname(file), target);
  const waist = /binding(\.d)?(\.ts|\.js)?$/.test(path);
  if (waist) return file.startsWith('lib/core/') ? [] : [`${file} → ${target}`];
  const [from, to] = [folderOf(file), folderOf(path)];
  const [high, low] = [from, to].map((folder) => LIB_FLOORS.findIndex((floor) => floor.includes(folder))) as [number, number];
  const allowed = from === to || (low >= 0 && low < high) || SIBLINGS.includes(`${from} → ${to}`);
  return allowed ? [] : [`${file} → ${target}`];
}

// A module may resolve another package's files by createRequire; what it may not do is load a .node file.
function loadsAddon(file: string): boolean {
  return /\.node\b(?!:)/.test(code(file)) && /hebb|prebuilds/.test(code(file));
}

function hasTopLevelAwait(file: string): boolean {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2022, true);
  const visit = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node)) return false;
    if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined)) return true;
    return ts.forEachChild(node, visit) ?? false;
  };
  return visit(source);
}

function includes(file: string): { name: string; quoted: boolean }[] {
  return [...read(file).matchAll(/^\s*#\s*include\s*([<"])([^>"]+)[>"]/gm)].map(([, open, name]) => ({
    name: name!,
    quoted: open === '"',
  }));
}

function climbing(file: string, name: string, quoted: boolean): string[] {
  const folder = file.split('/')[1]!;
  const [from, below] = name.includes('/') ? [name.split('/')[0]!, NATIVE_INCLUDES[folder] ?? []] : [folder, []];
  const allowed = !quoted || from === folder || below.includes(from) || (below.includes('table') && kernelHeaders().includes(name));
  return allowed ? [] : [`${file} → "${name}"`];
}

function kernelHeaders(): string[] {
  const table = 'kernels/table.h';
  return [table, ...includes(`native/${table}`).map(({ name }) => name)];
}

function outsiders(list: string[], allowed: (name: string) => boolean): string[] {
  return list.flatMap((file) =>
    includes(file)
      .filter(({ name, quoted }) => !quoted && !allowed(name))
      .map(({ name }) => `${file} → <${name}>`),
  );
}
