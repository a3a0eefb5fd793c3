// Errors of functions that users hand in: each is told with the place it happened at, its own error as the cause.
import { HebbError } from '../core/index.js';

const blamed = new WeakSet<Error>();

/** The error of a user's function; `value` is the index it failed at. One that has been told where it happened stays as it is. */
export function failedAt(op: string, what: string, index: number | readonly number[], cause: unknown): Error {
  if (cause instanceof Error && blamed.has(cause)) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const error = new HebbError(op, `${what}: ${message}`, { cause, value: index });
  blamed.add(error);
  return error;
}

/** Calls `fn`, which may be async; whatever it throws or rejects with becomes `blame(error)`. What needs no waiting is given at once. */
export function guarded<T>(fn: () => T | Promise<T>, blame: (error: unknown) => Error): T | Promise<T> {
  try {
    const value = fn();
    return isPromise(value) ? value.catch((error: unknown) => Promise.reject(blame(error))) : value;
  } catch (error) {
    throw blame(error);
  }
}

export const isPromise = <T>(value: T | Promise<T>): value is Promise<T> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
