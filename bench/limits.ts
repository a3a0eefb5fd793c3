// What the machine can do at best, timed in this process by the addon itself: a loop of multiply-adds, and a copy in pooled memory.
// The only file of the benchmarks that goes past the public API: these two are for nobody else.
import { info } from 'hebb';
import { native } from '../dist/core/native.js';

/** The instruction set that hebb runs with. */
export const { isa, isas } = info();

/** GFLOP/s of f32 multiply-adds in the instruction set in use. */
export function fmaPeak(threads: number): number {
  return native().fmaPeak(threads, isa);
}

/** Milliseconds of the fastest copy of so many bytes, memcpy or stores that pass the caches. */
export function copyMs(bytes: number, threads: number): number {
  return ((2 * bytes) / native().copySpeed(bytes, threads)) * 1e3;
}
