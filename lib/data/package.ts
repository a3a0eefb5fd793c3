// Packages that hebb's users install only when they want what these carry: found when asked for, with the command to run where they are missing.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HebbError } from '../core/index.js';

/** Where packages are looked for: the user's own copy comes first, then one beside hebb. */
const places = (): string[] => [join(process.cwd(), 'index.js'), import.meta.url];

/** The path of a file in the package; null when it isn't installed. */
export function fileOfPackage(file: string): string | null {
  for (const from of places()) {
    try {
      return createRequire(from).resolve(file);
    } catch {
      // not installed there
    }
  }
  return null;
}

/** The package's exports, loaded when first asked for. @throws {HebbError} with the command to run when it isn't installed. */
export async function loadPackage<T>(op: string, name: string, purpose: string): Promise<T> {
  const found = fileOfPackage(name);
  try {
    const loaded = await import(found === null ? name : pathToFileURL(found).href);
    return (loaded.default ?? loaded) as T;
  } catch (cause) {
    if (found !== null || (cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw missingPackage(op, name, purpose);
  }
}

export const missingPackage = (op: string, name: string, purpose: string): HebbError =>
  new HebbError(op, `${purpose} the npm package ${name}, which ${process.cwd()} doesn't have; run: npm install ${name}`);
