// What the machine can do at best, timed in this process by the addon itself: a loop of multiply-adds, and a copy in pooled memory.
// The only file of the benchmarks that goes past the public API: these two are for nobody else.
import { createRequire } from 'node:module';
import { info } from 'hebb';
import type { Addon } from '../binding.js';

const addon = createRequire(import.meta.url)(process.env.HEBB_ADDON ?? '../build/Release/hebb.node') as Addon;

/** The instruction set that hebb runs with. */
export const { isa, isas } = info();

/** GFLOP/s of f32 multiply-adds in the instruction set in use. */
export function fmaPeak(threads: number): number {
  return addon.fmaPeak(threads, isa);
}

/** Milliseconds of the fastest copy of so many bytes, memcpy or stores that pass the caches. */
export function copyMs(bytes: number, threads: number): number {
  return ((2 * bytes) / addon.copySpeed(bytes, threads)) * 1e3;
}
