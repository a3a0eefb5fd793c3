// Chooses among the runs that record-runs.cjs has written: a sample that is the same each time, and has every command, every kind of it
// and every step of a Chain that was recorded. docs/program.md says how a Program's words lie.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const CHAIN = 0; // its opcode

/** The files of a folder's recorded runs, in order of their names, which are hashes: an order that tells nothing of what they do. */
export function recorded(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((file) => file.endsWith('.run'));
  return names.sort().map((file) => join(folder, file));
}

/** Of each part of a Program the first `each` runs that have it, and fewer where fewer were recorded. */
export function sample(folder, each) {
  const counts = new Map();
  return recorded(folder).filter((file) => {
    const parts = partsOf(file);
    const rare = parts.some((part) => (counts.get(part) ?? 0) < each);
    if (rare) for (const part of parts) counts.set(part, (counts.get(part) ?? 0) + 1);
    return rare;
  });
}

// What a run's Program consists of: its commands, each with its first argument, which mostly tells its kind, and a Chain's steps.
function partsOf(file) {
  const bytes = readFileSync(file);
  const words = new Int32Array(bytes.buffer.slice(bytes.byteOffset + 16, bytes.byteOffset + 16 + 4 * bytes.readInt32LE(4)));
  const parts = new Set();
  const [, , , , leaves, , buffers, commands] = words;
  let at = 8 + 3 * leaves + 4 * buffers;
  for (let n = 0; n < commands; n++) {
    const [opcode, argc] = words.subarray(at, at + 2);
    parts.add(`command ${opcode} ${words[at + 2]}`);
    if (opcode === CHAIN) for (const step of stepsOf(words.subarray(at + 2, at + 2 + argc))) parts.add(`step ${step}`);
    at += 2 + argc;
  }
  return [...parts];
}

function stepsOf(chain) {
  const rank = chain[0];
  let at = 2 + rank;
  for (let inputs = chain[1 + rank]; inputs > 0; inputs--) at += chain[at + 2] === 0 ? 3 : 3 + rank;
  return Array.from({ length: chain[at] }, (_, n) => chain[at + 1 + 5 * n]);
}
