// What users may pass as a file: a path or a file URL.
import { fileURLToPath } from 'node:url';
import { ArgumentError } from '../core/index.js';

export function toPath(op: string, file: string | URL): string {
  if (file instanceof URL) return fileURLToPath(file);
  if (typeof file === 'string' && file !== '') return file;
  throw new ArgumentError(op, `expects a path or a file URL, got ${file === '' ? 'an empty path' : typeof file}`, { value: file });
}
