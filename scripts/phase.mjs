// Runs the phases of a script: one line each with what it was and how long it took; a tool's own output only where it failed.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const root = fileURLToPath(new URL('..', import.meta.url));

const tty = process.stdout.isTTY === true;
const colour = (code, text) => (tty && !process.env.NO_COLOR ? `\x1b[${code}m${text}\x1b[0m` : text);
export const green = (text) => colour(32, text);
export const red = (text) => colour(31, text);
export const dim = (text) => colour(2, text);

/** Prints a phase's line: its mark, its name, what is to be said of it, and its seconds. */
export function line(ok, name, note = '', seconds = undefined) {
  const mark = ok === undefined ? dim('-') : ok ? green('✔') : red('✘');
  const time = seconds === undefined ? '' : `${seconds.toFixed(1)} s`;
  console.log(`${mark} ${name.padEnd(20)} ${note.padEnd(28)} ${dim(time.padStart(8))}`.trimEnd());
}

/**
 * Runs a command as one phase. `note(output)` gives what the line says of a success, `verdict(code, output)` may overrule the exit code.
 * Resolves to `{ ok, output }`; on failure the output has been printed.
 */
export async function phase(name, command, args, { env = {}, minutes = 10, note = () => '', verdict = (code) => code === 0 } = {}) {
  const start = performance.now();
  if (tty) process.stdout.write(dim(`… ${name}`));
  const { code, output } = await capture(command, args, { env, minutes });
  if (tty) process.stdout.write('\r\x1b[K');
  const ok = verdict(code, output);
  line(ok, name, note(output), (performance.now() - start) / 1000);
  if (!ok) console.log(`\n${output.trimEnd()}\n`);
  return { ok, output };
}

/** Runs a command, collecting what it prints; one that takes longer than `minutes` is ended. */
export function capture(command, args, { env = {}, minutes = 10, input = '' } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...(tty ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    const timer = setTimeout(() => {
      output += `\nended after ${minutes} minutes`;
      child.kill('SIGKILL');
    }, minutes * 60_000);
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, output: String(error.message) });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output });
    });
  });
}
