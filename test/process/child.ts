// Runs a piece of a program in a Node process of its own and tells how it ended.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const hebb = pathToFileURL(join(fileURLToPath(new URL('../..', import.meta.url)), 'dist', 'index.js')).href;
const folder = mkdtempSync(join(tmpdir(), 'hebb-process-'));
let files = 0;

/** A training loop to be interrupted: `model`, `opt`, `x` and `step()` are in scope after it. */
export const training = `
  import * as hebb from ${JSON.stringify(hebb)};
  const { nn, optim, randn, run } = hebb;
  const x = randn([256, 512]);
  const model = new nn.Sequential(new nn.Linear(512, 1024), new nn.ReLU(), new nn.Linear(1024, 512));
  const opt = new optim.Adam(model.parameters());
  await run(x);
  const step = () => opt.step(model.forward(x).square().mean());
`;

export function writeScript(source: string): string {
  const file = join(folder, `script-${files++}.mjs`);
  writeFileSync(file, source);
  return file;
}

export interface Ending {
  code: number | null;
  signal: string | null;
  out: string;
  milliseconds: number;
}

export function runScript(
  source: string,
  env: Record<string, string> = {},
  onStart?: (kill: (signal: NodeJS.Signals) => void) => void,
): Promise<Ending> {
  return new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(process.execPath, [writeScript(source)], { env: { ...process.env, ...env } });
    let out = '';
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (out += data));
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, out, milliseconds: performance.now() - start });
    });
    onStart?.((signal) => child.kill(signal));
  });
}
