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
  /** The compiled Programs. */
  programs: {
    /** Those in the cache. */
    count: number;
    /** What these take. */
    bytes: number;
    /** How many were ever compiled. */
    compiled: number;
  };
  /** How often a computed but unstored tensor was needed by a later run. */
  marked: number;
  /** Bytes that tensors, pool and workspace may take together (80 % of the memory that the process may use, or `HEBB_MEMORY_LIMIT`). */
  budget: number;
}

/**
 * What hebb holds at this moment, in bytes and counts.
 * @example
 * const { tensors, budget } = memoryUsage();
 * console.log(`${tensors / 2 ** 20} of ${budget / 2 ** 20} MiB`);
 */
export function memoryUsage(): MemoryUsage {
  const [tensors, , workspace, budget] = native().memory() as unknown as [number, number, number, number];
  return { tensors, workspace, programs: planCounts(), marked: counts.marked, budget };
}

/**
 * Sets how many threads compute, for the whole process (its `worker_threads` too). The default is the number of cores that the process may
 * use, or `HEBB_NUM_THREADS`. Results are the same bits for any number.
 *
 * @returns The number in force.
 * @throws {ArgumentError} for what is no whole number from 1.
 * @example
 * setNumThreads(1); // → 1
 */
export function setNumThreads(threads: number): number {
  if (!Number.isInteger(threads) || threads < 1)
    throw new ArgumentError('setNumThreads', `expects a whole number from 1, got ${describe(threads)}`, { value: threads });
  return native().setThreads(threads);
}

/** What computes; see `info`. */
export interface Info {
  /** The instruction set in use: the best one of the CPU, or the one that `HEBB_ISA` names. */
  isa: string;
  /** Those that the CPU has, best first. */
  isas: string[];
  /** The number of threads that compute. */
  threads: number;
}

/**
 * The instruction set in use, those that the CPU has, and the number of threads.
 * @example
 * const { isa, threads } = info();
 * console.log(`${isa} on ${threads} threads`);
 */
export function info(): Info {
  const { isa, isas, threads } = native().info();
  return { isa, isas, threads };
}
