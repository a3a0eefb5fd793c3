// npm run build:neon: compiles everything below native/binding for arm64 with Debian's g++-aarch64-linux-gnu, to show that the NEON
// kernels build. Running them takes an arm64 machine or an emulator.
import { capture, line, phase } from './phase.mjs';

const COMPILER = 'aarch64-linux-gnu-g++';
const TARGETS = ['native_tests', 'chain_test', 'kernels_test', 'ops_test', 'optimizer_test'];

if ((await capture(COMPILER, ['--version'])).code !== 0) {
  line(false, 'neon', `there is no ${COMPILER}: sudo apt-get install g++-aarch64-linux-gnu`);
  process.exit(1);
}
const system = ['-DCMAKE_SYSTEM_NAME=Linux', '-DCMAKE_SYSTEM_PROCESSOR=aarch64', `-DCMAKE_CXX_COMPILER=${COMPILER}`];
const configured = await phase('configure neon', 'cmake', ['-S', '.', '-B', 'build-neon', ...system]);
const built = configured.ok && (await phase('build neon', 'cmake', ['--build', 'build-neon', '--parallel', '2', '--target', ...TARGETS]));
process.exitCode = built?.ok ? 0 : 1;
