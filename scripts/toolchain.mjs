// Looks for what the native build needs, a C++20 compiler and CMake, and says which packages to install where one is missing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, root } from './phase.mjs';

// What the compiler must accept; the numbers are those of native/'s oldest supported compilers.
const PROBE = `
#include <atomic>
#include <concepts>
#if defined(__clang__) ? __clang_major__ < 14 : __GNUC__ < 12
#error too old
#endif
static_assert(__cplusplus >= 202002L);
`;

const REMEDY = `
  Debian, Ubuntu   sudo apt-get install g++ cmake make
  Fedora           sudo dnf install gcc-c++ cmake make
  macOS            xcode-select --install && brew install cmake
  Windows          winget install LLVM.LLVM Kitware.CMake Ninja-build.Ninja

hebb builds with g++ 12 or Clang 14 and newer. A compiler that is not first on the PATH is named by CXX, for example CXX=clang++-16.`;

/** Undefined where everything is there, else the message for the user. */
export async function missingTools() {
  const missing = [];
  if (!(await hasCompiler())) missing.push('a C++20 compiler (g++ 12, Clang 14 or newer)');
  const wanted = wantedCMake();
  if (!(await hasCMake(wanted))) missing.push(`CMake ${wanted.join('.')} or newer`);
  if (process.platform !== 'win32' && !(await runs('make')) && !(await runs('ninja'))) missing.push('make (or ninja)');
  if (missing.length === 0) return undefined;
  return `hebb builds its native part from source here, and this machine lacks:\n\n${missing.map((what) => `  - ${what}`).join('\n')}\n\nInstall:\n${REMEDY}`;
}

async function hasCompiler() {
  // CMake's own order: the first that exists is the one that it takes.
  const candidates = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'];
  for (const compiler of candidates) {
    if (!(await runs(compiler))) continue;
    const probe = await capture(compiler, ['-std=c++20', '-fsyntax-only', '-x', 'c++', '-'], { input: PROBE });
    return probe.code === 0;
  }
  return false;
}

async function hasCMake([major, minor]) {
  const { code, output } = await capture('cmake', ['--version']);
  const found = /version (\d+)\.(\d+)/.exec(output);
  return code === 0 && found !== null && (Number(found[1]) > major || (Number(found[1]) === major && Number(found[2]) >= minor));
}

function wantedCMake() {
  const lists = readFileSync(join(root, 'CMakeLists.txt'), 'utf8');
  const [, major, minor] = /cmake_minimum_required\s*\(\s*VERSION\s+(\d+)\.(\d+)/i.exec(lists) ?? [];
  return [Number(major ?? 3), Number(minor ?? 20)];
}

async function runs(command) {
  return (await capture(command, ['--version'])).code === 0;
}
