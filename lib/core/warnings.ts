// The process warnings that the core gives, each once a line of the user's code.
import type { Tensor } from './tensor.js';

/** The library's own folders, compiled and as source maps name them. */
const own = [new URL('../dist/', import.meta.url), new URL('../lib/', import.meta.url)].map((url) => url.pathname);

const told = new Set<string>();

/** Counts for `memoryUsage()`. */
export const counts = { marked: 0 };

/** The first line of a stack that isn't the library's own, nor a built-in's that it called (`at Array.map (<anonymous>)`). */
export function userLine(error: Error | null): string {
  const lines = (error?.stack ?? '').split('\n').slice(1);
  const isUsers = (line: string): boolean => ![...own, 'node:internal', '(<anonymous>)'].some((part) => line.includes(part));
  return lines.find(isUsers)?.trim() ?? 'an unknown line';
}

/** A node was executed before without being stored, and is needed again, perhaps by a step: it is stored now. */
export function warnAgain(node: Tensor, site: Error | null, byStep: boolean): void {
  counts.marked++;
  if (node.inputs.length === 0) return; // constants and random numbers are cheap to make again
  const line = userLine(site);
  if (told.has(line)) return;
  told.add(line);
  process.emitWarning(
    `'${node.op.name}' was computed by an earlier run without being stored and is computed once more, ${line}. ` +
      (byStep
        ? 'step() keeps the loss: read it afterwards, await loss.item(), not before'
        : 'Ask for both in one stretch, or keep it: await run(tensor)'),
    'HebbWarning',
  );
}

/** How many of the next requests shall remember their line: some after each compilation, none in a steady loop. */
export const sites = { wanted: 0 };

const MANY = 100;
const compilations = new Map<string, number>();

/** A Program was compiled for a request at `site`; a line that compiles again and again has a shape that never repeats. */
export function noteCompilation(site: Error | null): void {
  sites.wanted = 16;
  if (site === null) return;
  const line = userLine(site);
  const count = (compilations.get(line) ?? 0) + 1;
  compilations.set(line, count);
  if (count !== MANY) return;
  process.emitWarning(
    `${MANY} different Programs were compiled ${line}: a shape or an axis there changes with every call. Pad to a few sizes, or pass what ` +
      'varies as a number or a tensor',
    'HebbWarning',
  );
}
