// The process warnings that the core gives, each once a line of the user's code.
import type { Tensor } from './tensor.js';

const told = new Set<string>();

/** Counts for `memoryUsage()`. */
export const counts = { marked: 0 };

/** The first line of a stack that isn't the library's own. */
export function userLine(error: Error | null): string {
  const own = new URL('..', import.meta.url).href;
  const lines = (error?.stack ?? '').split('\n').slice(1);
  return lines.find((line) => !line.includes(own) && !line.includes('node:internal'))?.trim() ?? 'an unknown line';
}

/** A node was executed before without being stored, and is needed again: it is stored now. */
export function warnAgain(node: Tensor, site: Error | null): void {
  counts.marked++;
  if (node.inputs.length === 0) return; // constants and random numbers are cheap to make again
  const line = userLine(site);
  if (told.has(line)) return;
  told.add(line);
  process.emitWarning(
    `'${node.op.name}' was computed by an earlier run without being stored and is computed once more, ${line}. ` +
      'Ask for both in one stretch, or keep it: await run(tensor)',
    'HebbWarning',
  );
}
