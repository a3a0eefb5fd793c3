// Installs what the benchmarks measure against (PyTorch, TensorFlow, JAX, NumPy; tfjs and brain.js) into a folder
// outside this tree. Nothing else needs it: `npm start` and `npm test` run without any peer.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFolder, peersFolder, pythonFolder, pythonPath } from '../bench/peers/place.mjs';

const lists = join(dirname(fileURLToPath(import.meta.url)), '..', 'bench', 'peers');

function run(command, args, cwd = peersFolder) {
  console.log(`> ${command} ${args.join(' ')}`);
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
  if (error) throw new Error(`${command} could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
}

function installPython() {
  if (!existsSync(pythonPath)) run(process.env.PYTHON || 'python3', ['-m', 'venv', pythonFolder]);
  run(pythonPath, ['-m', 'pip', 'install', '--disable-pip-version-check', '-r', join(lists, 'requirements.txt')]);
}

function installNode() {
  mkdirSync(nodeFolder, { recursive: true });
  copyFileSync(join(lists, 'package.json'), join(nodeFolder, 'package.json'));
  // No install scripts: tfjs' wasm backend and brain.js run as they are unpacked.
  run('npm', ['install', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund'], nodeFolder);
}

mkdirSync(peersFolder, { recursive: true });
let failed = false;
for (const [what, install] of [
  ['the JavaScript peers', installNode],
  ['the Python peers', installPython],
]) {
  try {
    install();
  } catch (error) {
    failed = true;
    console.error(`Could not install ${what}: ${error.message}. The benchmarks name what is missing and measure the rest.`);
  }
}
console.log(failed ? `Some peers are missing in ${peersFolder}` : `The peers are installed in ${peersFolder}`);
process.exitCode = failed ? 1 : 0;
