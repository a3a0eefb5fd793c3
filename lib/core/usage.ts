// What the library holds and has done, for users and for tests; and the number of threads.
import { ArgumentError } from './errors.js';
import { native } from './native.js';
import { planCounts } from './plan.js';
import { describe } from './shape.js';
import { counts } from './warnings.js';

/** Bytes and counts; see `memoryUsage`. */
export interface MemoryUsage {
  /** Bytes of native memory that tensors and variables hold. */
  tensors: number;
  /** Bytes of the process's workspace for intermediates. */
  workspace: number;
  /** Programs in the cache, their bytes, and how many were ever compiled. */
  programs: { count: number; bytes: number; compiled: number };
  /** How often a computed but unstored tensor was needed by a later run. */
  marked: number;
  /** Bytes that tensors, pool and workspace may take together (80 % of the memory that the process may use, or `HEBB_MEMORY_LIMIT`). */
  budget: number;
}

/** What hebb holds at this moment. @example console.log(memoryUsage().tensors); */
export function memoryUsage(): MemoryUsage {
  const [tensors, , workspace, budget] = native().memory() as unknown as [number, number, number, number];
  return { tensors, workspace, programs: planCounts(), marked: counts.marked, budget };
}

/** Sets how many threads compute, of all environments of the process; results don't depend on it. @returns what is in force. */
export function setNumThreads(threads: number): number {
  if (!Number.isInteger(threads) || threads < 1)
    throw new ArgumentError('setNumThreads', `expects a whole number from 1, got ${describe(threads)}`, { value: threads });
  return native().setThreads(threads);
}

/** The instruction set in use, those that the CPU has, and the number of threads. */
export function info(): { isa: string; isas: string[]; threads: number } {
  const { isa, isas, threads } = native().info();
  return { isa, isas, threads };
}
