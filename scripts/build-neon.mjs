// npm run build:neon: compiles everything below native/binding for arm64 with Debian's g++-aarch64-linux-gnu, and runs the native tests of
// the NEON kernels where qemu-user emulates such a processor.
import { join } from 'node:path';
import { capture, line, phase, root } from './phase.mjs';

const COMPILER = 'aarch64-linux-gnu-g++';
const EMULATOR = 'qemu-aarch64';
const TESTS = [
  'native_tests',
  'kernels_test',
  'lines_test',
  'ops_test',
  'optimizer_test',
  'recurrent_test',
  'chain_test',
  'gemm_test',
  'simd_math_test_neon',
];

if ((await capture(COMPILER, ['--version'])).code !== 0) {
  line(false, 'neon', `there is no ${COMPILER}: sudo apt-get install g++-aarch64-linux-gnu`);
  process.exit(1);
}
const system = ['-DCMAKE_SYSTEM_NAME=Linux', '-DCMAKE_SYSTEM_PROCESSOR=aarch64', `-DCMAKE_CXX_COMPILER=${COMPILER}`];
const configured = await phase('neon configure', 'cmake', ['-S', '.', '-B', 'build-neon', ...system]);
const built = configured.ok && (await phase('neon build', 'cmake', ['--build', 'build-neon', '--parallel', '2', '--target', ...TESTS]));
if (!built?.ok) process.exit(1);

if ((await capture(EMULATOR, ['--version'])).code === 0) {
  for (const test of TESTS) {
    const run = ['-L', '/usr/aarch64-linux-gnu', join(root, 'build-neon', test)];
    if (!(await phase(`neon ${test.replace('_neon', '')}`, EMULATOR, run, { env: { HEBB_ISA: 'neon' } })).ok) process.exitCode = 1;
  }
} else line(undefined, 'neon tests', `not run: there is no ${EMULATOR} (sudo apt-get install qemu-user)`);
